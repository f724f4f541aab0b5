"""Raw exports on Spark: each executor reads whole files, then what is current is decided group by group.

The driver looks at the head of each file to know what it is; executors must see the files under the same paths. A file
is read by one executor from its beginning to its end, so many files of some hundred thousand rows go faster than one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial, reduce
from typing import TYPE_CHECKING

from fulfil_analytics.audit.cluster.groups import grouped
from fulfil_analytics.audit.cluster.parts import PACKED, Kit, by_part, collected, ipc, pack, put, unpacked
from fulfil_analytics.audit.cluster.shapes import arrow_schema, shape
from fulfil_analytics.audit.cluster.source import BIG, Source
from fulfil_analytics.audit.options import silent
from fulfil_analytics.schemas import LOADED

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

    from fulfil_analytics.audit.intake import Intake
    from fulfil_analytics.audit.options import Options
    from fulfil_analytics.policy import Policy
    from fulfil_analytics.privacy import Privacy
    from fulfil_analytics.sources import Recognised
    from fulfil_analytics.store import Store

_ANY = dt.datetime(1970, 1, 1)
"""Deciding what is current knows no as-of moment."""


def open_exports(spark: SparkSession, inputs: Sequence[str], options: Options, parts: int) -> Source:
    """Read the exports behind `inputs`, each file inside an executor.

    Parameters
    ----------
    inputs : sequence of str
        Files, folders or globs that the driver and all executors see under the same paths.
    options : Options
        `pii`, `dates`, `policy` and the configuration have the meaning they have on one machine.
    parts : int
        Into how many parts the rows are cut for deciding what is current.

    Raises
    ------
    InputError
        Nothing usable, or a file that cannot be read to its end.
    """
    from pyspark import StorageLevel

    from fulfil_analytics.audit.intake import choose, look
    from fulfil_analytics.policy import load_policies
    from fulfil_analytics.privacy import Privacy, load_key
    from fulfil_analytics.reference import CarrierBook
    from fulfil_analytics.resources import rules_folder
    from fulfil_analytics.store import open_store

    with open_store(None, memory=options.memory) as store:
        intake = _once(look(store.con, inputs))
        policy = choose(intake, store.con, load_policies([rules_folder() / "policies"]), options)
    privacy = Privacy(options.pii, load_key(options.config.key_file) if options.pii == "hash" else b"")
    quiet = replace(options, progress=silent, db=None)
    files = spark.range(len(intake.files), numPartitions=len(intake.files))
    packed = files.mapInArrow(partial(_read, intake, policy, quiet, privacy), PACKED)
    packed = packed.persist(StorageLevel.DISK_ONLY)
    ledger = collected(packed, ("source_files",))["source_files"]
    carriers = CarrierBook.load([rules_folder() / "carriers"])
    small = collected(packed, [table for table in LOADED if table not in BIG])
    tables = _settled(spark, packed, ledger, Kit(_ANY, policy, carriers, options.memory), parts)
    tables |= {table: spark.createDataFrame(rows) for table, rows in _settle_small(small, ledger, options).items()}
    tables["quarantine"] = unpacked(packed, "quarantine")
    tables["source_files"] = spark.createDataFrame(_ledger(tables, ledger))
    tables["reviews"] = spark.createDataFrame(arrow_schema(shape("reviews")).empty_table())
    skipped = tuple((file, why) for file, why in sorted(intake.skipped))
    return Source(tables, options.pii, ", ".join(inputs), skipped)


def _once(intake: Intake) -> Intake:
    """Leave out files of the same bytes, and tell files of one name apart, as a store does."""
    from fulfil_analytics.audit.intake import named_apart

    kept: dict[str, Recognised] = {}
    names: dict[str, str] = {}
    for item in intake.files:
        if item.source.sha256 not in kept:
            told = named_apart(item, names.get(item.source.shown))
            names[told.source.shown] = told.source.sha256
            kept[told.source.sha256] = told
    return replace(intake, files=list(kept.values()))


def _read(
    intake: Intake, policy: Policy, options: Options, privacy: Privacy, batches: Iterator[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Load files inside an executor, one after the other, each into a store of its own."""
    from fulfil_analytics.audit.intake import load_all
    from fulfil_analytics.store import open_store

    for batch in batches:
        for number in batch.column("id").to_pylist():
            with open_store(None, memory=options.memory) as store:
                store.con.execute("SET threads = 1")
                load_all(store, replace(intake, files=[intake.files[number]], skipped=[]), policy, options, privacy)
                for kind in (*LOADED, "quarantine", "source_files"):
                    yield from pack(store, kind, f"loaded_{kind}" if kind in LOADED else kind)


def _settled(spark: SparkSession, packed: DataFrame, ledger: pa.Table, kit: Kit, parts: int) -> dict[str, DataFrame]:
    """Decide which rows of orders, events, labels and returns are current."""
    from pyspark import StorageLevel

    frames = {table: unpacked(packed, table).selectExpr("*", "TRUE AS is_current") for table in BIG}
    kit = replace(kit, tables={"source_files": ipc(ledger)})
    told = by_part(grouped(spark, frames), parts, kit, settle_part).persist(StorageLevel.DISK_ONLY)
    return {table: unpacked(told, f"loaded_{table}") for table in BIG}


def settle_part(store: Store, kit: Kit) -> Iterator[tuple[str, str]]:
    """Decide which rows of a part are current: those of one order, and equal ones, are in one part."""
    from fulfil_analytics.store.load import settle_rows

    settle_rows(store, BIG)
    yield from ((f"loaded_{table}", f"loaded_{table}") for table in BIG)


def _settle_small(small: dict[str, pa.Table], ledger: pa.Table, options: Options) -> dict[str, pa.Table]:
    from fulfil_analytics.store import open_store
    from fulfil_analytics.store.load import settle_rows

    with open_store(None, memory=options.memory) as store:
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
