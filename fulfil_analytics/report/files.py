"""The findings as text for a spreadsheet: no cell can run a formula that came from the data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from fulfil_analytics.report.facts import query

if TYPE_CHECKING:
    import duckdb
    import polars as pl

BATCH = 50_000
_FORMULA = r"^([=+\-@\t\r\n＝＋－＠])"


def write_findings_csv(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write the findings as CSV: the columns of the contract, UTF-8 with a byte order mark, text quoted.

    A text that begins with ``= + - @``, a tab or a line break gets a leading apostrophe, so that no spreadsheet takes
    it for a formula.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    _write_csv(con, query("findings_out"), path)


def _write_csv(con: duckdb.DuckDBPyConnection, sql: str, path: Path) -> None:
    import polars as pl

    safe = pl.col(pl.String).str.replace(_FORMULA, "'$1")
    with path.open("wb") as file:
        first = True
        for frame in _frames(con, sql):
            frame.with_columns(safe).write_csv(file, include_bom=first, include_header=first, quote_style="non_numeric")
            first = False


def write_since_csv(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write what changed since an earlier audit (table ``since``), in the manner of :func:`write_findings_csv`.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    _write_csv(con, query("since_out"), path)


def _frames(con: duckdb.DuckDBPyConnection, sql: str) -> Iterator[pl.DataFrame]:
    """Yield the result of a query in frames of bounded size; at least one, so that a file always has its header."""
    import polars as pl

    con.complete()  # DuckDB opens no reader while a result of execute() still has rows to give
    reader = con.sql(sql).to_arrow_reader(BATCH)
    empty = True
    for batch in reader:
        empty = False
        yield pl.DataFrame(batch)
    if empty:
        yield pl.DataFrame(reader.schema.empty_table())
