"""Columns of the tables that travel between driver and executors, and their types in DuckDB, Arrow and Spark."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from fulfil_analytics.sql import name

if TYPE_CHECKING:
    import pyarrow as pa

Shape = Mapping[str, str]
"""Column to DuckDB type."""

_CELL = ("standard", "holiday", "extension", "effective")
INTERNAL: dict[str, dict[str, str]] = {
    # what a part says of the whole
    "covered_carriers": {"carrier_key": "VARCHAR"},
    "tracking_period": {"tracking_from": "TIMESTAMP", "rows": "BIGINT"},
    "file_reach": {
        "source_file": "VARCHAR",
        "latest_at": "TIMESTAMP",
        **dict.fromkeys(
            ("has_paid", "has_shipped", "has_delivered", "has_cancelled", "has_cancel_requests"), "BOOLEAN"
        ),
    },
    "orders_known": {"first_created_at": "TIMESTAMP", "last_exported_at": "TIMESTAMP"},
    "bounds": {
        "first_created": "TIMESTAMP",
        "last_created": "TIMESTAMP",
        "last_start": "TIMESTAMP",
        "handling_days": "BIGINT",
        "paid_known": "BOOLEAN",
    },
    "reach": {
        "first_move_at": "TIMESTAMP",
        "first_event_at": "TIMESTAMP",
        "last_event_at": "TIMESTAMP",
        "tracking_until": "TIMESTAMP",
        "shop": "BOOLEAN",
        "warehouse": "BOOLEAN",
        "market": "BOOLEAN",
    },
    "used_carriers": {"carrier": "VARCHAR"},
    "used_markets": {"market": "VARCHAR"},
    # rows that are shuffled once more
    "weighed_units": {"shop": "VARCHAR", "sku": "VARCHAR", "unit_g": "DOUBLE"},
    "learned_weights": {
        "shop": "VARCHAR",
        "sku": "VARCHAR",
        "unit_g": "BIGINT",
        "least_g": "BIGINT",
        "most_g": "BIGINT",
        "parcels": "BIGINT",
    },
    "owed": {
        "order_id": "VARCHAR",
        "warehouse": "VARCHAR",
        "seller_sku": "VARCHAR",
        "place": "VARCHAR",
        "item": "VARCHAR",
        "created_at": "TIMESTAMP",
        "packed_at": "TIMESTAMP",
        "units": "BIGINT",
    },
    "scans": {
        "parcel_id": "VARCHAR",
        "waybill": "VARCHAR",
        "event_at": "TIMESTAMP",
        "place_id": "BIGINT",
        "picked_up": "BOOLEAN",
        "delivered": "BOOLEAN",
        "source_file": "VARCHAR",
        "source_line": "BIGINT",
    },
    # what rates are counted from
    "rate_cells": {
        "metric": "VARCHAR",
        **{f"v_{mode}": "BIGINT" for mode in _CELL},
        **{f"p_{mode}": "VARCHAR" for mode in _CELL},
        "first_at": "TIMESTAMP",
        "last_at": "TIMESTAMP",
        "orders": "BIGINT",
        "shop": "VARCHAR",
        "warehouse": "VARCHAR",
        "market": "VARCHAR",
    },
    "rate_days": {"day": "DATE", "orders": "BIGINT"},
    "recent_days": {"shop": "VARCHAR", "day": "DATE", "orders": "BIGINT"},
    # what a rule found, before it is judged
    "found": {"excuse": "VARCHAR", "nth_of_thing": "BIGINT", "nth_of_finding": "BIGINT"},
}

_SPARK = {
    "VARCHAR": "STRING",
    "BIGINT": "BIGINT",
    "DOUBLE": "DOUBLE",
    "BOOLEAN": "BOOLEAN",
    "TIMESTAMP": "TIMESTAMP_NTZ",
    "DATE": "DATE",
    "VARCHAR[]": "ARRAY<STRING>",
}


@cache
def shape(kind: str) -> dict[str, str]:
    """Return the columns of a table that travels: one that rules read, an output, or one of :data:`INTERNAL`."""
    from fulfil_analytics.rulebook.tables import tables
    from fulfil_analytics.schemas import DERIVED, duckdb_types

    if kind == "found":
        return {**duckdb_types(DERIVED["findings"]), **INTERNAL["found"]}
    if kind == "orders_out":
        return _orders_out()
    if kind in INTERNAL:
        return INTERNAL[kind]
    return duckdb_types(DERIVED[kind]) if kind in ("findings", "rates", "coverage", "reviews") else tables()[kind]


def _orders_out() -> dict[str, str]:
    """Return the columns of ``orders.parquet``, asked of an empty store."""
    from fulfil_analytics.audit.files import ORDERS
    from fulfil_analytics.store import open_store

    with open_store(None) as store:
        return {column: kind for column, kind, *_ in store.rows(f"DESCRIBE {ORDERS}")}


def spark_schema(columns: Shape) -> str:
    """Return `columns` as Spark's DDL."""
    return ", ".join(f"{name(column)} {_SPARK[kind]}" for column, kind in columns.items())


def casts(columns: Shape, table: str) -> str:
    """Return a SELECT of `table` with exactly these columns and types, for DuckDB."""
    return f"SELECT {', '.join(f'CAST({name(c)} AS {kind}) AS {name(c)}' for c, kind in columns.items())} FROM {table}"


def arrow_schema(columns: Shape) -> pa.Schema:
    """Return `columns` as Arrow's schema."""
    import pyarrow as pa

    kinds = {
        "VARCHAR": pa.string(),
        "BIGINT": pa.int64(),
        "DOUBLE": pa.float64(),
        "BOOLEAN": pa.bool_(),
        "TIMESTAMP": pa.timestamp("us"),
        "DATE": pa.date32(),
        "VARCHAR[]": pa.list_(pa.string()),
    }
    return pa.schema([(column, kinds[kind]) for column, kind in columns.items()])
