"""TOML files with the line of every key, so that an error can say where it is."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fulfil_analytics.errors import FulfilError


@dataclass(frozen=True)
class Document:
    """A parsed TOML document that remembers its text.

    Attributes
    ----------
    data : dict
        What ``tomllib`` read.
    text : str
        The text it was read from.
    file : str
        The name to show in errors.
    first_line : int
        Line of the file on which `text` begins (rule headers stand inside a comment).
    """

    data: dict[str, Any]
    text: str
    file: str
    first_line: int = 1

    def line_of(self, *path: str | int) -> int:
        """Return the line on which the key `path` stands, or the nearest parent's line.

        Integers in `path` count the entries of an array of tables (from 0).
        """
        lines = self.text.splitlines()
        at, found = 0, 0
        tables: list[str] = []
        for number, part in enumerate(path):
            if isinstance(part, int):
                heading = re.compile(r"\s*\[\[\s*" + re.escape(".".join(tables)) + r"\s*\]\]")
                hits = [i for i, line in enumerate(lines) if i >= at and heading.match(line)]
                if part < len(hits):
                    at = found = hits[part]
                continue
            tables.append(part)
            heading = re.compile(r"\s*\[\[?\s*" + re.escape(".".join(tables)) + r"\s*\]\]?")
            key = re.compile(r"\s*" + re.escape(part) + r"\s*[=.]")
            inline = re.compile(r"[{,]\s*" + re.escape(part) + r"\s*=")
            follows = number + 1 < len(path) and isinstance(path[number + 1], int)
            for i in range(at, len(lines)):
                if heading.match(lines[i]) or key.match(lines[i]) or (i == found and inline.search(lines[i])):
                    found = i
                    at = at if follows else i
                    break
        return self.first_line + found


def parse(text: str, file: str, error: type[FulfilError], first_line: int = 1) -> Document:
    """Parse TOML `text`; a syntax error becomes `error` with file and line."""
    try:
        return Document(tomllib.loads(text), text, file, first_line)
    except tomllib.TOMLDecodeError as problem:
        match = re.search(r"\(at line (\d+), column (\d+)\)", str(problem))
        line = int(match[1]) if match else text.count("\n") + 1
        what = re.sub(r"\s*\(at .*\)$", "", str(problem))
        raise error(
            f"not valid TOML: {what}", file=file, line=first_line + line - 1, remedy="Mend the syntax at this line"
        ) from None


def read(path: Path, error: type[FulfilError], shown: str | None = None) -> Document:
    """Read the TOML file at `path`; problems become `error` with the file named `shown`."""
    file = shown or path.name
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "it is not UTF-8 text"
        raise error(f"cannot be read: {reason}", file=file, remedy="Save it as a UTF-8 text file") from None
    return parse(text, file, error)
