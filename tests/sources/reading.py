"""Reads a file the whole way, as the store does."""

from __future__ import annotations

import atexit
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from fulfil_analytics.privacy import Privacy
from fulfil_analytics.sources import Recognised, discover, identify, load_formats, open_rows

FORMATS = load_formats()
KEY = b"k" * 32


class Read(NamedTuple):
    """What came of a file."""

    recognised: Recognised
    rows: list[dict[str, Any]]
    rows_in: int
    exported_at: datetime

    @property
    def problems(self) -> list[tuple[int, str]]:
        return [(row["source_line"], problem) for row in self.rows for problem in row["_problems"]]


@cache
def connection() -> duckdb.DuckDBPyConnection:
    """Return one connection for all reading: making the macros costs more than a small file."""
    con = duckdb.connect()
    atexit.register(con.close)
    return con


def read(path: Path, *, zone: str = "UTC", date_order: str = "", mode: Any = "hash", shop: str | None = None) -> Read:
    """Read one file."""
    con = connection()
    (source,) = discover([str(path)]).files
    recognised = identify(con, source, FORMATS)
    with open_rows(con, recognised, zone=zone, privacy=Privacy(mode, KEY), date_order=date_order, shop=shop) as rows:
        cursor = con.execute(rows.select)
        names = [column[0] for column in cursor.description]
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        times = [row[name] for row in found for name in rows.moments if row[name] is not None]
        return Read(recognised, found, rows.rows_in(), rows.exported_at(max(times, default=None)))


def write(folder: Path, content: bytes | str, name: str = "orders.csv") -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
