"""The other markets: the same machine, other files."""

from __future__ import annotations

import datetime as dt
import json

import pytest

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
    build(con, "tiktok-sg")
    assert set(outcome(con).values()) == {"not_applicable"}
    assert outcome(con, mode="effective") == {"told": "on_time", "late": "overdue", "untold": "not_applicable"}
    whys = dict(
        con.execute("SELECT order_id, why FROM deadlines WHERE stage = 'dispatch' AND mode = 'effective'").fetchall()
    )
    assert json.loads(whys["untold"])["not_applicable"] == "no_published_deadline"
    assert json.loads(whys["told"])["deadline"] == "platform"


PAID = dt.datetime(2026, 3, 3, 9, 30)
HOUR = dt.timedelta(hours=1)
SECOND = dt.timedelta(seconds=1)


@pytest.mark.parametrize(
    ("stage", "hours", "order"),
    [
        ("rts", 48, {"market": "US", "paid_at": PAID}),
        ("rts", 72, {"market": "VN", "paid_at": PAID}),
        ("rts", 48, {"market": "US", "is_cod": True, "created_at": PAID}),
        ("rts", 72, {"market": "TH", "is_cod": True, "created_at": PAID}),
        ("dispatch", 72, {"market": "US", "paid_at": PAID}),
        ("dispatch", 72, {"market": "ID", "is_cod": True, "created_at": PAID, "paid_at": PAID + 240 * HOUR}),
        ("collection", 24, {"market": "US", "paid_at": PAID - HOUR, "rts_at": PAID}),
        ("auto_cancel_rts", 72 + 48, {"market": "US", "paid_at": PAID}),
        ("auto_cancel_rts", 72 + 48, {"market": "PH", "is_cod": True, "created_at": PAID}),
        ("cancellation_answer", 48, {"market": "US", "paid_at": PAID, "cancel_requested_at": PAID}),
        ("payment", 48, {"market": "US", "created_at": PAID, "order_status": "unpaid"}),
    ],
)
def test_the_hours_of_the_starting_articles(con, orders, stage, hours, order):
    """Met at the last second, missed one second later; under every mode, as no window is in force."""
    stop = {
        "rts": "rts_at", "dispatch": "dispatched_at", "collection": "dispatched_at", "auto_cancel_rts": "dispatched_at",
        "cancellation_answer": "cancelled_at", "payment": "paid_at",
    }[stage]  # fmt: skip
    base = {"created_at": PAID - HOUR, **order}
    orders(
        {**base, "order_id": "kept", stop: PAID + hours * HOUR},
        {**base, "order_id": "missed", stop: PAID + hours * HOUR + SECOND},
    )
    build(con, "generic")
    for mode in ("standard", "holiday", "extension", "effective"):
        assert outcome(con, stage, mode) == {"kept": "on_time", "missed": "late"}
    if stage == "auto_cancel_rts":
        [why] = con.execute(
            "SELECT DISTINCT why FROM deadlines WHERE stage = ? AND mode = 'standard' AND order_id = 'kept'", [stage]
        ).fetchone()
        assert json.loads(why)["after"] == "dispatch"


def test_the_articles_say_nothing_of_an_order_whose_payment_time_is_unknown(con, orders):
    orders({"order_id": "A", "created_at": PAID, "rts_at": PAID + 400 * HOUR})
    build(con, "generic")
    assert outcome(con) == outcome(con, "rts") == {"A": "not_applicable"}
    [why] = con.execute("SELECT why FROM deadlines WHERE stage = 'rts' AND mode = 'standard'").fetchone()
    assert json.loads(why)["not_applicable"] == "paid_at_unknown"


def test_the_articles_read_holiday_mode_as_a_buffer(con, orders, windows):
    orders({"order_id": "A", "created_at": PAID, "paid_at": PAID, "dispatched_at": PAID + 96 * HOUR})
    windows({"mode": "holiday", "from_at": dt.datetime(2026, 3, 5), "to_at": dt.datetime(2026, 3, 5, 23)})
    build(con, "generic")
    assert outcome(con) == {"A": "late"}
    assert outcome(con, mode="holiday") == outcome(con, mode="effective") == {"A": "on_time"}
    assert due(con, "auto_cancel_rts", "standard", "UTC") == {"A": "2026-03-08 09:30:00"}
    # what follows the dispatch deadline moves with it
    assert due(con, "auto_cancel_rts", "holiday", "UTC") == {"A": "2026-03-09 09:30:00"}


OWN_TIME = [
    "tiktok-th",
    "tiktok-vn",
    "tiktok-uk",
    "tiktok-es",
    "tiktok-de",
    "tiktok-jp",
    "tiktok-cross-border",
    "generic",
]


@pytest.mark.parametrize("policy_id", OWN_TIME)
def test_a_pre_order_is_not_judged_by_the_time_of_regular_orders(con, orders, policy_id):
    """Its own time stands on no page and in no export: only the platform's deadline counts."""
    day = dt.timedelta(days=1)
    common = {"created_at": dt.datetime(2026, 8, 3, 3), "paid_at": dt.datetime(2026, 8, 3, 3), "rts_at": None}
    due = {"rts_due_at": common["created_at"] + 20 * day, "collection_due_at": common["created_at"] + 20 * day}
    orders(
        {"order_id": "regular", **common},
        {"order_id": "pre", "order_type": "pre_order", **common},
        {"order_id": "told", "order_type": "pre_order", "handover": "pickup", "is_cod": True, **common, **due},
    )
    build(con, policy_id)
    for mode, told in (("standard", "not_applicable"), ("effective", "overdue")):
        assert outcome(con, mode=mode) == {"regular": "overdue", "pre": "not_applicable", "told": told}, mode
    counted = con.execute(
        "SELECT DISTINCT stage FROM deadlines WHERE order_id = 'pre' AND outcome = 'overdue' AND stage <> 'payment'"
    ).fetchall()
    assert counted == []


def test_vietnams_hours_are_those_of_orders_that_tiktok_ships(con, orders):
    created = utc("2026-03-04 13:00", "Asia/Ho_Chi_Minh")
    orders(*({"order_id": f"{by}", "label_by": by, "created_at": created} for by in ("platform", "seller", None)))
    build(con, "tiktok-vn")
    for stage in ("dispatch", "auto_cancel_rts", "auto_cancel_collection"):
        assert outcome(con, stage) == {"platform": "overdue", "seller": "not_applicable", "None": "overdue"}, stage


def test_the_black_friday_notice_of_2023_ends_with_november(con, orders):
    zone = "Asia/Shanghai"
    add(orders, zone, "2023-11-30 23:59:59", "2023-12-01 00:00:00", handover="pickup")
    build(con, "tiktok-cross-border")
    assert due(con, mode="extension", zone=zone) == {
        "2023-11-30 23:59:59": "2023-12-03 23:59:59",  # 3 days in all, says the notice
        "2023-12-01 00:00:00": "2023-12-03 00:00:00",
    }


def test_across_the_border_cancellations_are_enforced_from_a_tenth_on():
    policy = load_policy(rules_folder() / "policies" / "tiktok-cross-border.toml")
    metric = policy.metric("seller_fault_cancellation_rate", dt.date(2026, 3, 1))
    assert (metric.target, metric.enforce) == (0.025, 0.1)
