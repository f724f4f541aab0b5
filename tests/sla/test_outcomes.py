"""How a stage comes out: on each side of the deadline, stopped or not, cancelled or not."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from fulfil_analytics.sla import build_deadlines, clocks
from tests.sla.conftest import due, outcome, utc

CREATED = utc("2026-02-02 12:00")
DUE = utc("2026-02-04 23:59:59")
SECOND = dt.timedelta(seconds=1)
LATER = utc("2026-03-01 00:00")


def order(order_id, **facts):
    return {"order_id": order_id, "created_at": CREATED, **facts}


def why(con, order_id, stage="dispatch", mode="standard"):
    query = "SELECT why FROM deadlines WHERE order_id = ? AND stage = ? AND mode = ?"
    return json.loads(con.execute(query, [order_id, stage, mode]).fetchone()[0])


def test_the_last_second_is_on_time_and_the_next_is_late(con, orders, us):
    orders(
        order("last", dispatched_at=DUE),
        order("next", dispatched_at=DUE + SECOND),
        order("early", dispatched_at=CREATED),
    )
    build_deadlines(con, us, LATER)
    assert outcome(con) == {"last": "on_time", "next": "late", "early": "on_time"}


@pytest.mark.parametrize(("as_of", "expected"), [(DUE, "open"), (DUE + SECOND, "overdue"), (CREATED, "open")])
def test_open_until_due_then_overdue_and_never_on_time_or_late(con, orders, us, as_of, expected):
    orders(order("A"))
    build_deadlines(con, us, as_of)
    assert outcome(con) == {"A": expected}
    outcomes = {
        row[0] for row in con.execute("SELECT DISTINCT outcome FROM deadlines WHERE stopped_at IS NULL").fetchall()
    }
    assert outcomes <= {"open", "overdue"}


def test_as_of_may_carry_its_own_offset(con, orders, us):
    orders(order("A"))
    build_deadlines(con, us, DUE.replace(tzinfo=dt.UTC).astimezone(dt.timezone(dt.timedelta(hours=8))))
    assert outcome(con) == {"A": "open"}


def test_cancelled_in_time_is_not_applicable_and_too_late_is_late(con, orders, us):
    orders(
        order("in time", cancelled_at=DUE),
        order("too late", cancelled_at=DUE + SECOND),
        order("sent, then cancelled", dispatched_at=CREATED + SECOND, cancelled_at=CREATED + 2 * SECOND),
        order("sent though cancelled", dispatched_at=CREATED + 2 * SECOND, cancelled_at=CREATED + SECOND),
        order("late, then cancelled", dispatched_at=DUE + SECOND, cancelled_at=DUE + 2 * SECOND),
    )
    build_deadlines(con, us, LATER)
    assert outcome(con) == {
        "in time": "not_applicable",
        "too late": "late",
        "sent, then cancelled": "on_time",
        "sent though cancelled": "not_applicable",
        "late, then cancelled": "late",
    }
    assert due(con)["in time"] is None
    assert why(con, "in time")["not_applicable"] == "cancelled_in_time"
    # cancelled after dispatch and before the deliver-by day: nothing was left to deliver
    assert outcome(con, "delivery")["sent, then cancelled"] == "not_applicable"


@pytest.mark.parametrize("as_of", [LATER, CREATED + SECOND])
def test_what_the_status_says_was_done_at_a_time_that_nobody_tells_is_not_judged(con, orders, us, as_of):
    told = {"shipped_at": CREATED + SECOND}
    orders(
        order("to ship", order_status="to_ship", tracking_covered=False),
        order("ready", order_status="awaiting_collection", tracking_covered=False),
        order("shipped", order_status="shipped", tracking_covered=False),
        order("shipped by its substatus", order_substatus="shipped", tracking_covered=False),
        order("no scan in the tracking", order_status="shipped", tracking_covered=True),
        order(
            "shipped, and when", order_status="shipped", tracking_covered=False, **told, dispatched_at=CREATED + SECOND
        ),
        order("arrived", order_status="completed", tracking_covered=False),
    )
    build_deadlines(con, us, as_of)
    waiting = "overdue" if as_of == LATER else "open"
    unknown = "not_applicable"
    assert {
        name: [outcome(con, stage)[name] for stage in ("rts", "dispatch", "delivery")] for name in outcome(con)
    } == {
        "to ship": [waiting, waiting, waiting],
        "ready": [unknown, waiting, waiting],
        "shipped": [unknown, unknown, waiting],
        "shipped by its substatus": [unknown, unknown, waiting],
        "no scan in the tracking": [unknown, waiting, waiting],
        "shipped, and when": ["on_time", "on_time", waiting],
        "arrived": [unknown, unknown, unknown],
    }
    assert due(con)["shipped"] is None
    assert why(con, "shipped")["not_applicable"] == "stop_time_unknown"


def test_cancelled_after_the_deliver_by_day_is_late_for_delivery(con, orders, us):
    orders(order("A", dispatched_at=CREATED, cancelled_at=utc("2026-02-11 00:00:00")))
    build_deadlines(con, us, LATER)
    assert outcome(con, "delivery") == {"A": "late"}


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"order_status": "unpaid"}, "unpaid"),
        ({"order_status": "cancelled", "cancelled_at": utc("2026-02-08 00:00")}, "unpaid"),
        ({"platform_fulfilled": True, "dispatched_at": DUE + SECOND}, "platform_fulfilled"),
    ],
)
def test_who_is_never_blamed(con, orders, us, facts, reason):
    orders(order("A", **facts), order("paid", paid_at=CREATED))
    build_deadlines(con, us, LATER)
    for stage in ("rts", "dispatch", "delivery"):
        assert outcome(con, stage)["A"] == "not_applicable"
        assert due(con, stage)["A"] is None
        assert why(con, "A", stage)["not_applicable"] == reason


@pytest.mark.parametrize(
    "facts",
    [
        {"is_cod": True},
        {"is_sample": True},
        {"rts_at": CREATED + SECOND},
    ],
)
def test_no_payment_time_does_not_mean_unpaid(con, orders, us, facts):
    late = {"order_status": "cancelled", "cancelled_at": DUE + SECOND}
    orders(order("A", **late, **facts), order("paid", paid_at=CREATED))
    build_deadlines(con, us, LATER)
    assert outcome(con)["A"] == "late"


def test_an_export_without_payment_times_leaves_no_order_unpaid(con, orders, us):
    orders(order("A", order_status="cancelled", cancelled_at=DUE + SECOND))
    build_deadlines(con, us, LATER)
    assert outcome(con) == {"A": "late"}


def test_a_later_event_proves_on_time_but_never_late(con, orders, us):
    orders(order("proven", shipped_at=DUE, dispatched_at=DUE), order("unknown", shipped_at=DUE + SECOND))
    build_deadlines(con, us, LATER)
    assert outcome(con, "rts") == {"proven": "on_time", "unknown": "not_applicable"}
    assert why(con, "unknown", "rts")["not_applicable"] == "stop_time_unknown"


def test_platform_deadline_wins_in_effective_only(con, orders, us):
    earlier, later = DUE - dt.timedelta(days=1), DUE + dt.timedelta(days=1)
    orders(
        order("earlier", collection_due_at=earlier, dispatched_at=DUE),
        order("later", collection_due_at=later, dispatched_at=later),
        order("pre", order_type="pre_order", collection_due_at=later, dispatched_at=later),
        order("fbt", platform_fulfilled=True, collection_due_at=earlier, dispatched_at=later),
    )
    build_deadlines(con, us, LATER)
    assert outcome(con, mode="standard") == {
        "earlier": "on_time",
        "later": "late",
        "pre": "not_applicable",
        "fbt": "not_applicable",
    }
    assert outcome(con, mode="holiday") == outcome(con, mode="extension") == outcome(con, mode="standard")
    assert outcome(con, mode="effective") == {
        "earlier": "late",
        "later": "on_time",
        "pre": "on_time",
        "fbt": "not_applicable",
    }
    assert why(con, "later", mode="effective")["deadline"] == "platform"
    assert "deadline" not in why(con, "later", mode="standard")
    assert "deadline" not in why(con, "fbt", mode="effective")
    assert "deadline" not in why(con, "later", stage="rts", mode="effective")


def test_cancellation_answer_has_a_row_only_where_somebody_asked(con, orders, us):
    asked = CREATED + dt.timedelta(hours=1)
    day = dt.timedelta(hours=24)
    orders(
        order("nobody asked"),
        order("answered", cancel_requested_at=asked, cancelled_at=asked + day),
        order("slow", cancel_requested_at=asked, cancelled_at=asked + day + SECOND),
        order("shipped instead", cancel_requested_at=asked, dispatched_at=asked + day),
        order("silence", cancel_requested_at=asked),
        order("too late to ask", cancel_requested_at=asked, dispatched_at=asked - SECOND),
    )
    build_deadlines(con, us, LATER)
    assert outcome(con, "cancellation_answer") == {
        "answered": "on_time",
        "slow": "late",
        "shipped instead": "on_time",
        "silence": "overdue",
        "too late to ask": "not_applicable",
    }


def test_payment_is_the_stage_of_unpaid_orders(con, orders, us):
    orders(order("unpaid", order_status="unpaid"), order("paid", paid_at=CREATED + SECOND))
    build_deadlines(con, us, CREATED + dt.timedelta(hours=48))
    assert outcome(con, "payment") == {"unpaid": "open", "paid": "on_time"}
    build_deadlines(con, us, CREATED + dt.timedelta(hours=48, seconds=1))
    assert outcome(con, "payment") == {"unpaid": "overdue", "paid": "on_time"}


def test_where_tracking_does_not_cover_the_shipped_time_is_named(con, orders, us):
    orders(order("seen", dispatched_at=DUE), order("told", dispatched_at=DUE, shipped_at=DUE, tracking_covered=False))
    build_deadlines(con, us, LATER)
    assert why(con, "seen")["stop"] == "dispatch_scan_at"
    assert why(con, "told")["stop"] == "shipped_at"


def test_no_orders_no_deadlines_no_fuss(con, us):
    build_deadlines(con, us, LATER)
    assert con.execute("SELECT count(*) FROM deadlines").fetchone() == (0,)


def test_building_again_replaces_a_view_or_a_table(con, orders, us):
    orders(order("A"))
    con.execute("CREATE TABLE deadlines (order_id VARCHAR)")
    build_deadlines(con, us, DUE)
    first = con.execute("SELECT * FROM deadlines ORDER BY ALL").fetchall()
    build_deadlines(con, us, DUE)
    assert con.execute("SELECT * FROM deadlines ORDER BY ALL").fetchall() == first
    build_deadlines(con, us, DUE + SECOND)
    assert outcome(con) == {"A": "overdue"}


def test_clocks_come_in_the_order_of_a_parcels_life(con, orders, us):
    orders(order("A"), order("B"))
    build_deadlines(con, us, LATER)
    found = clocks(con, "A")
    assert [clock.stage for clock in found[::4]] == ["rts", "dispatch", "delivery", "auto_cancel_rts", "payment"]
    assert [clock.mode for clock in found[:4]] == ["standard", "holiday", "extension", "effective"]
    assert clocks(con, "nobody") == []
