"""The worked examples of the pages themselves, and the dated versions of the US policy."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from fulfil_analytics.sla import build_deadlines, clocks
from tests.sla.conftest import due, insert, local, outcome, utc

LATER = dt.datetime(2027, 1, 1)

GOLDEN = {
    "2025-11-24 10:00": "2025-11-26",
    "2025-11-25 10:00": "2025-11-28",
    "2025-11-26 10:00": "2025-12-01",
    "2025-12-23 10:00": "2025-12-26",
    "2025-07-03 10:00": "2025-07-08",
    "2024-11-06 20:30": "2024-11-08",
    "2024-11-13 23:50": "2024-11-15",  # Thursday 02:50 in New York: the time-zone trap
}


def test_worked_examples_of_two_business_days(con, orders, us):
    orders(*({"order_id": day, "created_at": utc(day)} for day in GOLDEN))
    build_deadlines(con, us, LATER)
    assert due(con) == {day: f"{end} 23:59:59" for day, end in GOLDEN.items()}
    assert due(con, "rts") == due(con)


VERSIONS = [
    ("2023-10-31 12:00", None, None),
    ("2023-11-06 12:00", "2023-11", "2023-11-09"),
    ("2024-10-31 12:00", "2024", "2024-11-05"),
    ("2024-11-01 00:00", "2025", "2024-11-05"),
    ("2026-01-11 23:59:59", "2025", "2026-01-13"),
    ("2026-01-12 00:00", "2026-01-12", "2026-01-16"),
    ("2026-01-25 23:59:59", "2026-01-12", "2026-01-29"),
    ("2026-01-26 00:00", "2026-01-26", "2026-01-28"),
    ("2026-07-01 12:00", "2026-01-26", "2026-07-06"),  # Friday 07-03 is the observed holiday
]


def test_the_version_is_that_of_the_local_creation_day(con, orders, us):
    orders(*({"order_id": created, "created_at": utc(created)} for created, _, _ in VERSIONS))
    build_deadlines(con, us, LATER)
    for created, version, day in VERSIONS:
        found = next(c for c in clocks(con, created) if (c.stage, c.mode) == ("dispatch", "standard"))
        assert found.why.get("version") == version, created
        assert local(found.due_at) == (f"{day} 23:59:59" if day else None), created
        assert (found.outcome == "not_applicable") == (version is None), created
        assert found.why.get("not_applicable") == (None if version else "no_policy_line"), created


@pytest.mark.parametrize(("created", "rts_decides"), [("2026-01-09 12:00", True), ("2026-01-26 12:00", False)])
def test_since_2026_01_12_the_carriers_scan_stops_dispatch(con, orders, us, created, rts_decides):
    start = utc(created)
    soon, never_soon = start + dt.timedelta(hours=5), start + dt.timedelta(days=20)
    orders(
        {"order_id": "rts", "created_at": start, "rts_at": soon, "dispatched_at": never_soon},
        {"order_id": "none", "created_at": start, "rts_at": never_soon, "dispatched_at": never_soon},
        {"order_id": "both", "created_at": start, "rts_at": soon, "dispatched_at": soon},
    )
    build_deadlines(con, us, LATER)
    assert outcome(con) == {"rts": "on_time" if rts_decides else "late", "none": "late", "both": "on_time"}


def test_handling_time_and_pre_order_run_by_their_own_lines(con, orders, us):
    monday = {"created_at": utc("2026-02-02 12:00")}
    orders(
        {
            "order_id": "made",
            "order_type": "made_to_order",
            "handling_days": 3,
            "handling_unit": "business_day",
            **monday,
        },
        {"order_id": "calendar", "order_type": "custom", "handling_days": 6, "handling_unit": "calendar_day", **monday},
        {"order_id": "unknown", "order_type": "back_order", **monday},
        {"order_id": "pre", "order_type": "pre_order", "release_at": utc("2026-03-06 23:30"), **monday},
        {"order_id": "when", "order_type": "pre_order", **monday},
        {"order_id": "lottery", "order_type": "zero_lottery", "handling_days": 30, **monday},
    )
    build_deadlines(con, us, LATER)
    assert due(con) == {
        "made": "2026-02-06 23:59:59",  # 3 business days and 1
        "calendar": "2026-02-09 23:59:59",  # Sunday 02-08 and 1 business day
        "unknown": None,
        "pre": "2026-03-10 23:59:59",
        "when": None,
        "lottery": "2026-02-04 23:59:59",
    }
    assert due(con, "delivery")["made"] == "2026-02-12 23:59:59"
    assert due(con, "auto_cancel_rts")["made"] == "2026-02-12 23:59:59"
    reasons = {
        row[0]: json.loads(row[1]).get("not_applicable")
        for row in con.execute(
            "SELECT order_id, why FROM deadlines WHERE stage = 'dispatch' AND mode = 'standard'"
        ).fetchall()
    }
    assert reasons["unknown"] == "handling_time_unknown"
    assert reasons["when"] == "release_at_unknown"
    assert reasons["made"] is None


def test_why_names_line_source_calendar_and_the_days_skipped(con, orders, us):
    orders({"order_id": "A", "created_at": utc("2026-11-25 12:00")})
    build_deadlines(con, us, utc("2026-11-26 09:00"))
    clock = next(clock for clock in clocks(con, "A") if (clock.stage, clock.mode) == ("dispatch", "effective"))
    assert clock.why == {
        "policy": "tiktok-us",
        "version": "2026-01-26",
        "line": "dispatch-scan",
        "sources": ["U3", "U4", "U20"],
        "addresses": [
            "https://seller-us.tiktok.com/university/essay?knowledge_id=6179821974439723",
            "https://seller-us.tiktok.com/university/essay?knowledge_id=3668989549299511",
            "https://english.ebrun.com/20260113/636326.shtml",
        ],
        "confidence": "sure",
        "assessed": True,
        "start": "created_at",
        "duration": "2 business_day",
        "calendar": "us-federal",
        "skipped": ["2026-11-26", "2026-11-28", "2026-11-29"],
        "stop": "dispatch_scan_at",
    }
    assert local(clock.due_at) == "2026-11-30 23:59:59"


def test_the_table_is_the_schemas(con, orders, us):
    from fulfil_analytics.schemas import TABLES, duckdb_types

    orders({"order_id": "A", "created_at": utc("2026-11-25 12:00")})
    build_deadlines(con, us, LATER)
    described = {row[0]: row[1] for row in con.execute("DESCRIBE deadlines").fetchall()}
    assert described == duckdb_types(TABLES["deadlines"])
    TABLES["deadlines"].validate(con.sql("SELECT * FROM deadlines").pl())
    keys = con.execute("SELECT count(*), count(DISTINCT (order_id, stage, mode)) FROM deadlines").fetchone()
    assert keys == (
        20,
        20,
    )  # rts, dispatch, delivery, auto_cancel_rts, payment under four modes; nobody asked to cancel


def test_with_the_sellers_label_the_first_attempt_counts_but_not_by_express(con, orders, us):
    created, attempted = utc("2026-03-06 12:00"), utc("2026-03-16 23:59:59")  # six business days later
    after = attempted + dt.timedelta(days=2)
    facts = {"created_at": created, "dispatched_at": created, "label_by": "seller"}
    orders(
        {"order_id": "standard", "delivery_option": "Standard shipping", "received_at": after, **facts},
        {"order_id": "at the door", **facts},
        {"order_id": "express", "delivery_option": "Express shipping", "received_at": after, **facts},
        {"order_id": "platform", "received_at": after, **facts, "label_by": "platform"},
        {"order_id": "pre", "order_type": "pre_order", "release_at": created, "received_at": after, **facts},
        {"order_id": "made", "order_type": "custom", "handling_days": 1, "received_at": after, **facts},
    )
    rows = con.execute("SELECT order_id FROM orders").fetchall()
    parcels = [
        {"parcel_id": order, "order_id": order, "attempted_at": attempted, "waybill": order} for (order,) in rows
    ]
    insert(con, "journeys", parcels, events=3, covered=True, scans=2)
    build_deadlines(con, us, LATER)
    assert outcome(con, "delivery") == {
        **dict.fromkeys(("standard", "at the door", "pre", "made"), "on_time"),
        **dict.fromkeys(("express", "platform"), "late"),
    }
    why = next(c.why for c in clocks(con, "standard") if (c.stage, c.mode) == ("delivery", "standard"))
    assert why["stop"] == "attempted_at"
