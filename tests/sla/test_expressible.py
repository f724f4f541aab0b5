"""What a policy file can say: each selector, clock key, window key and metric key turns an outcome.

Numbers in the names of tests are those of the list of what a policy file must be able to express.
"""

from __future__ import annotations

import datetime as dt
import json

import pytest

from fulfil_analytics.policy.parts import Selector
from fulfil_analytics.sla import build_deadlines
from tests.sla.conftest import due, insert, made, outcome

MONDAY = dt.datetime(2026, 3, 2, 18)  # 10:00 in Los Angeles
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
LATER = dt.datetime(2026, 6, 1)
SOURCE = {"source_file": "x.csv", "source_line": 2}


# ----------------------------------------------------------------------------------------------------- 2: selectors

SELECTORS = {
    "market": ("CA", {"market": "CA"}),
    "origin": ("cross_border", {"warehouse": "abroad"}),
    "shop": ("Second shop", {"shop": "Second shop"}),
    "order_type": ("custom", {"order_type": "custom"}),
    "handover": ("dropoff", {"handover": "dropoff"}),
    "label_by": ("seller", {"label_by": "seller"}),
    "delivery_option": ("Express", {"delivery_option": "Express"}),
    "service_level": ("3 days", {"service_level": "3 days"}),
    "warehouse": ("Reno", {"warehouse": "Reno"}),
    "warehouse_state": ("KED", {"warehouse": "north"}),
    "state": ("Hawaii", {"state": "Hawaii"}),
    "category": ("Furniture", {"_category": ["Shoes", "Furniture"]}),
    "carrier": ("slow-post", {"_carrier": "slow-post"}),
    "is_cod": (True, {"is_cod": True}),
    "is_sample": (True, {"is_sample": True}),
    "pickup_point": (True, {"pickup_point": True}),
    "platform_fulfilled": (True, {"platform_fulfilled": True}),
    "above_capacity": (True, {"created_at": MONDAY + 10 * HOUR}),
    "value_band": ("large", {"order_amount_cents": 100_000}),
}


def test_2_every_selector_chooses_another_line(con, tmp_path):
    """One working day by default, nine where the selector fits: each order fits one line and stops in between."""
    assert set(SELECTORS) == set(Selector.__args__)
    lines = """
        [capacity]
        orders_a_day = 17
        sources = ["X"]
        confidence = "sure"
        [[value_band]]
        id = "large"
        currency = "USD"
        from_cents = 100000
        [[line]]
        id = "default"
        stage = "dispatch"
        stop = ["dispatched_at"]
        includes = ["platform_fulfilled"]
        amount = 1
        unit = "business_day"
        calendar = "week"
    """
    for selector, (value, _) in SELECTORS.items():
        lines += f"""
        [[line]]
        id = "by-{selector.replace("_", "-")}"
        stage = "dispatch"
        select = {{ {selector} = [{json.dumps(value)}] }}
        stop = ["dispatched_at"]
        includes = ["platform_fulfilled"]
        amount = 9
        unit = "business_day"
        calendar = "week"
        """
    base = {
        "created_at": MONDAY, "market": "US", "warehouse": "home", "currency": "USD", "order_amount_cents": 99_999,
        "order_status": "shipped", "dispatched_at": MONDAY + 5 * DAY, "order_type": "normal", **SOURCE,
    }  # fmt: skip
    orders = [{**base, **facts, "order_id": selector} for selector, (_, facts) in SELECTORS.items()]
    orders.append({**base, "order_id": "none"})
    insert(con, "orders", [{k: v for k, v in o.items() if k[0] != "_"} for o in orders], lines=1)
    houses = {"home": ("US", "CA"), "abroad": ("CN", "GD"), "north": ("US", "KED"), "Reno": (None, None)}
    insert(con, "warehouses", [{"warehouse": w, "country": c, "state": s, **SOURCE} for w, (c, s) in houses.items()])
    goods = [(o["order_id"], c) for o in orders for c in o.get("_category", ["Shoes"])]
    insert(
        con, "order_lines", [{"order_id": o, "product_category": c, "created_at": MONDAY, **SOURCE} for o, c in goods]
    )
    sent = [{"parcel_id": o["order_id"], "order_id": o["order_id"], "carrier": o.get("_carrier")} for o in orders]
    insert(con, "parcels", sent, waybill="1", **SOURCE)
    build_deadlines(con, made(tmp_path, lines), LATER)
    found = outcome(con)
    assert found.pop("none") == "late"
    assert found == dict.fromkeys(SELECTORS, "on_time")


def test_2_origin_tells_an_overseas_warehouse_from_a_domestic_one(con, tmp_path, orders):
    lines = "".join(
        f"""
        [[line]]
        id = "{origin.replace("_", "-")}"
        stage = "dispatch"
        select = {{ origin = ["{origin}"] }}
        stop = ["dispatched_at"]
        amount = {days}
        unit = "business_day"
        calendar = "week"
        """
        for origin, days in (("domestic", 1), ("overseas_warehouse", 2), ("cross_border", 3))
    )
    orders(
        {"order_id": "near", "created_at": MONDAY, "warehouse": "Dallas"},
        {"order_id": "far", "created_at": MONDAY, "warehouse": "Shenzhen"},
        {"order_id": "home", "created_at": MONDAY, "warehouse": "Shenzhen", "market": "CN"},
        {"order_id": "unknown", "created_at": MONDAY},
    )
    insert(
        con,
        "warehouses",
        [{"warehouse": "Dallas", "country": "US"}, {"warehouse": "Shenzhen", "country": "CN"}],
        **SOURCE,
    )
    build_deadlines(con, made(tmp_path, lines, 'seller_country = "CN"'), LATER)
    days = {order: at and at[8:10] for order, at in due(con).items()}
    assert days == {"near": "04", "far": "05", "home": "03", "unknown": None}


# ------------------------------------------------------------------------------ 3, 4, 5, 7: clock, duration, calendar

CLOCKS = {
    # name: (keys of the line, those before | never left out; times of the order; outcome, turned without the keys)
    "start": ('start = "paid_at"', {"paid_at": 2 * DAY, "stop": 3 * DAY}, "on_time"),
    "start_else": ('start = "paid_at"\nstart_else = "release_at"', {"release_at": 2 * DAY, "stop": 3 * DAY}, "on_time"),
    "stop_first_event": ('stop = ["first_event_at"]', {"stop": 3 * DAY, "event": 5 * HOUR}, "on_time"),
    "stop_first_scan": ('stop = ["first_scan_at"]', {"stop": 3 * DAY, "event": 5 * HOUR}, "on_time"),
    "stop_attempted": ('stop = ["attempted_at"]', {"stop": 3 * DAY, "event": 5 * HOUR}, "on_time"),
    "proof": ('stop = ["rts_at"]|proof = ["dispatched_at"]', {"stop": 5 * HOUR}, "on_time"),
    "grace": ("grace_minutes = 480", {"stop": 1 * DAY + 20 * HOUR}, "on_time"),
    "unit": ('unit = "hour"\namount = 3', {"stop": 5 * HOUR}, "late"),
    "calendar_day": ('unit = "calendar_day"\namount = 5', {"stop": 4 * DAY}, "on_time"),
    "rounding_exact": ('rounding = "exact"', {"stop": 1 * DAY + HOUR}, "late"),
    "rounding_end_of_day": ('unit = "hour"\namount = 3\nrounding = "end_of_day"', {"stop": 30 * HOUR}, "late"),
    "due_time": ("due_time = 09:00:00", {"stop": 1 * DAY}, "late"),
    "cutoff": ("cutoff = 09:00:00\namount_after_cutoff = 2", {"stop": 2 * DAY}, "on_time"),
    "day_0_next": ('day_0 = "next_business_day"', {"created_at": 5 * DAY, "stop": 8 * DAY}, "on_time"),
    "day_0_counts": ('day_0 = "counts"', {"stop": DAY}, "late"),
    "handling": ("handling = true", {"handling_days": 3, "stop": 4 * DAY}, "on_time"),
    "handling_max": ("handling = true|handling_max = 1", {"handling_days": 9, "stop": 4 * DAY}, "late"),
    "handling_min": ("handling = true|handling_min = 4", {"handling_days": 1, "stop": 4 * DAY}, "on_time"),
    "handling_default": ("handling = true\nhandling_default = 4", {"stop": 4 * DAY}, "on_time"),
    "fixed_at": ("fixed_at = 2026-03-05T12:00:00", {"stop": 2 * DAY}, "on_time"),
    "platform_due": ('platform_due = "collection_due_at"', {"collection_due_at": 4 * DAY, "stop": 3 * DAY}, "on_time"),
    "after": ('after = "rts"', {"stop": 4 * DAY}, "on_time"),
    "calendar_holiday": ('calendar = "closed"', {"stop": 2 * DAY}, "on_time"),
    "calendar_works": ('calendar = "open"', {"created_at": 4 * DAY, "stop": 7 * DAY}, "late"),
    "priority": ("priority = -1", {"stop": 3 * DAY}, "on_time"),
}  # fmt: skip


@pytest.mark.parametrize("said", [True, False], ids=["with the key", "without"])
def test_3_4_5_every_key_of_a_clock_turns_an_outcome(con, tmp_path, orders, said):
    text = """
        [calendar.closed]
        rest_weekdays = ["sat", "sun"]
        add = [2026-03-03]
        sources = ["X"]
        confidence = "sure"
        [calendar.open]
        rest_weekdays = ["sat", "sun"]
        remove = [2026-03-07]
        sources = ["X"]
        confidence = "sure"
        [[line]]
        id = "rts"
        stage = "rts"
        stop = ["rts_at"]
        amount = 3
        unit = "business_day"
        calendar = "week"
        [[line]]
        id = "everybody"
        stage = "dispatch"
        stop = ["dispatched_at"]
        amount = 4
        unit = "business_day"
        calendar = "week"
    """
    plain = {
        "stop": 'stop = ["dispatched_at"]',
        "amount": "amount = 1",
        "unit": 'unit = "business_day"',
        "calendar": 'calendar = "week"',
    }
    for name, (pair, _, _) in CLOCKS.items():
        kept, _, key = pair.rpartition("|")
        keys = f"{kept}\n{key}" if said else kept
        own = {line.split(" = ")[0] for line in keys.split("\n")}
        rest = [] if "fixed_at" in own else [line for key, line in plain.items() if key not in own]
        if "fixed_at" in own:
            rest = [plain["stop"]]
        text += "\n".join(
            [
                "[[line]]",
                f'id = "{name.replace("_", "-")}"',
                'stage = "dispatch"',
                f'select = {{ shop = ["{name}"] }}',
                *rest,
                keys,
                "",
            ]
        )
    moved = ("paid_at", "release_at", "collection_due_at", "created_at")
    for name, (_, facts, _) in CLOCKS.items():
        times = {key: MONDAY + facts[key] for key in moved if key in facts}
        stop = {"dispatched_at": MONDAY + facts["stop"]}
        handling = {key: facts[key] for key in ("handling_days",) if key in facts}
        orders({"order_id": name, "shop": name, "created_at": MONDAY, **times, **stop, **handling})
    events = [(name, MONDAY + facts["event"]) for name, (_, facts, _) in CLOCKS.items() if "event" in facts]
    seen = ("first_event_at", "first_scan_at", "attempted_at")
    insert(
        con,
        "journeys",
        [{"parcel_id": order, "order_id": order, **dict.fromkeys(seen, at)} for order, at in events],
        waybill="1", covered=True, events=1, scans=1,
    )  # fmt: skip
    build_deadlines(con, made(tmp_path, text), LATER)
    other = {"on_time": "late", "late": "on_time"}
    expected = {name: wanted if said else other[wanted] for name, (_, _, wanted) in CLOCKS.items()}
    found = {name: "late" if how == "overdue" else how for name, how in outcome(con, mode="effective").items()}
    assert found == expected


def test_7_every_stage_has_its_clock_and_says_whether_it_is_assessed(con, tmp_path, orders):
    """Stages of the seller's, of the platform's cancelling, and of a refund."""
    stages = {
        "rts": ("created_at", "rts_at"),
        "dispatch": ("created_at", "dispatched_at"),
        "collection": ("rts_at", "dispatched_at"),
        "delivery": ("dispatched_at", "received_at"),
        "auto_cancel_rts": ("created_at", "rts_at"),
        "auto_cancel_collection": ("rts_at", "dispatched_at"),
        "auto_cancel_delivery": ("dispatched_at", "received_at"),
        "cancellation_answer": ("cancel_requested_at", "cancelled_at"),
        "payment": ("created_at", "paid_at"),
        "refund_answer": ("refund_requested_at", "refunded_at"),
        "fast_dispatch": ("created_at", "dispatched_at"),
    }
    text = "".join(
        f"""
        [[line]]
        id = "{stage.replace("_", "-")}"
        stage = "{stage}"
        start = "{start}"
        stop = ["{stop}"]
        amount = 30
        unit = "hour"
        assessed = {"true" if stage == "rts" else "false"}
        """
        for stage, (start, stop) in stages.items()
    )
    after = {"paid_at": DAY, "rts_at": 2 * DAY, "dispatched_at": 3 * DAY, "received_at": 5 * DAY}
    orders(
        {
            "order_id": "A",
            "created_at": MONDAY,
            "cancel_requested_at": MONDAY,
            **{k: MONDAY + v for k, v in after.items()},
        }
    )
    insert(con, "returns", [{"order_id": "A", "requested_at": MONDAY, "refunded_at": MONDAY + 29 * HOUR}], **SOURCE)
    build_deadlines(con, made(tmp_path, text), LATER)
    found = dict(con.execute("SELECT stage, outcome_standard FROM deadline_modes").fetchall())
    assert found == {
        "rts": "late", "dispatch": "late", "collection": "on_time", "delivery": "late", "auto_cancel_rts": "late",
        "auto_cancel_collection": "on_time", "auto_cancel_delivery": "late", "cancellation_answer": "overdue",
        "payment": "on_time", "refund_answer": "on_time", "fast_dispatch": "late",
    }  # fmt: skip
    whys = con.execute("SELECT stage, why FROM deadlines WHERE mode = 'standard'").fetchall()
    assert {stage for stage, why in whys if json.loads(why)["assessed"]} == {"rts"}


# ------------------------------------------------------------------------------------------------------- 1, 6: dating


def test_1_a_version_supersedes_an_earlier_one(con, tmp_path, orders):
    text = """
        [[version]]
        id = "v2"
        title = "The next"
        from = 2026-03-03
        supersedes = "v1"
        sources = ["X"]
        confidence = "sure"
        [[line]]
        id = "old"
        stage = "dispatch"
        stop = ["dispatched_at"]
        amount = 1
        unit = "calendar_day"
        [[line]]
        id = "new"
        versions = ["v2"]
        stage = "dispatch"
        stop = ["dispatched_at"]
        amount = 5
        unit = "calendar_day"
    """
    policy = made(tmp_path, text)
    assert policy.versions[0].until_day == dt.date(2026, 3, 2)
    for name, created in (("before", MONDAY), ("after", MONDAY + DAY)):
        orders({"order_id": name, "created_at": created, "dispatched_at": created + 3 * DAY})
    build_deadlines(con, policy, LATER)
    assert outcome(con) == {"before": "late", "after": "on_time"}


def test_6_a_notice_holds_for_an_area_and_for_who_opted_in_in_time(con, tmp_path, orders):
    base = """
        [[line]]
        id = "dispatch"
        stage = "dispatch"
        stop = ["dispatched_at"]
        amount = 1
        unit = "business_day"
        calendar = "week"
    """
    notice = """
        [[window]]
        id = "{id}"
        title = "{id}"
        mode = "{mode}"
        reason = "campaign"
        from = 2026-03-02
        to = 2026-03-02
        market = "{market}"
        action = "add"
        amount = 5
        unit = "business_day"
        proof = "Notice 7"
        {more}
    """
    deadline = "opt_in_until = 2026-02-20"
    notices = [
        ("in-time", "extension", "US", f"opted_in_at = 2026-02-20T23:59:59\n{deadline}"),
        ("too-late", "extension", "CA", f"opted_in_at = 2026-02-21\n{deadline}"),
        ("never", "extension", "MX", deadline),
        ("to-an-area", "force_majeure", "GB", 'states = ["Kent"]\nautomatic = true'),
        ("from-an-area", "force_majeure", "FR", 'warehouse_states = ["TX"]\nautomatic = true'),
    ]
    text = base + "".join(notice.format(id=i, mode=m, market=c, more=more) for i, m, c, more in notices)
    done = {"created_at": MONDAY, "dispatched_at": MONDAY + 3 * DAY}
    orders(
        {**done, "order_id": "in time", "market": "US"},
        {**done, "order_id": "too late", "market": "CA"},
        {**done, "order_id": "never", "market": "MX"},
        {**done, "order_id": "to Kent", "market": "GB", "state": "Kent"},
        {**done, "order_id": "to Essex", "market": "GB", "state": "Essex"},
        {**done, "order_id": "from Texas", "market": "FR", "warehouse": "Dallas"},
        {**done, "order_id": "from Ohio", "market": "FR", "warehouse": "Akron"},
    )
    insert(con, "warehouses", [{"warehouse": "Dallas", "state": "TX"}, {"warehouse": "Akron", "state": "OH"}], **SOURCE)
    build_deadlines(con, made(tmp_path, text), LATER)
    assert set(outcome(con).values()) == {"late"}
    given = {order for order, found in outcome(con, mode="effective").items() if found == "on_time"}
    assert given == {"in time", "to Kent", "from Texas"}
    [why] = con.execute("SELECT why FROM deadlines WHERE order_id = 'in time' AND mode = 'extension'").fetchone()
    assert json.loads(why)["windows"][0]["proof"] == "Notice 7"
