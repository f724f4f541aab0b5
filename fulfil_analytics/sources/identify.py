"""Recognises a file by its content: container, encoding, layout, header row."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from fulfil_analytics.errors import InputError, UnrecognisedFile
from fulfil_analytics.privacy import struck
from fulfil_analytics.sources import csv_reader, frames, headers, json_reader, lookups, parquet_reader, xlsx_reader
from fulfil_analytics.sources.containers import container_of
from fulfil_analytics.sources.discover import SourceFile
from fulfil_analytics.sources.encoding import Text, detect
from fulfil_analytics.sources.events import settle
from fulfil_analytics.sources.formats import Format, Formats
from fulfil_analytics.sources.frames import FrameSource
from fulfil_analytics.sources.market import market_counts
from fulfil_analytics.sources.raw import Raw
from fulfil_analytics.sources.study import Study, study
from fulfil_analytics.sources.tables import FAULT, Head, Table, cell_names

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

HEADER_ROWS = 10
"""Rows in which the header is looked for."""
_MANY = 20_000
"""Rows from which on it pays to look at some of them first."""
_ENOUGH = 3
"""Known headers from which on a row is a header row, though columns are missing."""


@dataclass(frozen=True)
class Recognised:
    """What a file is.

    Attributes
    ----------
    source : SourceFile
        The file.
    format : Format
        Its layout.
    container : str
        ``csv``, ``xlsx``, ``parquet``, ``json`` or ``jsonl``; ``frame`` for a table in memory.
    text : Text, optional
        Encoding of a text file.
    sheet, delimiter : str
        Sheet of a workbook, delimiter of a CSV.
    header_row : int
        Row of the header; 0 where there is none.
    described : bool
        The row below the header holds descriptions of the columns and is no data.
    sound : bool
        A CSV that DuckDB's strict parser reads.
    has_blank_rows : bool
        Rows without any cell may stand between the data; they are not counted.
    width : int
        Columns of the table.
    places : mapping
        Canonical column to positions in the header row.
    unknown_columns : tuple of str
        Headers that the format does not know, personal data struck out.
    rows : int
        Data rows.
    study : Study
        What the cells show of the order of day and month, and of damaged numbers.
    markets : mapping, optional
        Of order files, how many rows show which market, where that was seen while the rows were counted.
    other_sheets : tuple of int
        Numbers of the workbook's other sheets, from 1, that hold a table of a known layout too: they are not read.
    """

    source: SourceFile
    format: Format
    container: str
    text: Text | None = None
    sheet: str = ""
    delimiter: str = ""
    header_row: int = 0
    described: bool = False
    sound: bool = False
    has_blank_rows: bool = True
    width: int = 0
    places: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    unknown_columns: tuple[str, ...] = ()
    rows: int = 0
    study: Study = field(default_factory=Study)
    markets: Mapping[str, int] | None = None
    other_sheets: tuple[int, ...] = ()

    @property
    def encoding(self) -> str | None:
        """Encoding of a text file, else null."""
        return self.text.encoding if self.text else None

    @property
    def date_order(self) -> str:
        """``day-first``, ``month-first``, ``open`` when the cells leave it open, blank when nothing needs it."""
        return self.study.date_order


def identify(con: DuckDBPyConnection, source: SourceFile, formats: Formats) -> Recognised:
    """Return what `source` is.

    Parameters
    ----------
    con : DuckDBPyConnection
        Any connection; macros and variables of this room are made in it, tables are not.
    source : SourceFile
        A file of :func:`discover`.
    formats : Formats
        The known layouts.

    Raises
    ------
    UnrecognisedFile
        No layout fits, or the file is no export at all.
    InputError
        An export that cannot be used: damaged, protected, without rows or without a column that is needed.
    """
    lookups.prepare(con)
    try:
        kind = "frame" if isinstance(source, FrameSource) else container_of(source.path, source.shown)
        text = detect(source.path, source.shown) if kind == "text" else None
        if text and _opens_json(source, text):
            found = _identify_json(con, source, text, formats)
        else:
            found = _identify_table(con, source, "csv" if text else kind, text, formats)
    except OSError as problem:
        raise InputError(
            f"cannot be read: {problem.strerror}", file=source.shown, remedy="Check the rights to the file"
        ) from None
    if found.text and found.container == "csv":
        found = replace(found, sound=csv_reader.may_be_sound(source.path, found.text, source.shown))
    found = _counted(con, found)
    if found.rows == 0:
        raise InputError("has a header but no rows", file=source.shown, remedy="Export it again for a time with orders")
    raw = open_raw(con, found)
    try:
        return replace(found, study=study(con, raw, found.format))
    finally:
        free(con, raw)
        source.refuse_change()


def open_raw(con: DuckDBPyConnection, found: Recognised, *, whole: bool = False) -> Raw:
    """Return the raw rows of a recognised file; :func:`free` them when done. `whole`: all of them will be read."""
    source = found.source
    if found.container in ("json", "jsonl"):
        container: json_reader.Container = "json" if found.container == "json" else "jsonl"
        return json_reader.read_json(
            con, source.path, found.encoding or "utf-8", found.format, container=container, shown=source.shown
        )
    return settle(con, _raw(_table(con, found), found), found.format, learn=whole and found.rows >= _MANY)


def free(con: DuckDBPyConnection, raw: Raw) -> None:
    """Unregister and forget what stands behind `raw`."""
    for name in raw.registered:
        con.unregister(name)
    for name in raw.learnt:
        con.execute(f"RESET VARIABLE {name}")


def _counted(con: DuckDBPyConnection, found: Recognised) -> Recognised:
    """Count the rows; a text table that DuckDB's strict parser refuses is read by the mending reader from here on."""
    import duckdb

    raw = open_raw(con, replace(found, has_blank_rows=False))
    try:
        if found.container in ("json", "jsonl"):
            return replace(found, rows=raw.rows)
        if found.container == "csv" and not found.sound:
            _refuse_cut_off(con, found, raw.sql)
        if found.sound and (plain := _plain(con, found, raw)) is not None:
            return plain
        blank = _is_blank(found)
        (row,) = con.execute(f"SELECT count(*), count(*) FILTER ({blank}) FROM ({raw.sql})").fetchall()
        return replace(found, rows=int(row[0] - row[1]), has_blank_rows=row[1] > 0)
    except duckdb.Error:
        if not found.sound:
            raise InputError(
                "cannot be read to its end", file=found.source.shown, remedy="Download or export it again"
            ) from None
        return _counted(con, replace(found, sound=False))
    finally:
        free(con, raw)


def _plain(con: DuckDBPyConnection, found: Recognised, raw: Raw) -> Recognised | None:
    """Count the rows where one column shows that none is blank; the parser checks the others as well."""
    first = min(
        (place for column in found.format.identify.requires for place in found.places.get(column, ())), default=0
    )
    if found.format.kind != "orders":
        (row,) = con.execute(f"SELECT count(*), count(c{first}) FROM ({raw.sql})").fetchall()
        return replace(found, rows=int(row[0]), has_blank_rows=False) if row[0] == row[1] else None
    counted = market_counts(con, raw, found.format, f"c{first}")  # what they show costs little beside reading them
    if any(rows != told for _, rows, told in counted):
        return None
    shown = {market: rows for market, rows, _ in counted if market is not None}
    return replace(found, rows=sum(rows for _, rows, _ in counted), has_blank_rows=False, markets=shown)


def _refuse_cut_off(con: DuckDBPyConnection, found: Recognised, sql: str) -> None:
    """Refuse a text table whose download stopped: the last row is broken, and no line end follows it."""
    path = found.source.path
    with path.open("rb") as file:
        file.seek(-min(4, found.source.bytes), os.SEEK_END)
        if b"\n" in file.read().rstrip(b"\0")[-2:]:
            return
    (last,) = con.execute(
        f"SELECT max(source_line), arg_max(coalesce({FAULT}, ''), source_line) FROM ({sql})"
    ).fetchall()
    if last[1] in ("ragged_row", "bad_quote"):
        raise InputError(
            "is cut off: the file ends in the middle of a row",
            file=found.source.shown,
            line=int(last[0]),
            remedy="Download or export it again",
        )


def _table(con: DuckDBPyConnection, found: Recognised) -> Table:
    path, header_row, width = found.source.path, found.header_row, found.width
    if found.container == "xlsx":
        return xlsx_reader.read(con, path, found.source.shown, sheet=found.sheet, header_row=header_row, width=width)
    if found.container == "parquet":
        return parquet_reader.read(con, path, found.source.shown)
    if isinstance(found.source, FrameSource):
        return frames.read(con, found.source)
    if found.sound:
        return csv_reader.read_sound(path, delimiter=found.delimiter, header_row=header_row, width=width)
    return csv_reader.read_mending(
        con, path, found.text or Text("utf-8"), delimiter=found.delimiter, header_row=header_row, width=width
    )


def _raw(table: Table, found: Recognised) -> Raw:
    """Return the data rows: the description row and rows without any cell are none."""
    conditions = [f"NOT ({_is_blank(found)})"] if found.has_blank_rows else ["TRUE"]
    if found.described:
        conditions.append(f"source_line <> {found.header_row + 1}")
    sql = f"SELECT * FROM ({table.sql}) WHERE {' AND '.join(conditions)}"
    columns = {name: tuple(f"c{place}" for place in places) for name, places in found.places.items()}
    return Raw(sql, columns, found.rows, FAULT if table.faults else None, table.registered)


def _is_blank(found: Recognised) -> str:
    mends = found.container == "csv" and not found.sound
    return f"coalesce({', '.join([*cell_names(found.width), *([FAULT] if mends else [])])}) IS NULL"


def _opens_json(source: SourceFile, text: Text) -> bool:
    with source.path.open("rb") as file:
        file.seek(text.bom)
        head = file.read(4096).decode(text.encoding, errors="ignore")
    return head.lstrip("\ufeff \t\r\n").startswith(("{", "["))


def _identify_json(con: DuckDBPyConnection, source: SourceFile, text: Text, formats: Formats) -> Recognised:
    sniffed = json_reader.sniff_json(con, source.path, text.encoding, formats.of("json", "jsonl"), shown=source.shown)
    if not sniffed.formats:
        raise UnrecognisedFile(
            "is JSON, but of no known layout",
            file=source.shown,
            remedy="Export orders or tracking, or add a format file",
        )
    return Recognised(source, sniffed.formats[0], sniffed.container, text)


def _identify_table(
    con: DuckDBPyConnection, source: SourceFile, container: str, text: Text | None, formats: Formats
) -> Recognised:
    heads = _heads(con, source, container, text)
    known = formats.of(container)
    if isinstance(source, FrameSource):  # its caller says what it is, in whatever table layout
        known = [item for item in formats.of("csv", "xlsx", "parquet") if item.kind == source.kind]
    fits = [
        _Fit(found, head, row, place)
        for place, head in enumerate(heads)
        for row, cells in enumerate(head.records[:HEADER_ROWS], start=1)
        if (found := next(iter(headers.match(cells, known)), None))
    ]
    best = min(fits, key=lambda fit: fit.rank, default=None)
    if best is None or best.match.missing:
        raise _refusal(source, known, heads)
    cells = best.head.records[best.row - 1]
    return Recognised(
        source,
        best.match.format,
        container,
        text,
        sheet=best.head.sheet,
        delimiter=best.head.delimiter,
        header_row=0 if container in ("parquet", "frame") else best.row,
        described=_is_described(best),
        width=len(cells),
        places=best.match.columns,
        unknown_columns=tuple(struck(cell) for cell in headers.unknown(cells, best.match)),
        other_sheets=tuple(
            sorted({fit.place + 1 for fit in fits if fit.head.sheet and fit.is_table} - {best.place + 1})
        ),
    )


@dataclass(frozen=True)
class _Fit:
    """A row of a head that could be the header."""

    match: headers.Match
    head: Head
    row: int
    place: int

    @property
    def rank(self) -> tuple[object, ...]:
        """Complete first; then the layout's preferred sheet, more known headers, the earlier sheet, the upper row."""
        preferred = self.head.sheet in self.match.format.sheets
        place = self.place if self.head.sheet else 0
        return (bool(self.match.missing), not preferred, -len(self.match.known), place, self.row, self.place)

    @property
    def is_table(self) -> bool:
        """Whether it is a whole header with rows below it."""
        return not self.match.missing and any(map(any, self.head.records[self.row :]))


def _heads(con: DuckDBPyConnection, source: SourceFile, container: str, text: Text | None) -> list[Head]:
    if container == "xlsx":
        return xlsx_reader.heads(source.path, source.shown)
    if container == "parquet":
        return parquet_reader.heads(con, source.path, source.shown)
    if isinstance(source, FrameSource):
        return frames.heads(source)
    return csv_reader.heads(source.path, text or Text("utf-8"), source.shown)


def _is_described(fit: _Fit) -> bool:
    """Return whether the row below the header holds descriptions: words where an identifier belongs."""
    places = fit.match.columns.get(fit.match.format.identify.description, ())
    cells = fit.head.records[fit.row] if fit.row < len(fit.head.records) else []
    said = next((cells[place] or "" for place in places if place < len(cells)), "").strip()
    if said.lower() == "x":
        return True
    digits = sum(sign.isdigit() for sign in said)
    return digits < 6 and (" " in said or not said.isascii()) and any(sign.isalpha() for sign in said)


def _refusal(source: SourceFile, known: Sequence[Format], heads: Sequence[Head]) -> InputError:
    """Say what is missing where a header row is there; show no cell of a row that may be data."""
    fits = [
        _Fit(found, head, row, place)
        for place, head in enumerate(heads)
        for row, cells in enumerate(head.records[:HEADER_ROWS], start=1)
        for found in headers.match(cells, known)
    ]
    nearest = max(fits, key=lambda fit: (len(fit.match.known), -len(fit.match.missing), -fit.row), default=None)
    if nearest is None or len(nearest.match.known) < _ENOUGH:
        widest = max((len(cells) for head in heads for cells in head.records), default=0)
        return UnrecognisedFile(
            f"is a table of {widest} column{'' if widest == 1 else 's'}, but its headers are those of no known layout",
            file=source.shown,
            remedy="Export it with its header row, or describe the layout in a format file",
        )
    wanted = "; ".join(" or ".join(nearest.match.format.columns[name].headers) for name in nearest.match.missing)
    there = ", ".join(struck(cell.strip()) for cell in nearest.head.records[nearest.row - 1] if cell and cell.strip())
    return InputError(
        f"looks like {nearest.match.format.title}, but has no column {wanted}; it has {there}",
        file=source.shown,
        line=nearest.row,
        remedy="Export it with all columns",
    )
