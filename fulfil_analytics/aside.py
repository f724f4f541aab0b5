"""Written aside, then moved into place: a stop at any moment leaves the old file or the new one, never half of one."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from fulfil_analytics.errors import UsageError

_OURS = re.compile(r"\.?fulfil-([0-9]+)-")


def write_text(path: Path, text: str, *, parents: bool = False) -> None:
    """Write a text file (UTF-8, line ends as they are) in one step; with `parents`, make its folder first.

    Raises
    ------
    UsageError
        The folder is not there or cannot be written, or the disk is full; what stood there before still stands.
    """
    with aside(path, parents=parents) as fresh:
        fresh.write_text(text, encoding="utf-8", newline="\n")


@contextlib.contextmanager
def aside(path: Path, *, parents: bool = False) -> Iterator[Path]:
    """Yield a path beside `path` to write to; it takes the place of `path` when the block ends without an error.

    Raises
    ------
    UsageError
        As for :func:`write_text`.
    """
    fresh = path.with_name(f".fulfil-{os.getpid()}-{path.name}")
    try:
        if parents:
            path.parent.mkdir(parents=True, exist_ok=True)
        sweep(path.parent)
        yield fresh
        settle(fresh)
        os.replace(fresh, path)
        settle(path.parent)
    except OSError as problem:
        raise UsageError(
            f"the file cannot be written: {problem.strerror or problem}",
            file=str(path),
            remedy="Make room, or name a file in a folder that exists and that you may write to",
        ) from None
    finally:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)


@contextlib.contextmanager
def folder_aside(folder: Path) -> Iterator[Path]:
    """Yield a folder inside `folder` (made if missing) to write to; then its files replace those of the same name.

    Raises
    ------
    UsageError
        The folder cannot be made or written, or the disk is full; what stood there before still stands.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        sweep(folder)
        fresh = Path(tempfile.mkdtemp(prefix=f".fulfil-{os.getpid()}-", dir=folder))
    except OSError as problem:
        raise UsageError(
            f"the folder cannot be written: {problem.strerror}",
            file=str(folder),
            remedy="Name another folder with --out",
        ) from None
    try:
        yield fresh
        files = sorted(fresh.iterdir())
        for file in files:
            settle(file)
        for file in files:
            os.replace(file, folder / file.name)
        settle(folder)
    except OSError as problem:
        raise UsageError(
            f"writing stopped: {problem.strerror or problem}",
            file=str(folder),
            remedy="Make room or name another folder with --out",
        ) from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def settle(path: Path) -> None:
    """Wait until what is written is on the disk, so that a power cut after the move finds the bytes there."""
    with contextlib.suppress(PermissionError):  # a folder cannot be opened on every system
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sweep(folder: Path) -> None:
    """Remove what a process of ours that is no more (killed) left in `folder`."""
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            found = _OURS.match(path.name)
            if found and not _runs(int(found[1])) and _is_mine(path):
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _is_mine(path: Path) -> bool:
    return not hasattr(os, "getuid") or path.lstat().st_uid == os.getuid()
