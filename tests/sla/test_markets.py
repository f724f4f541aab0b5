"""The other markets: the same machine, other files."""

from __future__ import annotations

import datetime as dt
import json

from fulfil_analytics.policy import load_policy
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.sla import build_deadlines
from tests.sla.conftest import due, outcome, utc

LATER = dt.datetime(2027, 1, 1)


def build(con, policy_id):
    policy = load_policy(rules_folder() / "policies" / f"{policy_id}.toml")
    build_deadlines(con, policy, LATER)
    return policy


def add(orders, zone, *created, **facts):
    orders(*({"order_id": moment, "created_at": utc(moment, zone), **facts} for moment in created))


def test_vietnam_before_and_after_14_00_and_on_a_rest_day(con, orders):
    zone = "Asia/Ho_Chi_Minh"
    days = ["2026-03-04 13:59:59", "2026-03-04 14:00:00", "2026-03-07 20:00:00", "2026-03-08 09:00:00"]
    add(orders, zone, *days, market="VN")
    build(con, "tiktok-vn")
    assert due(con, zone=zone) == {
        days[0]: "2026-03-04 23:59:59",
        days[1]: "2026-03-05 23:59:59",
        days[2]: "2026-03-09 23:59:59",  # Saturday evening: Monday
        days[3]: "2026-03-09 23:59:59",  # Sunday morning: the cut-off is that of working days
    }
    assert due(con, "auto_cancel_rts", zone=zone)[days[0]] == "2026-03-06 23:59:59"
    assert due(con, "auto_cancel_collection", zone=zone)[days[0]] == "2026-03-07 23:59:59"
    assert set(outcome(con, "rts").values()) == {"not_applicable"}


def test_japan_monday_to_thursday(con, orders):
    zone = "Asia/Tokyo"
    add(orders, zone, "2026-06-01 00:00:00", "2026-06-01 23:59:59", market="JP")
    build(con, "tiktok-jp")
    assert set(due(con, zone=zone).values()) == {"2026-06-04 23:59:59"}


def test_spain_rests_on_its_own_holidays(con, orders):
    zone = "Europe/Madrid"
    add(orders, zone, "2026-10-08 10:00", market="ES")  # Monday 2026-10-12 is the national day
    build(con, "tiktok-es")
    assert due(con, "rts", zone=zone) == {"2026-10-08 10:00": "2026-10-13 23:59:59"}
    assert due(con, "dispatch", zone=zone) == {"2026-10-08 10:00": "2026-10-14 23:59:59"}
    assert due(con, "delivery", zone=zone) == {"2026-10-08 10:00": "2026-10-16 23:59:59"}


def test_cross_border_hours_by_hand_over_and_version(con, orders):
    zone = "Asia/Shanghai"
    for handover in ("pickup", "dropoff", None):
        orders(
            *(
                {"order_id": f"{day} {handover}", "created_at": utc(f"{day} 10:30", zone), "handover": handover}
                for day in ("2024-12-01", "2025-03-01", "2026-07-01")
            )
        )
    orders({"order_id": "labour", "created_at": utc("2023-05-03 23:59:59", zone), "handover": "pickup"})
    orders({"order_id": "sale", "created_at": utc("2023-11-20 12:00", zone), "handover": "dropoff"})
    build(con, "tiktok-cross-border")
    standard = due(con, zone=zone)
    assert standard["2024-12-01 pickup"] == "2024-12-03 10:30:00"
    assert standard["2024-12-01 dropoff"] == standard["2024-12-01 None"] == "2024-12-06 10:30:00"
    assert standard["2025-03-01 dropoff"] == "2025-03-05 10:30:00"
    assert standard["2026-07-01 pickup"] == standard["2026-07-01 dropoff"] == "2026-07-04 23:59:59"
    assert due(con, "rts", zone=zone)["2026-07-01 dropoff"] == "2026-07-03 10:30:00"
    assert due(con, mode="extension", zone=zone)["labour"] == "2023-05-06 23:59:59"
    assert due(con, mode="extension", zone=zone)["sale"] == "2023-11-27 12:00:00"  # 7 days in all, says the notice


def test_without_published_times_only_the_platforms_own_deadline_counts(con, orders):
    own = dt.datetime(2026, 3, 5, 12)
    orders(
        {"order_id": "told", "created_at": dt.datetime(2026, 3, 3), "collection_due_at": own, "dispatched_at": own},
        {"order_id": "late", "created_at": dt.datetime(2026, 3, 3), "collection_due_at": own},
        {"order_id": "untold", "created_at": dt.datetime(2026, 3, 3)},
    )
    build(con, "generic")
    assert set(outcome(con).values()) == {"not_applicable"}
    assert outcome(con, mode="effective") == {"told": "on_time", "late": "overdue", "untold": "not_applicable"}
    whys = dict(
        con.execute("SELECT order_id, why FROM deadlines WHERE stage = 'dispatch' AND mode = 'effective'").fetchall()
    )
    assert json.loads(whys["untold"])["not_applicable"] == "no_published_deadline"
    assert json.loads(whys["told"])["deadline"] == "platform"
