"""What rules read of the deadlines says the same as table ``deadlines`` and the text of its ``why``."""

from __future__ import annotations

import datetime as dt
import json
import random

import pytest

from fulfil_analytics.policy import load_policy
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.sla import build_deadlines
from tests.sla.made_up import some_orders, some_windows
from tests.sla.test_against_oracle import AS_OF, EVERYTHING, fill

ORDERS = 300
POLICIES = [EVERYTHING, rules_folder() / "policies" / "tiktok-us.toml", rules_folder() / "policies" / "tiktok-id.toml"]


@pytest.fixture(params=POLICIES, ids=lambda path: path.stem)
def judged(request, con):
    policy, random_ = load_policy(request.param), random.Random(11)
    fill(con, list(some_orders(random_, ORDERS, policy, AS_OF)), list(some_windows(random_, 12, policy)))
    build_deadlines(con, policy, AS_OF)
    rows = con.execute(
        "SELECT order_id, stage, mode, clock_start, due_at, stopped_at, outcome, why FROM deadlines "
        "WHERE mode IN ('standard', 'effective')"
    ).fetchall()
    found = {}
    for order_id, stage, mode, *facts, why in rows:
        found[order_id, stage, mode] = (*facts, json.loads(why))
    return found


def test_the_deadline_in_force_with_what_its_why_says(con, judged):
    told = con.execute("SELECT * FROM order_deadlines").fetchall()
    assert {(order_id, stage, "effective") for order_id, stage, *_ in told} == {
        key for key in judged if key[2] == "effective"
    }
    for order_id, stage, *facts, reason, reason_standard, deadline_from, assessed in told:
        *expected, why = judged[order_id, stage, "effective"]
        assert facts == expected
        assert reason == why.get("not_applicable")
        assert reason_standard == judged[order_id, stage, "standard"][-1].get("not_applicable")
        assert deadline_from == (why.get("deadline") or why.get("confidence"))
        assert assessed == why.get("assessed", True)


def test_the_next_cancel_time_is_the_earliest_that_still_runs(con, judged):
    expected = {}
    for (order_id, stage, mode), (_, due_at, _, outcome, why) in judged.items():
        if mode == "effective" and stage.startswith("auto_cancel"):
            rank = (outcome not in ("open", "overdue"), due_at or dt.datetime.max, stage)
            row = (stage, outcome, due_at, why.get("not_applicable"), why.get("deadline") or why.get("confidence"))
            expected[order_id] = min(expected.get(order_id, (rank, row)), (rank, row))
    told = con.execute("SELECT * FROM cancel_deadlines").fetchall()
    assert len(told) == len(expected)
    assert {order_id: tuple(row) for order_id, *row in told} == {
        order_id: row for order_id, (_, row) in expected.items()
    }
