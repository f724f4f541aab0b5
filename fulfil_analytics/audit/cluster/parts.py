"""Work on a part of the data inside an executor: a store of its own, the house's own SQL, results on their way out.

A part is one partition of Spark that holds whole groups (:mod:`fulfil_analytics.audit.cluster.groups`). Its rows are
streamed into a temporary DuckDB file, so a part may be larger than the executor's memory.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fulfil_analytics.audit.cluster.shapes import arrow_schema, casts, shape, spark_schema
from fulfil_analytics.schemas import LOADED
from fulfil_analytics.sql import name

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

    from fulfil_analytics.audit.of_runs import RuleRun
    from fulfil_analytics.policy import Policy
    from fulfil_analytics.reference import CarrierBook
    from fulfil_analytics.sla.deadlines import Bounds
    from fulfil_analytics.store import Store

KEY, KIND = "part_key", "part_kind"
PACKED = "kind STRING, rows BIGINT, payload BINARY"
ROWS_A_PART = 1_000_000
LEAST_ROWS = 50_000
"""Fewer rows than this take less time than to open one more part."""
_ROWS_IN, _ROWS_OUT = 100_000, 50_000


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Where a part is worked on.

    Attributes
    ----------
    memory : str, optional
        DuckDB's memory limit of one part.
    temp : Path, optional
        Folder for temporary files, on each machine that works; by default where the system keeps them.
    tables : dict
        Small tables that each part holds whole (Arrow IPC bytes).
    """

    memory: str | None = None
    temp: Path | None = None
    tables: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    def store(self, *, threads: int | None = None) -> Store:
        """Open a temporary store, to be closed by the caller; `threads` is how many its queries may use."""
        from fulfil_analytics.store import open_store

        store = open_store(None, memory=self.memory, temp=self.temp)
        if threads is not None:
            store.con.execute(f"SET threads = {threads}")
        return store


@dataclass(frozen=True, kw_only=True)
class Kit(Desk):
    """What every executor is given for the model, the clocks and the findings.

    Attributes
    ----------
    as_of : datetime
        The moment the audit speaks for, UTC without zone.
    policy : Policy
        The policy that judges.
    carriers : CarrierBook
        The carriers.
    given : dict
        Tables that only the whole of the data tells, to stand in place of what the part would derive (Arrow IPC bytes).
    places : dict
        The tables of places (Arrow IPC bytes).
    bounds : Bounds, optional
        What the deadlines need to know of all orders.
    runs : list of RuleRun
        What became of the rules.
    """

    as_of: dt.datetime
    policy: Policy
    carriers: CarrierBook
    given: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    places: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    bounds: Bounds | None = None
    runs: Sequence[RuleRun] = ()


Step = Callable[["Store", Any], Iterable[tuple[str, str]]]
"""Works on a part; yields kinds of results and the relation that holds each."""


def parts_for(spark: SparkSession, rows: int) -> int:
    """Return into how many parts `rows` rows are best cut: one for each task that the session runs at a time.

    None holds more than about a million rows, and none is so small that opening it would take longer than its work.
    """
    try:
        cores = int(spark.sparkContext.defaultParallelism)
    except Exception:  # a session over Spark Connect does not tell
        cores = int(spark.conf.get("spark.sql.shuffle.partitions", "2") or 2)
    return max(-(-rows // ROWS_A_PART), min(cores, 1 + rows // LEAST_ROWS))


def by_part(frames: Mapping[str, DataFrame], parts: int, kit: Desk, step: Step) -> DataFrame:
    """Run `step` on each part of `frames`; rows with one key are in one part.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        Kind to rows, each with a column ``part_key``.
    parts : int
        How many parts.
    kit : Desk
        What the step needs.
    step : callable
        Runs inside the executors.

    Returns
    -------
    DataFrame
        Packed results, see :func:`unpacked`.
    """
    return run_parts(spread(frames, parts), {kind: _columns(frame) for kind, frame in frames.items()}, kit, step)


def spread(frames: Mapping[str, DataFrame], parts: int) -> DataFrame:
    """Return all rows as one table, those with one key in one partition."""
    from pyspark.sql import DataFrame
    from pyspark.sql import functions as F

    told = (frame.withColumn(KIND, F.lit(kind)) for kind, frame in frames.items())
    rows = reduce(lambda one, other: DataFrame.unionByName(one, other, allowMissingColumns=True), told)
    return rows.repartition(parts, KEY)


def run_parts(rows: DataFrame, columns: Mapping[str, tuple[str, ...]], kit: Desk, step: Step) -> DataFrame:
    """Run `step` on each partition of `rows`, which :func:`spread` made of tables with these `columns`."""
    return rows.mapInArrow(partial(_run, dict(columns), kit, step), PACKED)


def columns_of(frames: Mapping[str, DataFrame]) -> dict[str, tuple[str, ...]]:
    """Return the columns of each table, its key aside."""
    return {kind: _columns(frame) for kind, frame in frames.items()}


def _columns(frame: DataFrame) -> tuple[str, ...]:
    return tuple(column for column in frame.columns if column not in (KEY, KIND))


def unpacked(packed: DataFrame, kind: str) -> DataFrame:
    """Return the rows of one kind of results."""
    from pyspark.sql import functions as F

    return packed.where(F.col("kind") == kind).select("payload").mapInArrow(_unpack, spark_schema(shape(kind)))


def collected(packed: DataFrame, kinds: Iterable[str]) -> dict[str, pa.Table]:
    """Bring small kinds of results to the driver."""
    import pyarrow as pa
    from pyspark.sql import functions as F

    wanted = tuple(kinds)
    found: dict[str, list[pa.RecordBatch]] = {kind: [] for kind in wanted}
    for kind, payload in packed.where(F.col("kind").isin(*wanted)).select("kind", "payload").collect():
        found[kind] += _opened(payload)
    return {kind: pa.Table.from_batches(rows, arrow_schema(shape(kind))) for kind, rows in found.items()}


def ipc(table: pa.Table) -> bytes:
    """Return a table as bytes that travel with a task."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


def from_ipc(data: bytes) -> pa.Table:
    """Return the table that :func:`ipc` made bytes of."""
    import pyarrow as pa

    return pa.ipc.open_stream(data).read_all()


def _opened(payload: bytes) -> list[pa.RecordBatch]:
    return list(from_ipc(payload).to_batches())


def _unpack(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for payload in batch.column("payload"):
            yield from _opened(payload.as_py())


def _run(
    columns: dict[str, tuple[str, ...]], kit: Desk, step: Step, batches: Iterator[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    first = next((batch for batch in batches if batch.num_rows), None)
    if first is None:
        return
    with kit.store(threads=1) as store:
        for table, data in kit.tables.items():
            put(store, table, from_ipc(data))
        _take(store, columns, first, batches)
        for kind, relation in step(store, kit):
            yield from pack(store, kind, relation)


def _take(
    store: Store, columns: dict[str, tuple[str, ...]], first: pa.RecordBatch, batches: Iterator[pa.RecordBatch]
) -> None:
    """Write the rows of a part into its store, each kind into its table."""
    import pyarrow as pa
    import pyarrow.compute as pc

    waiting: dict[str, list[pa.RecordBatch]] = {kind: [] for kind in columns}

    def write(kind: str) -> None:
        if waiting[kind]:
            put(store, kind, pa.Table.from_batches(waiting[kind]))
            waiting[kind].clear()

    for kind, names in columns.items():  # a kind without rows is a table all the same
        put(store, kind, pa.schema([first.schema.field(column) for column in names]).empty_table())
    for batch in itertools.chain([first], batches):
        for kind in pc.unique(batch.column(KIND)).to_pylist():
            rows = batch.filter(pc.equal(batch.column(KIND), kind)).select(list(columns[kind]))
            waiting[kind].append(rows)
            if sum(part.num_rows for part in waiting[kind]) >= _ROWS_IN:
                write(kind)
    for kind in columns:
        write(kind)


def put(store: Store, kind: str, rows: pa.Table) -> None:
    """Add `rows` to the table of their kind; one that a store does not hold from the beginning is made."""
    table = name(f"loaded_{kind}" if kind in LOADED else kind)
    held = store.one("SELECT count(*) FROM duckdb_tables() WHERE table_name = ?", [table])
    store.con.register("incoming", rows)
    try:
        verb = f"INSERT INTO {table} BY NAME" if held else f"CREATE TABLE {table} AS"
        store.con.execute(f"{verb} SELECT * FROM incoming")
    finally:
        store.con.unregister("incoming")


def pack(store: Store, kind: str, relation: str) -> Iterator[pa.RecordBatch]:
    """Yield the rows of `relation` as packed results of a kind."""
    import pyarrow as pa

    columns = shape(kind)
    wanted = arrow_schema(columns)
    for batch in store.con.sql(casts(columns, relation)).to_arrow_reader(_ROWS_OUT):
        if batch.num_rows:
            payload = ipc(pa.Table.from_batches([batch]).cast(wanted))
            yield pa.RecordBatch.from_pydict({"kind": [kind], "rows": [batch.num_rows], "payload": [payload]})
