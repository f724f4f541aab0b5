"""Reads Parquet files; every value becomes the text that a CSV would hold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fulfil_analytics.errors import InputError
from fulfil_analytics.sources.tables import MAX_COLUMNS, Head, Table, cell_names
from fulfil_analytics.sql import literal, quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def heads(con: DuckDBPyConnection, path: Path, shown: str) -> list[Head]:
    """Return the column names of `path` as its one record.

    Raises
    ------
    InputError
        The file is damaged, or has more columns than any export.
    """
    names = _names(con, path, shown)
    if len(names) > MAX_COLUMNS:
        raise InputError(
            f"has {len(names)} columns where no export has more than {MAX_COLUMNS}",
            file=shown,
            remedy="Export the file anew",
        )
    return [Head([list(names)])]


def read(con: DuckDBPyConnection, path: Path, shown: str) -> Table:
    """Return the rows of `path`, numbered from 1."""
    names = _names(con, path, shown)
    cells = ", ".join(
        f"CAST({quoted(name)} AS VARCHAR) AS {cell}" for name, cell in zip(names, cell_names(len(names)), strict=True)
    )
    return Table(f"SELECT file_row_number + 1 AS source_line, {cells} FROM {_source(path)}")


def _source(path: Path) -> str:
    from fulfil_analytics.sources.csv_reader import no_glob

    return f"read_parquet({literal(no_glob(path))}, file_row_number = true)"


def _names(con: DuckDBPyConnection, path: Path, shown: str) -> list[str]:
    import duckdb

    try:
        described = con.execute(f"DESCRIBE SELECT * EXCLUDE (file_row_number) FROM {_source(path)}").fetchall()
    except duckdb.Error:
        raise InputError(
            "is a damaged or truncated Parquet file", file=shown, remedy="Write or download it again"
        ) from None
    return [str(row[0]) for row in described]
