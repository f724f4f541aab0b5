"""Where the database puts what does not fit into memory: a private folder of the process, then gone.

In a process that has read exports it is encrypted: DuckDB writes its blocks of memory whole, and what is free in them
holds what stood there before, which may be cells of an export that are long gone from every table. A process that reads
a store alone puts aside nothing that does not stand in the store, and writes it as the store is written: sorting and
grouping on an encrypted disk take three times as long.
"""

from __future__ import annotations

import os
import tempfile
import threading
from pathlib import Path
from typing import Any

from fulfil_analytics.aside import sweep
from fulfil_analytics.errors import StoreError

_exports_read = threading.Event()


def exports_are_read() -> None:
    """Take note that this process holds cells of exports, or did: whatever it puts aside from now on is encrypted."""
    _exports_read.set()


def exports_were_read() -> bool:
    """Tell whether this process has ever held cells of exports."""
    return _exports_read.is_set()


def spill_settings(folder: Path, *, encrypted: bool = True) -> dict[str, Any]:
    """Return DuckDB's settings for spilling into `folder`.

    DuckDB writes encrypted temporary files with a library that it downloads, or, if told so, with the one it has at
    hand, whose random numbers are the weaker ones. The second is enough for files that live as long as the process, in
    a folder that nobody else may open; without either, the first block that does not fit ends the query.
    """
    return {"temp_directory": str(folder), "temp_file_encryption": encrypted, "force_mbedtls_unsafe": "true"}


def private_folder(parent: Path, *, named: bool) -> tempfile.TemporaryDirectory[str]:
    """Make a folder of this process in `parent`; what a killed process left there goes.

    Parameters
    ----------
    parent : Path
        An existing folder.
    named : bool
        The user named it, with ``--temp``: the error then says so.

    Raises
    ------
    StoreError
        It is no folder, or cannot be written.
    """
    sweep(parent)
    try:
        return tempfile.TemporaryDirectory(prefix=f".fulfil-{os.getpid()}-", dir=parent, ignore_cleanup_errors=True)
    except OSError as problem:
        raise StoreError(
            f"the folder for temporary files cannot be written: {problem.strerror}",
            file=str(parent),
            column="--temp" if named else None,
            remedy="Name a folder that exists and that you may write to, with --temp",
        ) from None
