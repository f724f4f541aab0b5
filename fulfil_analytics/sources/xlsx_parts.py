"""The parts of an XLSX file, read safely: sizes are bounded, document types and entities refused."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from posixpath import join, normpath
from typing import Any
from xml.parsers import expat

from fulfil_analytics.errors import InputError

MAX_PART = 4 << 30
"""Bytes a part may unpack to."""
MAX_RATIO = 1_100
"""Bytes out of one byte of zip that DEFLATE can give is 1,032; more is a lie in the directory."""
SUSPICIOUS = 1 << 26
"""Bytes from which on a part that shrank more than a table of text can is taken for a bomb."""
_TABLE_RATIO = 200
_CHUNK = 1 << 20
_REMEDY = "Open it in a spreadsheet program and save it again, or export it anew"

Attributes = dict[str, str]


class Package:
    """An open XLSX file; use it in a ``with`` block.

    Raises
    ------
    InputError
        The file is no sound zip, or a part of it is too large.
    """

    def __init__(self, path: Path, shown: str) -> None:
        self.shown = shown
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError):
            raise self._damaged() from None

    def __enter__(self) -> Package:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def _damaged(self) -> InputError:
        return InputError("is a damaged or truncated XLSX file", file=self.shown, remedy=_REMEDY)

    def names(self) -> list[str]:
        """Return the names of the parts."""
        return self._zip.namelist()

    def sheets(self) -> dict[str, str]:
        """Return sheet name to part, in the order of the workbook."""
        book = self._book()
        targets: dict[str, str] = {}
        sheets: list[tuple[str, str]] = []

        def relation(tag: str, attributes: Attributes) -> None:
            if tag == "Relationship":
                targets[attributes.get("Id", "")] = attributes.get("Target", "")

        def sheet(tag: str, attributes: Attributes) -> None:
            if tag == "sheet":
                key = next((value for name, value in attributes.items() if name.endswith(":id")), "")
                sheets.append((attributes.get("name", ""), key))

        self.parse("xl/_rels/workbook.xml.rels", relation)
        self.parse(book, sheet)
        parts = {name: _part(targets[key]) for name, key in sheets if key in targets}
        return {name: part for name, part in parts.items() if part in self.names()}

    def counts_from_1904(self) -> bool:
        """Return whether the workbook says that day 0 is 1 January 1904."""
        said: list[str] = []

        def properties(tag: str, attributes: Attributes) -> None:
            if tag == "workbookPr":
                said.append(attributes.get("date1904", "0"))

        self.parse(self._book(), properties)
        return any(word.strip().lower() in ("1", "true", "on") for word in said)

    def _book(self) -> str:
        book = next((name for name in self.names() if name.lower() == "xl/workbook.xml"), None)
        if book is None:
            raise self._damaged()
        return book

    def chunks(self, part: str) -> Iterator[bytes]:
        """Yield the bytes of a part."""
        try:
            info = self._zip.getinfo(part)
        except KeyError:
            raise self._damaged() from None
        ratio = info.file_size / max(info.compress_size, 1)
        if info.file_size > MAX_PART or ratio > MAX_RATIO or (info.file_size > SUSPICIOUS and ratio > _TABLE_RATIO):
            raise InputError(
                f"unpacks to {info.file_size >> 20} MB, more than a table of orders can",
                file=self.shown,
                remedy=_REMEDY,
            )
        try:
            with self._zip.open(info) as file:
                while chunk := file.read(_CHUNK):
                    yield chunk
        except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError, zlib.error):
            raise self._damaged() from None

    def parse(
        self,
        part: str,
        start: Callable[[str, Attributes], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> None:
        """Run a part through the XML parser; names come without their namespace prefix."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = lambda tag, attributes: start(tag.rpartition(":")[2], attributes)
        if end:
            parser.EndElementHandler = lambda tag: end(tag.rpartition(":")[2])
        if text:
            parser.CharacterDataHandler = text

        def refuse(*_: Any) -> None:
            raise InputError(
                "holds an XML document type, which no spreadsheet program writes", file=self.shown, remedy=_REMEDY
            )

        parser.StartDoctypeDeclHandler = refuse
        parser.EntityDeclHandler = refuse
        try:
            for chunk in self.chunks(part):
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
        except expat.ExpatError:
            raise self._damaged() from None

    def search(self, part: str, pattern: re.Pattern[bytes], overlap: int = 200) -> re.Match[bytes] | None:
        """Return the first match of `pattern` (shorter than `overlap` bytes) in a part; all of the part is unpacked."""
        tail, found = b"", None
        for chunk in self.chunks(part):
            block = tail + chunk
            if b"<!DOCTYPE" in block or b"<!ENTITY" in block:
                raise InputError(
                    "holds an XML document type, which no spreadsheet program writes", file=self.shown, remedy=_REMEDY
                )
            found = found or pattern.search(block)
            tail = block[-overlap:]
        return found


def _part(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
