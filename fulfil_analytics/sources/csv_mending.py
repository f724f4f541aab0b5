"""Reads damaged text tables record by record: one that is not sound costs only itself.

Slower than DuckDB's reader by a factor of ten or so, and bounded in memory: records leave in batches.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, TextIO

from fulfil_analytics.sources.encoding import Text
from fulfil_analytics.sources.tables import FAULT, cell_names

if TYPE_CHECKING:
    import pyarrow as pa

BATCH = 5_000
MAX_CELL_LINES = 500
"""Physical lines that one record may span. An open quote that runs further is a broken one."""
_UNDECODED = re.compile("[\udc80-\udcff]")


class Record(NamedTuple):
    """A record with the row number that a spreadsheet shows; cells, or why there are none."""

    number: int
    cells: list[str] | None
    fault: str | None


def records(path: Path, text: Text, delimiter: str, *, width: int = 0, header_row: int = 0) -> Iterator[Record]:
    """Yield the records of `path`; a blank line has no cells and no fault.

    Below `header_row` a record has `width` cells, blank ones at its end not counted, or it is a ``ragged_row``. Other
    faults are ``bad_quote``, ``bad_encoding`` and ``oversized_cell``. A record that fails gives up its first line only:
    the next one is looked for in the lines that it had swallowed.
    """
    with path.open("rb") as binary:
        binary.seek(text.bom)
        lines = _Lines(_decoded(binary, text))
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        number = 0
        while True:
            number += 1
            lines.taken.clear()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except (csv.Error, _RunAway) as problem:
                fault = "oversized_cell" if "larger than" in str(problem) else "bad_quote"
                reader = csv.reader(lines, delimiter=delimiter, strict=True)
            else:
                fault = _fault(cells, lines.taken, width if number > header_row else 0)
            if fault and fault != "bad_encoding":
                lines.put_back(lines.taken[1:])
            yield Record(number, None if fault else cells[: width or None], fault or None)


def _fault(cells: list[str], lines: list[str], width: int) -> str:
    if width and len(cells) != width and cells and (len(cells) < width or any(cells[width:])):
        return "ragged_row"
    return "bad_encoding" if any(not line.isascii() and _UNDECODED.search(line) for line in lines) else ""


def _decoded(binary: BinaryIO, text: Text) -> TextIO:
    # Bytes that are no text become lone surrogates, which no sound text holds; UTF-16 was decoded to its end already.
    errors = "strict" if text.encoding.startswith("utf-16") else "surrogateescape"
    return io.TextIOWrapper(binary, encoding=text.encoding, errors=errors, newline="")


class _RunAway(Exception):
    """A record goes on beyond :data:`MAX_CELL_LINES` lines."""


class _Lines:
    """Lines that remember what was taken and can be put back."""

    def __init__(self, source: Iterator[str]) -> None:
        self._source = source
        self._spare: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self.taken) > MAX_CELL_LINES:
            raise _RunAway
        line = self._spare.popleft() if self._spare else next(self._source)
        self.taken.append(line)
        return line

    def put_back(self, lines: list[str]) -> None:
        self._spare.extendleft(reversed(lines))


@dataclass(frozen=True)
class Mended:
    """The records below the header as a stream of Arrow batches that can be read any number of times.

    Columns: ``source_line``, ``c0``, ``c1``, ... and ``_fault``. A blank line is no record.
    """

    path: Path
    text: Text
    delimiter: str
    header_row: int
    width: int

    def schema(self) -> pa.Schema:
        """Return the Arrow schema."""
        import pyarrow as pa

        texts = [(name, pa.large_string()) for name in cell_names(self.width)]
        return pa.schema([("source_line", pa.int64()), *texts, (FAULT, pa.string())])

    def __arrow_c_schema__(self) -> object:
        return self.schema().__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        import pyarrow as pa

        reader = pa.RecordBatchReader.from_batches(self.schema(), self._batches())
        return reader.__arrow_c_stream__(requested_schema)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        nothing = [""] * self.width
        found = (
            (number, nothing if cells is None else cells, fault)
            for number, cells, fault in records(
                self.path, self.text, self.delimiter, width=self.width, header_row=self.header_row
            )
            if number > self.header_row and cells != []
        )
        while rows := list(itertools.islice(found, BATCH)):
            yield self._batch(*zip(*rows, strict=True))

    def _batch(self, numbers: Sequence[int], rows: Sequence[list[str]], faults: Sequence[str | None]) -> pa.RecordBatch:
        import pyarrow as pa
        import pyarrow.compute as pc

        schema = self.schema()
        null = pa.scalar(None, pa.large_string())
        texts = (pa.array(column, pa.large_string()) for column in zip(*rows, strict=True))
        columns = [pc.if_else(pc.equal(column, ""), null, column) for column in texts]
        return pa.RecordBatch.from_arrays(
            [pa.array(numbers, pa.int64()), *columns, pa.array(faults, pa.string())], schema=schema
        )
