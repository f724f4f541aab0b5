"""Tables of the user's own lakehouse, read through a mapping file (TOML).

    [order_lines]
    from = "lake.sales.order_items"            # any table or view that the session knows
    where = "not is_test"                      # optional
    exported_at = "2026-11-16T08:00:00Z"       # optional: how far the table reaches
    [order_lines.columns]                      # canonical column = Spark SQL over the table's columns
    order_id = "cast(order_no as string)"
    created_at = "to_utc_timestamp(created, 'America/Los_Angeles')"

A canonical column that is not named is taken from the column of the same name where the table has one, and is not known
otherwise. Every row goes through the same check as one of an export; what fails is in ``quarantine``.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fulfil_analytics.audit.cluster.parts import PACKED, ipc, unpacked
from fulfil_analytics.audit.cluster.shapes import arrow_schema, shape
from fulfil_analytics.audit.cluster.source import Source, types_of
from fulfil_analytics.engines import EngineError
from fulfil_analytics.engines.spark_engine import safe
from fulfil_analytics.errors import InputError, suggest
from fulfil_analytics.schemas import LOADED, columns
from fulfil_analytics.sql import literal
from fulfil_analytics.toml import Document, read

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

KINDS = {"order_lines": "orders", "tracking_events": "tracking"}
_KEYS = ("from", "where", "exported_at", "columns")
_LINES = 1_099_000_000_000
"""Row numbers stay below 2**40: the model puts file and row into one number."""


def open_mapping(spark: SparkSession, path: Path) -> Source:
    """Open the tables that the mapping file at `path` names.

    Raises
    ------
    InputError
        A key, table or column that is not known, an expression that does not stand, a required column that is missing.
    """
    document = read(path, InputError)
    salt = secrets.token_hex(16)
    tables: dict[str, DataFrame] = {}
    aside: list[DataFrame] = []
    files: list[dict[str, Any]] = []
    for table in document.data:
        if table not in LOADED:
            raise _error(document, table, f"there is no canonical table {table}", suggest(table, LOADED))
    if "order_lines" not in document.data:
        raise InputError("no table holds the orders", file=path.name, remedy="Name it under [order_lines]")
    for table in LOADED:
        if table not in document.data:
            nothing = ", ".join(f"CAST(NULL AS {kind}) AS {column}" for column, kind in types_of(table).items())
            tables[table] = spark.sql(f"SELECT {nothing} WHERE FALSE")
            continue
        checked = _checked(_mapped(spark, document, table, salt), table)
        tables[table] = unpacked(checked, table).selectExpr("*", "TRUE AS is_current")
        aside.append(unpacked(checked, "quarantine"))
        files.append(_file(document, table, checked))
    quarantine = aside[0]
    for more in aside[1:]:
        quarantine = quarantine.union(more)
    tables["quarantine"] = quarantine
    for small, rows in (("source_files", files), ("reviews", [])):
        import pyarrow as pa

        tables[small] = spark.createDataFrame(pa.Table.from_pylist(rows, arrow_schema(shape(small))))
    return Source(tables, "hash", path.name)


def _mapped(spark: SparkSession, document: Document, table: str, salt: str) -> DataFrame:
    """Return the mapped rows with canonical columns and types, personal ones hashed."""
    said = document.data[table]
    for key in said:
        if key not in _KEYS:
            raise _error(document, table, f"unknown key {key}", suggest(key, _KEYS))
    wanted, named = types_of(table), said.get("columns", {})
    wanted.pop("is_current")
    for column in named:
        if column not in wanted:
            raise _error(document, table, f"there is no canonical column {table}.{column}", suggest(column, wanted))
    try:
        frame = spark.table(said["from"])
        if "where" in said:
            frame = frame.where(said["where"])
        have = {column.lower() for column in frame.columns}
        told = {column: named.get(column, column if column in have else None) for column in wanted}
        told["source_file"] = told["source_file"] or literal(said["from"])
        _refuse_missing(document, table, told)
        numbered = told["source_line"] is not None
        told["source_line"] = told["source_line"] or "1"
        rows = frame.selectExpr(
            *(f"CAST({_hashed(column, told[column], salt)} AS {kind}) AS {column}" for column, kind in wanted.items())
        )
        if not numbered:
            # a number that is the same in every run, by all that the row says; equal rows count on from it
            others = [column for column in wanted if column != "source_line"]
            told_apart = f"xxhash64({', '.join(others)})"
            number = f"1 + pmod({told_apart}, {_LINES}) + row_number() OVER (PARTITION BY {told_apart} ORDER BY 1) - 1"
            rows = rows.selectExpr(*others, f"CAST({number} AS BIGINT) AS source_line").select(*wanted)
        _ = rows.schema
        return rows
    except KeyError:
        raise _error(document, table, "the mapping does not say which table", 'Write: from = "schema.table"') from None
    except InputError:
        raise
    except Exception as problem:
        raise _error(document, table, safe(problem), "Look at the names and expressions of this table") from None


def _refuse_missing(document: Document, table: str, told: dict[str, str | None]) -> None:
    free = ("source_line",)
    for column in columns(LOADED[table]):
        if not column.nullable and told[column.name] is None and column.name not in free:
            raise _error(
                document,
                table,
                f"nothing gives the required column {column.name}",
                f'Write it under [{table}.columns]: {column.name} = "..."',
            )


def _hashed(column: str, expression: str | None, salt: str) -> str:
    """Return the expression, hashed with the run's own salt where the column is personal."""
    if expression is None:
        return "NULL"
    if not column.endswith("_key"):
        return f"({expression})"
    return f"sha2({literal(salt)} || CAST(({expression}) AS STRING), 256)"


def _checked(rows: DataFrame, table: str) -> DataFrame:
    from pyspark import StorageLevel

    return rows.mapInArrow(partial(_check, table), PACKED).persist(StorageLevel.DISK_ONLY)


def _check(table: str, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Check rows inside an executor; what passes and what does not go their ways packed."""
    import pyarrow as pa

    from fulfil_analytics.schemas.check import PROBLEMS, check_batches

    def told() -> Iterator[pa.RecordBatch]:
        for batch in batches:
            none = pa.array([[]] * batch.num_rows, pa.list_(pa.string()))
            yield pa.RecordBatch.from_arrays([*batch.columns, none], [*batch.schema.names, PROBLEMS])

    for checked in check_batches(LOADED[table], told()):
        for kind, frame in ((table, checked.good), ("quarantine", checked.set_aside)):
            if frame.height:
                payload = ipc(frame.select(*shape(kind)).to_arrow().cast(arrow_schema(shape(kind))))
                yield pa.RecordBatch.from_pydict({"kind": [kind], "rows": [frame.height], "payload": [payload]})


def _file(document: Document, table: str, checked: DataFrame) -> dict[str, Any]:
    """Return the ledger's row of a mapped table; this reads it for the first time."""
    said = document.data[table]
    try:
        loaded = sum(row["rows"] for row in checked.where(f"kind = {literal(table)}").select("rows").collect())
        aside = unpacked(checked, "quarantine").where("scope = 'row'")
        quarantined = aside.select("source_line", "source_file").distinct().count()
    except Exception as problem:
        raise EngineError(f"{table} cannot be read: {safe(problem)}", file=document.file) from None
    exported_at = said.get("exported_at")
    return {
        "source_file": said["from"],
        "sha256": "0" * 64,
        "bytes": 0,
        "kind": KINDS.get(table, table),
        "format": "lakehouse",
        "exported_at": None if exported_at is None else _moment(document, table, exported_at),
        "exported_by_clock": exported_at is None,
        "rows_in": loaded + quarantined,
        "rows_loaded": loaded,
        "rows_merged": 0,
        "rows_quarantined": quarantined,
        "unknown_columns": "[]",
    }


def _moment(document: Document, table: str, value: Any) -> dt.datetime:
    try:
        when = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value))
    except ValueError:
        raise _error(document, table, "exported_at is no moment", "Write it like 2026-11-16T08:00:00Z") from None
    return when.astimezone(dt.UTC).replace(tzinfo=None) if when.tzinfo else when


def _error(document: Document, table: str, what: str, remedy: str) -> InputError:
    return InputError(what, file=document.file, line=document.line_of(table), column=table, remedy=remedy)
