"""Headers of a table file against the columns of the format files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from fulfil_analytics.sources.folding import fold
from fulfil_analytics.sources.formats import Format


@cache
def _alias(text: str) -> str:
    """Fold a spelling of a format file, once; cells of files never come here."""
    return fold(text)


@dataclass(frozen=True)
class Match:
    """How a header row fits a format.

    Attributes
    ----------
    format : Format
        The format.
    columns : mapping
        Canonical column to positions of the header row, in the order of the format's aliases.
    missing : tuple of str
        Canonical columns that the format needs and the header row does not have.
    marks : int
        Marks of the format that are there.
    known : frozenset of int
        Positions of the headers that the format knows, read or not.
    """

    format: Format
    columns: Mapping[str, tuple[int, ...]]
    missing: tuple[str, ...]
    marks: int
    known: frozenset[int]

    @property
    def rank(self) -> tuple[int, int, int, str]:
        """Best first: nothing missing, most marks, most known headers; then by id, so that it is always the same."""
        return (len(self.missing), -self.marks, -len(self.known), self.format.id)


def match(header: Sequence[str | None], formats: Iterable[Format]) -> list[Match]:
    """Return how `header` fits each of `formats`, best first; formats that know no cell of it are left out."""
    places: dict[str, list[int]] = {}
    for place, cell in enumerate(header):
        if cell and cell.strip():
            places.setdefault(fold(cell), []).append(place)
    # most rows that are asked about are no header, and hold no word that a format knows
    found = [_fit(places, item) for item in formats if not item.spellings.isdisjoint(places)]
    return sorted((item for item in found if item.known), key=lambda item: item.rank)


def _fit(places: Mapping[str, Sequence[int]], item: Format) -> Match:
    columns: dict[str, tuple[int, ...]] = {}
    for name, spec in item.columns.items():
        hits = [place for header in spec.headers for place in places.get(_alias(header), ())]
        if hits:
            columns[name] = tuple(dict.fromkeys(hits))
    needed = dict.fromkeys([*item.identify.requires, *(name for name, spec in item.columns.items() if spec.required)])
    marks = sum(_alias(mark) in places for mark in item.identify.marks)
    unread = {place for header in item.unread for place in places.get(_alias(header), ())}
    read = {place for hits in columns.values() for place in hits}
    missing = tuple(name for name in needed if name not in columns)
    return Match(item, columns, missing, marks, frozenset(read | unread))


def unknown(header: Sequence[str | None], found: Match) -> list[str]:
    """Return the headers that the format does not know, in order."""
    return [cell.strip() for place, cell in enumerate(header) if place not in found.known and cell and cell.strip()]
