"""The canonical folder: what exports hold, cleaned and typed, as Parquet that any engine reads.

One folder a table; ``order_lines`` by the month in which the order was created, ``tracking_events`` by the month of the
event. ``canonical.json`` says which layout it is and how personal data were treated. Every accepted row is there, also
those that a newer export replaced (``is_current`` is false).
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fulfil_analytics import __version__
from fulfil_analytics.errors import StoreError
from fulfil_analytics.schemas import LOADED
from fulfil_analytics.sql import literal

if TYPE_CHECKING:
    from fulfil_analytics.store.database import Store

LAYOUT = 1
NOTE = "canonical.json"
BESIDE = ("source_files", "quarantine", "reviews")
"""Tables that stand in the folder beside those that exports are loaded into."""

_BY_MONTH = {"order_lines": "created_at", "tracking_events": "event_at"}


def write_canonical(store: Store, folder: Path, pii: str) -> dict[str, int]:
    """Write the rows of a store as a canonical folder; an earlier one of the same name is replaced as a whole.

    Parameters
    ----------
    store : Store
        An open store, settled.
    folder : Path
        Where to.
    pii : str
        What became of personal data on the way in: ``hash``, ``drop`` or ``keep``.

    Returns
    -------
    dict
        Table to rows.

    Raises
    ------
    StoreError
        The folder holds something else, or cannot be written; what stood there before still stands.
    """
    if folder.exists() and not (folder / NOTE).is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise StoreError(
            "this is no canonical folder, and not empty", file=str(folder), remedy="Name an empty or new folder"
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=".fulfil-", dir=folder.parent))
        try:
            rows = _write(store, fresh)
            note = {"layout": LAYOUT, "fulfil_analytics": __version__, "personal_data": pii, "rows": rows}
            (fresh / NOTE).write_text(json.dumps(note, indent=2, sort_keys=True) + "\n", encoding="utf-8")
            _swap(fresh, folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except OSError as problem:
        raise StoreError(
            f"the canonical folder cannot be written: {problem.strerror}",
            file=str(folder),
            remedy="Make room, or name another folder",
        ) from None
    return rows


def check_note(note: dict[str, Any], shown: str) -> None:
    """Refuse a canonical folder of another layout; `note` is the content of its ``canonical.json``."""
    if note.get("layout") != LAYOUT:
        raise StoreError(
            f"this canonical folder has layout {note.get('layout')}, this program knows layout {LAYOUT}",
            file=shown,
            remedy="Write it anew: fulfil load INPUT --canonical DIR",
        )


def _write(store: Store, folder: Path) -> dict[str, int]:
    rows = {}
    for table in (*LOADED, *BESIDE):
        source = f"loaded_{table}" if table in LOADED else table
        rows[table] = int(store.one(f"SELECT count(*) FROM {source}"))
        month = _BY_MONTH.get(table)
        (folder / table).mkdir()
        if month is None or not rows[table]:
            _copy(store, f"SELECT * FROM {source} ORDER BY ALL", folder / table / "rows.parquet", "")
        else:
            # months as text: a value of its own for rows without a time
            query = f"SELECT *, coalesce(strftime({month}, '%Y-%m'), 'none') AS month FROM {source}"
            _copy(store, query, folder / table, ", PARTITION_BY (month), OVERWRITE_OR_IGNORE")
    return rows


def _copy(store: Store, query: str, target: Path, how: str) -> None:
    store.con.execute(f"COPY ({query}) TO {literal(str(target))} (FORMAT parquet, COMPRESSION zstd{how})")


def _swap(fresh: Path, folder: Path) -> None:
    """Put `fresh` in the place of `folder`."""
    if not folder.exists():
        os.replace(fresh, folder)
        return
    old = Path(tempfile.mkdtemp(prefix=".fulfil-old-", dir=folder.parent))
    os.replace(folder, old / "was")
    os.replace(fresh, folder)
    shutil.rmtree(old, ignore_errors=True)
