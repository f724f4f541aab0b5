"""Reads JSON and JSON Lines exports: nested lists become rows, by the paths of a format file.

JSON Lines in UTF-8 are streamed by DuckDB. Everything else (one document, other encodings, a byte order mark) is
decoded in memory: raw personal data never reaches the disk.
"""

from __future__ import annotations

import codecs
import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from fulfil_analytics.errors import InputError
from fulfil_analytics.sources.events import settle
from fulfil_analytics.sources.formats import Format
from fulfil_analytics.sources.json_select import FAULT, columns_of, select
from fulfil_analytics.sources.raw import Raw
from fulfil_analytics.sql import literal, quoted, read_sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Container = Literal["json", "jsonl"]

MAX_IN_MEMORY = 512 * 1024 * 1024
"""Bytes of a file that is read at once; more than any API answers, and less than a small machine holds."""
MAX_LINE = 32 * 1024 * 1024
"""Bytes of one line that are streamed; a file with a longer one is read at once."""
_HEAD = 1024 * 1024
_SAMPLE = 200
_names = itertools.count(1)


@dataclass(frozen=True)
class Sniffed:
    """What the structure of a JSON file says.

    Attributes
    ----------
    container : str
        ``json`` (one document) or ``jsonl`` (one a line).
    formats : tuple of Format
        Formats that fit, best first; empty when none does.
    """

    container: Container
    formats: tuple[Format, ...]


def sniff_json(
    con: DuckDBPyConnection, path: Path, encoding: str, formats: Iterable[Format], *, shown: str | None = None
) -> Sniffed:
    """Decide by the paths that are present which JSON formats fit the file at `path`; its name plays no part.

    A format fits when its required columns have a value in the first records, and, where it names marks (paths), at
    least one mark is there. The most marks win, then the most columns.

    Raises
    ------
    InputError
        The file is not JSON, or cannot be read.
    """
    shown = shown or path.name
    container = container_of(con, path, encoding)
    install(con)
    with _Document(con, path, encoding, container, shown) as document:
        text = document.text or "\n".join(_head(path, encoding))
        ranked = [
            (score, item.id, item)
            for item in formats
            if container in item.container
            and _may_fit(item, text)
            and (score := _score(con, item, document, path.stem))
        ]
    ranked.sort(key=lambda entry: (tuple(-part for part in entry[0]), entry[1]))
    return Sniffed(container, tuple(item for _, _, item in ranked))


def read_json(
    con: DuckDBPyConnection,
    path: Path,
    encoding: str,
    format: Format,  # noqa: A002 - the word of the house
    *,
    container: Container | None = None,
    shown: str | None = None,
) -> Raw:
    """Return the rows of the JSON or JSON Lines file at `path`, by the paths of `format`.

    Parameters
    ----------
    con : DuckDBPyConnection
        Connection that will run the rows' SQL.
    path : Path
        The file.
    encoding : str
        A Python codec name.
    format : Format
        A format with ``[json] records``.
    container : str, optional
        What :func:`sniff_json` found; found again when absent.
    shown : str, optional
        Name of the file in errors.

    Returns
    -------
    Raw
        One row an innermost record, numbered from 1; SQL columns are named as the canonical ones. A line that is not
        JSON is a row with a `fault` (``bad_json``), one without a record too (``no_record``).

    Raises
    ------
    InputError
        The document is not JSON, holds no records, or is too large.
    """
    shown = shown or path.name
    container = container or container_of(con, path, encoding)
    install(con)
    document = _Document(con, path, encoding, container, shown)
    try:
        columns = columns_of(format)
        sql = select(format, document.sql, path.stem, lines=document.lines)
        rows = _count(con, sql, shown)
        if rows == 0:
            raise InputError("holds no records", file=shown, remedy="Export it again for a time with orders")
        fault = FAULT if document.lines else None
        return settle(con, Raw(sql, columns, rows, fault, document.registered), format)
    except BaseException:
        document.close()
        raise


def container_of(con: DuckDBPyConnection, path: Path, encoding: str) -> Container:
    """Return whether `path` holds one JSON document or one a line.

    Lines win when the first line is a document and others follow, or when half of the first lines are objects: a broken
    line does not make a file of lines something else.
    """
    lines = [line for line in _head(path, encoding) if line.strip()][:_SAMPLE]
    if len(lines) < 2:
        return "json"
    valid = con.execute("SELECT json_valid(unnest($1::VARCHAR[]))", [lines]).fetchall()
    objects = sum(bool(ok) and line.lstrip().startswith("{") for (ok,), line in zip(valid, lines, strict=True))
    return "jsonl" if valid[0][0] or 2 * objects >= len(lines) else "json"


def install(con: DuckDBPyConnection) -> None:
    """Make the macros that the SELECTs of this room use."""
    con.execute(read_sql("fulfil_analytics.sources", "json_reader.sql"))


class _Document:
    """The documents of a file as a SELECT with one column ``j``, JSON text; null for a broken line."""

    def __init__(self, con: DuckDBPyConnection, path: Path, encoding: str, container: Container, shown: str) -> None:
        self._con = con
        self.registered: tuple[str, ...] = ()
        self.text: str | None = None
        self.lines = container == "jsonl"
        if self.lines and _streams(path, encoding):
            self.sql = (
                f"SELECT json AS j FROM read_json_objects({literal(path.as_posix())}, format = 'newline_delimited', "
                f"ignore_errors = true, maximum_object_size = {MAX_LINE})"
            )
        else:
            self._register(_decoded(path, encoding, shown, strict=not self.lines), shown)

    def _register(self, text: str, shown: str) -> None:
        import pyarrow as pa

        self.text = text
        lines = [line for line in text.split("\n") if line.strip()] if self.lines else [text]
        if not self.lines:
            _refuse_broken(self._con, text, shown)
        name = f"fa_json_{next(_names)}"
        self._con.register(name, pa.table({"line": pa.array(lines, pa.large_string())}))
        self.registered = (name,)
        self.sql = f"SELECT CASE WHEN json_valid(line) THEN line END AS j FROM {name}"

    def close(self) -> None:
        self.text = None
        for name in self.registered:
            self._con.unregister(name)

    def __enter__(self) -> _Document:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _streams(path: Path, encoding: str) -> bool:
    """Return whether DuckDB can stream the lines of `path` as they are."""
    if codecs.lookup(encoding).name not in ("utf-8", "ascii") or any(sign in str(path) for sign in "*?["):
        return False
    longest = 0
    with path.open("rb") as file:
        start = file.read(3)
        if start == codecs.BOM_UTF8:
            return False
        file.seek(0)
        while piece := file.read(MAX_LINE // 2):
            longest = 0 if b"\n" in piece else longest + len(piece)
            if longest >= MAX_LINE // 2:
                return False
    return True


def _decoded(path: Path, encoding: str, shown: str, *, strict: bool) -> str:
    size = path.stat().st_size
    if size > MAX_IN_MEMORY:
        raise InputError(
            f"is {size // 2**20} MiB of JSON in one piece, more than the {MAX_IN_MEMORY // 2**20} MiB that are read",
            file=shown,
            remedy="Save it as UTF-8 JSON Lines (one record a line), or in parts",
        )
    data = path.read_bytes()
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as problem:
        if strict:
            raise InputError(
                f"is not {encoding} text at byte {problem.start}",
                file=shown,
                line=data.count(b"\n", 0, problem.start) + 1,
                remedy="Save it as UTF-8",
            ) from None
        # A NUL is never valid JSON, so exactly the lines with undecodable bytes are refused.
        text = data.decode(encoding, errors="replace").replace("\ufffd", "\0")
    return text.removeprefix("\ufeff")


def _refuse_broken(con: DuckDBPyConnection, text: str, shown: str) -> None:
    """Raise with line and column when `text` is not JSON."""
    import duckdb

    try:
        con.execute("SELECT json_type($1)", [text]).fetchall()
    except duckdb.Error as problem:  # its message shows the text: only the offset is taken over
        found = re.search(r"at byte (\d+)", str(problem))
        before = text.encode()[: int(found[1]) if found else 0].decode(errors="ignore")
        line = before.count("\n") + 1
        column = len(before) - (before.rfind("\n") + 1) + 1
        raise InputError(
            "is not valid JSON from here on", file=shown, line=line, column=f"character {column}",
            remedy="Export it again; a copy that was cut off or edited by hand breaks like this",
        ) from None  # fmt: skip


def _head(path: Path, encoding: str) -> list[str]:
    """Return the first whole lines of `path`: at least one, unless it is absurdly long."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    text, ended = "", False
    with path.open("rb") as file:
        while not ended and (len(text) < _HEAD or "\n" not in text.strip()) and len(text) < MAX_LINE:
            piece = file.read(_HEAD)
            ended = not piece
            text += decoder.decode(piece, final=ended)
    lines = text.removeprefix("\ufeff").split("\n")
    return lines if ended or len(lines) == 1 else lines[:-1]


def _may_fit(item: Format, text: str) -> bool:
    """Return False when `text` does not even spell one of the keys that the marks end in; it spares a parse."""
    keys = [f'"{mark.rsplit(".", 1)[1]}"' for mark in item.identify.marks if mark.startswith("@")]
    return not keys or any(key in text for key in keys)


def _score(con: DuckDBPyConnection, item: Format, document: _Document, stem: str) -> tuple[int, int] | None:
    """Return how well a format fits (marks, columns), or None."""
    columns = columns_of(item)
    paths = [mark for mark in item.identify.marks if mark.startswith("@")]  # the others are headers
    rows = select(item, document.sql, stem, lines=document.lines, limit=_SAMPLE, marks=paths)
    flat = [name for names in columns.values() for name in names]
    marks = [f"mark_{i}" for i in range(len(paths))]
    seen = ", ".join(f"count({quoted(name)}) > 0" for name in (*flat, *marks))
    found = con.execute(f"SELECT {seen} FROM ({rows})").fetchall()
    present = dict(zip((*flat, *marks), found[0], strict=True))
    if not all(any(present[part] for part in columns[name]) for name in item.identify.requires):
        return None
    score = sum(present[mark] for mark in marks)
    if marks and not score:
        return None
    return score, sum(any(present[part] for part in parts) for parts in columns.values())


def _count(con: DuckDBPyConnection, sql: str, shown: str) -> int:
    import duckdb

    try:
        return int(con.execute(f"SELECT count(*) FROM ({sql})").fetchall()[0][0])
    except duckdb.Error:
        raise InputError(
            "cannot be read as JSON", file=shown, remedy="Export it again, or save it as UTF-8 JSON Lines"
        ) from None
