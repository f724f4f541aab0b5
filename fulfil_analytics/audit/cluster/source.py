"""What a Spark audit reads, wherever it comes from: the canonical tables, and how they are typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from fulfil_analytics.schemas import DERIVED, LOADED, duckdb_types
from fulfil_analytics.store.canonical import NOTE

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

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


def kind_of(inputs: Sequence[str]) -> Literal["mapping", "canonical", "exports"]:
    """Tell what the user named, by its form alone: no session is asked."""
    if len(inputs) == 1 and inputs[0].endswith(".toml"):
        return "mapping"
    if len(inputs) == 1 and (is_uri(inputs[0]) or (Path(inputs[0]) / NOTE).is_file()):
        return "canonical"
    return "exports"


def is_uri(text: str) -> bool:
    """Tell whether `text` is a place that Spark reads and no path of this machine."""
    return "://" in text or text.startswith("dbfs:")


def typed(frame: DataFrame, table: str) -> DataFrame:
    """Return `frame` with the columns and types of a canonical table; columns that are missing are not known."""
    have = {column.lower() for column in frame.columns}
    wanted = [
        f"CAST({column if column in have else 'NULL'} AS {kind}) AS {column}"
        for column, kind in types_of(table).items()
    ]
    return frame.selectExpr(*wanted)
