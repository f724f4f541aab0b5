"""What ``fulfil audit --out DIR`` leaves. All are written aside, then moved into place."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import platform
import time
from collections.abc import Callable, Generator, Sequence
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
from fulfil_analytics.sql import read_sql

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

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

_PLAIN = {
    "findings": ("finding_id", "message", "evidence", "source_line"),
    "orders": ("order_id", "source_line"),
    "quarantine": ("source_line",),
}
"""Columns whose values hardly repeat."""

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
    for name in TABLES:
        _write_table(con, name, folder / f"{name}.parquet", many=many)
    (folder / "manifest.json").write_text(dumps(run.manifest), encoding="utf-8")


def _write_table(con: duckdb.DuckDBPyConnection, name: str, path: Path, *, many: bool) -> None:
    import duckdb
    import pyarrow as pa

    from fulfil_analytics.store.parquet import write_parquet

    try:
        with closing(_rows(con, name, many=many)) as rows:
            write_parquet(path, rows, plain=_PLAIN.get(name, ()))
    except (duckdb.Error, pa.ArrowException) as problem:
        trouble = disk_trouble(problem)
        if trouble:
            raise OSError(errno.EIO, trouble) from None
        raise


def _rows(con: duckdb.DuckDBPyConnection, name: str, *, many: bool) -> Generator[pa.Table]:
    """Yield the rows of a table; the deadlines of many orders are sorted before they are unfolded."""
    from fulfil_analytics.sla import ordered_deadlines
    from fulfil_analytics.store.parquet import pieces_of

    none = True
    if many and name == "deadlines":
        with closing(ordered_deadlines(con)) as pieces:
            for piece in pieces:
                yield piece
                none = False
    if none:
        yield from pieces_of(con, TABLES[name])


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
