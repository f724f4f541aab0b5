"""Finds the input files: a file, a folder with all below it, or a glob."""

from __future__ import annotations

import contextlib
import glob
import hashlib
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from fulfil_analytics.errors import InputError, UsageError
from fulfil_analytics.privacy import struck


@dataclass(frozen=True)
class SourceFile:
    """An input file as it was found.

    Attributes
    ----------
    path : Path
        Where it stands.
    shown : str
        Path below the given input folder, with ``/``, personal data struck out; the name in every output.
    named_directly : bool
        The user named this file, not only a folder or a glob around it.
    sha256 : str
        Hash of the bytes, hexadecimal.
    bytes : int
        Size.
    modified_at : datetime
        Time of the last change, UTC, without zone.
    """

    path: Path
    shown: str
    named_directly: bool
    sha256: str
    bytes: int
    modified_at: datetime

    def refuse_change(self) -> None:
        """Raise ``InputError`` when the file is no longer as it was found (size or time of change differ)."""
        try:
            state = self.path.stat()
            same = (state.st_size, _moment(state)) == (self.bytes, self.modified_at)
        except OSError:
            same = False
        if not same:
            raise InputError(
                "changed while it was read",
                file=self.shown,
                remedy="Wait until it is written completely, and run again",
            )


@dataclass(frozen=True)
class Discovery:
    """What the inputs name.

    Attributes
    ----------
    files : list of SourceFile
        Sorted by `shown`, each file once.
    passed_over : list of (str, str)
        Shown name and why: hidden, lock file of a spreadsheet, no plain file, the same file twice.
    """

    files: list[SourceFile]
    passed_over: list[tuple[str, str]]


def discover(inputs: Sequence[str | os.PathLike[str]]) -> Discovery:
    """Find the files that `inputs` name; nothing is opened but to hash it.

    Raises
    ------
    UsageError
        An input that names nothing.
    InputError
        A file that cannot be read.
    """
    found: dict[Path, tuple[str, bool]] = {}
    passed_over: list[tuple[str, str]] = []
    for item in (os.fspath(given) for given in inputs):
        for path, below, direct in _named(item):
            shown = struck(below)
            why = "" if direct else _why_passed_over(below)
            real = Path(os.path.realpath(path))  # a link that goes round is no error here
            if why:
                passed_over.append((shown, why))
            elif not path.is_file():
                passed_over.append((shown, "no plain file"))
            elif real not in found:
                found[real] = (shown, direct)
            elif direct and not found[real][1]:
                found[real] = (found[real][0], True)
    taken: set[str] = set()
    listed = sorted(found.items(), key=lambda entry: (entry[1][0], str(entry[0])))
    named = [(real, _free_name(shown, taken), direct) for real, (shown, direct) in listed]
    with ThreadPoolExecutor(2) as pool:  # hashing is done outside Python's lock
        files = list(pool.map(_source, *zip(*named, strict=True))) if named else []
    return Discovery(files, sorted(set(passed_over)))


def bytes_of(inputs: Sequence[str | os.PathLike[str]]) -> int:
    """Return how large the files are that `inputs` name; none is opened, and one named twice counts twice.

    Raises
    ------
    UsageError, InputError
        As for :func:`discover`.
    """
    sizes = 0
    for item in inputs:
        for path, _, _ in _named(os.fspath(item)):
            with contextlib.suppress(OSError):
                sizes += path.stat().st_size
    return sizes


def _named(item: str) -> Iterator[tuple[Path, str, bool]]:
    """Yield path, name below the input, and whether the user named it directly."""
    path = Path(item)
    if path.is_dir():
        for file in sorted(_walk(path)):
            yield file, file.relative_to(path).as_posix(), False
    elif path.exists():
        yield path, path.name, True
    else:
        matches = [Path(match) for match in sorted(glob.glob(item, recursive=True))] if glob.has_magic(item) else []
        if not matches:
            raise UsageError(
                "no such file or folder" if not glob.has_magic(item) else "nothing matches this pattern",
                file=struck(item),
                remedy="Name a file, a folder or a glob of exports",
            )
        base = Path(os.path.commonpath([match.parent.absolute() for match in matches]))
        for match in matches:
            for file in sorted(_walk(match)) if match.is_dir() else [match]:
                yield file, file.absolute().relative_to(base).as_posix(), False


def _walk(folder: Path) -> Iterator[Path]:
    """Yield all files below `folder`; a folder reached twice through links is walked once."""

    def refuse(problem: OSError) -> None:
        raise InputError(
            f"a folder cannot be read: {problem.strerror}", file=struck(folder.name), remedy="Check the rights to it"
        )

    seen: set[tuple[int, int]] = set()
    for root, folders, names in os.walk(folder, followlinks=True, onerror=refuse):
        state = os.stat(root)
        if (state.st_dev, state.st_ino) in seen:
            folders.clear()
            continue
        seen.add((state.st_dev, state.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(root, name) for name in names)


def _why_passed_over(below: str) -> str:
    parts = below.split("/")
    if parts[-1].startswith("~$"):
        return "lock file of a spreadsheet"
    return "hidden" if any(part.startswith(".") for part in parts) else ""


def _free_name(shown: str, taken: set[str]) -> str:
    """Two files of one shown name (from two inputs) are told apart by a running number."""
    name, number = shown, 2
    while name in taken:
        name, number = f"{shown} ({number})", number + 1
    taken.add(name)
    return name


def _source(path: Path, shown: str, direct: bool) -> SourceFile:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
            state = os.fstat(file.fileno())
    except OSError as problem:
        raise InputError(
            f"cannot be read: {problem.strerror}",
            file=shown,
            remedy="Check the rights to the file, or close what holds it",
        ) from None
    return SourceFile(path, shown, direct, digest.hexdigest(), state.st_size, _moment(state))


def _moment(state: os.stat_result) -> datetime:
    return datetime.fromtimestamp(state.st_mtime, UTC).replace(tzinfo=None)
