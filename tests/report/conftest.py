"""Fixtures of the reports' tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pytest
from report_store import ZONE, empty_store, filled_store


@pytest.fixture(scope="session")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    store = filled_store(200)
    yield store
    store.close()


@pytest.fixture
def store() -> Iterator[Callable[[int], duckdb.DuckDBPyConnection]]:
    opened: list[duckdb.DuckDBPyConnection] = []

    def make(orders: int) -> duckdb.DuckDBPyConnection:
        opened.append(filled_store(orders) if orders else empty_store())
        return opened[-1]

    yield make
    for item in opened:
        item.close()


@pytest.fixture(scope="session")
def policy() -> dict[str, Any]:
    """A policy as `Policy.model_dump()` gives it, cut short."""
    line = {
        "id": "dispatch-scan", "stage": "dispatch", "versions": ["2026-01-26"], "select": {}, "start": "created_at",
        "stop": ["dispatched_at"], "amount": 2, "unit": "business_day", "calendar": "us-federal", "handling": False,
        "cutoff": dt.time(14, 0), "amount_after_cutoff": 3, "platform_due": "collection_due_at", "assessed": True,
        "sources": ["U3", "U4"], "confidence": "sure", "note": "Met by the carrier's scan.",
    }  # fmt: skip
    made = {
        "id": "rts-made",
        "stage": "rts",
        "select": {"order_type": ["made_to_order"]},
        "handling": True,
        "amount": 0,
    }
    only = {
        "id": "auto-cancel",
        "stage": "auto_cancel_rts",
        "amount": None,
        "assessed": False,
        "confidence": "unverified",
    }
    return {
        "id": "tiktok-us",
        "title": "TikTok Shop, United States",
        "zone": ZONE,
        "holiday_reading": "closed",
        "notes": ["The pages say PST."],
        "sources": {"U4": {"title": "LDR", "address": "https://example.com/u4", "dated": "", "read": "2026-11"}},
        "versions": [{"id": "2026-01-26", "from_day": dt.date(2026, 1, 26), "until_day": None}],
        "lines": [line, {**line, **made}, {**line, **only}],
        "windows": [
            {
                "id": "single-day", "title": "Platform notice", "mode": "extension", "reason": "campaign",
                "from_at": dt.date(2026, 11, 1), "to_at": dt.date(2026, 11, 2), "stages": ["dispatch"], "market": None,
                "warehouse": None, "handover": None, "action": "fixed", "amount": None, "unit": None,
                "fixed_at": dt.datetime(2026, 11, 5, 23, 59, 59), "automatic": True, "sources": ["U4"],
            }
        ],
    }  # fmt: skip


@pytest.fixture(scope="session")
def manifest() -> dict[str, Any]:
    return {
        "fulfil_analytics": "0.1.0",
        "policy": {"id": "tiktok-us", "sha256": "c" * 64},
        "rules": [
            {
                "rule_id": "late_dispatch",
                "family": "order_handling",
                "title": {"en": "Dispatched late", "zh": "超时发货"},
                "sha256": "a" * 64,
                "parameters": {"grace_hours": 24},
            },
            {"rule_id": "untraceable_waybill", "family": "fake_shipment", "sha256": "b" * 64, "parameters": {}},
        ],
        "skipped": [{"file": "readme.txt", "why": "no format fits"}],
    }
