"""Reads XLSX sheets as text: calamine where it keeps every digit, a plain XML reader where it does not.

Calamine turns numeric cells into floating-point numbers, so an order number of 18 digits that stands in a numeric cell
would come out as a neighbouring one, without a word. Sheets with such cells, and sheets that do not begin in A1 (whose
row numbers calamine does not keep), are read by :class:`_SheetText`, which takes the digits as they are written.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from fulfil_analytics.errors import InputError
from fulfil_analytics.sources.tables import HEAD, MAX_COLUMNS, Cells, Head, Table, cell_names, register
from fulfil_analytics.sources.xlsx_parts import Attributes, Package

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

MAX_ROWS = 1_048_576
"""Rows a sheet can have."""
_LONG_NUMBER = re.compile(rb"<(?:\w+:)?v>\s*-?(?:[0-9]{16,}|[0-9]\.?[0-9]*[eE]\+?(?:1[5-9]|[2-9][0-9]))")
_NOTHING = re.compile(rb"(?!)")
BATCH = 20_000


def heads(path: Path, shown: str) -> list[Head]:
    """Return the first records of each sheet of `path`.

    Raises
    ------
    InputError
        The file is damaged, or a sheet has more columns than any export.
    """
    with Package(path, shown) as package:
        return [Head(_head(package, part), sheet=sheet) for sheet, part in package.sheets().items()]


def _head(package: Package, part: str) -> list[Cells]:
    reader = _SheetText(package, part, rows=HEAD)
    reader.run()
    return reader.head()


def read(con: DuckDBPyConnection, path: Path, shown: str, *, sheet: str, header_row: int, width: int) -> Table:
    """Return the rows of `sheet` below row `header_row`.

    Raises
    ------
    InputError
        The file is damaged.
    """
    with Package(path, shown) as package:
        part = package.sheets()[sheet]
        shared = next((name for name in package.names() if name.lower() == "xl/sharedstrings.xml"), None)
        if shared:
            package.search(shared, _NOTHING)  # unpacked once under guard, before calamine does it without
        has_long_numbers = package.search(part, _LONG_NUMBER) is not None
        first = (_head(package, part) or [[]])[0]
        if has_long_numbers or not first or first[0] is None:
            _refuse_other_days(package)
            cells = _SheetText(package, part).table(width)
        else:
            cells = _calamine(path, shown, sheet, width)
    name = register(con, cells)
    return Table(f"SELECT * FROM {name} WHERE source_line > {header_row}", registered=(name,))


def _refuse_other_days(package: Package) -> None:
    """Refuse a workbook that counts its days from 1904: as they are written, its dates would be four years early."""
    if package.counts_from_1904():
        raise InputError(
            "counts its days from 1904, so that dates could be read four years early",
            file=package.shown,
            remedy="Save it as CSV UTF-8, or export it anew",
        )


def _calamine(path: Path, shown: str, sheet: str, width: int) -> pa.Table:
    import fastexcel
    import pyarrow as pa

    try:
        loaded = fastexcel.read_excel(path).load_sheet(sheet, header_row=None, dtypes="string").to_arrow()
    except fastexcel.FastExcelError:
        raise InputError(
            "is a damaged XLSX file", file=shown, remedy="Open it in a spreadsheet program and save it again"
        ) from None
    rows = loaded.num_rows
    columns = [
        loaded.column(place) if place < loaded.num_columns else pa.nulls(rows, pa.string()) for place in range(width)
    ]
    return pa.table([pa.array(range(1, rows + 1), pa.int64()), *columns], names=["source_line", *cell_names(width)])


class _Enough(Exception):
    """As many rows as were asked for are read."""


class _SheetText:
    """The cells of a sheet as the text that stands in the file.

    Cells are placed by their own reference (``r="C7"``), so it does not matter how they are grouped into rows.
    """

    def __init__(self, package: Package, part: str, rows: int = MAX_ROWS) -> None:
        self._package = package
        self._part = part
        self._limit = rows
        self._shared: list[str] | None = None
        self._rows: dict[int, dict[int, str]] = {}
        self._batches: list[pa.RecordBatch] = []
        self._width = 0
        self._done = 0
        self._row = self._column = 0
        self._kind = ""
        self._value: list[str] = []
        self._inside = ""

    def run(self) -> None:
        """Read the sheet."""
        try:
            self._package.parse(self._part, self._start, self._end, self._text)
        except _Enough:
            return

    def head(self) -> list[Cells]:
        """Return the first rows as lists of cells; a row that is not there is an empty one."""
        last = min(max(self._rows, default=0), self._limit)
        return [self._cells(self._rows.get(number, {})) for number in range(1, last + 1)]

    def table(self, width: int) -> pa.Table:
        """Read the sheet; return ``source_line`` and `width` columns of text, rows without any cell left out."""
        import pyarrow as pa

        self._width = width
        self.run()
        self._flush()
        return pa.Table.from_batches(self._batches)

    def _flush(self) -> None:
        """Move the rows read so far into a batch; a cell that comes later for one of them is refused."""
        import pyarrow as pa

        numbers = sorted(self._rows)
        columns = [pa.array([self._rows[n].get(place) for n in numbers], pa.string()) for place in range(self._width)]
        names = ["source_line", *cell_names(self._width)]
        self._batches.append(pa.RecordBatch.from_arrays([pa.array(numbers, pa.int64()), *columns], names=names))
        self._done = max(self._done, *numbers) if numbers else self._done
        self._rows = {}

    def _cells(self, row: dict[int, str]) -> Cells:
        return [row.get(place) for place in range(max(row, default=-1) + 1)]

    def _start(self, tag: str, attributes: Attributes) -> None:
        if tag == "row":
            self._row = self._row_number(attributes["r"]) if "r" in attributes else self._row + 1
            self._column = -1
        elif tag == "c":
            self._place(attributes.get("r", ""))
            self._kind = attributes.get("t", "n")
            self._value = []
        elif tag in ("v", "t", "rPh"):
            self._inside = tag

    def _row_number(self, said: str) -> int:
        if not re.fullmatch("[0-9]{1,7}", said):
            raise InputError(
                "is a damaged XLSX file: a row has no number",
                file=self._package.shown,
                line=max(self._row, 1),
                remedy="Open it in a spreadsheet program and save it again",
            )
        return int(said)

    def _place(self, reference: str) -> None:
        match = re.fullmatch(r"([A-Z]{1,3})([0-9]{1,7})", reference)
        if match:
            self._column = _column(match[1])
            self._row = int(match[2])
        else:
            self._column += 1
        if self._row > self._limit:
            raise _Enough
        if self._column >= MAX_COLUMNS:
            raise InputError(
                f"has a cell beyond column {MAX_COLUMNS} where no export has one",
                file=self._package.shown,
                line=self._row,
                remedy="Export the file anew",
            )

    def _text(self, text: str) -> None:
        if self._inside in ("v", "t"):
            self._value.append(text)

    def _end(self, tag: str) -> None:
        if tag in ("v", "t", "rPh"):
            self._inside = ""
        elif tag == "c" and self._value and self._kind != "e":
            value = "".join(self._value)
            if self._kind == "s":
                value = self._shared_text(value)
            elif self._kind == "b":
                value = "true" if value.strip() == "1" else "false"
            if value:
                self._keep(value)

    def _keep(self, value: str) -> None:
        if self._row not in self._rows:
            if self._width and len(self._rows) >= BATCH:
                self._flush()
            if self._row <= self._done:
                raise InputError(
                    "has rows out of order",
                    file=self._package.shown,
                    line=self._row,
                    remedy="Open it in a spreadsheet program and save it again",
                )
            self._rows[self._row] = {}
        self._rows[self._row][self._column] = value

    def _shared_text(self, index: str) -> str:
        if self._shared is None:
            self._shared = _shared_strings(self._package)
        try:
            return self._shared[int(index)]
        except (ValueError, IndexError):
            raise InputError(
                "is a damaged XLSX file: a cell names a text that is not there",
                file=self._package.shown,
                line=self._row,
                remedy="Open it in a spreadsheet program and save it again",
            ) from None


def _shared_strings(package: Package) -> list[str]:
    """Return the shared texts, formatting and pronunciation guides left out."""
    part = next((name for name in package.names() if name.lower() == "xl/sharedstrings.xml"), None)
    texts: list[str] = []
    pieces: list[str] = []
    inside = [""]

    def start(tag: str, _: Attributes) -> None:
        inside.append("rPh" if "rPh" in inside else tag)
        if tag == "si":
            pieces.clear()

    def end(tag: str) -> None:
        inside.pop()
        if tag == "si":
            texts.append("".join(pieces))

    def text(piece: str) -> None:
        if inside[-1] == "t":
            pieces.append(piece)

    if part:
        package.parse(part, start, end, text)
    return texts


def _column(letters: str) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    return place - 1
