"""The files of a sample folder: same rows, same bytes."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

from fulfil_analytics.sample.layouts import DESCRIPTIONS, Layout
from fulfil_analytics.sample.model import Order
from fulfil_analytics.sample.rows import Writer

ORDERS_A_FILE = 150_000
"""Orders in one export file; below the platform's cap of 200,000, which would make the file look cut off."""
_CAPS = (15_000, 200_000)
_SHEET = "OrderSKUList"
_CREATED = dt.datetime(2026, 11, 16)


class _Sheet(Protocol):
    def write(self, row: Iterable[str]) -> None: ...

    def close(self) -> None: ...


class Csv:
    """A CSV file; `bom` and CRLF line ends are what the platform's exports have."""

    def __init__(self, path: Path, *, bom: bool = False) -> None:
        self._file = path.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="")
        self.write = csv.writer(self._file, lineterminator="\r\n" if bom else "\n").writerow

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class Xlsx:
    """A workbook whose cells are all inline text, as the platform writes them."""

    def __init__(self, path: Path) -> None:
        import xlsxwriter  # type: ignore[import-untyped]

        self._book: Any = xlsxwriter.Workbook(str(path), {"constant_memory": True})
        self._book.set_properties({"created": _CREATED})
        self._sheet: Any = self._book.add_worksheet(_SHEET)
        self._rows = 0

    def write(self, row: Iterable[str]) -> None:
        """Append a row."""
        for column, cell in enumerate(row):
            if cell:
                self._sheet.write_string(self._rows, column, cell)
        self._rows += 1

    def close(self) -> None:
        """Finish the workbook."""
        self._book.close()


class OrderFiles:
    """An order export that goes on in a browser-numbered copy when a file has enough orders."""

    def __init__(self, folder: Path, stem: str, container: str, writer: Writer, layout: Layout) -> None:
        self._folder, self._stem, self._container = folder, stem, container
        self._writer, self._layout = writer, layout
        self._sheet: _Sheet | None = None
        self._files = 0
        self._orders = 0
        self.capped: list[str] = []
        """Files with exactly as many orders as the platform exports at most."""

    def __enter__(self) -> OrderFiles:
        return self

    def __exit__(self, *_: object) -> None:
        if self._sheet:
            self._end()

    def add(self, order: Order) -> None:
        """Append the rows of an order."""
        if self._sheet is None or self._orders == ORDERS_A_FILE:
            self._sheet = self._next()
        self._orders += 1
        for row in self._writer.rows(order, tabs=self._container == "csv"):
            self._sheet.write(row)

    def _path(self, number: int) -> Path:
        copy = f" ({number})" if number else ""
        return self._folder / f"{self._stem}{copy}.{self._container}"

    def _end(self) -> None:
        if self._sheet:
            self._sheet.close()
        if self._orders in _CAPS:
            self.capped.append(self._path(self._files - 1).name)

    def _next(self) -> _Sheet:
        if self._sheet:
            self._end()
        path = self._path(self._files)
        self._files += 1
        self._orders = 0
        sheet: _Sheet = Csv(path, bom=True) if self._container == "csv" else Xlsx(path)
        sheet.write(self._writer.headers)
        if self._layout.described or self._container == "xlsx":
            sheet.write([DESCRIPTIONS.get(meaning, "") for _, meaning in self._layout.columns])
        return sheet


class Table:
    """A CSV file of a reference kind with its header."""

    def __init__(self, folder: Path, name: str, header: str, stack: ExitStack) -> None:
        self._csv = Csv(folder / f"{name}.csv")
        self._csv.write(header.split(","))
        stack.callback(self._csv.close)

    def add(self, *cells: object) -> None:
        """Append a row; null becomes a blank cell."""
        self._csv.write(["" if cell is None else str(cell) for cell in cells])
