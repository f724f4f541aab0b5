"""What a table model is, and how it becomes a DuckDB table.

Conventions of every table:

* identifiers are text, always; times are UTC ``TIMESTAMP`` without zone, to the second or finer;
* money is in hundredths of the currency unit (``_cents``), weight in grams (``_g``), both whole numbers;
* a column that ends in ``_key`` is a keyed hash of something personal (or the value itself with ``--pii keep``);
* a nullable column that is null means "not known"; it never means zero or no.
"""

from __future__ import annotations

from functools import cache
from inspect import get_annotations
from typing import Any, NamedTuple

import pandera.polars as pa
import polars as pl

_DUCKDB = {
    "String": "VARCHAR",
    "Int64": "BIGINT",
    "Float64": "DOUBLE",
    "Boolean": "BOOLEAN",
    "Datetime": "TIMESTAMP",
    "Date": "DATE",
}


class Table(pa.DataFrameModel):
    """Base of all tables: unknown columns are an error, column order is the model's."""

    class Config:
        """Pandera's settings."""

        strict = True
        coerce = False


class Column(NamedTuple):
    """A column as the rest of the house needs it."""

    name: str
    duckdb: str
    nullable: bool
    description: str
    personal: str
    key: bool


def col(description: str, *, required: bool = False, key: bool = False, personal: str = "", **checks: Any) -> Any:
    """Describe a column; `personal` names what kind of personal data its source held (``name``, ``phone``, ...)."""
    return pa.Field(
        nullable=not (required or key), description=description, metadata={"key": key, "personal": personal}, **checks
    )


@cache
def columns(table: type[Table]) -> tuple[Column, ...]:
    """Return the columns of `table` in order: those of the tables it extends first."""
    # read from the class: pandera's schema, which says the same, is made only of the tables whose rows are checked
    return tuple(
        Column(
            name,
            _DUCKDB[kind.__name__],
            field.nullable,
            field.description or "",
            (field.metadata or {}).get("personal", ""),
            (field.metadata or {}).get("key", False),
        )
        for model in reversed(table.__mro__)
        if issubclass(model, Table)
        for name, kind in get_annotations(model).items()
        for field in (vars(model)[name],)
    )


def duckdb_types(table: type[Table]) -> dict[str, str]:
    """Return column name to DuckDB type, in order."""
    return {column.name: column.duckdb for column in columns(table)}


def key_of(table: type[Table]) -> tuple[str, ...]:
    """Return the columns that identify a row (may be empty)."""
    return tuple(column.name for column in columns(table) if column.key)


def create_table(name: str, table: type[Table], *, temporary: bool = False, replace: bool = False) -> str:
    """Return the ``CREATE TABLE`` text of `table` (no constraints: the check on the way in enforces them)."""
    body = ",\n  ".join(f"{column} {kind}" for column, kind in duckdb_types(table).items())
    kind = "TEMPORARY TABLE" if temporary else "TABLE"
    verb = "CREATE OR REPLACE" if replace else "CREATE"
    return f"{verb} {kind} {name} (\n  {body}\n)"


TIME = pl.Datetime
"""Annotation of a UTC time, microseconds, without zone."""
