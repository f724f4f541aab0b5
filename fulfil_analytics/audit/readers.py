"""Cursors that read files, lent one after the other: what reading needs is made in each of them once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

    import duckdb


class Readers:
    """Cursors of a store for reading beside it; use it in a ``with`` block, at whose end they are closed.

    The macros that canonical rows stand on belong to a connection, and to make them costs as much as to look at a
    small file.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
        The store's connection.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self._free = SimpleQueue["duckdb.DuckDBPyConnection"]()

    @contextmanager
    def one(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Lend a cursor that nobody else uses meanwhile, its times in UTC; one whose use fails is not lent again."""
        try:
            own = self._free.get_nowait()
        except Empty:
            own = self._con.cursor()
            own.execute("SET TimeZone = 'UTC'")
        try:
            yield own
        except BaseException:
            own.close()
            raise
        self._free.put(own)

    def close(self) -> None:
        """Close the cursors that are not lent."""
        while True:
            try:
                self._free.get_nowait().close()
            except Empty:
                return

    def __enter__(self) -> Readers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
