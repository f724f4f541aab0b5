"""Penalty tiers, appeals, and the modes that change an outcome."""

from __future__ import annotations

import datetime as dt

import pytest

from fulfil_analytics.errors import UsageError
from fulfil_analytics.policy import load_policy
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.sla import build_deadlines, build_rates, outlook
from tests.sla.conftest import utc

BANGKOK = "Asia/Bangkok"
CREATED = utc("2026-04-20 10:00", BANGKOK)  # Monday; due Wednesday
DAY = dt.timedelta(days=1)
AS_OF = utc("2026-04-25 12:00", BANGKOK)


@pytest.fixture(scope="module")
def thailand():
    return load_policy(rules_folder() / "policies" / "tiktok-th.toml")


def some(late, good, **facts):
    base = {"created_at": CREATED, "paid_at": CREATED, "market": "TH", **facts}
    rows = [
        {"order_id": f"late{n:02}", "dispatched_at": CREATED + 3 * DAY + n * dt.timedelta(minutes=1)}
        for n in range(late)
    ]
    rows += [{"order_id": f"good{n:02}", "dispatched_at": CREATED + DAY} for n in range(good)]
    return [{**base, **row} for row in rows]


@pytest.mark.parametrize(
    ("late", "good", "cap", "orders_a_day"),
    [(2, 19, None, None), (2, 18, 0.9, 0), (8, 20, 0.9, 0), (9, 21, 0.7, 0), (28, 28, 0.5, 1), (27, 29, 0.7, 1)],
)
def test_the_cap_of_each_tier_over_the_average_of_28_days(con, orders, thailand, late, good, cap, orders_a_day):
    orders(*some(late, good))
    build_deadlines(con, thailand, AS_OF)
    build_rates(con, thailand, AS_OF)
    row = con.execute(
        "SELECT cap_share, order_cap FROM rate_details WHERE mode = 'standard' AND slice = '{}' "
        "AND metric = 'late_dispatch_rate'"
    ).fetchone()
    assert row == (cap, orders_a_day)
    now = outlook(con, thailand, AS_OF, "late_dispatch_rate", mode="standard").now
    assert (now.cap_share, now.order_cap) == row  # SQL and Python say the same


@pytest.mark.parametrize(("count", "points"), [(29, 2), (30, 4)])
def test_points_grow_with_the_number_of_cancellations(con, orders, thailand, count, points):
    gone = {"order_status": "cancelled", "cancelled_at": CREATED + DAY, "cancelled_by": "seller"}
    orders(*({**row, **gone, "dispatched_at": None} for row in some(count, 0)), *some(0, 20))
    build_deadlines(con, thailand, AS_OF)
    build_rates(con, thailand, AS_OF)
    row = con.execute(
        "SELECT points FROM rate_details WHERE mode = 'effective' AND slice = '{}' "
        "AND metric = 'seller_fault_cancellation_rate'"
    ).fetchone()
    assert row == (points,)


def test_penalties_are_the_shops_and_of_nothing_smaller(con, orders, thailand):
    orders(*some(9, 1, shop="S", warehouse="W"))
    build_deadlines(con, thailand, AS_OF)
    build_rates(con, thailand, AS_OF)
    rows = dict(
        con.execute(
            "SELECT slice, cap_share FROM rate_details WHERE metric = 'late_dispatch_rate' AND mode = 'standard'"
        ).fetchall()
    )
    assert rows["{}"] == rows['{"shop":"S"}'] == 0.5
    assert rows['{"warehouse":"W"}'] is None


@pytest.mark.parametrize(("late", "good"), [(1, 9), (2, 18), (3, 7), (9, 1), (10, 0), (0, 10), (3, 27)])
def test_the_fewest_appeals_are_enough_and_one_less_is_not(con, orders, thailand, late, good):
    orders(*some(late, good))
    build_deadlines(con, thailand, AS_OF)
    found = outlook(con, thailand, AS_OF, "late_dispatch_rate", mode="standard")
    total, limit = late + good, 0.10
    assert found.needed is not None
    assert len(found.appeals) == found.needed
    assert (late - found.needed) / total < limit
    assert found.needed == 0 or (late - found.needed + 1) / total >= limit
    after = outlook(con, thailand, AS_OF, "late_dispatch_rate", mode="standard", upheld=found.appeals)
    assert (after.after.met, after.needed) == (True, 0)
    assert after.now == found.now


def test_the_most_promising_appeals_come_first(con, orders, us):
    created = utc("2026-04-06 12:00")  # due 04-08
    late = created + 4 * DAY
    orders(
        {"order_id": "late by hours", "created_at": created, "rts_at": late, "dispatched_at": late},
        {"order_id": "late by days", "created_at": created, "rts_at": late, "dispatched_at": late + 2 * DAY},
        {"order_id": "scanned late", "created_at": created, "rts_at": created, "dispatched_at": late + DAY},
        {"order_id": "good", "created_at": created, "rts_at": created, "dispatched_at": created},
    )
    build_deadlines(con, us, late + 3 * DAY)
    found = outlook(con, us, late + 3 * DAY, "late_dispatch_rate", mode="standard")
    assert found.appeals == ("scanned late", "late by hours", "late by days")
    assert (found.now.charge_cents, found.now.currency) == (1500, "USD")
    assert found.after == found.now


def test_upheld_orders_that_were_never_late_change_nothing_and_unknown_ones_are_refused(con, orders, thailand):
    orders(*some(2, 8))
    build_deadlines(con, thailand, AS_OF)
    found = outlook(con, thailand, AS_OF, "late_dispatch_rate", upheld=["good01", "late00"])
    assert (found.upheld, found.after.numerator, found.after.denominator) == (("late00",), 1, 10)
    with pytest.raises(UsageError, match="not in the inputs"):
        outlook(con, thailand, AS_OF, "late_dispatch_rate", upheld=["nobody's"])
    with pytest.raises(UsageError, match="does not compute"):
        outlook(con, thailand, AS_OF, "on_time_delivery_rate")


def test_a_rate_without_a_limit_needs_no_appeal(con, orders, thailand):
    orders(*some(1, 1))
    build_deadlines(con, thailand, AS_OF)
    found = outlook(con, thailand, AS_OF, "auto_cancel_rate")
    assert (found.needed, found.limit, found.now.met) == (None, None, None)


def test_which_mode_changed_the_outcome(con, orders, windows, us):
    created = utc("2026-02-16 12:00")  # a federal holiday; due Wednesday 02-18
    windows(
        {"name": "CNY-2026", "reason": "holiday", "from_at": created - DAY, "to_at": created + DAY, "automatic": True,
         "stage": "dispatch", "action": "add", "amount": 2, "unit": "business_day"}
    )  # fmt: skip
    orders(
        {"order_id": "saved", "created_at": created, "dispatched_at": utc("2026-02-20 12:00")},
        {"order_id": "late anyway", "created_at": created, "dispatched_at": utc("2026-02-28 12:00")},
        {"order_id": "good anyway", "created_at": created, "dispatched_at": created},
        {"order_id": "platform", "created_at": created + 3 * DAY, "dispatched_at": utc("2026-02-25 12:00"),
         "collection_due_at": utc("2026-02-26 12:00")},
    )  # fmt: skip
    build_deadlines(con, us, utc("2026-03-10 12:00"))
    rows = con.execute(
        "SELECT order_id, mode, outcome_standard, outcome, changed_by FROM mode_changes "
        "WHERE stage = 'dispatch' ORDER BY ALL"
    ).fetchall()
    assert rows == [
        ("platform", "effective", "late", "on_time", "the platform's own deadline"),
        *(("saved", mode, "late", "on_time", "CNY-2026") for mode in ("effective", "extension", "holiday")),
    ]
