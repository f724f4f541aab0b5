"""Opening a store, and what a fresh one holds."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb

from fulfil_analytics.errors import StoreError, disk_trouble, no_store
from fulfil_analytics.privacy import KEY_DIGITS
from fulfil_analytics.schemas import DERIVED, LOADED, columns, create_table, duckdb_types
from fulfil_analytics.sql import literal
from fulfil_analytics.store.spill import exports_were_read, private_folder, spill_settings

STORE_VERSION = 1
MEMORY_OF_A_THREAD = 64 << 20
"""Bytes of memory that a thread is given at least. With a quarter of it, a million orders were derived in 345 s, not in
85 s: every thread holds rows of its own, and what they hold together is put aside and read again."""

_FRESH = (
    "CREATE TABLE store_meta (store_version INTEGER, made_by VARCHAR)",
    f"INSERT INTO store_meta VALUES ({STORE_VERSION}, 'fulfil-analytics')",
    *(
        create_table(f"loaded_{name}", table).replace("\n)", ",\n  is_current BOOLEAN\n)")
        for name, table in LOADED.items()
    ),
    *(
        f"CREATE VIEW {name} AS SELECT {', '.join(duckdb_types(table))} FROM loaded_{name} WHERE is_current"
        for name, table in LOADED.items()
    ),
    *(create_table(name, table) for name, table in DERIVED.items()),
)


def fresh_tables() -> tuple[str, ...]:
    """Return the statements that make the tables of a fresh store."""
    return _FRESH


@dataclass
class Store:
    """An open store.

    Attributes
    ----------
    con : duckdb.DuckDBPyConnection
        The connection; times are UTC in it.
    path : Path
        The DuckDB file.
    temp : Path
        Folder for temporary files; a private one, gone when the store is closed, where :func:`open_store` made it.
    encrypted : bool
        Whether what does not fit into memory is encrypted on its way there, see :meth:`spill_as_kept`.
    fresh : bool
        Whether there was no store before.
    """

    con: duckdb.DuckDBPyConnection
    path: Path
    temp: Path = field(default_factory=lambda: Path(tempfile.gettempdir()))
    encrypted: bool = True
    fresh: bool = False
    _folder: Any = field(default=None, repr=False)
    _merging_put_off: bool = field(default=False, repr=False)

    def put_off_merging(self) -> None:
        """Let checkpoints leave row groups that are not full as they are; see :mod:`fulfil_analytics.store.merging`."""
        self._merging_put_off = True
        self.con.execute("SET GLOBAL max_vacuum_tasks = 0")

    def one(self, query: str, values: list[Any] | None = None) -> Any:
        """Return the first value of the first row (None when there is no row)."""
        # fetchall: a result that is not drained would hold the connection
        rows = self.con.execute(query, values).fetchall()
        return rows[0][0] if rows else None

    def rows(self, query: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
        """Return all rows of a small result."""
        return self.con.execute(query, values).fetchall()

    def spill_as_kept(self) -> None:
        """Write what does not fit into memory as the store itself is written, no longer encrypted.

        Only a process that has read no export does so (see :mod:`fulfil_analytics.store.spill`), and not where the
        store was ever given values as they are (``--pii keep``). Where encrypted temporary files are left, all stay so.
        """
        if exports_were_read() or self._keeps_values():
            return
        with suppress(duckdb.PermissionException):
            self.con.execute("SET temp_file_encryption = false")
            self.encrypted = False

    def _keeps_values(self) -> bool:
        """Tell whether a personal column holds anything but keys. A phone number is never as long as one."""
        for name, table in LOADED.items():
            personal = [column.name for column in columns(table) if column.personal]
            others = " OR ".join(f"strlen({column}) <> {KEY_DIGITS}" for column in personal)
            if others and self.one(f"SELECT 1 FROM loaded_{name} WHERE {others} LIMIT 1"):
                return True
        return False

    @contextmanager
    def lent(self, memory: str | None) -> Iterator[Lent]:
        """Close the file, so that another process of this program may work on it; it is opened anew after the block."""
        self.con.close()
        yield Lent(self.path, self.temp, memory, self._merging_put_off)
        self.reopen(memory)

    def reopen(self, memory: str | None) -> None:
        """Open the file anew, with its temporary folder, after `con` was closed so that others could read it."""
        self.con = _connect(self.path)
        self.set_up(memory)

    def set_up(self, memory: str | None) -> None:
        """Give a fresh connection the store's settings."""
        _settings(self.con, memory, self.temp, passing=self.path.parent == self.temp, encrypted=self.encrypted)
        if self._merging_put_off:
            self.put_off_merging()

    def close(self) -> None:
        """Close the connection and remove the temporary files; a store without a name is one of them."""
        self.con.close()
        if self._folder is not None:
            self._folder.cleanup()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True)
class Lent:
    """A store that its process has closed for another one; small enough to be handed over.

    Attributes
    ----------
    path, temp : Path
        As of :class:`Store`; both stay the lender's.
    memory : str, optional
        Upper limit of DuckDB's memory.
    merging_put_off : bool
        Whether checkpoints leave row groups as they are.
    """

    path: Path
    temp: Path
    memory: str | None
    merging_put_off: bool

    def open(self) -> Store:
        """Open the store; what does not fit into memory is encrypted."""
        store = Store(_connect(self.path), self.path, self.temp, _merging_put_off=self.merging_put_off)
        store.set_up(self.memory)
        return store


def open_store(
    path: Path | None = None, *, memory: str | None = None, temp: Path | None = None, must_exist: bool = False
) -> Store:
    """Open the store at `path`, making it if there is none; without a path, one in a private temporary folder.

    Parameters
    ----------
    path : Path, optional
        The DuckDB file.
    memory : str, optional
        Upper limit of DuckDB's memory, e.g. ``"1GB"``.
    temp : Path, optional
        Folder in which what does not fit into memory is put, in a private folder that goes when the store is closed. By
        default beside the store; for one without a path, where the system keeps temporary files.
    must_exist : bool
        Refuse to make a new store.

    Raises
    ------
    StoreError
        The file is held by another process, is no store, was made by a newer version, or cannot be written; the
        temporary folder cannot be written.
    """
    if path is None:
        folder = private_folder(temp or Path(tempfile.gettempdir()), named=temp is not None)
        path = Path(folder.name) / "store.duckdb"
        con = _connect(path)
    elif must_exist and not path.exists():
        raise no_store(path)
    else:
        con = _connect(path)
        try:
            folder = private_folder(temp or path.parent, named=temp is not None)
        except BaseException:
            con.close()
            raise
    store = Store(con, path, Path(folder.name), _folder=folder)
    try:
        _settings(con, memory, store.temp, passing=store.path.parent == store.temp)
        _prepare(store)
    except BaseException:
        store.close()
        raise
    return store


def hide_progress(con: duckdb.DuckDBPyConnection) -> None:
    """Turn off DuckDB's own bar where it shows one (a Python prompt, some notebooks); elsewhere setting it may fail."""
    if con.execute("SELECT current_setting('enable_progress_bar')").fetchall() == [(True,)]:
        con.execute("SET enable_progress_bar = false")


def _settings(
    con: duckdb.DuckDBPyConnection, memory: str | None, temp: Path, *, passing: bool, encrypted: bool = True
) -> None:
    con.execute("SET TimeZone = 'UTC'")
    if passing:  # a store without a name goes with the run: a machine that stops loses nothing it would have kept
        con.execute("SET GLOBAL fsync_mode = 'NONE'")
    hide_progress(con)
    # DuckDB 2.0.0 stops with an internal error ("dict-surviving cache ... changed identity") on some left joins of some
    # thousand rows when it gathers small chunks; without gathering it does not, and no audit got slower by that
    con.execute("SET GLOBAL enable_caching_operators = false")
    # what a query reads of a view in two places would be written out whole, by one thread
    con.execute("SET GLOBAL disabled_optimizers = 'common_subplan'")
    for name, value in spill_settings(temp / "spill", encrypted=encrypted).items():
        con.execute(f"SET {name} = {literal(value)}")
    if memory is not None:
        _limit(con, memory)
    # DuckDB starts a thread for each core, however little memory there is for it
    threads, limit = con.execute(
        "SELECT current_setting('threads'), try(parse_formatted_bytes(current_setting('memory_limit')))"
    ).fetchall()[0]
    if limit is not None and threads > max(1, limit // MEMORY_OF_A_THREAD):  # a limit in pebibytes is none
        con.execute(f"SET threads = {max(1, limit // MEMORY_OF_A_THREAD)}")


def _limit(con: duckdb.DuckDBPyConnection, memory: str) -> None:
    try:
        con.execute("SET memory_limit = ?", [memory])
    except duckdb.Error:
        raise StoreError(
            "the memory limit is not a size", column="--memory", remedy="Write it like 1GB or 800MB"
        ) from None


def _connect(path: Path) -> duckdb.DuckDBPyConnection:
    there = path.exists()
    try:
        return duckdb.connect(
            str(path), config={"autoinstall_known_extensions": False, "autoload_known_extensions": False}
        )
    except duckdb.Error as problem:
        words, trouble = str(problem), disk_trouble(problem)
    if trouble:
        if not there and path.is_file() and path.stat().st_size == 0:
            path.unlink()
        raise StoreError(
            f"the store cannot be written: {trouble}",
            file=str(path),
            remedy="Make room, or name another file with --db",
        )
    if "lock" in words.lower():
        holder = re.search(r"PID (\d+)", words)
        who = f"process {holder[1]}" if holder else "another process"
        raise StoreError(
            f"the store is held by {who}", file=str(path), remedy="Wait until it has finished, then run again"
        )
    if path.exists() and path.is_file():
        raise StoreError(
            "this is not a DuckDB file, or it cannot be opened", file=str(path), remedy="Name another file with --db"
        )
    raise StoreError(
        "the store cannot be made here",
        file=str(path),
        remedy="Name a file in a folder that exists and that you may write to",
    )


def _mend(store: Store, tables: set[str]) -> None:
    """Make the derived tables anew that a process had dropped and not made again when it was killed; they are empty."""
    views = {row[0] for row in store.rows("SELECT view_name FROM duckdb_views() WHERE NOT internal")}
    for name, table in DERIVED.items():
        if name not in tables and name not in views:
            store.con.execute(create_table(name, table))


def _prepare(store: Store) -> None:
    tables = {row[0] for row in store.rows("SELECT table_name FROM duckdb_tables() WHERE NOT internal")}
    if not tables:
        store.con.begin()
        for statement in _FRESH:
            store.con.execute(statement)
        store.con.commit()
        store.fresh = True
        return
    version = store.one("SELECT max(store_version) FROM store_meta") if "store_meta" in tables else None
    if version == STORE_VERSION:
        _mend(store, tables)
        return
    if version is None:
        raise StoreError(
            "this DuckDB file holds other tables and is no store of fulfil",
            file=str(store.path),
            remedy="Name another file with --db",
        )
    raise StoreError(
        f"this store has layout {version}, this program knows layout {STORE_VERSION}",
        file=str(store.path),
        remedy="Load the exports into a new store, or use the version of fulfil that made it",
    )
