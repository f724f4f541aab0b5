"""Thousands of made-up orders: SQL and the day-by-day oracle must agree on every deadline and every outcome."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from fulfil_analytics.sla import build_deadlines
from tests.sla.conftest import DEFAULTS, insert
from tests.sla.oracle import Oracle

LINES = """
[[line]]
id = "rts-hours"
stage = "rts"
stop = ["rts_at"]
amount = 48
unit = "hour"
calendar = "week"
[[line]]
id = "rts-odd-hours"
stage = "rts"
select = { handover = ["dropoff"] }
stop = ["rts_at"]
amount = 31
unit = "hour"
calendar = "week"
[[line]]
id = "dispatch"
stage = "dispatch"
stop = ["dispatched_at"]
amount = 2
unit = "business_day"
calendar = "week"
[[line]]
id = "dispatch-cutoff"
stage = "dispatch"
select = { warehouse = ["A"] }
stop = ["dispatched_at"]
cutoff = 14:00:00
amount = 0
amount_after_cutoff = 1
due_time = 17:30:00
unit = "business_day"
calendar = "week"
[[line]]
id = "dispatch-made"
stage = "dispatch"
priority = 1
select = { order_type = ["made_to_order"] }
stop = ["dispatched_at"]
handling = true
amount = 1
unit = "business_day"
calendar = "week"
[[line]]
id = "dispatch-pre"
stage = "dispatch"
priority = 1
select = { order_type = ["pre_order"] }
start = "release_at"
stop = ["dispatched_at"]
amount = 1
unit = "business_day"
calendar = "week"
[[line]]
id = "delivery"
stage = "delivery"
start = "paid_at"
stop = ["received_at"]
amount = 5
unit = "calendar_day"
calendar = "week"
"""
ADDED = {dt.date(2026, 5, 1), dt.date(2026, 12, 25)}
ZONES = ["America/Los_Angeles", "Europe/London", "Asia/Ho_Chi_Minh", "Australia/Lord_Howe", "America/Santiago"]
# around these days clocks change, years end, a leap day falls, or a holiday meets a weekend
NEAR = [
    dt.datetime(2024, 2, 28), dt.datetime(2025, 12, 24), dt.datetime(2026, 3, 7), dt.datetime(2026, 3, 28),
    dt.datetime(2026, 4, 4), dt.datetime(2026, 4, 30), dt.datetime(2026, 9, 5), dt.datetime(2026, 10, 3),
    dt.datetime(2026, 10, 24), dt.datetime(2026, 10, 31), dt.datetime(2026, 12, 23), dt.datetime(2026, 7, 2),
]  # fmt: skip


def some_orders(random_, count):
    minute = dt.timedelta(minutes=1)
    for number in range(count):
        created = random_.choice(NEAR) + dt.timedelta(seconds=random_.randrange(6 * 86400))
        if random_.random() < 0.1:  # on the very edges of local days and cut-offs
            created = created.replace(minute=0, second=0) - dt.timedelta(seconds=random_.choice([0, 1]))

        def later(hours, created=created):
            return created + random_.randrange(hours * 60) * minute if random_.random() < 0.8 else None

        yield {
            "order_id": str(number),
            "created_at": created,
            "paid_at": created + random_.randrange(3 * 1440) * minute,
            "release_at": created + random_.randrange(30 * 1440) * minute,
            "rts_at": later(120),
            "dispatched_at": later(240),
            "received_at": later(300),
            "cancelled_at": later(200) if random_.random() < 0.1 else None,
            "order_type": random_.choice(["normal", "normal", "made_to_order", "pre_order"]),
            "handling_days": random_.randrange(12),
            "handling_unit": random_.choice(["business_day", "calendar_day"]),
            "warehouse": random_.choice(["A", "B", None]),
            "handover": random_.choice(["pickup", "dropoff", None]),
        }


def some_windows(random_, count):
    for number in range(count):
        begins = random_.choice(NEAR) + dt.timedelta(hours=random_.randrange(96))
        action = random_.choice(["add", "add", "replace", "fixed"])
        yield {
            "name": f"W{number}",
            "mode": random_.choice(["holiday", "extension", "extension", "force_majeure"]),
            "reason": random_.choice(["holiday", "campaign", "ticket", None]),
            "from_at": begins,
            "to_at": begins + dt.timedelta(hours=random_.randrange(120)),
            "stage": random_.choice([None, None, "dispatch", "delivery", "rts"]),
            "warehouse": random_.choice([None, None, "A", "B"]),
            "handover": random_.choice([None, None, "pickup"]),
            "action": action,
            "amount": None if action == "fixed" else random_.randrange(9),
            "unit": None if action == "fixed" else random_.choice(["hour", "calendar_day", "business_day"]),
            "fixed_at": begins + dt.timedelta(hours=random_.randrange(400)) if action == "fixed" else None,
            "opted_in": random_.choice([True, True, False, None]),
            "automatic": random_.choice([True, False, None]),
        }


def expected_outcome(due, stopped, cancelled, as_of):
    second = dt.timedelta(seconds=1)
    if cancelled is not None and cancelled < due + second and (stopped is None or stopped > cancelled):
        return "not_applicable"
    if stopped is not None:
        return "on_time" if stopped < due + second else "late"
    if cancelled is not None:
        return "late"
    return "open" if as_of < due + second else "overdue"


@pytest.mark.parametrize("seed", range(6))
def test_sql_and_oracle_agree(con, policy, seed):
    random_ = random.Random(seed)
    zone = ZONES[seed % len(ZONES)]
    buffer = seed % 2 == 1
    made = policy(LINES, zone, "buffer" if buffer else "closed")
    orders = list(some_orders(random_, 1200))
    windows = list(some_windows(random_, 12))
    insert(con, "orders", orders, **DEFAULTS)
    insert(con, "sla_windows", windows, source_file="w.csv", source_line=2)
    as_of = dt.datetime(2026, 10, 27, 12)
    build_deadlines(con, made, as_of)
    found = {
        (order, stage, mode): (due, outcome)
        for order, stage, mode, due, outcome in con.execute(
            "SELECT order_id, stage, mode, due_at, outcome FROM deadlines"
        ).fetchall()
    }
    assert len(found) == len(orders) * 3 * 4
    oracle = Oracle(zone, lambda day: day.weekday() > 4 or day in ADDED)
    lines = {line.id: line for line in made.lines}
    stops = {"rts": "rts_at", "dispatch": "dispatched_at", "delivery": "received_at"}
    starts = {"rts": "created_at", "dispatch": "created_at", "delivery": "paid_at"}
    seen = set()
    for order in orders:
        governing = {
            "rts": "rts-odd-hours" if order["handover"] == "dropoff" else "rts-hours",
            "dispatch": {"made_to_order": "dispatch-made", "pre_order": "dispatch-pre"}.get(
                order["order_type"], "dispatch-cutoff" if order["warehouse"] == "A" else "dispatch"
            ),
            "delivery": "delivery",
        }
        for stage, line_id in governing.items():
            start = order["release_at"] if line_id == "dispatch-pre" else order[starts[stage]]
            for mode, due in oracle.modes(lines[line_id], order, start, windows, buffer).items():
                outcome = expected_outcome(due, order[stops[stage]], order["cancelled_at"], as_of)
                expected = (None if outcome == "not_applicable" else due, outcome)
                assert found[order["order_id"], stage, mode] == expected, (zone, line_id, mode, order, start)
                seen.add(outcome)
    assert seen == {"on_time", "late", "open", "overdue", "not_applicable"}
