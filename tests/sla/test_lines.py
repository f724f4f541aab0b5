"""What a line can say beside its length: capacity, value bands, limits of handling time and of extensions."""

from __future__ import annotations

import datetime as dt
import json

from fulfil_analytics.policy import load_policy
from fulfil_analytics.sla import build_deadlines
from tests.sla.conftest import due, utc

LATER = utc("2026-05-01 12:00")
MONDAY = utc("2026-04-06 08:00")
MINUTE = dt.timedelta(minutes=1)
CAPACITY = """
id = "mine"
title = "Mine"
base = "tiktok-us"
[capacity]
orders_a_day = 2
per = "{per}"
sources = []
confidence = "sure"
"""


def laid(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return load_policy(path)


def test_orders_above_capacity_have_one_more_business_day(con, orders, us, tmp_path):
    rows = [{"order_id": f"{n}", "created_at": MONDAY + n * MINUTE, "shop": "S"} for n in range(4)]
    orders(
        *rows,
        {"order_id": "other shop", "created_at": MONDAY + 9 * MINUTE, "shop": "T"},
        {"order_id": "next day", "created_at": MONDAY + dt.timedelta(days=1), "shop": "S"},
        {"order_id": "fbt", "created_at": MONDAY - MINUTE, "shop": "S", "platform_fulfilled": True},
        {"order_id": "made", "created_at": MONDAY + 8 * MINUTE, "shop": "S", "order_type": "made_to_order",
         "handling_days": 5,         "handling_unit": "business_day"},
    )  # fmt: skip
    build_deadlines(con, laid(tmp_path, CAPACITY.format(per="shop")), LATER)
    found = due(con)
    wednesday, thursday = "2026-04-08 23:59:59", "2026-04-09 23:59:59"
    assert [found[key] for key in ("0", "1", "2", "3")] == [wednesday, wednesday, thursday, thursday]
    assert (found["other shop"], found["next day"]) == (wednesday, thursday)
    assert found["made"] == "2026-04-14 23:59:59"  # its own line, no bonus on top
    build_deadlines(con, us, LATER)
    assert due(con)["3"] == wednesday  # nobody stated a capacity


def test_capacity_of_each_warehouse(con, orders, tmp_path):
    orders(
        *(
            {"order_id": f"{w}{n}", "created_at": MONDAY + n * MINUTE, "shop": "S", "warehouse": w}
            for w in "AB"
            for n in range(3)
        )
    )
    build_deadlines(con, laid(tmp_path, CAPACITY.format(per="warehouse")), LATER)
    found = due(con)
    assert {key for key, moment in found.items() if moment == "2026-04-09 23:59:59"} == {"A2", "B2"}


BANDS = """
[[value_band]]
id = "cheap"
currency = "USD"
below_cents = 10000
[[value_band]]
id = "dear"
currency = "USD"
from_cents = 10000
[[line]]
id = "cheap"
stage = "dispatch"
select = { value_band = ["cheap"] }
stop = ["dispatched_at"]
amount = 168
unit = "hour"
[[line]]
id = "dear"
stage = "dispatch"
select = { value_band = ["dear"] }
stop = ["dispatched_at"]
amount = 336
unit = "hour"
"""


def test_a_line_for_orders_of_a_value(con, orders, policy):
    values = {
        "zero": (0, "USD"),
        "below": (9999, "USD"),
        "at": (10000, "USD"),
        "euro": (10000, "EUR"),
        "unknown": (None, None),
    }
    orders(
        *({"order_id": k, "created_at": MONDAY, "order_amount_cents": c, "currency": m} for k, (c, m) in values.items())
    )
    build_deadlines(con, policy(BANDS), LATER)
    week, fortnight = "2026-04-13 08:00:00", "2026-04-20 08:00:00"
    assert due(con) == {"zero": week, "below": week, "at": fortnight, "euro": None, "unknown": None}


HANDLING = """
[[line]]
id = "made"
stage = "dispatch"
stop = ["dispatched_at"]
handling = true
handling_min = 3
handling_max = 7
amount = 0
unit = "business_day"
calendar = "week"
"""


def test_handling_time_counts_within_its_limits(con, orders, policy):
    orders(
        *(
            {"order_id": str(n), "created_at": MONDAY, "handling_days": n, "handling_unit": "business_day"}
            for n in (1, 3, 7, 9)
        )
    )
    orders({"order_id": "unknown", "created_at": MONDAY})
    build_deadlines(con, policy(HANDLING), LATER)
    least, most = "2026-04-09 23:59:59", "2026-04-15 23:59:59"
    assert due(con) == {"1": least, "3": least, "7": most, "9": most, "unknown": None}


CAPPED = """
[[line]]
id = "dispatch"
stage = "dispatch"
stop = ["dispatched_at"]
amount = 2
unit = "business_day"
calendar = "week"
extension_cap = 3
"""


def test_windows_give_no_more_than_the_cap(con, orders, windows, policy):
    span = {"from_at": MONDAY - MINUTE, "to_at": MONDAY + MINUTE, "automatic": True, "unit": "business_day"}
    windows(
        {**span, "name": "small", "action": "add", "amount": 2, "warehouse": "A"},
        {**span, "name": "large", "action": "add", "amount": 9, "warehouse": "B"},
        {
            **span,
            "name": "fixed",
            "action": "fixed",
            "fixed_at": utc("2026-04-30 12:00"),
            "amount": None,
            "unit": None,
            "warehouse": "C",
        },
    )
    orders(*({"order_id": w, "created_at": MONDAY, "warehouse": w} for w in "ABCD"))
    build_deadlines(con, policy(CAPPED), LATER)
    assert due(con, mode="effective") == {
        "A": "2026-04-10 23:59:59",
        "B": "2026-04-13 23:59:59",
        "C": "2026-04-13 23:59:59",
        "D": "2026-04-08 23:59:59",
    }
    assert set(due(con).values()) == {"2026-04-08 23:59:59"}


def test_windows_stack_where_the_policy_says_so(con, orders, windows, tmp_path):
    span = {
        "from_at": MONDAY - MINUTE,
        "to_at": MONDAY + MINUTE,
        "automatic": True,
        "action": "add",
        "stage": "dispatch",
    }
    windows(
        {**span, "name": "holiday", "reason": "holiday", "amount": 1, "unit": "business_day"},
        {**span, "name": "campaign", "reason": "campaign", "amount": 2, "unit": "business_day"},
        {**span, "name": "flood", "mode": "force_majeure", "reason": "ticket", "amount": 3, "unit": "business_day"},
        {**span, "name": "hours", "reason": "ticket", "amount": 30, "unit": "hour"},
    )
    orders({"order_id": "A", "created_at": MONDAY})
    text = 'id = "mine"\ntitle = "Mine"\nbase = "tiktok-us"\n'
    days = {}
    for stacking in ("latest", "sum"):
        build_deadlines(con, laid(tmp_path, f'{text}stacking = "{stacking}"\n'), LATER)
        days[stacking] = [due(con, mode=m)["A"][:10] for m in ("standard", "holiday", "extension", "effective")]
    assert days["latest"] == ["2026-04-08", "2026-04-09", "2026-04-10", "2026-04-13"]
    assert days["sum"] == ["2026-04-08", "2026-04-09", "2026-04-13", "2026-04-16"]
    why = json.loads(
        con.execute("SELECT why FROM deadlines WHERE stage = 'dispatch' AND mode = 'effective'").fetchone()[0]
    )
    assert {window["name"] for window in why["windows"]} == {"holiday", "campaign", "flood", "hours"}
