"""Rates: what is counted, over what, with which bounds, limits and headroom."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter

import pytest

from fulfil_analytics.errors import UsageError
from fulfil_analytics.schemas import TABLES, duckdb_types
from fulfil_analytics.sla import build_deadlines, build_rates
from fulfil_analytics.sla.metrics import window_of
from tests.sla.conftest import utc

CREATED = utc("2026-04-06 12:00")  # Monday; dispatch due Wednesday 04-08, delivery Tuesday 04-14
DUE = utc("2026-04-08 23:59:59")
LATE = DUE + dt.timedelta(hours=1)
LATER = utc("2026-05-01 12:00")


def many(on_time=0, late=0, overdue=0, **facts):
    times = [DUE] * on_time + [LATE] * late + [None] * overdue
    return [
        {"order_id": f"{facts}{number}", "created_at": CREATED, "dispatched_at": time, "rts_at": time, **facts}
        for number, time in enumerate(times)
    ]


def rate(con, metric, mode="standard", slice_="{}"):
    cursor = con.execute("SELECT * FROM rates WHERE metric = ? AND mode = ? AND slice = ?", [metric, mode, slice_])
    names = [column[0] for column in cursor.description]
    rows = cursor.fetchall()
    assert len(rows) == 1, (metric, mode, slice_, len(rows))
    return dict(zip(names, rows[0], strict=True))


def test_on_time_late_and_overdue_are_judged_and_nothing_else(con, orders, us):
    orders(
        *many(on_time=9, late=2, overdue=1),
        {"order_id": "fbt", "created_at": CREATED, "platform_fulfilled": True, "dispatched_at": LATE},
        {"order_id": "cancelled", "created_at": CREATED, "cancelled_at": DUE},
        {"order_id": "open", "created_at": utc("2026-04-30 12:00")},
        {"order_id": "unpaid", "created_at": CREATED, "order_status": "unpaid"},
    )
    build_deadlines(con, us, LATER)
    build_rates(con, us, LATER)
    found = rate(con, "on_time_dispatch")
    assert (found["numerator"], found["denominator"], found["rate"]) == (9, 12, 0.75)
    # Wilson's interval for 9 of 12, from the formula in his paper of 1927
    assert found["ci_low"] == pytest.approx(0.46769, abs=1e-5)
    assert found["ci_high"] == pytest.approx(0.91106, abs=1e-5)
    assert found["period_start"] == found["period_end"] == CREATED
    assert rate(con, "on_time_rts")["denominator"] == 12


LIMITS = [
    (96, 4, "ok", 6),  # 96 of 106 is above 90 %, of 107 below
    (95, 5, "watch", 5),
    (90, 10, "watch", 0),
    (89, 11, "breach", 0),
    (9, 0, "too_few", 1),
    (10, 0, "ok", 1),
]


def test_status_and_headroom_on_each_side_of_each_limit(con, orders, us):
    orders(*(row for n, (on_time, late, _, _) in enumerate(LIMITS) for row in many(on_time, late, shop=str(n))))
    build_deadlines(con, us, LATER)
    build_rates(con, us, LATER)
    for number, (_, _, status, headroom) in enumerate(LIMITS):
        found = rate(con, "on_time_dispatch", slice_=f'{{"shop":"{number}"}}')
        assert (found["target"], found["enforce"]) == (0.96, 0.90)
        assert (found["status"], found["headroom"]) == (status, headroom), LIMITS[number]


def test_headroom_is_how_many_more_late_orders_until_the_limit(con, orders, us):
    orders(*many(96, 4))
    build_deadlines(con, us, LATER)
    build_rates(con, us, LATER)
    found = rate(con, "on_time_dispatch")
    total = found["denominator"]
    assert 96 / (total + found["headroom"]) >= 0.90 > 96 / (total + found["headroom"] + 1)


def test_the_limits_are_those_of_the_day_of_assessment(con, orders, us):
    orders(*many(on_time=95, late=5))
    for as_of, enforce, status in (("2026-03-01 12:00", 0.96, "breach"), ("2026-03-02 12:00", 0.90, "watch")):
        build_deadlines(con, us, LATER)
        build_rates(con, us, utc(as_of))
        found = rate(con, "on_time_dispatch")
        assert (found["enforce"], found["status"]) == (enforce, status)


def test_slices_close(con, orders, us):
    orders(
        *many(on_time=3, late=1, warehouse="LA", shop="S"),
        *many(on_time=2, late=2, warehouse='O\'Brien "East"', shop="S"),
        *many(on_time=1, shop="S"),
    )
    build_deadlines(con, us, LATER)
    build_rates(con, us, LATER, dimensions=("shop", "warehouse", "state"))
    rows = con.execute(
        "SELECT slice, numerator, denominator FROM rates WHERE metric = 'on_time_dispatch' AND mode = 'effective'"
    ).fetchall()
    found = {json.dumps(json.loads(slice_)): (n, d) for slice_, n, d in rows}
    assert found == {
        "{}": (6, 9),
        '{"shop": "S"}': (6, 9),
        '{"warehouse": "LA"}': (3, 4),
        '{"warehouse": "O\'Brien \\"East\\""}': (2, 4),
        '{"warehouse": null}': (1, 1),
    }


def test_a_dimension_that_is_not_one_is_refused(con, us):
    build_deadlines(con, us, LATER)
    for bad in ("phone_key", "order_id", "warehouse; DROP TABLE orders"):
        with pytest.raises(UsageError, match="cannot be sliced"):
            build_rates(con, us, LATER, dimensions=(bad,))


def test_a_period_counts_its_own_orders_both_ends_included(con, orders, us):
    orders(
        *(
            {"order_id": moment, "created_at": utc(moment), "dispatched_at": utc(moment)}
            for moment in ("2026-04-05 23:59:59", "2026-04-06 00:00:00", "2026-04-12 23:59:59", "2026-04-13 00:00:00")
        )
    )
    build_deadlines(con, us, LATER)
    build_rates(con, us, LATER, period=(utc("2026-04-06 00:00:00"), utc("2026-04-12 23:59:59")))
    found = rate(con, "on_time_dispatch")
    assert found["denominator"] == 2
    assert (found["period_start"], found["period_end"]) == (utc("2026-04-06 00:00:00"), utc("2026-04-12 23:59:59"))


def test_nothing_judged_is_no_rate(con, us):
    build_deadlines(con, us, LATER)
    build_rates(con, us, LATER)
    found = rate(con, "on_time_delivery", "effective")
    assert (found["numerator"], found["denominator"]) == (0, 0)
    for empty in ("rate", "ci_low", "ci_high", "headroom", "period_start"):
        assert found[empty] is None
    assert found["status"] == "too_few"


def test_late_dispatch_rate_divides_by_all_dispatched_orders_platform_fulfilled_included(con, orders, us):
    """The page's own example: 25 late of 200 dispatched, platform-fulfilled ones among them, are 12.5 %."""
    day = {"created_at": CREATED}
    orders(
        *({"order_id": f"late{n}", "dispatched_at": LATE, **day} for n in range(25)),
        *({"order_id": f"good{n}", "dispatched_at": DUE, **day} for n in range(75)),
        *({"order_id": f"fbt{n}", "dispatched_at": LATE, "platform_fulfilled": True, **day} for n in range(100)),
        *({"order_id": f"overdue{n}", **day} for n in range(9)),
    )
    as_of = utc("2026-04-12 12:00")
    build_deadlines(con, us, as_of)
    build_rates(con, us, as_of)
    found = rate(con, "late_dispatch_rate")
    assert (found["numerator"], found["denominator"], found["rate"]) == (25, 200, 0.125)
    assert found["status"] == "breach"
    build_rates(con, us, utc("2026-04-16 12:00"))
    assert rate(con, "late_dispatch_rate")["denominator"] == 0  # none of them dispatched in these 7 days


def test_on_time_delivery_rate_is_of_orders_due_in_the_week(con, orders, us):
    week = [utc("2026-04-10 12:00"), utc("2026-04-13 12:00")]  # due Mon 04-20 and Tue 04-21
    orders(
        *({"order_id": f"good{n}", "created_at": week[0], "received_at": week[0]} for n in range(8)),
        *({"order_id": f"bad{n}", "created_at": week[0]} for n in range(2)),
        {"order_id": "due the week before", "created_at": utc("2026-04-08 12:00")},
        {"order_id": "fbt", "created_at": week[0], "platform_fulfilled": True},
    )
    as_of = utc("2026-05-04 09:00")  # Monday: shows 04-20 to 04-26
    build_deadlines(con, us, as_of)
    build_rates(con, us, as_of)
    found = rate(con, "on_time_delivery_rate")
    assert (found["period_start"], found["period_end"]) == (utc("2026-04-20 00:00:00"), utc("2026-04-26 23:59:59"))
    assert (found["numerator"], found["denominator"], found["status"]) == (8, 10, "ok")


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        ("2025-04-27", "2025-04-07", "2025-04-13"),
        ("2025-04-28", "2025-04-14", "2025-04-20"),  # the page's own example
        ("2025-05-04", "2025-04-14", "2025-04-20"),
    ],
)
def test_the_week_that_a_day_shows(us, day, first, last):
    metric = us.metric("on_time_delivery_rate", dt.date(2025, 6, 1))
    assert window_of(metric, us.zone, utc(f"{day} 12:00")) == (utc(f"{first} 00:00:00"), utc(f"{last} 23:59:59"))


def test_the_table_is_the_schemas_and_its_key_holds(con, orders, us):
    orders(*many(on_time=2, late=1, warehouse="LA", shop="S"))
    build_deadlines(con, us, LATER)
    build_rates(con, us, LATER)
    assert {row[0]: row[1] for row in con.execute("DESCRIBE rates").fetchall()} == duckdb_types(TABLES["rates"])
    TABLES["rates"].validate(con.sql("FROM rates").pl())
    keys = Counter(con.execute("SELECT metric, mode, slice FROM rates").fetchall())
    assert max(keys.values()) == 1
    assert con.execute("SELECT count(*) FROM rates WHERE numerator > denominator").fetchone() == (0,)
