"""What a reader hands to the canonical SELECT: the rows of a file as they are, all text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Raw:
    """The rows of one file, untouched.

    Attributes
    ----------
    sql : str
        A SELECT with ``source_line BIGINT`` and VARCHAR columns; it can be run any number of times.
    columns : mapping
        Canonical column to the SQL columns of `sql` that hold it, in the order of the format's aliases.
    rows : int
        Data rows that `sql` gives.
    fault : str, optional
        SQL column with the reason why a row could not be read at all (``ragged_row``, ``bad_quote``, ``bad_encoding``,
        ``bad_json``, ...), null for a good row.
    registered : tuple of str
        Names that were registered in the connection for `sql`; unregistered when the rows are done with.
    learnt : tuple of str
        Session variables that `sql` reads; they hold texts of the file and are emptied likewise.
    settled : frozenset of str
        Canonical columns of words whose cells hold normal forms already.
    """

    sql: str
    columns: Mapping[str, tuple[str, ...]]
    rows: int
    fault: str | None = None
    registered: tuple[str, ...] = ()
    learnt: tuple[str, ...] = ()
    settled: frozenset[str] = frozenset()
