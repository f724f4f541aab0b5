"""What ``fulfil audit --out DIR`` leaves. All are written aside, then moved into place."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import itertools
import platform
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fulfil_analytics import __version__
from fulfil_analytics.aside import folder_aside
from fulfil_analytics.audit.manifest import dumps
from fulfil_analytics.errors import disk_trouble
from fulfil_analytics.privacy import struck
from fulfil_analytics.schemas import DERIVED, columns
from fulfil_analytics.sql import literal, read_sql

if TYPE_CHECKING:
    import duckdb

    from fulfil_analytics.audit.run import Run

_FACTS = ", ".join(f"orders.{column.name}" for column in columns(DERIVED["orders"]) if not column.personal)
ORDERS = read_sql("fulfil_analytics.audit", "orders_out.sql").replace("{{facts}}", _FACTS)

TABLES = {
    "findings": "SELECT * FROM findings ORDER BY rowid",
    "orders": ORDERS,
    "deadlines": "SELECT * FROM deadlines ORDER BY order_id, stage, mode",
    "rates": "SELECT * FROM rates ORDER BY metric, mode, slice, period_start",
    "quarantine": "SELECT * FROM quarantine ORDER BY source_file, source_line, column_name, reason, found",
    "coverage": "SELECT * FROM coverage ORDER BY family, rule_id",
    "risk_of_shop": "SELECT * FROM risk_of_shop ORDER BY rowid",
    "proofs": "SELECT * FROM proofs ORDER BY place",
    "reviews": "SELECT * FROM reviews ORDER BY finding_id, reviewed_at",
}


SUMS = "SHA256SUMS"
"""Hashes of all files that are the same from run to run, as ``sha256sum -c`` reads them."""

Writer = Callable[["Run", Path], None]
"""Writes more files (report, workbook) of a run into a folder."""


def write_folder(run: Run, folder: Path, *more: Writer, finish: Callable[[Path], None] | None = None) -> None:
    """Write the run's files into `folder`, making it; files of an earlier audit are replaced.

    Parameters
    ----------
    run : Run
        A finished run.
    folder : Path
        Where to.
    *more : callable
        What else to write beside the tables and the manifest.
    finish : callable, optional
        What to do with the folder when the hashes of its files stand in it, e.g. zip it.

    Raises
    ------
    UsageError
        The folder cannot be made or written, or the disk is full; what stood there before still stands.
    """
    began = time.perf_counter()
    with folder_aside(folder) as fresh:
        _write_all(run, fresh, more)
        _sums(fresh)
        if finish is not None:
            finish(fresh)
        run.timings["writing"] = time.perf_counter() - began
        (fresh / "run.json").write_text(dumps(_stamp(run)), encoding="utf-8")


def _write_all(run: Run, folder: Path, more: Sequence[Writer]) -> None:
    from fulfil_analytics.store import few_orders

    if not few_orders(run.store):
        _write(run, run.store.con, folder, many=True)
        for write in more:
            write(run, folder)
        return
    # The database writes a few rows outside Python's lock, while the report is put together.
    with run.store.con.cursor() as beside, ThreadPoolExecutor(1) as lane:
        beside.execute("SET TimeZone = 'UTC'")
        tables = lane.submit(_write, run, beside, folder, many=False)
        for write in more:
            write(run, folder)
        tables.result()


def _write(run: Run, con: duckdb.DuckDBPyConnection, folder: Path, *, many: bool) -> None:
    for name, query in TABLES.items():
        if name == "deadlines" and many:
            _write_deadlines(con, folder / f"{name}.parquet")
        else:
            _copy(con, query, folder / f"{name}.parquet")
    (folder / "manifest.json").write_text(dumps(run.manifest), encoding="utf-8")


def _write_deadlines(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write the deadlines of many orders, sorted before they are unfolded.

    By Arrow's writer: DuckDB 2.0.0 writes dictionaries of enumerations that lack words, and texts in full take it ten
    times the memory.
    """
    import duckdb
    import pyarrow as pa
    import pyarrow.parquet as pq

    from fulfil_analytics.sla import ordered_deadlines

    try:
        with closing(ordered_deadlines(con)) as pieces:
            first = next(pieces, None)
            if first is None:
                _copy(con, TABLES["deadlines"], path)
                return
            told: dict[str, Any] = {
                "compression": "zstd",
                "compression_level": 3,
                # times that stand four times in a row pack better as they are
                "use_dictionary": [field.name for field in first.schema if not pa.types.is_timestamp(field.type)],
                # without Arrow's own schema readers see texts, not dictionaries
                "store_schema": False,
            }
            # one piece is written while the database makes the next
            with pq.ParquetWriter(path, first.schema, **told) as writer, ThreadPoolExecutor(1) as lane:
                written = None
                for piece in itertools.chain([first], pieces):
                    if written is not None:
                        written.result()
                    written = lane.submit(writer.write_table, piece, row_group_size=piece.num_rows)
                if written is not None:
                    written.result()
    except duckdb.Error as problem:
        trouble = disk_trouble(problem)
        if trouble:
            raise OSError(errno.EIO, trouble) from None
        raise


def _copy(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    import duckdb

    try:
        con.execute(f"COPY ({query}) TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)")
    except duckdb.Error as problem:
        trouble = disk_trouble(problem)
        if trouble:
            raise OSError(errno.EIO, trouble) from None
        raise


def _where(policy: str | None) -> str | None:
    """Return a policy of one's own by its absolute path; an id stays."""
    return str(Path(policy).resolve()) if policy is not None and policy.endswith(".toml") else policy


def _sums(folder: Path) -> None:
    """Write the hashes of what was written so far; a zip of it is left out, as it holds them."""
    lines = []
    for path in sorted(folder.iterdir()):
        if path.suffix != ".zip":
            with path.open("rb") as file:
                lines.append(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {path.name}\n")
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def _stamp(run: Run) -> dict[str, Any]:
    """Return what differs from run to run."""
    return {
        "finished_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": platform.system(),
        "fulfil_analytics": __version__,
        "inputs": [struck(name) for name in run.inputs],
        "options": {
            "policy": _where(run.options.policy),
            "rules": [str(path.resolve()) for path in run.options.rules],
            "only": list(run.options.only),
            "dates": run.options.dates,
            "places": None if run.options.places is None else str(run.options.places.resolve()),
        },
        "seconds": {step: round(seconds, 3) for step, seconds in run.timings.items()},
    }
