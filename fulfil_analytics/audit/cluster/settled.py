"""What is current among rows that were read: decided group by group on Spark, for exports and mapped tables alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING

from fulfil_analytics.audit.cluster.groups import grouped
from fulfil_analytics.audit.cluster.parts import Desk, by_part, collected, ipc, parts_for, put, unpacked
from fulfil_analytics.audit.cluster.shapes import arrow_schema, shape
from fulfil_analytics.audit.cluster.source import BIG
from fulfil_analytics.schemas import LOADED

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

    from fulfil_analytics.store import Store


def settled(
    spark: SparkSession, packed: DataFrame, ledger: pa.Table, desk: Desk, parts: int | None = None
) -> dict[str, DataFrame]:
    """Return the canonical tables of packed rows, with ``is_current``, and those beside them.

    Parameters
    ----------
    packed : DataFrame
        Packed rows of the canonical tables and of ``quarantine``; read more than once, so it is kept.
    ledger : pyarrow.Table
        ``source_files``, with ``rows_in`` counted.
    desk : Desk
        What each part may use.
    parts : int, optional
        Into how many parts the rows are cut; by default as many as fit their number.

    Raises
    ------
    RuntimeError
        A row was lost.
    """
    if parts is None:
        import pyarrow.compute as pc

        parts = parts_for(spark, pc.sum(ledger["rows_in"]).as_py() or 0)
    packed = packed.coalesce(parts)  # many small files need no task each, time and again
    small = collected(packed, [table for table in LOADED if table not in BIG])
    tables = _big(spark, packed, replace(desk, tables={"source_files": ipc(ledger)}), parts)
    tables |= {table: spark.createDataFrame(rows) for table, rows in _small(small, ledger, desk).items()}
    tables["quarantine"] = unpacked(packed, "quarantine")
    tables["source_files"] = spark.createDataFrame(_ledger(tables, ledger))
    tables["reviews"] = spark.createDataFrame(arrow_schema(shape("reviews")).empty_table())
    return tables


def _big(spark: SparkSession, packed: DataFrame, desk: Desk, parts: int) -> dict[str, DataFrame]:
    """Decide which rows of orders, events, labels and returns are current."""
    from pyspark import StorageLevel

    aside = StorageLevel.DISK_ONLY  # each of them is read time and again
    read = {table: unpacked(packed, table).persist(aside) for table in BIG}
    frames = {table: rows.selectExpr("*", "TRUE AS is_current") for table, rows in read.items()}
    told = by_part(grouped(spark, frames), parts, desk, settle_part).persist(aside)
    return {table: unpacked(told, f"loaded_{table}").persist(aside) for table in BIG}


def settle_part(store: Store, desk: Desk) -> Iterator[tuple[str, str]]:
    """Decide which rows of a part are current: those of one order, and equal ones, are in one part."""
    from fulfil_analytics.store.load import settle_rows

    settle_rows(store, BIG)
    yield from ((f"loaded_{table}", f"loaded_{table}") for table in BIG)


def _small(small: dict[str, pa.Table], ledger: pa.Table, desk: Desk) -> dict[str, pa.Table]:
    from fulfil_analytics.store.load import settle_rows

    with desk.store() as store:
        put(store, "source_files", ledger)
        for table, rows in small.items():
            put(store, table, rows.append_column("is_current", [[True] * rows.num_rows]) if rows.num_rows else rows)
        settle_rows(store, tuple(small))
        return {table: store.con.sql(f"SELECT * FROM loaded_{table}").to_arrow_table() for table in small}


def _ledger(tables: dict[str, DataFrame], ledger: pa.Table) -> pa.Table:
    """Return the ledger with what became of every row; refuse to go on when one was lost."""
    import pyarrow as pa
    from pyspark.sql import DataFrame

    every = reduce(DataFrame.union, (tables[table].select("source_file", "is_current") for table in LOADED))
    counts = {(row[0], row[1]): row[2] for row in every.groupBy("source_file", "is_current").count().collect()}
    aside = tables["quarantine"].where("scope = 'row' AND source_line > 0").select("source_file", "source_line")
    refused = dict(tuple(row) for row in aside.distinct().groupBy("source_file").count().collect())
    files = ledger.to_pylist()
    for file in files:
        shown = file["source_file"]
        file["rows_loaded"], file["rows_merged"] = counts.get((shown, True), 0), counts.get((shown, False), 0)
        file["rows_quarantined"] = refused.get(shown, 0)
        if file["rows_in"] != file["rows_loaded"] + file["rows_merged"] + file["rows_quarantined"]:
            raise RuntimeError(f"{shown}: {file['rows_in']} rows in are not the rows loaded, merged and quarantined")
    return pa.Table.from_pylist(files, ledger.schema)
