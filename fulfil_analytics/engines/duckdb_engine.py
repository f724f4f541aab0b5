"""DuckDB: locked on a store for an audit, or in memory for rule examples."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fulfil_analytics.engines.base import EngineError
from fulfil_analytics.errors import StoreError, disk_trouble, memory_trouble
from fulfil_analytics.sql import literal, read_sql

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_ROWS = 65_536
_WHOLE = re.compile(r"U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|DECIMAL\(\d+,0\)")
"""DuckDB's words for whole numbers; a decimal without places is the sum of some."""

_KINDS = {"VARCHAR": "text", "BOOLEAN": "boolean", "DATE": "date"}
_NAMES_ONLY = ("BinderException", "CatalogException", "ParserException", "SyntaxException")


def install_prelude(con: duckdb.DuckDBPyConnection) -> None:
    """Create the ``fa_`` functions of the rules as temporary macros on `con` (a read-only store may have them too)."""
    con.execute(read_sql("fulfil_analytics.engines", "prelude/duckdb.sql"))


class DuckDBEngine:
    """Runs rules on a DuckDB connection that has the prelude.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
        Connection to run on; the engine closes it.
    """

    name = "duckdb"

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        self._looking: dict[str, DuckDBEngine] = {}

    @classmethod
    def in_memory(cls, *, threads: int = 1) -> DuckDBEngine:
        """Return a locked engine without a store, for rule examples."""
        import duckdb

        return _close_doors(duckdb.connect(":memory:", config=_config(threads, None, None)))

    def batches(self, sql: str) -> Iterator[pa.RecordBatch]:
        """Yield the result of `sql` in batches of at most 65,536 rows.

        Raises
        ------
        EngineError
            The query does not stand.
        StoreError
            The memory or the disk is full: no other query would fare better.
        """
        with refusals():
            yield from self.con.sql(sql).to_arrow_reader(_ROWS)

    def columns(self, sql: str) -> dict[str, str]:
        """Return column name to kind of the SELECT `sql`, without running it."""
        import duckdb

        try:
            described = self.con.execute(f"DESCRIBE\n{sql}").fetchall()  # bound, not planned: a third of the cost
        except duckdb.Error as problem:
            raise EngineError(_safe(problem)) from None
        return {name: _kind(kind) for name, kind, *_ in described}

    def put(self, tables: Mapping[str, pa.Table]) -> None:
        """Let `tables` be the only tables there are (in-memory connections only)."""
        for (old,) in self.con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall():
            self.con.unregister(old)
        for table, rows in tables.items():
            self.con.register(table, rows)

    def hold(self, table: str, spooled: pa.RecordBatchReader, select: str) -> None:
        """Let rules read what `select` takes out of ``spooled`` as temporary table `table`, before one of the store.

        Raises
        ------
        StoreError
            The memory or the disk is full.
        """
        self.con.register("spooled", spooled)
        try:
            with refusals():
                self.con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {select}")
        finally:
            self.con.unregister("spooled")

    def looking_at(self, schema: str) -> DuckDBEngine:
        """Return the engine that sees the tables of `schema` before those of the store, see :func:`locked`."""
        return self._looking[schema]

    def beside(self) -> DuckDBEngine:
        """Return an engine on the same store, as locked as this one, that another thread may use meanwhile."""
        con = self.con.cursor()
        install_prelude(con)
        return type(self)(con)

    def close(self) -> None:
        """Close the connection, and those that look at a part."""
        for engine in self._looking.values():
            engine.close()
        self.con.close()

    def __enter__(self) -> DuckDBEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextmanager
def refusals() -> Iterator[None]:
    """Tell what DuckDB refuses inside the block as an error of ours, see :meth:`DuckDBEngine.batches`."""
    import duckdb
    import pyarrow as pa

    try:
        yield
    except (duckdb.Error, pa.ArrowException, OSError) as problem:
        if no_room := _no_room(problem):
            raise no_room from None
        raise EngineError(_safe(problem)) from None


def locked(
    path: Path,
    *,
    threads: int | None = None,
    memory: str | None = None,
    temp: Path | None = None,
    encrypted: bool = True,
    kind: type[DuckDBEngine] = DuckDBEngine,
    schemas: Sequence[str] = (),
) -> DuckDBEngine:
    """Open the store at `path` so that a rule can read its tables and nothing else.

    Read-only, no files, no network, no extensions, and no way to change any of this.

    Parameters
    ----------
    path : Path
        The store. No other connection of this process may hold it open for writing.
    threads : int, optional
        How many threads a query may use; DuckDB's own choice when absent.
    memory : str, optional
        Memory limit such as ``"2GB"``; DuckDB's own choice when absent.
    temp : Path, optional
        Private folder for what does not fit into memory; without one, a query that needs it ends with an error.
    encrypted : bool
        Whether that is encrypted.
    kind : type
        The engine to return.
    schemas : sequence of str
        Schemas of the store that hold a part of its tables: for each there is an engine that looks there first.

    Raises
    ------
    EngineError
        The store cannot be opened.
    """
    import duckdb

    try:
        con = duckdb.connect(str(path), read_only=True, config=_config(threads, memory, temp, encrypted))
    except duckdb.Error as problem:
        raise EngineError(
            f"the store cannot be opened for reading: {type(problem).__name__}",
            file=path.name,
            remedy="Close other programs that hold it open for writing",
        ) from None
    looking = {schema: con.cursor() for schema in schemas}
    for schema, own in looking.items():  # before the doors are closed: afterwards no setting can be changed
        install_prelude(own)
        own.execute(f"SET search_path = {literal(f'{schema},main')}")
    engine = _close_doors(con, kind)
    engine._looking = {schema: DuckDBEngine(own) for schema, own in looking.items()}
    return engine


def _config(
    threads: int | None, memory: str | None, temp: Path | None, encrypted: bool = True
) -> dict[str, str | bool | int | float | list[str]]:
    from fulfil_analytics.store.spill import spill_settings

    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
    }
    config |= {"temp_directory": ""} if temp is None else spill_settings(temp / "spill", encrypted=encrypted)
    if threads is not None:
        config["threads"] = threads
    if memory is not None:
        config["memory_limit"] = memory
    return config


def _close_doors(con: duckdb.DuckDBPyConnection, kind: type[DuckDBEngine] = DuckDBEngine) -> DuckDBEngine:
    install_prelude(con)
    # A rule must not pick up a Python variable of ours that happens to have a table's name.
    for name, value in (
        ("TimeZone", "UTC"),
        ("enable_caching_operators", False),  # the reason stands in store/database.py
        # what a rule reads of `deadlines` in two places would be written out whole, by one thread
        ("disabled_optimizers", "common_subplan"),
        ("python_enable_replacements", False),
        ("enable_external_access", False),
        ("lock_configuration", True),
    ):
        con.execute(f"SET GLOBAL {name} = {literal(value)}")  # global: a cursor made later must not differ
    return kind(con)


def _kind(duckdb_type: str) -> str:
    """Return the portable word for a type of DuckDB; its own word where there is none."""
    if duckdb_type.startswith("TIMESTAMP"):
        return "timestamp"
    return "integer" if _WHOLE.fullmatch(duckdb_type) else _KINDS.get(duckdb_type, duckdb_type)


def _no_room(problem: BaseException) -> StoreError | None:
    """Return the error that says memory or disk is full, where that is what happened."""
    trouble = disk_trouble(problem)
    full = (trouble, "Make room, or give more with --memory") if trouble else memory_trouble(problem)
    if full is None:
        return None
    return StoreError(
        f"the rules cannot be run: {full[0]}", remedy=f"{full[1]}, then run again; what was loaded stays loaded"
    )


def _safe(problem: BaseException) -> str:
    """Return what went wrong without a value: only complaints about names are passed on."""
    kind = type(problem).__name__
    if kind in _NAMES_ONLY:
        return str(problem).splitlines()[0].rstrip(".")
    return f"the engine stopped with {kind} (its words may quote data and are not shown)"
