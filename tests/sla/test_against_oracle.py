"""Thousands of made-up orders under every policy: SQL and the day-by-day oracle agree on every deadline and outcome.

``make property`` asks for many more of them than ``make test``.
"""

from __future__ import annotations

import datetime as dt
import os
import random
from collections import Counter
from pathlib import Path

import pytest

from fulfil_analytics.policy import load_policy
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.sla import build_deadlines
from tests.sla.conftest import DEFAULTS, insert
from tests.sla.made_up import WAREHOUSES, some_orders, some_windows
from tests.sla.oracle import MODES, Oracle

ORDERS = int(os.environ.get("FULFIL_ORACLE_ORDERS", "300"))
"""Orders under each policy, and under each variant of the made-up one."""
AS_OF = dt.datetime(2026, 10, 27, 12)
MARKETS = sorted(path.stem for path in (rules_folder() / "policies").glob("*.toml"))
COLUMNS = (
    "CASE WHEN outcome_{mode} IN ('on_time', 'late', 'open', 'overdue') THEN due_{mode} END, "
    "CASE WHEN outcome_{mode} IN ('uncounted', 'cancelled', 'unproven') THEN 'not_applicable' ELSE outcome_{mode} END"
)
EVERYTHING = Path(__file__).with_name("everything.toml")
VARIANTS = [
    ("America/Los_Angeles", "buffer", "latest"),
    ("Europe/London", "closed", "sum"),
    ("Asia/Ho_Chi_Minh", "buffer", "sum"),
    ("Australia/Lord_Howe", "buffer", "latest"),
    ("America/Santiago", "closed", "latest"),
    ("America/Santiago", "buffer", "sum"),
]


def told(order):
    """What the oracle reads beside the columns of ``orders``: the facts of other tables, worked out by hand."""
    country, state = WAREHOUSES.get(order["warehouse"], (None, None))
    events = [at for at in order["_events"][:2] if at is not None]
    ends = [min(at for at in pair if at is not None) for pair in _parcels(order) if any(pair)]
    unpaid = all(order[k] is None for k in ("rts_at", "shipped_at", "dispatched_at", "received_at"))
    return order | {
        "_warehouse_country": country,
        "_warehouse_state": state,
        "_unpaid": unpaid
        and (
            order["order_status"] == "unpaid"
            or (order["order_status"] == "cancelled" and not order["paid_at"] and not order["is_cod"])
        ),
        "first_event_at": min(events, default=None),
        "first_scan_at": min(events, default=None),
        "attempted_at": max(ends) if len(ends) == 2 else None,
        "dispatch_scan_at": None,
        "refund_requested_at": order["_refund"][0],
        "refunded_at": order["_refund"][1] if order["_refund"][0] else None,
    }


def _parcels(order):
    """Attempt and delivery of the order's two parcels."""
    return [(order["_events"][2], None), (None, order["received_at"])]


def fill(con, orders, windows):
    public = [{key: value for key, value in order.items() if key[0] != "_"} for order in orders]
    insert(con, "orders", public, **{k: v for k, v in DEFAULTS.items() if k not in public[0]})
    insert(con, "sla_windows", windows, source_file="w.csv", source_line=2)
    source = {"source_file": "x.csv", "source_line": 2}
    houses = [{"warehouse": name, "country": c, "state": s} for name, (c, s) in WAREHOUSES.items()]
    insert(con, "warehouses", houses, **source)
    lines = [(o, category) for o in orders for category in o["_category"]]
    insert(
        con,
        "order_lines",
        [{"order_id": o["order_id"], "created_at": o["created_at"], "product_category": c} for o, c in lines],
        **source,
    )
    parcels = [
        {"parcel_id": f"{o['order_id']}/{n}", "order_id": o["order_id"], "waybill": str(n), "carrier": carrier}
        for o in orders
        for n, carrier in enumerate(o["_carrier"])
    ]
    insert(con, "parcels", parcels, **source)
    journeys = [
        {
            "parcel_id": f"{o['order_id']}/{n}", "order_id": o["order_id"], "waybill": str(n), "covered": True,
            "first_event_at": o["_events"][n], "first_scan_at": o["_events"][n], "attempted_at": pair[0],
            "delivered_at": pair[1], "events": 1, "scans": 1,
        }
        for o in orders
        for n, pair in enumerate(_parcels(o))
    ]  # fmt: skip
    insert(con, "journeys", journeys)
    refunds = [
        {"order_id": o["order_id"], "requested_at": o["_refund"][0], "refunded_at": o["_refund"][1]}
        for o in orders
        if o["_refund"][0]
    ]
    insert(con, "returns", refunds, **source)


def compare(con, policy, seed):
    """Return how often each stage came out how; fail at the first disagreement."""
    random_ = random.Random(seed)
    orders = list(some_orders(random_, ORDERS, policy, AS_OF))
    windows = list(some_windows(random_, 12, policy))
    fill(con, orders, windows)
    build_deadlines(con, policy, AS_OF)
    columns = ", ".join(COLUMNS.format(mode=mode) for mode in MODES)
    found = {}
    for order, stage, *values in con.execute(f"SELECT order_id, stage, {columns} FROM deadline_modes").fetchall():
        found[order, stage] = dict(zip(MODES, zip(values[::2], values[1::2], strict=True), strict=True))
    stages = list(dict.fromkeys(line.stage for line in policy.lines))
    shaped = [
        window
        | {
            "stages": ["rts", "dispatch"] if window["stage"] is None else [window["stage"]],
            "states": [],
            "warehouse_states": [],
        }
        for window in windows
    ]
    oracle = Oracle(policy, shaped, AS_OF)
    seen = Counter()
    for order in map(told, orders):
        for stage in stages:
            expected = oracle.judge(order, stage)
            line = oracle.line(stage, order)
            assert found.pop((order["order_id"], stage), None) == expected, (policy.id, stage, line, order)
            for mode, (_, outcome) in (expected or {}).items():
                seen[line and line.id, mode, outcome] += 1
    assert not found
    return seen


@pytest.mark.parametrize("name", MARKETS)
def test_every_shipped_policy(con, name):
    policy = load_policy(rules_folder() / "policies" / f"{name}.toml")
    seen = compare(con, policy, sum(map(ord, name)))
    assert {outcome for _, _, outcome in seen} >= {"on_time", "late", "overdue", "not_applicable"}


@pytest.mark.parametrize("seed", range(len(VARIANTS)))
def test_every_key_of_a_policy(con, seed):
    zone, reading, stacking = VARIANTS[seed]
    given = {"zone": zone, "holiday_reading": reading, "stacking": stacking}
    policy = load_policy(EVERYTHING).model_copy(update=given)
    seen = compare(con, policy, seed)
    judged = {line for line, _, outcome in seen if outcome in ("on_time", "late", "open", "overdue")}
    # no line that nothing ever came to
    assert judged == {line.id for line in policy.lines}
    assert len({outcome for _, _, outcome in seen}) == 5
