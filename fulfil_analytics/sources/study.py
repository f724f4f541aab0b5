"""What a file as a whole says about how its cells are to be read: the order of day and month, damaged numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fulfil_analytics.errors import InputError
from fulfil_analytics.sources.canonical import text_of
from fulfil_analytics.sources.formats import Format
from fulfil_analytics.sources.raw import Raw
from fulfil_analytics.sources.tables import register
from fulfil_analytics.sql import literal, quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SAMPLE = 5_000
"""Rows that are looked at first; all are when these leave the order of day and month open."""
_RANKED = 1_000
"""Rows by which the formats of times are ranked."""
FREQUENT = 0.05
"""Share of numbers with lost digits from which on the zeros are no chance. By chance it is one in a thousand."""


@dataclass(frozen=True)
class Study:
    """What the cells of a file show.

    Attributes
    ----------
    date_order : {"", "day-first", "month-first", "open"}
        Order of day and month; blank where no cell needs one, ``open`` where the cells do not tell.
    date_line : int
        Row of a date that could be read both ways, 0 when there is none.
    times : tuple of str
        Formats of the format file that fit, most frequent first, then the others.
    plain_times : bool
        Most times need no format.
    zeros_are_damage : frozenset of str
        Identifier columns in which digits lost to zeros are frequent.
    """

    date_order: str = ""
    date_line: int = 0
    times: tuple[str, ...] = ()
    plain_times: bool = False
    zeros_are_damage: frozenset[str] = field(default_factory=frozenset)

    def times_of(self, order: str) -> tuple[str, ...]:
        """Return the formats of one order of day and month, and those that have none."""
        return tuple(item for item in self.times if order_of(item) in ("", order))


def order_of(time_format: str) -> str:
    """Return ``day-first``, ``month-first`` or blank (the year stands first) for a ``strptime`` format.

    Examples
    --------
    >>> order_of("%d/%m/%Y %H:%M"), order_of("%m/%d/%Y"), order_of("%Y-%m-%d")
    ('day-first', 'month-first', '')
    """
    day, month, year = (time_format.find(sign) for sign in ("%d", "%m", "%Y"))
    if 0 <= year < min(day, month):
        return ""
    return "day-first" if day < month else "month-first"


def study(con: DuckDBPyConnection, raw: Raw, item: Format) -> Study:
    """Look at the cells of `raw`."""
    times = [name for name, spec in item.columns.items() if spec.type == "time" and raw.columns.get(name)]
    numbers = [
        name for name, spec in item.columns.items() if spec.type in ("identifier", "waybill") and raw.columns.get(name)
    ]
    looked_at = ", ".join({quoted(cell): None for name in (*times, *numbers) for cell in raw.columns[name]})
    if not looked_at:
        return Study()
    first = con.sql(f"SELECT source_line, {looked_at} FROM ({raw.sql}) LIMIT {SAMPLE}").to_arrow_table()
    place = register(con, first)
    try:
        zeros = _zeros(con, raw, item, numbers, place)
        if not times:
            return Study(zeros_are_damage=zeros)
        cells = ", ".join(text_of(item.columns[name], raw.columns[name]) for name in times)
        order, line = _order(con, f"(SELECT source_line, unnest([{cells}]) AS t FROM {place})")
        if order == "open":
            order, line = _order(con, f"(SELECT source_line, unnest([{cells}]) AS t FROM ({raw.sql}))")
        ranked = f"(SELECT unnest([{cells}]) AS t FROM (SELECT * FROM {place} LIMIT {_RANKED}))"
        formats, plain = _formats(con, ranked, item.time.formats)
        return Study(order, line, formats, plain, zeros)
    finally:
        con.unregister(place)


def _order(con: DuckDBPyConnection, cells: str) -> tuple[str, int]:
    counted = con.execute(
        f"SELECT o, count(*), min(source_line) FROM (SELECT source_line, fa_date_order(t) AS o FROM {cells}) "
        "WHERE o IS NOT NULL GROUP BY o"
    ).fetchall()
    found = {order: (count, line) for order, count, line in counted}
    decided = {order: found[order][0] for order in ("day-first", "month-first") if order in found}
    line = int(min((line for _, line in found.values()), default=0))
    if len(decided) == 2:
        many, few = sorted(decided, key=lambda order: -decided[order])
        # A slip in one cell in a hundred is that cell's trouble; more means that two files were put together.
        return (many if decided[few] * 100 <= decided[many] else "open"), line
    if decided:
        return next(iter(decided)), line
    return ("open" if found else ""), line


def _formats(con: DuckDBPyConnection, cells: str, formats: Iterable[str]) -> tuple[tuple[str, ...], bool]:
    """Return the formats, most frequent first, and whether most cells need none.

    The order matters for speed: a format that fails costs DuckDB ten times one that fits.
    """
    listed = list(formats)
    counts = ", ".join(f"count(try_strptime(t, {literal(item)}))" for item in listed)
    (row,) = con.execute(
        f"SELECT count(fa_plain_time(t, 'UTC')){', ' + counts if listed else ''} FROM {cells} WHERE t IS NOT NULL"
    ).fetchall()
    hits = dict(zip(listed, row[1:], strict=True))
    ranked = sorted(listed, key=lambda item: (-hits[item], listed.index(item)))
    return tuple(ranked), row[0] > max(hits.values(), default=0)


def _zeros(con: DuckDBPyConnection, raw: Raw, item: Format, names: Sequence[str], place: str) -> frozenset[str]:
    """Return the number columns `names` in which too many long numbers of the rows at `place` end in zeros."""
    if not names:
        return frozenset()
    said = ", ".join(f"{text_of(item.columns[name], raw.columns[name])} AS t_{name}" for name in names)
    normal = ", ".join(f"fa_identifier(t_{name}) AS {name}" for name in names)
    counts = ", ".join(
        f"count_if(fa_zero_tail({name}, 3)), count_if(regexp_full_match({name}, '[0-9]{{16,}}'))" for name in names
    )
    (row,) = con.execute(f"SELECT {counts} FROM (SELECT {normal} FROM (SELECT {said} FROM {place}))").fetchall()
    shares = zip(names, row[0::2], row[1::2], strict=True)
    return frozenset(name for name, lost, numbers in shares if lost and lost >= FREQUENT * numbers)


def settled_order(found: Study, item: Format, asked: str, shown: str) -> str:
    """Return the order of day and month to read with: as the cells show, else as asked, else as the layout has it.

    Raises
    ------
    InputError
        Nothing settles it, and some cell needs it.
    """
    shown_by_cells = "" if found.date_order == "open" else found.date_order
    order = shown_by_cells or asked or item.time.order
    if order or found.date_order != "open":
        return order
    raise InputError(
        "dates such as 03/04 can mean 3 April or March 4, and no date of this file settles it",
        file=shown,
        line=found.date_line,
        remedy="Say which with --dates day-first or --dates month-first",
    )
