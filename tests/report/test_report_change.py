"""What changed and why: the split adds up, the sentences follow from it, chance is told from change; days and shops."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import duckdb
import pytest
from report_store import AS_OF, ZONE

from fulfil_analytics.errors import UsageError
from fulfil_analytics.report import charts
from fulfil_analytics.report.change import Change, change, sentences, wilson
from fulfil_analytics.report.view import Scope, View, latest_week, read_scope, view
from fulfil_analytics.report.words import Words

Store = Callable[[int], duckdb.DuckDBPyConnection]
WEEK = read_scope("2026-W45")
PARTS = ("shop", "market", "warehouse", "carrier", "order_type", "hours", "weekday")


@contextmanager
def looking(con: duckdb.DuckDBPyConnection, scope: Scope = WEEK) -> Iterator[View]:
    with view(con, as_of=AS_OF, zone=ZONE, scope=scope) as seen:
        yield seen


def judged(con: duckdb.DuckDBPyConnection, scope: Scope, also: str = "TRUE") -> tuple[int, int]:
    """Count the slow way: orders on time and orders judged, by the zone's own arithmetic."""
    rows = con.execute(
        "SELECT count(*) FILTER (d.outcome = 'on_time'), count(*) "
        "FROM deadlines AS d JOIN orders AS o USING (order_id) "
        "WHERE d.stage = 'dispatch' AND d.mode = 'effective' AND d.outcome IN ('on_time', 'late', 'overdue') "
        f"AND CAST((o.created_at AT TIME ZONE 'UTC') AT TIME ZONE '{ZONE}' AS DATE) BETWEEN $1 AND $2 AND {also}",
        [scope.first, scope.last],
    ).fetchall()
    return int(rows[0][0]), int(rows[0][1])


def test_both_stretches_are_counted_in_local_days(con: duckdb.DuckDBPyConnection) -> None:
    with looking(con) as seen:
        found = change(seen, "dispatch")
    assert found.now == judged(con, WEEK)
    assert found.before == judged(con, WEEK.before())


@pytest.mark.parametrize("part", PARTS)
def test_the_effects_of_one_kind_of_part_add_up_to_the_whole_change(con: duckdb.DuckDBPyConnection, part: str) -> None:
    with looking(con) as seen:
        rows = [row for row in seen.rows("change_parts", stage="dispatch") if row["part"] == part]
        whole = change(seen, "dispatch").points
    if not rows:  # one value only: it says nothing
        return
    assert sum(row["rate_effect"] + row["mix_effect"] for row in rows) == pytest.approx(whole, abs=1e-12)


def test_a_part_that_got_worse_is_named_with_its_own_rates(store: Store) -> None:
    con = store(400)
    con.execute(
        "UPDATE deadlines SET outcome = 'late' WHERE stage = 'dispatch' AND mode = 'effective' AND outcome = 'on_time' "
        "AND order_id IN "
        "(SELECT order_id FROM orders WHERE warehouse = 'Dallas TX' AND created_at >= '2026-11-02 08:00:00')"
    )
    with looking(con) as seen:
        found = change(seen, "dispatch")
        said = sentences(seen.words, found)
        drawn = charts.change(seen, "dispatch", found)
    assert found.points is not None
    assert found.points < 0
    dallas = next(row for row in found.parts if row["value"] == "Dallas TX")
    assert (dallas["on_time_now"], dallas["judged_now"]) == judged(con, WEEK, "o.warehouse = 'Dallas TX'")
    assert dallas["on_time_now"] == 0
    assert "down" in said[0]
    named = next(line for line in said if "warehouse Dallas TX" in line)
    assert "to 0.0% (0 / " in named
    assert drawn is not None
    assert any("Dallas TX" in line[0] for line in drawn.data)


def test_a_part_that_only_grew_moves_the_rate_by_its_share() -> None:
    row = {
        "part": "carrier", "value": "slow",
        "on_time_now": 45, "judged_now": 90, "on_time_before": 5, "judged_before": 10,
        "all_on_time_now": 55, "all_judged_now": 100, "rate_effect": 0.0, "mix_effect": -0.3, "effect": -0.3,
    }  # fmt: skip
    said = sentences(Words("en"), Change("dispatch", (55, 100), (90, 100), 0, [{**row, "all_judged_before": 100}]))
    assert said[-1].startswith("−30.0 points from carrier slow: its share of the orders went from 10.0% to 90.0%")


@pytest.mark.parametrize(
    ("now", "before", "sure"),
    [((9, 10), (10, 10), False), ((500, 1000), (900, 1000), True), ((10, 10), (10, 10), False)],
)
def test_chance_is_told_from_change(now: tuple[int, int], before: tuple[int, int], sure: bool) -> None:
    found = Change("dispatch", now, before, 0, [])
    said = " ".join(sentences(Words("en"), found))
    assert ("more than chance" in said) is sure
    interval = found.interval
    assert interval is not None
    assert interval[0] <= (found.points or 0) <= interval[1]


def test_intervals_are_those_of_the_books() -> None:
    # Newcombe 1998, table II, example (a): 56/70 against 48/80, method 10
    low, high = Change("dispatch", (56, 70), (48, 80), 0, []).interval or (0, 0)
    assert (round(low, 4), round(high, 4)) == (0.0524, 0.3339)
    assert tuple(round(end, 4) for end in wilson(81, 263)) == (0.2553, 0.3662)


def test_nothing_before_or_nothing_now_is_said_so() -> None:
    words = Words("en")
    assert "nothing was judged in the days before" in sentences(words, Change("dispatch", (3, 4), (0, 0), 0, []))[0]
    assert "7 are still open" in sentences(words, Change("dispatch", (0, 0), (3, 4), 7, []))[0]


@pytest.mark.parametrize("by", charts.PARTS)
def test_the_trend_can_be_drawn_by_any_part(con: duckdb.DuckDBPyConnection, by: str) -> None:
    with looking(con, Scope()) as seen:
        chart = charts.on_time(seen, by=by)
    assert chart is not None
    assert len(chart.heads) == len(chart.data[0])
    with looking(con) as seen, pytest.raises(UsageError, match="weekday"):
        charts.on_time(seen, by="weekday")


def test_a_shop_is_alone_in_its_report(store: Store) -> None:
    con = store(200)
    con.execute("UPDATE orders SET shop = 'Second' WHERE warehouse = 'Edison NJ'")
    con.execute("UPDATE findings SET shop = o.shop FROM orders AS o WHERE o.order_id = findings.order_id")
    with looking(con, Scope(shop="Second")) as seen:
        head = seen.one("headline")
        assert head["shops"] == ["Second"]
        assert {row["warehouse"] for row in seen.rows("lateness", stage="dispatch", cap=9)} == {"Edison NJ"}
        found = seen.rows("findings_worst", cap=500, by_rule=False)
    assert {row["warehouse"] for row in found if row["order_id"]} == {"Edison NJ"}
    assert head["orders"] == con.execute("SELECT count(*) FROM orders WHERE shop = 'Second'").fetchall()[0][0]
    with pytest.raises(UsageError, match="Thrid"), looking(con, Scope(shop="Thrid")):
        pass


def test_a_look_leaves_nothing_behind(con: duckdb.DuckDBPyConnection) -> None:
    tables = "SELECT table_name FROM information_schema.tables ORDER BY ALL"
    before = con.execute(tables).fetchall()
    with looking(con) as seen:
        seen.one("headline")
        change(seen, "dispatch")
    assert con.execute(tables).fetchall() == before


def test_days_are_named_as_people_name_them() -> None:
    days = read_scope(start="2026-11-02", end="2026-11-08", shop="A")
    assert (days.name, days.before().name, days.before().shop) == ("2026-W45", "2026-W44", "A")
    assert read_scope(start="2026-11-03", end="2026-11-03").name == "2026-11-03"
    assert read_scope(start="2026-11-03", end="2026-11-05").before().last == dt.date(2026, 11, 2)
    # the week that was over when the audit speaks: Monday 00:16 local is still after it
    assert latest_week(dt.datetime(2026, 11, 16, 8, 16), ZONE).name == "2026-W46"
    assert latest_week(dt.datetime(2026, 11, 16, 7, 59), ZONE).name == "2026-W45"
    # a day of the change to winter time has 25 hours
    start, end = read_scope(start="2026-11-01", end="2026-11-01").bounds(ZONE) or (AS_OF, AS_OF)
    assert end - start == dt.timedelta(hours=25) - dt.timedelta(seconds=1)
