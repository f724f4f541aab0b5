"""Where the orders of a Spark audit come from: a canonical folder, or tables of the user's own lakehouse."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from fulfil_analytics.errors import InputError, UsageError
from fulfil_analytics.schemas import DERIVED, LOADED, duckdb_types
from fulfil_analytics.store.canonical import BESIDE, NOTE, check_note

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from fulfil_analytics.audit.options import Options

_SPARK = {
    "VARCHAR": "STRING",
    "BIGINT": "BIGINT",
    "DOUBLE": "DOUBLE",
    "BOOLEAN": "BOOLEAN",
    "TIMESTAMP": "TIMESTAMP_NTZ",
    "DATE": "DATE",
}
BIG = ("order_lines", "tracking_events", "labels", "returns")
"""Tables that are never brought to one machine."""


@dataclass(frozen=True)
class Source:
    """The canonical tables on Spark.

    Attributes
    ----------
    tables : dict of str to DataFrame
        Those that exports are loaded into, with ``is_current``, and ``source_files``, ``quarantine``, ``reviews``.
    personal_data : str
        What became of personal data on the way in.
    shown : str
        What the user named.
    skipped : tuple of (str, str)
        Files passed over, and why.
    """

    tables: dict[str, DataFrame]
    personal_data: str
    shown: str
    skipped: tuple[tuple[str, str], ...] = ()


def types_of(table: str) -> dict[str, str]:
    """Return column name to Spark type of a canonical table."""
    model = LOADED.get(table) or DERIVED[table]
    columns = {column: _SPARK[kind] for column, kind in duckdb_types(model).items()}
    return {**columns, "is_current": "BOOLEAN"} if table in LOADED else columns


def open_source(spark: SparkSession, inputs: Sequence[str], options: Options, parts: int | None) -> Source:
    """Open what the user named.

    Parameters
    ----------
    spark : SparkSession
        The session.
    inputs : sequence of str
        One canonical folder (a path or any URI that Spark reads), one mapping file (``.toml``), or raw exports that
        driver and executors see under the same paths.
    options : Options
        What loading of raw exports asks for.
    parts : int, optional
        Into how many parts rows are cut; by default as many as fit their number.

    Raises
    ------
    UsageError, InputError
        It is none of them, or does not hold what it should.
    """
    kind = kind_of(inputs)
    if kind == "mapping":
        from fulfil_analytics.audit.cluster.mapping import open_mapping

        return open_mapping(spark, Path(inputs[0]), options, parts)
    if kind == "canonical":
        return _open_folder(spark, inputs[0].rstrip("/"))
    if any(_is_uri(one) for one in inputs):
        raise UsageError(
            "of a URI only one canonical folder can be read", column="INPUT", remedy="Mount raw exports as files"
        )
    from fulfil_analytics.audit.cluster.ingest import open_exports

    return open_exports(spark, inputs, options, parts)


def kind_of(inputs: Sequence[str]) -> Literal["mapping", "canonical", "exports"]:
    """Tell what the user named, by its form alone: no session is asked."""
    if len(inputs) == 1 and inputs[0].endswith(".toml"):
        return "mapping"
    if len(inputs) == 1 and (_is_uri(inputs[0]) or (Path(inputs[0]) / NOTE).is_file()):
        return "canonical"
    return "exports"


def _is_uri(text: str) -> bool:
    return "://" in text or text.startswith("dbfs:")


def _open_folder(spark: SparkSession, folder: str) -> Source:
    note = _note(spark, folder)
    check_note(note, folder)
    tables = {}
    for table in (*LOADED, *BESIDE):
        read = spark.read.parquet(f"{folder}/{table}")
        tables[table] = typed(read, table)
    return Source(tables, str(note.get("personal_data", "hash")), folder)


def _note(spark: SparkSession, folder: str) -> dict[str, Any]:
    try:
        if not _is_uri(folder):
            text = (Path(folder) / NOTE).read_text(encoding="utf-8")
        else:
            text = "\n".join(row[0] for row in spark.read.text(f"{folder}/{NOTE}").collect())
        note: dict[str, Any] = json.loads(text)
    except Exception:  # a missing file, a store without access, something else of this name
        raise InputError(
            "this is no canonical folder",
            file=folder,
            remedy="Write one first: fulfil load INPUT... --canonical DIR",
        ) from None
    return note


def typed(frame: DataFrame, table: str) -> DataFrame:
    """Return `frame` with the columns and types of a canonical table; columns that are missing are not known."""
    have = {column.lower() for column in frame.columns}
    wanted = [
        f"CAST({column if column in have else 'NULL'} AS {kind}) AS {column}"
        for column, kind in types_of(table).items()
    ]
    return frame.selectExpr(*wanted)
