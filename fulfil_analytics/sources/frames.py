"""Reads tables in memory (polars, pandas, Arrow, DuckDB) the way a file is read; nothing is written to disk."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fulfil_analytics.privacy import struck
from fulfil_analytics.sources.discover import SourceFile
from fulfil_analytics.sources.formats import Kind
from fulfil_analytics.sources.tables import Head, Table, cell_names, register
from fulfil_analytics.sql import quoted

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True)
class FrameSource(SourceFile):
    """A table in memory, in place of a file; see :func:`frame_source`.

    Attributes
    ----------
    kind : str
        ``orders`` or ``tracking``: what the caller says it is.
    table : pyarrow.Table
        The rows.
    """

    kind: Kind = "orders"
    table: Any = field(default=None, repr=False, compare=False)

    def refuse_change(self) -> None:
        """Do nothing: an Arrow table does not change."""

    def __repr__(self) -> str:
        return f"<{self.kind} {self.shown!r}: {self.table.num_rows:,} rows, {self.table.num_columns} columns>"


def frame_source(table: pa.Table, kind: Kind, name: str) -> FrameSource:
    """Return `table` as an input.

    Parameters
    ----------
    table : pyarrow.Table
        The rows; its column names are its header.
    kind : str
        What it holds.
    name : str
        What outputs call it, as they name a file: phone numbers and e-mail addresses are struck out.

    Notes
    -----
    Its hash is that of the Arrow stream, so that the same rows are known again; it has no time of change.
    """
    import pyarrow as pa

    class _Sink:
        def __init__(self) -> None:
            self.digest = hashlib.sha256()
            self.closed = False

        def write(self, data: Any) -> int:
            self.digest.update(data)
            return len(data)

        def close(self) -> None:
            self.closed = True

        def flush(self) -> None:
            pass

        def writable(self) -> bool:
            return True

        def readable(self) -> bool:
            return False

        def seekable(self) -> bool:
            return False

    sink = _Sink()
    with pa.ipc.new_stream(pa.PythonFile(sink, mode="w"), table.schema) as writer:
        writer.write_table(table)
    shown = struck(name)
    return FrameSource(Path(shown), shown, True, sink.digest.hexdigest(), table.nbytes, EPOCH, kind, table)


def heads(source: FrameSource) -> list[Head]:
    """Return the column names as the one record."""
    return [Head([list(source.table.column_names)])]


def read(con: DuckDBPyConnection, source: FrameSource) -> Table:
    """Return the rows, numbered from 1; every value becomes the text that a CSV would hold."""
    names = source.table.column_names
    place = register(con, source.table)
    cells = ", ".join(
        f"CAST({quoted(name)} AS VARCHAR) AS {cell}" for name, cell in zip(names, cell_names(len(names)), strict=True)
    )
    return Table(f"SELECT row_number() OVER () AS source_line, {cells} FROM {place}", registered=(place,))
