"""A made-up audit for the reports to speak about: all tables of the schemas, filled by one SQL file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb

from fulfil_analytics.audit.risk import write_risk
from fulfil_analytics.schemas import TABLES, create_table, duckdb_types
from fulfil_analytics.sql import fill

AS_OF = dt.datetime(2026, 11, 16, 8, 16)
ZONE = "America/Los_Angeles"


def empty_store() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    for name, table in TABLES.items():
        con.execute(create_table(name, table))
    con.execute(
        "CREATE TABLE parcel_events AS SELECT *, '' AS parcel_id, '' AS carrier, true AS is_scan FROM tracking_events"
    )
    con.execute(
        "CREATE VIEW mode_changes AS SELECT d.order_id, d.stage, d.mode, s.outcome AS outcome_standard, d.outcome, "
        "s.due_at AS due_standard, d.due_at, d.stopped_at, "
        "CASE WHEN json_valid(d.why) THEN array_to_string(json_extract_string(d.why, '$.windows[*].name'), ', ') "
        "ELSE d.why END AS changed_by "
        "FROM deadlines AS d JOIN deadlines AS s "
        "ON s.order_id = d.order_id AND s.stage = d.stage AND s.mode = 'standard' "
        "WHERE d.mode <> 'standard' AND d.outcome <> s.outcome"
    )
    return con


def filled_store(orders: int) -> duckdb.DuckDBPyConnection:
    con = empty_store()
    text = (Path(__file__).parent / "report_store.sql").read_text(encoding="utf-8")
    con.execute(fill(text, {"orders": orders, "as_of": AS_OF}))
    write_risk(con)
    return con


EVIL = '<script>alert(1)</script><img src=x onerror="alert(2)">\'"{{7*7}}</table>'


def poison(con: duckdb.DuckDBPyConnection) -> None:
    """Put markup into every free text of every table; keys that join tables get it on all sides."""
    closed = {
        "severity",
        "stage",
        "mode",
        "outcome",
        "slice",
        "status",
        "scope",
        "action",
        "unit",
        "evidence_class",
        "verdict",
        "risk",
    }
    for name, table in TABLES.items():
        texts = [column for column, kind in duckdb_types(table).items() if kind == "VARCHAR" and column not in closed]
        for column in texts:
            con.execute(f"UPDATE {name} SET {column} = {column} || ?", [EVIL])
    con.execute(
        "UPDATE parcel_events SET waybill = waybill || $1, parcel_id = parcel_id || $1, status = status || $1, "
        "city = city || $1",
        [EVIL],
    )
    con.execute(
        "UPDATE rates SET slice = "
        "CAST(to_json({'warehouse': json_extract_string(slice, '$.warehouse') || $1}) AS VARCHAR) WHERE slice <> '{}'",
        [EVIL],
    )
