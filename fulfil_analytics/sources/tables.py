"""A table of text cells, as the CSV, XLSX and Parquet readers give it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MAX_COLUMNS = 2_000
"""Columns a table may have; no export has a tenth of it."""
HEAD = 30
"""Records that are looked at for the header."""
FAULT = "_fault"

Cells = list[str | None]


@dataclass(frozen=True)
class Head:
    """The first records of one table of a file.

    Attributes
    ----------
    records : sequence of list
        The first :data:`HEAD` records; a blank line is an empty one.
    sheet : str
        Sheet of a workbook.
    delimiter : str
        Delimiter of a text table.
    """

    records: Sequence[Cells]
    sheet: str = ""
    delimiter: str = ""


@dataclass(frozen=True)
class Table:
    """The records below the header.

    Attributes
    ----------
    sql : str
        SELECT of ``source_line BIGINT`` and the cells ``c0``, ``c1``, ... VARCHAR; ``_fault`` too when `faults` is set.
    faults : bool
        Some records could not be read; ``_fault`` says why.
    registered : tuple of str
        Names registered in the connection for the SELECT.
    """

    sql: str
    faults: bool = False
    registered: tuple[str, ...] = ()


_numbers = itertools.count(1)


def register(con: DuckDBPyConnection, rows: Any) -> str:
    """Register Arrow data or a stream of it in `con` and return its name."""
    name = f"fa_table_{next(_numbers)}"
    con.register(name, rows)
    return name


def cell_names(width: int) -> list[str]:
    """Return the SQL names of `width` cells."""
    return [f"c{place}" for place in range(width)]
