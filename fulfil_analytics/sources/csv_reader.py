"""Reads CSV files: DuckDB's strict parser for sound files, the mending reader for the others."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING

from fulfil_analytics.errors import InputError
from fulfil_analytics.sources.csv_mending import Mended, records
from fulfil_analytics.sources.encoding import Text, has_blank_line
from fulfil_analytics.sources.tables import HEAD, MAX_COLUMNS, Cells, Head, Table, cell_names, register
from fulfil_analytics.sql import literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DELIMITERS = (",", ";", "\t", "|")


def heads(path: Path, text: Text, shown: str) -> list[Head]:
    """Return the first records of `path`, once a delimiter that splits them.

    Raises
    ------
    InputError
        More columns than any export has.
    """
    found = []
    for delimiter in DELIMITERS:
        first: list[Cells] = [
            [cell or None for cell in record.cells or []]
            for record in itertools.islice(records(path, text, delimiter), HEAD)
        ]
        widest = max(map(len, first), default=0)
        if widest > MAX_COLUMNS:
            raise InputError(
                f"has {widest} columns where no export has more than {MAX_COLUMNS}",
                file=shown,
                line=1 + [len(cells) for cells in first].index(widest),
                remedy="Export the file anew",
            )
        if widest > 1 or delimiter == DELIMITERS[0]:
            found.append(Head(first, delimiter=delimiter))
    return found


def may_be_sound(path: Path, text: Text, shown: str) -> bool:
    """Return whether :func:`read_sound` may be tried: UTF-8 throughout, no blank line between rows."""
    return text.encoding == "utf-8" and text.clean and not (text.blank_lines and has_blank_line(path, shown))


def read_sound(path: Path, *, delimiter: str, header_row: int, width: int) -> Table:
    """Return the records below row `header_row` by DuckDB's strict parser.

    Reading it fails (``duckdb.Error``) unless every record has `width` cells and sound quotes.
    """
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in cell_names(width))
    source = (
        f"read_csv({literal(no_glob(path))}, auto_detect = false, header = false, strict_mode = true, "
        f"delim = {literal(delimiter)}, quote = '\"', escape = '\"', columns = {{{columns}}})"
    )
    return Table(
        f"SELECT * FROM (SELECT row_number() OVER () AS source_line, * FROM {source}) WHERE source_line > {header_row}"
    )


def read_mending(
    con: DuckDBPyConnection, path: Path, text: Text, *, delimiter: str, header_row: int, width: int
) -> Table:
    """Return the records below row `header_row`, each read on its own: one that is not sound costs only itself."""
    name = register(con, Mended(path, text, delimiter, header_row, width))
    return Table(f"SELECT * FROM {name}", faults=True, registered=(name,))


def no_glob(path: Path) -> str:
    """Return the path so that DuckDB takes ``*``, ``?`` and ``[`` in it as they are."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in path.as_posix())
