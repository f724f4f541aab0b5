"""Windows: whom they cover, what they add, and under which mode."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from fulfil_analytics.errors import InputError
from fulfil_analytics.sla import build_deadlines
from tests.sla.conftest import due, outcome, utc

LATER = utc("2026-03-01 00:00")
CREATED = utc("2026-02-02 12:00")  # Monday; standard: Wednesday 02-04
SPAN = {"from_at": utc("2026-02-02 00:00"), "to_at": utc("2026-02-03 23:59:59")}
ADD = {"action": "add", "amount": 1, "unit": "business_day", "opted_in": True, "reason": "campaign", **SPAN}


def modes(con, order_id="A", stage="dispatch"):
    return [
        (due(con, stage, mode)[order_id] or "none").removesuffix(" 23:59:59").removeprefix("2026-")
        for mode in ("standard", "holiday", "extension", "effective")
    ]


CHANGES = [
    ({}, ["02-04", "02-04", "02-05", "02-05"]),
    ({"reason": "holiday"}, ["02-04", "02-05", "02-05", "02-05"]),
    ({"reason": None}, ["02-04", "02-04", "02-05", "02-05"]),
    ({"mode": "force_majeure", "reason": "ticket"}, ["02-04", "02-04", "02-04", "02-05"]),
    ({"opted_in": False}, ["02-04", "02-04", "02-04", "02-04"]),
    ({"opted_in": None}, ["02-04", "02-04", "02-04", "02-04"]),
    ({"opted_in": None, "automatic": True}, ["02-04", "02-04", "02-05", "02-05"]),
    ({"mode": "holiday", "reason": "holiday"}, ["02-04", "02-04", "02-04", "02-04"]),  # closed: no relief
    ({"amount": 3}, ["02-04", "02-04", "02-09", "02-09"]),  # over the weekend
    ({"amount": 3, "unit": "calendar_day"}, ["02-04", "02-04", "02-07", "02-07"]),
    ({"amount": 24, "unit": "hour"}, ["02-04", "02-04", "02-05", "02-05"]),
    ({"amount": 12, "unit": "hour"}, ["02-04", "02-04", "02-05 11:59:59", "02-05 11:59:59"]),
    ({"action": "replace", "amount": 4}, ["02-04", "02-04", "02-06", "02-06"]),
    ({"action": "replace", "amount": 6, "unit": "calendar_day"}, ["02-04", "02-04", "02-08", "02-08"]),
    ({"action": "replace", "amount": 96, "unit": "hour"}, ["02-04", "02-04", "02-06 12:00:00", "02-06 12:00:00"]),
    ({"action": "replace", "amount": 1}, ["02-04", "02-04", "02-04", "02-04"]),  # never earlier than standard
    ({"action": "fixed", "fixed_at": utc("2026-02-10 18:00")}, ["02-04", "02-04", *["02-10 18:00:00"] * 2]),
    ({"action": "fixed", "fixed_at": utc("2026-02-03 18:00")}, ["02-04", "02-04", "02-04", "02-04"]),
    ({"stage": "dispatch"}, ["02-04", "02-04", "02-05", "02-05"]),
    ({"stage": "delivery"}, ["02-04", "02-04", "02-04", "02-04"]),
]


def test_what_a_window_does_under_each_mode(con, orders, windows, us):
    """Each case has a warehouse of its own, so that all are one build."""
    orders(*({"order_id": str(n), "created_at": CREATED, "warehouse": f"W{n}"} for n in range(len(CHANGES))))
    windows(*(ADD | {"warehouse": f"W{n}"} | change for n, (change, _) in enumerate(CHANGES)))
    build_deadlines(con, us, LATER)
    for number, (change, expected) in enumerate(CHANGES):
        assert modes(con, str(number)) == expected, change
        rts = ["02-04"] * 4 if change.get("stage") == "dispatch" else expected
        assert modes(con, str(number), "rts") == rts, change


@pytest.mark.parametrize(
    ("change", "covers"),
    [
        ({"market": "US", "warehouse": "LA", "handover": "pickup"}, True),
        ({"market": "GB"}, False),
        ({"warehouse": "NJ"}, False),
        ({"handover": "dropoff"}, False),
    ],
)
def test_a_window_covers_whom_it_selects(con, orders, windows, us, change, covers):
    orders({"order_id": "A", "created_at": CREATED, "warehouse": "LA", "handover": "pickup"})
    windows(ADD | change)
    build_deadlines(con, us, LATER)
    assert modes(con) == ["02-04", "02-04", *(["02-05"] if covers else ["02-04"]) * 2]


def test_both_ends_are_inclusive_to_the_second(con, orders, windows, us):
    created = ["2026-02-01 23:59:59", "2026-02-02 00:00:00", "2026-02-03 23:59:59", "2026-02-04 00:00:00"]
    orders(*({"order_id": moment, "created_at": utc(moment)} for moment in created))
    windows(ADD)
    build_deadlines(con, us, LATER)
    standard, extended = due(con), due(con, mode="extension")
    assert [standard[moment] != extended[moment] for moment in created] == [False, True, True, False]


def test_an_order_without_the_selected_column_is_not_covered(con, orders, windows, us):
    orders({"order_id": "A", "created_at": CREATED, "warehouse": None})
    windows(ADD | {"warehouse": "LA"})
    build_deadlines(con, us, LATER)
    assert modes(con) == ["02-04"] * 4


def test_of_several_windows_the_latest_deadline_counts_and_none_adds_to_another(con, orders, windows, us):
    orders({"order_id": "A", "created_at": CREATED})
    windows(ADD, ADD | {"name": "V", "amount": 2}, ADD | {"name": "F", "mode": "force_majeure", "amount": 4})
    build_deadlines(con, us, LATER)
    assert modes(con) == ["02-04", "02-04", "02-06", "02-10"]
    why = con.execute("SELECT why FROM deadlines WHERE stage = 'dispatch' AND mode = 'effective'").fetchone()[0]
    applied = {window["name"]: window["effect"] for window in json.loads(why)["windows"]}
    assert applied == {"W": "add 1 business_day", "V": "add 2 business_day", "F": "add 4 business_day"}


def test_an_extension_turns_late_into_on_time_in_its_modes_only(con, orders, windows, us):
    orders({"order_id": "A", "created_at": CREATED, "dispatched_at": utc("2026-02-05 23:59:59")})
    windows(ADD)
    build_deadlines(con, us, LATER)
    found = [outcome(con, mode=mode)["A"] for mode in ("standard", "holiday", "extension", "effective")]
    assert found == ["late", "late", "on_time", "on_time"]


def test_the_notices_of_the_policy_file_apply_without_any_input(con, orders, us):
    orders(
        {"order_id": "A", "created_at": utc("2023-11-16 12:00")},
        {"order_id": "B", "created_at": utc("2023-11-13 12:00")},
    )
    build_deadlines(con, us, LATER)
    assert due(con) == {"A": "2023-11-21 23:59:59", "B": "2023-11-16 23:59:59"}
    assert due(con, mode="extension") == {"A": "2023-11-22 23:59:59", "B": "2023-11-16 23:59:59"}
    assert due(con, mode="holiday") == due(con)


@pytest.mark.parametrize(
    ("change", "column", "says"),
    [
        ({"to_at": utc("2026-02-01 00:00")}, "to", "ends before it starts"),
        ({"amount": None}, "amount", "how much time"),
        ({"unit": None}, "unit", "how much time"),
        ({"action": "fixed"}, "fixed_at", "without a time"),
        ({"mode": "holiday", "to_at": utc("2026-02-01 00:00")}, "to", "ends before it starts"),
    ],
)
def test_a_window_that_cannot_be_meant_is_refused_with_its_place(con, orders, windows, us, change, column, says):
    orders({"order_id": "A", "created_at": CREATED})
    windows(ADD, ADD | change | {"name": "secret name", "source_line": 7})
    with pytest.raises(InputError) as caught:
        build_deadlines(con, us, LATER)
    assert caught.value.place() == f"windows.csv:7, {column}"
    assert says in str(caught.value)
    assert caught.value.remedy
    assert "secret" not in str(caught.value)


HOLIDAY = {"mode": "holiday", "reason": "holiday", "from_at": utc("2026-02-03 08:00"), "to_at": utc("2026-02-04 20:00")}
LINES = """
[[line]]
id = "days"
stage = "dispatch"
stop = ["dispatched_at"]
amount = 2
unit = "business_day"
calendar = "week"
[[line]]
id = "hours"
stage = "rts"
stop = ["rts_at"]
amount = 30
unit = "hour"
[[line]]
id = "delivery"
stage = "delivery"
stop = ["received_at"]
amount = 3
unit = "calendar_day"
"""


def test_under_the_buffer_reading_days_of_the_sellers_holiday_do_not_count(con, orders, windows, policy):
    orders(
        {"order_id": "before", "created_at": CREATED},
        {"order_id": "inside", "created_at": utc("2026-02-04 09:00")},
        {"order_id": "after", "created_at": utc("2026-02-05 09:00")},
    )
    windows(HOLIDAY)
    build_deadlines(con, policy(LINES, reading="buffer"), LATER)
    assert modes(con, "before") == ["02-04", "02-06", "02-04", "02-06"]
    assert modes(con, "inside") == ["02-06", "02-06", "02-06", "02-06"]
    assert modes(con, "after") == ["02-09", "02-09", "02-09", "02-09"]
    # an hour deadline moves by 24 h a day
    assert modes(con, "before", "rts")[:2] == ["02-03 18:00:00", "02-05 18:00:00"]
    assert modes(con, "inside", "rts")[:2] == ["02-05 15:00:00", "02-06 15:00:00"]
    assert modes(con, "after", "rts")[:2] == ["02-06 15:00:00", "02-06 15:00:00"]
    assert modes(con, "before", "delivery")[0] == modes(con, "before", "delivery")[1]  # blank stage: rts and dispatch
    why = con.execute(
        "SELECT why FROM deadlines WHERE order_id = 'before' AND stage = 'dispatch' AND mode = 'holiday'"
    ).fetchone()[0]
    assert json.loads(why)["closed"] == ["2026-02-03", "2026-02-04"]


def test_under_the_closed_reading_they_do(con, orders, windows, policy):
    orders({"order_id": "A", "created_at": CREATED})
    windows(HOLIDAY)
    build_deadlines(con, policy(LINES), LATER)
    assert modes(con) == ["02-04"] * 4
    assert modes(con, stage="rts") == ["02-03 18:00:00"] * 4


def test_a_notice_gives_no_deadline_to_a_clock_that_nobody_saw_start(con, orders, windows, policy):
    """Hours from a payment whose time no export tells: neither late nor on time, whatever date a notice fixes."""
    made = policy(
        '[[line]]\nid = "rts"\nstage = "rts"\nstart = "paid_at"\nstop = ["rts_at"]\namount = 48\nunit = "hour"\n'
    )
    at = utc("2026-03-02 10:00")
    orders({"order_id": "A", "created_at": at, "rts_at": at + dt.timedelta(days=9)})
    windows(
        {"from_at": at, "to_at": at, "reason": "holiday", "action": "fixed", "fixed_at": at + dt.timedelta(days=3),
         "automatic": True}
    )  # fmt: skip
    build_deadlines(con, made, at + dt.timedelta(days=20))
    for mode in ("standard", "holiday", "extension", "effective"):
        assert outcome(con, "rts", mode) == {"A": "not_applicable"}
