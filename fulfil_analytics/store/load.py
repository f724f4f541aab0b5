"""Loading one recognised file: checked in batches, all or nothing, written into the ledger."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from fulfil_analytics.errors import FulfilError, InputError, StoreError, disk_trouble, memory_trouble
from fulfil_analytics.privacy import struck
from fulfil_analytics.schemas import LOADED, duckdb_types, key_of
from fulfil_analytics.sql import literal, read_sql, run_script

if TYPE_CHECKING:
    import pyarrow as pa

    from fulfil_analytics.schemas.check import Checked
    from fulfil_analytics.sources import Recognised, Rows
    from fulfil_analytics.store.database import Store
    from fulfil_analytics.store.phones import PhoneNumbers
    from fulfil_analytics.store.turns import Lane


@dataclass(frozen=True)
class Loaded:
    """What became of one file.

    Attributes
    ----------
    source_file : str
        The file, as shown.
    kind : str
        orders, tracking, ...
    already : bool
        The store held these bytes before; nothing was changed.
    """

    source_file: str
    kind: str
    already: bool


@dataclass(frozen=True)
class Ready:
    """The rows of a small file, read and checked before their turn to be written came.

    Attributes
    ----------
    rows : Rows
        What was read; closed, but it still tells its table, its zone and how many they were.
    checked : list of Checked
        What the check made of them.
    exported_at : datetime
        When the file was exported, UTC without zone.
    """

    rows: Rows
    checked: list[Checked]
    exported_at: dt.datetime


class Latest:
    """The latest of some times of the rows that pass by.

    Attributes
    ----------
    at : datetime, optional
        It, UTC without zone; none when no row has such a time.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self.at: dt.datetime | None = None

    def watch(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Yield `batches` as they are."""
        import pyarrow.compute as pc

        for batch in batches:
            times = [pc.max(batch.column(name)).as_py() for name in self._names]
            self.at = max((time for time in (self.at, *times) if time is not None), default=None)
            yield batch


def read_file(reader: duckdb.DuckDBPyConnection, rows: Rows) -> Ready:
    """Read and check all rows of a small file; nothing is written."""
    from fulfil_analytics.schemas.check import BATCH, check_batches

    latest = Latest(rows.moments)
    # by way of a table: a relation is planned twice, and of a small file the plan is what costs
    reader.execute(f"CREATE OR REPLACE TEMP TABLE fa_read AS {rows.select}")
    try:
        with closing(reader.sql("FROM fa_read").to_arrow_reader(BATCH)) as stream:
            checked = list(check_batches(LOADED[rows.table], latest.watch(stream)))
    finally:
        reader.execute("DROP TABLE fa_read")
    return Ready(rows, checked, rows.exported_at(latest.at))


def load_file(
    store: Store,
    recognised: Recognised,
    rows: tuple[duckdb.DuckDBPyConnection, Rows] | Callable[[], Ready],
    phones: PhoneNumbers | None = None,
    lane: Lane | None = None,
) -> Loaded:
    """Load one file into its table; on any trouble the store stays as it was.

    Parameters
    ----------
    store : Store
        An open store.
    recognised : Recognised
        What the file is.
    rows : (connection, Rows) or callable
        Its canonical rows, opened by :func:`fulfil_analytics.sources.open_rows`, with the connection they were opened
        with: a cursor of the store's, as reading and writing go on side by side. Or what gives a file read before.
    phones : PhoneNumbers, optional
        Takes phone numbers out of the waybills; absent, they stay.
    lane : Lane, optional
        Where other files are loaded beside this one; the store's own connection otherwise.

    Raises
    ------
    InputError
        The file changed while it was read.
    CancelledError
        A file before this one in `lane` could not be loaded.
    """
    from fulfil_analytics.schemas.check import BATCH, check_batches

    source, con = recognised.source, lane.con if lane else store.con
    if con.execute("SELECT source_file FROM source_files WHERE sha256 = ?", [source.sha256]).fetchone() is not None:
        if lane:
            lane.turns.wait(lane.place)
            lane.turns.done(lane.place)
        return Loaded(source.shown, recognised.format.kind, already=True)
    con.begin()
    try:
        if callable(rows):
            read = rows()
            _insert(con, read.rows, read.checked, phones)
            source.refuse_change()
            _ledger(con, recognised, read.rows, read.exported_at)
        else:
            reader, told = rows
            latest = Latest(told.moments)
            with closing(reader.sql(told.select).to_arrow_reader(BATCH)) as stream:  # open, it would hold the reader
                checks = check_batches(LOADED[told.table], latest.watch(stream))
                _insert(con, told, _watched(checks, lane), phones)
            source.refuse_change()
            _ledger(con, recognised, told, told.exported_at(latest.at))
        if lane:
            lane.turns.wait(lane.place)
        con.commit()
    except duckdb.Error as problem:
        # the engine's own words may quote a row: they stay here
        _roll_back(con)
        if lane:
            lane.turns.go_on(lane.place)  # what failed may be what was cancelled
        raise _translated(problem, source.shown, store) from None
    except BaseException:
        _roll_back(con)
        raise
    if lane:
        lane.turns.done(lane.place)
    return Loaded(source.shown, recognised.format.kind, already=False)


def _watched(checks: Iterable[Checked], lane: Lane | None) -> Iterator[Checked]:
    for checked in checks:
        if lane:
            lane.turns.go_on(lane.place)
        yield checked


def _roll_back(con: duckdb.DuckDBPyConnection) -> None:
    """Undo what was begun; a commit that failed has been undone already."""
    with contextlib.suppress(duckdb.Error):
        con.rollback()


def _translated(problem: duckdb.Error, shown: str, store: Store) -> FulfilError:
    trouble, full = disk_trouble(problem), memory_trouble(problem)
    if trouble:
        return StoreError(
            f"the store cannot be written: {trouble}",
            file=str(store.path),
            remedy="Make room, or give more with --memory; nothing of the file was taken",
        )
    if full is not None:
        return StoreError(full[0], file=shown, remedy=f"{full[1]}; nothing of the file was taken")
    return InputError(
        f"cannot be read to its end ({type(problem).__name__})",
        file=shown,
        remedy="Wait until it is written completely, or export it again; nothing of it was taken",
    )


def _insert(con: duckdb.DuckDBPyConnection, rows: Rows, checks: Iterable[Checked], phones: PhoneNumbers | None) -> None:
    """Stream checked rows into ``loaded_<table>``, and what failed into ``quarantine``."""
    import polars as pl
    import pyarrow as pa

    names = ", ".join(duckdb_types(LOADED[rows.table]))
    insert = f"INSERT INTO loaded_{rows.table} BY NAME SELECT {names}, TRUE AS is_current FROM incoming"
    set_aside: list[pa.Table] = []

    def good() -> Iterator[pa.RecordBatch]:
        for checked in checks:
            if checked.set_aside.height:
                set_aside.append(checked.set_aside.to_arrow())
            kept = phones.masked(checked.good) if phones else checked.good
            yield from kept.to_arrow(compat_level=pl.CompatLevel.newest()).to_batches()  # texts as they lie in memory

    batches = good()
    first = next(batches, None)
    if first is not None:
        _append(con, pa.RecordBatchReader.from_batches(first.schema, itertools.chain([first], batches)), insert)
    for table in set_aside:
        _append(con, table, "INSERT INTO quarantine BY NAME SELECT * FROM incoming")


def _append(con: duckdb.DuckDBPyConnection, arrow: Any, statement: str) -> None:
    con.register("incoming", arrow)
    try:
        con.execute(statement)
    finally:
        con.unregister("incoming")


def _ledger(con: duckdb.DuckDBPyConnection, recognised: Recognised, rows: Rows, exported_at: dt.datetime) -> None:
    source = recognised.source
    unknown = [struck(name) for name in recognised.unknown_columns]
    con.execute(
        "INSERT INTO source_files BY NAME SELECT unnest([?], recursive := true)",
        [
            {
                "source_file": source.shown,
                "sha256": source.sha256,
                "bytes": source.bytes,
                "kind": recognised.format.kind,
                "format": recognised.format.id,
                "encoding": recognised.encoding,
                "market": recognised.format.market or None,
                "time_zone": rows.zone,
                "exported_at": exported_at,
                "exported_by_clock": exported_at == source.modified_at,
                "rows_in": rows.rows_in(),
                "rows_loaded": 0,
                "rows_merged": 0,
                "rows_quarantined": 0,
                "unknown_columns": json.dumps(unknown, ensure_ascii=False),
            }
        ],
    )


def settle(store: Store, *, all_rows: bool = False) -> None:
    """Decide which rows are current, and bring the ledger's sums up to date.

    An order's newest export wins as a whole; equal rows count once; of reference rows with one key the newest wins.
    Only orders and numbers that new files tell of are looked at, as no other row can change.

    Parameters
    ----------
    store : Store
        An open store.
    all_rows : bool
        Look at all rows: some were taken out.
    """
    store.con.begin()
    try:
        run_script(store.con, read_sql("fulfil_analytics.store", "settle_new.sql"))
        new, held = store.rows("SELECT (SELECT count(*) FROM new_files), count(*) FROM source_files")[0]
        if all_rows or new == held:
            settle_rows(store, tuple(LOADED))
        elif new:
            run_script(store.con, read_sql("fulfil_analytics.store", "settle_told.sql"))
            settle_rows(store, _kinds_of_new(store), only_new=True)
        rows = " UNION ALL ".join(f"SELECT source_file, is_current FROM loaded_{table}" for table in LOADED)
        store.con.execute(read_sql("fulfil_analytics.store", "ledger.sql").replace("{{rows}}", rows))
        store.con.commit()
    except BaseException:
        _roll_back(store.con)
        raise
    _check_sums(store)


_NEW_ROWS = {
    "orders": "l.order_id IN (SELECT order_id FROM told_orders)",
    "events": "EXISTS (SELECT 1 FROM told_numbers AS t WHERE t.waybill IS NOT DISTINCT FROM e.waybill "
    "AND t.order_id IS NOT DISTINCT FROM e.order_id)",
}


def _kinds_of_new(store: Store) -> tuple[str, ...]:
    """Return the tables that the files not settled yet have rows in."""
    told = " UNION ALL ".join(
        f"SELECT {literal(table)} WHERE EXISTS (SELECT 1 FROM loaded_{table} WHERE source_file IN (FROM new_files))"
        for table in LOADED
    )
    return tuple(table for (table,) in store.rows(told))


def settle_rows(store: Store, tables: Sequence[str], *, only_new: bool = False) -> None:
    """Decide which rows are current: of orders and events all (or those of new files), of the others those of `tables`.

    `only_new` reads the tables that ``settle_new.sql`` and ``settle_told.sql`` write.
    """
    text = read_sql("fulfil_analytics.store", "settle.sql")
    for hole, condition in _NEW_ROWS.items():
        text = text.replace(f"{{{{{hole}}}}}", condition if only_new else "TRUE")
    run_script(store.con, text)
    for table in tables:
        _settle_reference(store, table)


def _settle_reference(store: Store, table: str) -> None:
    if table in {"order_lines", "tracking_events"}:
        return
    model = LOADED[table]
    facts = [name for name in duckdb_types(model) if name not in {"source_file", "source_line"}]
    key = ", ".join(f"rows_.{name}" for name in key_of(model) or facts)
    statement = read_sql("fulfil_analytics.store", "settle_reference.sql")
    store.con.execute(statement.replace("{{table}}", table).replace("{{key}}", key))


def _check_sums(store: Store) -> None:
    """Refuse to go on when a row was lost: rows in = loaded + merged + quarantined, file by file."""
    open_sums = store.rows(
        "SELECT source_file, rows_in, rows_loaded, rows_merged, rows_quarantined FROM source_files "
        "WHERE rows_in <> rows_loaded + rows_merged + rows_quarantined ORDER BY source_file LIMIT 1"
    )
    if open_sums:
        file, rows_in, loaded, merged, quarantined = open_sums[0]
        raise RuntimeError(
            f"{file}: {rows_in} rows in, but {loaded} loaded + {merged} merged + {quarantined} quarantined"
        )
