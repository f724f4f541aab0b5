"""The small worlds of examples: tables written as text become Arrow tables with every column of the schema."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fulfil_analytics.errors import suggest
from fulfil_analytics.rulebook.header import Example
from fulfil_analytics.rulebook.model import Rule
from fulfil_analytics.rulebook.tables import required, tables

if TYPE_CHECKING:
    import pyarrow as pa

_WORDS = {"true": True, "false": False}
_READERS: dict[str, Callable[[str], Any]] = {
    "VARCHAR": str,
    "BIGINT": int,
    "DOUBLE": float,
    "TIMESTAMP": dt.datetime.fromisoformat,
    "DATE": dt.date.fromisoformat,
}


def world(rule: Rule, number: int, needed: set[str]) -> dict[str, pa.Table]:
    """Return the tables of example `number` of `rule`; `needed` tables that it does not give are empty.

    Raises
    ------
    RuleError
        A table that is no table, an unknown column, a cell that is not of its column's type.
    """
    example = rule.examples[number]
    given = {**rule.header.given, **example.tables}
    rows = {table: _rows(rule, number, table, text) for table, text in given.items()}
    if rule.grain == "parcel" and "orders" not in rows and "parcels" in rows:
        rows["orders"] = _orders_of(rows["parcels"])
    wanted = needed | set(rows) | set(rule.frame.tables) | set(rule.header.join)
    return {table: _arrow(table, rows.get(table, [])) for table in sorted(wanted)}


def _rows(rule: Rule, number: int, table: str, text: str) -> list[dict[str, Any]]:
    def error(what: str, remedy: str) -> Exception:
        return rule.error(f"{table}: {what}", f"example.{number}", remedy=remedy)

    types = tables()[table]
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines() if line.strip()]
    if not lines:
        raise error("the table has no header", "Write the column names, a | between them")
    header = lines[0]
    for column in header:
        if column not in types:
            raise error(f"there is no column {column}", suggest(column, types))
    rows = []
    for line in lines[1:]:
        if len(line) != len(header):
            raise error(f"a row has {len(line)} cells, the header {len(header)}", "Give every row as many cells")
        row: dict[str, Any] = {}
        for column, cell in zip(header, line, strict=True):
            try:
                row[column] = _value(cell, types[column])
            except ValueError:
                raise error(f"{column} holds something that is not a {types[column]}", "Mend the cell") from None
        rows.append(_filled(table, row, rule.examples[number]))
    return rows


def _value(cell: str, kind: str) -> Any:
    if not cell:
        return None
    if kind == "BOOLEAN":
        if cell.lower() not in _WORDS:
            raise ValueError(cell)
        return _WORDS[cell.lower()]
    return _READERS[kind](cell)


def _filled(table: str, row: dict[str, Any], example: Example) -> dict[str, Any]:
    """Put something sensible where the schema allows no null and the example says nothing."""
    for column in required(table):
        if row.get(column) is None:
            row[column] = _filler(table, column, row, example)
    return row


def _filler(table: str, column: str, row: dict[str, Any], example: Example) -> Any:
    kind = tables()[table][column]
    if kind == "BOOLEAN":
        return False
    if kind == "TIMESTAMP":
        return example.as_of - dt.timedelta(days=10)
    if kind in ("BIGINT", "DOUBLE"):
        return 1 if column == "source_line" else 0
    if column in ("order_id", "waybill"):
        return row.get("parcel_id") or row.get("order_id") or "X"
    return {"source_file": "orders.csv", "sha256": "0" * 64, "why": "{}"}.get(column, "x")


def _orders_of(parcels: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a plain order for each order that the parcels name."""
    example = Example(name="filler", flags=())
    return [
        _filled("orders", {"order_id": order_id}, example) for order_id in dict.fromkeys(p["order_id"] for p in parcels)
    ]


def _arrow(table: str, rows: list[dict[str, Any]]) -> pa.Table:
    import pyarrow as pa

    arrow = {
        "VARCHAR": pa.string(),
        "BIGINT": pa.int64(),
        "DOUBLE": pa.float64(),
        "BOOLEAN": pa.bool_(),
        "TIMESTAMP": pa.timestamp("us"),
        "DATE": pa.date32(),
    }
    return pa.table(
        {column: pa.array([row.get(column) for row in rows], arrow[kind]) for column, kind in tables()[table].items()}
    )
