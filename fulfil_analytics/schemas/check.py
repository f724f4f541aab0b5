"""The check on the way in: pandera models on batches; what fails is set aside with a reason, the rest is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import polars as pl
from pandera.errors import SchemaErrors

from fulfil_analytics.privacy import shape_of
from fulfil_analytics.schemas.base import Table, columns

if TYPE_CHECKING:
    import pyarrow as pa

BATCH = 100_000
"""Rows that are checked at a time."""
PROBLEMS = "_problems"
"""Name of the list column in which the sources report cells they could not read: ``column|reason|shape``."""

REASONS = {
    "not_nullable": "missing",
    "isin": "unknown_word",
    "str_matches": "bad_form",
    "greater_than_or_equal_to": "out_of_range",
    "less_than_or_equal_to": "out_of_range",
}
"""Pandera check to stable reason code."""

_SETS_ASIDE = ("source_file", "source_line", "column_name", "scope", "reason", "found")


class Checked(NamedTuple):
    """A batch after the check.

    Attributes
    ----------
    good : polars.DataFrame
        Rows of the model, cells that failed set to null.
    set_aside : polars.DataFrame
        Rows for the quarantine table: one a failed cell or row.
    rows_rejected : int
        Rows of the batch that are not in `good`.
    """

    good: pl.DataFrame
    set_aside: pl.DataFrame
    rows_rejected: int


def check_batches(table: type[Table], batches: Iterable[pa.RecordBatch]) -> Iterator[Checked]:
    """Check record batches that hold the columns of `table` and a list column ``_problems``.

    A failure in a column that may be null costs the cell, a failure in a required column or in the row as a whole costs
    the row. Nothing else is lost, and every loss is in `set_aside`.
    """
    required = [column.name for column in columns(table) if not column.nullable]
    for frame in _gathered(batches):
        yield _check(table, frame, required)


def _gathered(batches: Iterable[pa.RecordBatch]) -> Iterator[pl.DataFrame]:
    """Yield frames of :data:`BATCH` rows and more: DuckDB hands out fewer, and each check costs much before a row."""
    import pyarrow as pa

    held: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        held.append(batch)
        rows += batch.num_rows
        if rows >= BATCH:
            yield pl.DataFrame(pa.Table.from_batches(held))
            held, rows = [], 0
    if held:
        yield pl.DataFrame(pa.Table.from_batches(held))


def _check(table: type[Table], frame: pl.DataFrame, required: list[str]) -> Checked:
    rows = frame.drop(PROBLEMS).with_row_index("_row")
    known = set(rows.columns)
    reported = _reported(frame, required, known)
    found = pl.concat([reported, _failures(table, rows, reported)])
    rejected = found.filter(pl.col("scope") == "row")["_row"].unique()
    kept = rows.filter(~pl.col("_row").is_in(rejected.implode())) if len(rejected) else rows
    good = _without_cells(kept, found)
    set_aside = found.join(rows.select("_row", "source_file", "source_line"), on="_row").select(*_SETS_ASIDE)
    return Checked(good.drop("_row"), set_aside, len(rejected))


def _reported(frame: pl.DataFrame, required: list[str], known: set[str]) -> pl.DataFrame:
    """Return what the sources could not read, one row a cell."""
    parts = pl.col(PROBLEMS).str.split("|")
    name = parts.list.get(0)
    return (
        frame.select(PROBLEMS)
        .with_row_index("_row")
        .filter(pl.col(PROBLEMS).list.len() > 0)
        .explode(PROBLEMS)
        .filter(pl.col(PROBLEMS).is_not_null())
        .select(
            "_row",
            pl.when(name.is_in(list(known))).then(name).alias("column_name"),
            pl.when(name.is_in(required) | ~name.is_in(list(known)))
            .then(pl.lit("row"))
            .otherwise(pl.lit("cell"))
            .alias("scope"),
            parts.list.get(1).alias("reason"),
            parts.list.get(2, null_on_oob=True).alias("found"),
        )
    )


def _failures(table: type[Table], rows: pl.DataFrame, reported: pl.DataFrame) -> pl.DataFrame:
    """Return what pandera refuses and the sources had not reported already, one row a cell."""
    try:
        table.validate(rows.drop("_row"), lazy=True)
        return reported.clear()
    except SchemaErrors as errors:
        cases: pl.DataFrame = errors.failure_cases
    if cases.filter(pl.col("index").is_null()).height:
        raise RuntimeError(f"the canonical SELECT does not fit {table.__name__}: {sorted(set(cases['check']))}")
    nullable = [column.name for column in columns(table) if column.nullable]
    return (
        cases.select(
            pl.col("index").cast(pl.UInt32).alias("_row"),
            pl.col("column").alias("column_name"),
            pl.when(pl.col("column").is_in(nullable)).then(pl.lit("cell")).otherwise(pl.lit("row")).alias("scope"),
            pl.col("check").str.extract(r"^(\w+)").replace_strict(REASONS, default="refused").alias("reason"),
            pl.col("failure_case").map_elements(shape_of, return_dtype=pl.String, skip_nulls=True).alias("found"),
        )
        .join(reported, on=["_row", "column_name"], how="anti")
        .unique(["_row", "column_name"], keep="first", maintain_order=True)
    )


def _without_cells(rows: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Set the cells that failed to null."""
    cells = found.filter(pl.col("scope") == "cell")
    for name in cells["column_name"].unique().drop_nulls().sort():
        bad = cells.filter(pl.col("column_name") == name)["_row"].implode()
        rows = rows.with_columns(pl.when(~pl.col("_row").is_in(bad)).then(pl.col(name)).alias(name))
    return rows
