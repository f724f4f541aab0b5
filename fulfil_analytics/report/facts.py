"""Runs the queries of the reports; one ``.sql`` file each, in ``queries/``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fulfil_analytics.sql import Value, fill, read_sql

if TYPE_CHECKING:
    import duckdb

Row = dict[str, Any]


def query(name: str, **values: Value) -> str:
    """Return the SQL of a query, its holes filled with literals."""
    return fill(read_sql("fulfil_analytics.report", f"queries/{name}.sql"), values)


def rows(con: duckdb.DuckDBPyConnection, name: str, **values: Value) -> list[Row]:
    """Return the rows of a query that gives few of them, one dict each."""
    result = con.execute(query(name, **values))
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def one(con: duckdb.DuckDBPyConnection, name: str, **values: Value) -> Row:
    """Return the only row of a query."""
    (row,) = rows(con, name, **values)
    return row
