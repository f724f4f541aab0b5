"""The forecast: who is in it, whose forerunners are asked, and that no share flatters."""

from __future__ import annotations

import datetime as dt
import random
from zoneinfo import ZoneInfo

import pytest

from fulfil_analytics.schemas import TABLES, create_table, duckdb_types
from fulfil_analytics.sla import build_deadlines
from fulfil_analytics.sla.forecast import build_forecast, forecast_groups
from tests.sla.conftest import insert, utc

LINE = """
[[line]]
id = "dispatch"
stage = "dispatch"
start = "created_at"
stop = ["shipped_at"]
amount = 48
unit = "hour"
[[line]]
id = "cancel"
stage = "auto_cancel_rts"
start = "created_at"
stop = ["rts_at"]
amount = 60
unit = "hour"
platform_due = "auto_cancel_rts_at"
"""
AS_OF = utc("2026-03-26 12:00")  # a Thursday
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def forecast(con, orders, policy):
    con.execute(create_table("parcels", TABLES["parcels"], replace=True))

    def run(*rows, minimum=3, horizon_hours=48, line=LINE):
        orders(*rows)
        rules = policy(line)
        build_deadlines(con, rules, AS_OF)
        build_forecast(con, AS_OF, horizon_hours, minimum)
        found = con.execute("SELECT * FROM forecast WHERE stage = 'dispatch' ORDER BY place")
        names = [column[0] for column in found.description]
        return {row[names.index("order_id")]: dict(zip(names, row, strict=True)) for row in found.fetchall()}

    return run


def past(order_id, weeks_ago, hours_taken, warehouse="W1", at="2026-03-26 06:30"):
    """An order of the same weekday and hour, some weeks earlier, shipped after so many hours (None: never)."""
    created = utc(
        str(dt.datetime.fromisoformat(at) - dt.timedelta(weeks=weeks_ago))
    )  # local weeks: clocks changed on 03-08
    shipped = None if hours_taken is None else created + hours_taken * HOUR
    return {
        "order_id": order_id, "created_at": created, "shipped_at": shipped, "rts_at": shipped, "warehouse": warehouse,
        "order_status": "to_ship" if shipped is None else "shipped",
    }  # fmt: skip


def now(order_id, left_hours, **more):
    return {"order_id": order_id, "created_at": AS_OF - (48 - left_hours) * HOUR, "warehouse": "W1", **more}


def test_the_share_is_counted_among_orders_that_were_not_done_with_as_much_time_left(forecast):
    """With 24 h left: the order done after 20 h is no forerunner; of the other four two made it."""
    at = {"at": "2026-03-25 12:10"}
    done = (past("quick", 1, 20, **at), past("made-1", 1, 30, **at), past("made-2", 2, 47, **at))
    missed = (past("late", 2, 50, **at), past("never", 1, None, **at))
    row = forecast(*done, *missed, now("X", 24))["X"]
    assert (row["basis"], row["still_open"], row["made_it"], row["share"]) == ("warehouse_weekday_hour", 4, 2, 0.5)
    assert row["seconds_left"] == 24 * 3600
    assert row["due_at"] == AS_OF + 24 * HOUR


def test_an_order_done_in_the_minutes_of_grace_was_still_open_at_every_number_of_minutes_left(forecast):
    graced = LINE.replace('unit = "hour"', 'unit = "hour"\ngrace_minutes = 30', 1)
    done = [past(f"grace-{weeks}", weeks, 48 + 10 / 60) for weeks in (1, 2, 3)]
    row = forecast(*done, now("X", 42.5), line=graced)["X"]
    assert (row["still_open"], row["made_it"]) == (3, 0)


def test_orders_not_due_yet_are_no_forerunners_even_when_done(forecast):
    """They would be the quick ones only."""
    done_early = [
        {"order_id": f"E{n}", "created_at": AS_OF - 24 * HOUR, "shipped_at": AS_OF - n * HOUR, "warehouse": "W1"}
        for n in range(1, 6)
    ]
    row = forecast(*done_early, now("X", 24))["X"]
    assert (row["basis"], row["share"]) == ("too_few", None)


@pytest.mark.parametrize(
    ("at", "warehouse", "basis"),
    [
        ("2026-03-25 12:30", "W1", "warehouse_weekday_hour"),
        ("2026-03-25 17:30", "W1", "warehouse_weekday"),
        ("2026-03-24 12:30", "W1", "warehouse"),
        ("2026-03-25 12:30", "W2", "all"),
    ],
)
def test_fallbacks_widen_the_group_step_by_step(forecast, at, warehouse, basis):
    rows = [past(f"P{n}", n, 40, warehouse, at) for n in (1, 2, 3)]
    row = forecast(*rows, now("X", 24))["X"]
    assert (row["basis"], row["still_open"], row["made_it"]) == (basis, 3, 3)


def test_fewer_forerunners_than_the_minimum_give_no_share(forecast):
    rows = [past(f"P{n}", n, 40, at="2026-03-25 12:30") for n in (1, 2, 3)]
    row = forecast(*rows, now("X", 24), minimum=4)["X"]
    assert (row["basis"], row["share"], row["still_open"]) == ("too_few", None, 0)


def test_only_open_clocks_inside_the_horizon_are_in_it(forecast):
    rows = forecast(
        now("inside", 10),
        now("at-the-edge", 12),
        now("beyond", 13),
        now("overdue", -1),
        now("done", 5, shipped_at=AS_OF - HOUR),
        now("cancelled", 5, cancelled_at=AS_OF - HOUR, order_status="cancelled"),
        now("fbt", 5, platform_fulfilled=True),
        horizon_hours=12,
    )
    assert list(rows) == ["inside", "at-the-edge"]


def test_the_next_cancellation_stands_beside_it_and_the_platforms_own_time_wins(forecast):
    own = AS_OF + 13 * HOUR
    rows = forecast(now("A", 10), now("B", 11, auto_cancel_rts_at=own), now("C", 12, rts_at=AS_OF - HOUR))
    assert rows["A"]["auto_cancel_at"] == AS_OF + 22 * HOUR
    assert rows["B"]["auto_cancel_at"] == own
    assert rows["C"]["auto_cancel_at"] is None  # ready to ship: that clock has stopped


def test_of_equal_deadlines_the_likelier_miss_comes_first_and_groups_add_up(con, forecast):
    slow = [past(f"S{n}", n, 49, "W2", "2026-03-25 12:30") for n in (1, 2, 3)]
    good = [past(f"G{n}", n, 40, "W1", "2026-03-25 12:30") for n in (1, 2, 3)]
    rows = forecast(*slow, *good, now("fine", 24), now("risky", 24, warehouse="W2"))
    assert list(rows) == ["risky", "fine"]
    assert [rows[name]["share"] for name in rows] == [0.0, 1.0]
    groups = forecast_groups(con).filter(stage="dispatch").select("warehouse", "orders", "likely_late", "unknown")
    assert groups.rows() == [("W2", 1, 1.0, 0), ("W1", 1, 0.0, 0)]


def test_a_carrier_is_named_only_when_all_parcels_have_the_same(con, forecast):
    con.execute(create_table("parcels", TABLES["parcels"], replace=True))
    parcels = [("one", "A", "ups"), ("two", "B", "ups"), ("two-b", "B", "usps")]
    insert(con, "parcels", ({"parcel_id": p, "order_id": o, "carrier": c} for p, o, c in parcels),
           waybill="1Z", source_file="o.csv", source_line=2)  # fmt: skip
    rows = forecast(now("A", 10), now("B", 11), now("C", 12))
    assert [rows[name]["carrier"] for name in "ABC"] == ["ups", None, None]


def test_the_table_has_the_columns_that_are_described_and_an_empty_store_gives_none(con, forecast):
    assert forecast() == {}
    columns = con.execute(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'forecast'"
    ).fetchall()
    assert dict(columns) == duckdb_types(TABLES["forecast"])


def test_the_curves_agree_with_counting_by_hand(con, forecast):
    """Two hundred orders at random: for each open one, its forerunners counted one by one in Python."""
    chance = random.Random(7)
    rows = []
    for number in range(200):
        created = AS_OF - chance.randrange(1, 21 * 24 * 60) * dt.timedelta(minutes=1)
        shipped = created + chance.randrange(0, 70 * 60) * dt.timedelta(minutes=1)
        rows.append({
            "order_id": str(number), "created_at": created, "warehouse": chance.choice(["W1", "W2", None]),
            "shipped_at": shipped if shipped <= AS_OF and chance.random() < 0.9 else None,
        })  # fmt: skip
    found = forecast(*rows, minimum=4)
    due = {row["order_id"]: row["created_at"] + 48 * HOUR for row in rows}
    past = [row for row in rows if due[row["order_id"]] <= AS_OF]
    assert {row["basis"] for row in found.values()} >= {"warehouse", "warehouse_weekday"}
    for order_id, row in found.items():
        mine = next(other for other in rows if other["order_id"] == order_id)
        left = due[order_id] - AS_OF
        same = {
            "warehouse_weekday": lambda other, mine=mine: key(other)[:2] == key(mine)[:2],
            "warehouse_weekday_hour": lambda other, mine=mine: key(other) == key(mine),
            "warehouse": lambda other, mine=mine: key(other)[:1] == key(mine)[:1],
            "all": lambda other: True,
        }[row["basis"]]
        still_open = [
            other
            for other in past
            if same(other) and (other["shipped_at"] is None or due[other["order_id"]] - other["shipped_at"] < left)
        ]
        made_it = [o for o in still_open if o["shipped_at"] is not None and o["shipped_at"] <= due[o["order_id"]]]
        assert (row["still_open"], row["made_it"]) == (len(still_open), len(made_it)), order_id


def key(row):
    """Warehouse, weekday and hour of an order, local."""
    local = row["created_at"].replace(tzinfo=dt.UTC).astimezone(ZoneInfo("America/Los_Angeles"))
    return row["warehouse"], local.weekday(), local.hour
