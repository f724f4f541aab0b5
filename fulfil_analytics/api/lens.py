"""How a notebook looks at a store: attached read only, with a catalog in memory laid over it.

What the memory catalog holds stands in front of the store's table of the same name, so that every query of the house
(rates, report, explain) sees the chosen orders, or the deadlines of another policy, and the store never changes.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
import shutil
import tempfile
import threading
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from fulfil_analytics.errors import StoreError, UsageError, suggest
from fulfil_analytics.sql import literal, name, quoted, read_sql

if TYPE_CHECKING:
    import duckdb
    import polars as pl

    from fulfil_analytics.policy import Policy

SHOP = "shop"
"""Name under which the store is attached."""
_HERE = "fulfil_analytics.api"
_JUDGED = (
    "deadlines",
    "deadline_modes",
    "deadline_clocks",
    "deadline_orders",
    "mode_changes",
    "forecast",
    "late_causes",
    "order_deadlines",
    "cancel_deadlines",
)
"""What follows from the clocks."""


class StoreFile:
    """A store on disk that audits look at; a nameless one is removed with the last of them.

    Parameters
    ----------
    path : Path
        The DuckDB file.
    folder : Path, optional
        Its private folder, for a nameless store.
    """

    _open: weakref.WeakSet[StoreFile] = weakref.WeakSet()
    _lock = threading.Lock()

    def __init__(self, path: Path, folder: Path | None = None) -> None:
        self.path = path
        self.outdated = False
        self.inputs: tuple[str, ...] = ()
        self._remove = None if folder is None else weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self._lenses: weakref.WeakSet[Lens] = weakref.WeakSet()
        with self._lock:
            self._open.add(self)

    @classmethod
    def release(cls, path: Path) -> None:
        """Let go of the store at `path`: it is about to be written. Audits of it say so when asked for more."""
        real = path.resolve()
        with cls._lock:
            known = list(cls._open)
        for store in known:
            if store.path.resolve() == real:
                store.outdated = True
                store.close()

    def close(self) -> None:
        """Close every connection to the store."""
        for lens in list(self._lenses):
            lens.close()

    def remove(self) -> None:
        """Close, and remove a nameless store now."""
        self.outdated = True
        self.close()
        if self._remove is not None:
            self._remove()

    def attach(self) -> duckdb.DuckDBPyConnection:
        """Return a connection whose memory catalog stands in front of the store, which is attached read only.

        Raises
        ------
        StoreError
            The store was written anew or closed since, or is not to be opened.
        """
        import duckdb

        from fulfil_analytics.store import spill_settings

        if self.outdated:
            raise StoreError(
                "this audit was closed, or its store was written by a later one",
                file=self.path.name,
                remedy="Use the later audit, or open the store again with fa.open(...)",
            )
        con = duckdb.connect(
            ":memory:",
            config={
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                **spill_settings(Path(tempfile.gettempdir()) / f"fulfil-{os.getpid()}-{secrets.token_hex(8)}"),
            },
        )
        try:
            con.execute(f"ATTACH {literal(str(self.path))} AS {SHOP} (READ_ONLY)")
            return cast("duckdb.DuckDBPyConnection", _Connection(con))
        except duckdb.Error:
            con.close()
            raise StoreError(
                "the store cannot be opened for reading",
                file=str(self.path),
                remedy="Check that it is a store of fulfil and that no other program is writing to it",
            ) from None


class _Connection:
    """A connection whose cursors look at the same tables: DuckDB forgets the search path in a cursor."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        from fulfil_analytics.store.database import hide_progress

        self._con = con
        con.execute("SET TimeZone = 'UTC'")
        con.execute("SET python_enable_replacements = false")
        hide_progress(con)
        con.execute(f"SET search_path = 'memory.main,{SHOP}.main'")

    def cursor(self) -> _Connection:
        return _Connection(self._con.cursor())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._con, name)

    def __enter__(self) -> _Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self._con.close()


class Lens:
    """A way of looking at a store: which orders, under which policy.

    Parameters
    ----------
    store : StoreFile
        The store.
    policy : Policy
        The policy in force.
    as_of : datetime
        The moment the audit speaks for, UTC without zone.
    orders : str, optional
        Predicate over ``orders`` that chooses; default: all of them.
    findings : str, optional
        Predicate over ``findings`` that chooses among those of the chosen orders.
    judged_anew : bool
        The policy is not the one the store was judged by: its deadlines are made anew, in memory.
    whole_life : bool
        Rates count the chosen orders whenever their clocks ran, not the metric's own stretch of time.
    """

    def __init__(
        self,
        store: StoreFile,
        policy: Policy,
        as_of: dt.datetime,
        *,
        orders: str = "",
        findings: str = "",
        judged_anew: bool = False,
        whole_life: bool = False,
    ) -> None:
        self.store, self.policy, self.as_of = store, policy, as_of
        self.orders, self.findings = orders, findings
        self.judged_anew, self.whole_life = judged_anew, whole_life
        self._con: duckdb.DuckDBPyConnection | None = None
        self._has_rates = not orders and not judged_anew
        store._lenses.add(self)

    @property
    def con(self) -> duckdb.DuckDBPyConnection:
        """The connection; its tables are those of the chosen orders."""
        if self._con is None:
            self._con = self.store.attach()
            self._choose(self._con)
        return self._con

    @property
    def rated(self) -> duckdb.DuckDBPyConnection:
        """The connection, with ``rates`` of the chosen orders in place."""
        if not self._has_rates:
            self.build_rates(self.con)
            self._has_rates = True
        return self.con

    def close(self) -> None:
        """Close the connection."""
        if self._con is not None:
            self._con.close()
            self._con = None
            self._has_rates = not self.orders and not self.judged_anew

    def query(self, statement: str, *, rated: bool = False) -> pl.DataFrame:
        """Return the rows of one of our own queries; times are UTC without zone."""
        frame: pl.DataFrame = (self.rated if rated else self.con).sql(statement).pl()
        return frame

    def rows(self, statement: str, *, rated: bool = False) -> list[dict[str, Any]]:
        """Return the few rows of a query, one dict each."""
        cursor = (self.rated if rated else self.con).execute(statement)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def read(self, statement: str, tables: Mapping[str, Any]) -> pl.DataFrame:
        """Return the rows of a user's query; it may only read."""
        import duckdb

        con = self.rated
        _refuse_writing(con, statement)
        for table, data in tables.items():
            con.register(name(table), data)
        try:
            return _framed(con.sql(statement))
        except duckdb.Error as problem:
            raise _translated(problem, con) from None
        finally:
            for table in tables:
                con.unregister(table)

    def fresh(self) -> Lens:
        """Return a lens of its own that looks at the same; close it after use."""
        return Lens(
            self.store,
            self.policy,
            self.as_of,
            orders=self.orders,
            findings=self.findings,
            judged_anew=self.judged_anew,
            whole_life=self.whole_life,
        )

    def build_rates(
        self,
        con: duckdb.DuckDBPyConnection,
        dimensions: Sequence[str] | None = None,
        per: Any = None,
        metrics: Sequence[str] = (),
    ) -> None:
        """Write tables ``rates`` and ``rate_details`` of the chosen orders into memory."""
        from fulfil_analytics.sla import build_rates, prepare_local_time
        from fulfil_analytics.sla.rates import DEFAULT_DIMENSIONS

        prepare_local_time(con, self.policy, self.as_of)
        build_rates(
            con,
            self.policy,
            self.as_of,
            (dt.datetime(1970, 1, 1), self.as_of) if self.whole_life and per is None else None,
            dimensions=DEFAULT_DIMENSIONS if dimensions is None else dimensions,
            per=per,
            metrics=metrics,
        )

    def _choose(self, con: duckdb.DuckDBPyConnection) -> None:
        from fulfil_analytics.sla.deadlines import bounds_of

        bounds = bounds_of(con) if self.judged_anew else None  # of all orders, before some are chosen
        if self.orders:
            con.execute(f"CREATE TABLE orders AS SELECT * FROM {SHOP}.main.orders WHERE {self.orders}")
            for statement in self._views(con):
                con.execute(statement)
        elif self.findings:
            con.execute(f"CREATE VIEW findings AS SELECT * FROM {SHOP}.main.findings WHERE {self.findings}")
        if self.judged_anew:
            from fulfil_analytics.sla import build_deadlines, build_forecast, build_late_causes

            for view in _JUDGED:
                con.execute(f"DROP VIEW IF EXISTS memory.main.{view}")
            build_deadlines(con, self.policy, self.as_of, bounds)
            build_forecast(con, self.as_of)
            build_late_causes(con, self.as_of)

    def _views(self, con: duckdb.DuckDBPyConnection) -> list[str]:
        """Return a view of every table of the store that knows its orders, cut to the chosen ones."""
        columns = con.execute(read_sql(_HERE, "columns.sql").replace("{{shop}}", literal(SHOP))).fetchall()
        views = []
        for table, by_order in columns:
            if table == "orders":
                continue
            where = f" WHERE {self.findings}" if table == "findings" and self.findings else ""
            key = "order_id" if by_order else "parcel_id"
            keeper = "orders" if by_order else "parcels"
            views.append(
                f"CREATE VIEW {name(table)} AS SELECT * FROM {SHOP}.main.{name(table)} AS t "
                f"SEMI JOIN {keeper} USING ({key}){where}"
            )
        return views


def _framed(found: duckdb.DuckDBPyRelation) -> pl.DataFrame:
    """Return rows as a frame; lengths of time, which Arrow has in another form than polars, as durations."""
    import polars as pl

    spans = [column for column, kind in zip(found.columns, found.types, strict=True) if str(kind) == "INTERVAL"]
    if spans:
        found = found.project(f"* REPLACE ({', '.join(f'epoch_us({quoted(c)}) AS {quoted(c)}' for c in spans)})")
    frame: pl.DataFrame = found.pl()
    return frame.with_columns(pl.col(spans).cast(pl.Duration("us"))) if spans else frame


def _refuse_writing(con: duckdb.DuckDBPyConnection, statement: str) -> None:
    import duckdb

    try:
        found = con.extract_statements(statement)
    except duckdb.Error as problem:
        raise _translated(problem, con) from None
    kinds = {str(one.type).rpartition(".")[2] for one in found}
    if len(found) != 1 or not kinds <= {"SELECT", "EXPLAIN"}:
        raise UsageError(
            "an audit is only read: this takes one SELECT",
            remedy="Write results with polars, e.g. audit.sql(...).write_parquet(...)",
        )


def _translated(problem: Exception, con: duckdb.DuckDBPyConnection) -> UsageError:
    """Return DuckDB's complaint as one line, with the nearest table or column; no cell of the data is in it."""
    import re

    import duckdb

    text = str(problem)
    words = text.partition("\n")[0].partition(": ")[2] or text
    if isinstance(problem, duckdb.CatalogException):
        table = re.search(r"Table with name (\S+) does not exist", text)
        if table:
            from fulfil_analytics.schemas import TABLES

            return UsageError(f"there is no table {table[1]}", remedy=suggest(table[1], [*TABLES, "parcel_events"]))
    if isinstance(problem, duckdb.BinderException):
        column = re.search(r'Referenced column "([^"]+)" not found', text)
        near = re.findall(r'"([^"]+)"', text.partition("Candidate bindings:")[2])
        if column:
            return UsageError(f"there is no column {column[1]}", remedy=suggest(column[1], near))
    if isinstance(problem, duckdb.ParserException | duckdb.CatalogException | duckdb.BinderException):
        return UsageError(words, remedy="The tables and their columns are described in docs/reference/tables.md")
    kind = re.sub(r"(?<!^)(?=[A-Z])", " ", type(problem).__name__).replace(" Exception", "").lower()
    return UsageError(f"the query stopped: {kind}", remedy="Check the casts and arithmetic of the query")
