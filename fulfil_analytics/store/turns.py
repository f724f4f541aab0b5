"""Files that are read side by side and written in turn."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


class Turns:
    """Lets files that are read side by side be written in the order in which they were named.

    What was read of a file stays in its own transaction until its turn comes; after a failure no later file is written.

    Parameters
    ----------
    seats : int
        How many files are read at a time. One that waits for its turn does not count.
    """

    def __init__(self, seats: int) -> None:
        self._seats = threading.Semaphore(seats)
        self._seated: set[int] = set()
        self._changed = threading.Condition()
        self._next = 0
        self._failed: int | None = None

    def begin(self, place: int) -> None:
        """Return when the file at `place` may be read; raise as :meth:`go_on`."""
        self._seats.acquire()
        self._seated.add(place)
        self.go_on(place)

    def _leave(self, place: int) -> None:
        if place in self._seated:
            self._seated.remove(place)
            self._seats.release()

    def go_on(self, place: int) -> None:
        """Raise :class:`CancelledError` where a file before the one at `place` failed."""
        if self._failed is not None and self._failed < place:
            raise CancelledError

    def wait(self, place: int) -> None:
        """Return when all files before the one at `place` are written; raise as :meth:`go_on`."""
        self._leave(place)
        with self._changed:
            self._changed.wait_for(lambda: self._next == place or self._failed is not None and self._failed < place)
        self.go_on(place)

    def done(self, place: int) -> None:
        """The file at `place` is written."""
        with self._changed:
            self._next = place + 1
            self._changed.notify_all()

    def fail(self, place: int) -> None:
        """The file at `place` cannot be written; -1 stops them all."""
        self._leave(place)
        with self._changed:
            self._failed = place if self._failed is None else min(place, self._failed)
            self._changed.notify_all()


@dataclass(frozen=True)
class Lane:
    """Where a file is written that is read beside others.

    Attributes
    ----------
    con : DuckDBPyConnection
        A cursor of the store's, for this file alone.
    turns : Turns
        Those of all files of the run.
    place : int
        The file's place among them.
    """

    con: duckdb.DuckDBPyConnection
    turns: Turns
    place: int
