"""Building the derived tables (orders, parcels, journeys, parcel_events) for one as-of moment."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from fulfil_analytics.schemas import words
from fulfil_analytics.sql import Value, fill, read_sql

if TYPE_CHECKING:
    from fulfil_analytics.reference import CarrierBook
    from fulfil_analytics.store.database import Store

_TIMES = {
    "order_lines": (
        "created_at",
        "paid_at",
        "rts_at",
        "shipped_at",
        "delivered_at",
        "cancel_requested_at",
        "cancelled_at",
        "updated_at",
    ),
    "tracking_events": ("event_at",),
}


def latest_time(store: Store) -> dt.datetime | None:
    """Return the latest time that the exports and the tracking tell of (UTC), the default as-of moment.

    Deadlines, release dates and windows lie ahead by nature and do not count.
    """
    parts = " UNION ALL ".join(
        f"SELECT greatest({', '.join(f'max({column})' for column in columns)}) AS t FROM {table}"
        for table, columns in _TIMES.items()
    )
    latest: dt.datetime | None = store.one(f"SELECT max(t) FROM ({parts})")
    return latest


def build_model(store: Store, carriers: CarrierBook, as_of: dt.datetime) -> None:
    """Derive orders, parcels, journeys and parcel_events as they were known at `as_of` (UTC, without zone)."""
    values: dict[str, Value] = {"as_of": as_of, "scan_statuses": list(words.SCAN_STATUS)}
    carriers.install(store.con)
    for table in ("parcels", "journeys", "orders"):
        store.con.execute(f"DELETE FROM {table}")
    for file in ("10_lines", "20_parcel_base", "30_journeys", "40_orders"):
        _run(store, file, values)
    carriers.check(store.con, source="(SELECT DISTINCT carrier, waybill FROM parcel_base WHERE NOT waybill_damaged)")
    _run(store, "50_parcels", values)


def _run(store: Store, file: str, values: dict[str, Value]) -> None:
    text = fill(read_sql("fulfil_analytics.store", f"model/{file}.sql"), values)
    for statement in text.split(";\n"):
        if statement.strip():
            store.con.execute(statement)
