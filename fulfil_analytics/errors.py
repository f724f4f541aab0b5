"""Every error the toolkit raises on purpose: where it is, what was found, what was expected, what to do next.

An error's text is one line that a seller can act on. It never holds a raw cell of an export: use
:func:`fulfil_analytics.privacy.shape_of` to show the form of a value without the value.
"""

from __future__ import annotations

import contextlib
import difflib
import re
import traceback
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

EXIT_OK = 0
EXIT_FINDINGS = 1
EXIT_USAGE = 2
EXIT_INTERNAL = 3

_IN_HAND = "_fulfil_in_hand"
_FEW = 24
"""So many known words are still read by a person who mistyped one."""


class FulfilError(Exception):
    """An error with its place and its remedy.

    Parameters
    ----------
    what : str
        What was found, and what was expected instead; one sentence without a full stop.
    file : str, optional
        The file concerned, as the user named it.
    line : int, optional
        Line of the file; for tables the row number that a spreadsheet shows.
    column : str, optional
        Column or key concerned.
    remedy : str, optional
        What to do next; one sentence without a full stop.
    """

    exit_code = EXIT_USAGE

    def __init__(
        self,
        what: str,
        *,
        file: str | None = None,
        line: int | None = None,
        column: str | None = None,
        remedy: str | None = None,
    ) -> None:
        self.what = what
        self.file = file
        self.line = line
        self.column = column
        self.remedy = remedy
        super().__init__(self.text())

    def place(self) -> str:
        """Return ``file:line, column`` as far as it is known."""
        place = self.file or ""
        if self.line is not None:
            place = f"{place}:{self.line}" if place else f"line {self.line}"
        if self.column is not None:
            place = f"{place}, {self.column}" if place else self.column
        return place

    def text(self) -> str:
        """Return the one line that is shown to the user."""
        place = self.place()
        text = f"{place}: {self.what}" if place else self.what
        stop = "" if self.remedy and self.remedy[-1] in "?？。" else "."
        return f"{text}. {self.remedy}{stop}" if self.remedy else text


class UsageError(FulfilError):
    """The command was called with words that do not fit."""


class InputError(FulfilError):
    """An input file cannot be used as it is."""


class UnrecognisedFile(InputError):
    """No export format fits the content of a file."""


class StoreError(FulfilError):
    """The store cannot be opened, is held by someone else, or is not a store."""


def no_store(path: Path) -> StoreError:
    """Return the error of a store that is named and not there."""
    return StoreError(
        "there is no store of this name", file=str(path), remedy="Make one with: fulfil load INPUT --db FILE"
    )


class Broken(Exception):
    """Something broke that nobody foresaw, in another process of this program.

    Parameters
    ----------
    kind : str
        Name of the exception there.
    trace : str
        Its traceback, without the words of foreign errors (:func:`trace`).
    file : str
        The export that was in hand, as shown; empty where it was none.
    """

    def __init__(self, kind: str, trace: str, file: str = "") -> None:
        self.kind = kind
        self.trace = trace
        super().__init__(kind)
        if file:
            setattr(self, _IN_HAND, file)

    def __reduce__(self) -> tuple[type[Broken], tuple[str, str, str]]:
        """Make it whole again on the other side of a pipe."""
        return type(self), (self.kind, self.trace, in_hand(self))


@contextlib.contextmanager
def at_work_on(file: str) -> Iterator[None]:
    """Let whatever breaks inside that is none of our own errors tell which export was in hand (:func:`in_hand`)."""
    try:
        yield
    except FulfilError:
        raise
    except Exception as problem:
        if not in_hand(problem):
            setattr(problem, _IN_HAND, file)
        raise


def in_hand(problem: BaseException) -> str:
    """Return the export that was in hand when `problem` came up, as shown, or "".

    Examples
    --------
    >>> try:
    ...     with at_work_on("orders.csv"):
    ...         int("Ann Example")
    ... except ValueError as problem:
    ...     in_hand(problem)
    'orders.csv'
    """
    return str(getattr(problem, _IN_HAND, ""))


class PolicyError(FulfilError):
    """A policy file does not say what a policy file must say."""


class RuleError(FulfilError):
    """A rule file does not say what a rule file must say."""


class CarrierError(FulfilError):
    """A carrier file does not say what a carrier file must say."""


class FormatError(FulfilError):
    """An export format file does not say what it must say."""


class ConfigError(FulfilError):
    """``fulfil.toml`` does not say what it must say."""


_DISK = re.compile(
    r"No space left on device|File too large|Disk quota exceeded|Read-only file system|Input/output error"
)


def disk_trouble(problem: BaseException | None) -> str:
    """Return the operating system's words where a disk that is full, read-only or failing is behind `problem`, or "".

    Examples
    --------
    >>> disk_trouble(RuntimeError('Could not write file "a": No space left on device'))
    'No space left on device'
    >>> disk_trouble(RuntimeError("anything else"))
    ''
    """
    while problem is not None:
        if "failed to offload data block" in str(problem):
            return "No space left for what does not fit into memory; --temp names another folder, --memory gives more"
        found = _DISK.search(str(problem))
        if found:
            return found[0]
        problem = problem.__cause__ or problem.__context__
    return ""


def memory_trouble(problem: BaseException) -> tuple[str, str] | None:
    """Return which memory is used up and what to do about it, where that is what happened.

    Examples
    --------
    >>> memory_trouble(MemoryError())
    ('the memory of this machine is used up', 'Close other programs, or give the database less with --memory')
    >>> memory_trouble(KeyError())
    """
    if isinstance(problem, MemoryError):
        return "the memory of this machine is used up", "Close other programs, or give the database less with --memory"
    if type(problem).__name__ == "OutOfMemoryException" or "Out of Memory Error" in str(problem):
        return "the database has used up the memory that it may take", "Give it more with --memory"
    return None


def trace(problem: BaseException) -> Iterator[str]:
    """Yield the traceback without the words of foreign errors: an engine's words may quote a row.

    Examples
    --------
    >>> cell = "Ann Example"
    >>> try:
    ...     int(cell)
    ... except ValueError as problem:
    ...     told = "".join(trace(problem))
    >>> "int(cell)" in told, "Ann" in told
    (True, False)
    """
    earlier = problem.__cause__ or (None if problem.__suppress_context__ else problem.__context__)
    if earlier is not None:
        yield from trace(earlier)
        yield "\nwhile this was handled, or because of it:\n\n"
    if isinstance(problem, Broken):
        yield problem.trace
        yield "\nin a process that read exports; this one waited for it:\n\n"
    yield "Traceback (most recent call last):\n"
    for frame in traceback.extract_tb(problem.__traceback__):
        yield f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}\n    {frame.line or ""}\n'
    ours = isinstance(problem, (FulfilError, Broken))
    yield f"{type(problem).__qualname__}{': ' + str(problem) if ours else ' (its words may quote data: not shown)'}\n"


def suggest(word: str, known: Iterable[str]) -> str:
    """Return a remedy that names the nearest known words, and all of them when they are few or none is near.

    Examples
    --------
    >>> suggest("tiktok-uss", ["tiktok-us", "generic"])
    'Did you mean tiktok-us? Known: generic, tiktok-us'
    """
    names = sorted(set(known))
    near = difflib.get_close_matches(word, names, n=1)
    start = f"Did you mean {', '.join(near)}? " if near else ""
    if near and len(names) > _FEW:
        return f"{start}There are {len(names)} in all"
    return f"{start}Known: {', '.join(names) or 'none'}"
