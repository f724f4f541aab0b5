"""Deadlines of touched orders alone come to the same as those of all orders."""

from __future__ import annotations

import datetime as dt

import pytest

from fulfil_analytics.sla import build_deadlines, build_forecast, build_rates
from tests.sla.conftest import insert, outcome, utc
from tests.sla.test_expressible import made

CREATED = utc("2026-02-02 12:00")
SOON, LATER = utc("2026-02-03 00:00"), utc("2026-02-06 00:00")
TABLES = ("deadlines", "order_deadlines", "cancel_deadlines", "mode_changes")
PLAIN = """
    [[line]]
    id = "plain"
    stage = "dispatch"
    stop = ["dispatched_at"]
    start = "created_at"
    amount = 2
    unit = "calendar_day"
"""
REFUND = """
    [[line]]
    id = "refund"
    stage = "dispatch"
    stop = ["refunded_at"]
    start = "refund_requested_at"
    amount = 2
    unit = "calendar_day"
"""
CAPACITY = """
    [capacity]
    orders_a_day = 2
    sources = ["X"]
    confidence = "sure"
    [[line]]
    id = "above"
    stage = "dispatch"
    stop = ["dispatched_at"]
    start = "created_at"
    amount = 9
    unit = "calendar_day"
    select = { above_capacity = [true] }
"""


def held(con, *tables):
    return {table: con.execute(f"FROM {table} ORDER BY ALL").fetchall() for table in tables or TABLES}


def again(con, policy, as_of, *touched):
    """Work the deadlines of some orders out again; whatever that gives is what a whole build gives."""
    con.execute("CREATE TABLE touched AS SELECT unnest(?::VARCHAR[]) AS order_id", [list(touched)])
    build_deadlines(con, policy, as_of, touched="touched")
    found, shared = held(con), con.execute("SELECT count(DISTINCT profile_id) FROM deadline_orders").fetchall()
    assert found["deadlines"] and con.execute("SELECT count(*) FROM deadline_profiles").fetchall() == shared
    with con.cursor() as beside:
        assert not beside.execute("FROM duckdb_tables() WHERE table_name = 'touched'").fetchall()
    con.begin()
    build_deadlines(con, policy, as_of)
    assert held(con) == found
    con.rollback()


@pytest.fixture
def day(con, orders, us):
    """Four orders of a day, judged on the next."""
    orders(*({"order_id": order, "created_at": CREATED, "paid_at": CREATED, "warehouse": "LA"} for order in "ABCD"))
    build_deadlines(con, us, SOON)
    assert set(outcome(con).values()) == {"open"}


@pytest.mark.usefixtures("day")
def test_new_changed_and_gone_orders_and_a_later_moment(con, orders, us):
    con.execute("UPDATE orders SET dispatched_at = ? WHERE order_id = 'A'", [SOON])
    con.execute("UPDATE orders SET created_at = created_at - INTERVAL 3 DAY, handover = 'pickup' WHERE order_id = 'B'")
    con.execute("DELETE FROM orders WHERE order_id = 'C'")
    orders({"order_id": "E", "created_at": LATER, "warehouse": "NJ"}, {"order_id": "F", "created_at": SOON})
    again(con, us, LATER, *"ABCEFG")
    expected = {"A": "on_time", "B": "overdue", "D": "overdue", "E": "open", "F": "overdue"}
    assert outcome(con) == expected
    # what is not named is not read, and nothing is counted twice
    con.execute("UPDATE orders SET dispatched_at = created_at")
    con.execute("CREATE TABLE touched AS SELECT 'B' AS order_id")
    build_deadlines(con, us, LATER, touched="touched")
    assert outcome(con)["B"] == "on_time" and outcome(con)["D"] == "overdue"
    numbers = con.execute("SELECT count(*), count(DISTINCT order_no), count(DISTINCT order_id) FROM deadline_orders")
    assert numbers.fetchall() == [(5, 5, 5)]


@pytest.mark.usefixtures("day")
@pytest.mark.parametrize("what", ["a window", "a payment", "a year", "nothing kept"])
def test_what_concerns_every_order_is_read_of_every_order(con, orders, windows, us, what):
    if what == "a window":
        add = {"action": "add", "amount": 1, "unit": "business_day", "opted_in": True, "reason": "campaign"}
        windows(add | {"from_at": utc("2026-02-02 00:00"), "to_at": utc("2026-02-03 23:59:59")})
    elif what == "a payment":  # none is known, so that a cancelled order may have been paid
        con.execute("UPDATE orders SET paid_at = NULL")
        con.execute("UPDATE orders SET order_status = 'cancelled', cancelled_at = ? WHERE order_id = 'A'", [SOON])
        build_deadlines(con, us, SOON)
        con.execute("UPDATE orders SET paid_at = created_at WHERE order_id = 'B'")
    elif what == "a year":
        orders({"order_id": "E", "created_at": utc("2028-02-02 12:00")})
    else:
        con.execute("UPDATE deadlines_from SET basis = ''")
        con.execute("DELETE FROM deadline_orders")
    again(con, us, LATER, *"BE")


@pytest.mark.parametrize("lines", [PLAIN, CAPACITY + PLAIN, REFUND])
def test_orders_that_depend_on_others_or_on_the_moment_are_read_again(con, orders, tmp_path, lines):
    policy = made(tmp_path, lines)
    orders(*({"order_id": order, "created_at": CREATED + dt.timedelta(hours=1)} for order in "ABCD"))
    insert(
        con,
        "returns",
        [{"order_id": "A", "requested_at": CREATED, "refunded_at": LATER}],
        return_id="R",
        source_file="returns.csv",
        source_line=2,
    )
    build_deadlines(con, policy, SOON)
    orders({"order_id": "E", "created_at": CREATED})
    again(con, policy, LATER + dt.timedelta(days=1), "E")


@pytest.mark.usefixtures("day")
def test_rates_and_forecast_do_not_lean_on_the_place_of_a_row(con, us):
    """A checkpoint moves rows after many were deleted."""
    con.execute("CREATE TABLE parcel_events (parcel_id VARCHAR)")
    con.execute("UPDATE orders SET dispatched_at = ?, warehouse = 'NJ', shop = 'S' WHERE order_id = 'A'", [SOON])
    build_deadlines(con, us, SOON)

    def told():
        build_rates(con, us, SOON)
        build_forecast(con, SOON)
        return held(con, "rates", "forecast")

    before = told()
    con.execute("CREATE OR REPLACE TABLE orders AS SELECT * FROM orders ORDER BY order_id DESC")
    assert told() == before and before["forecast"]
