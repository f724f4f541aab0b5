"""A policy document alone, or laid over another one: a shop's file says only what differs from its market's."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fulfil_analytics.errors import PolicyError, suggest
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.toml import Document, read

_PARTS: dict[str, tuple[str, ...]] = {
    "version": ("id",),
    "line": ("id",),
    "window": ("id",),
    "value_band": ("id",),
    "metric": ("id", "from"),
}
"""Arrays of tables, and what tells their entries apart."""
_TABLES = ("source", "calendar", "rule_parameters")
_OWN = ("id", "title", "markets")
"""Keys that a policy never takes from the one below it: above all, it is chosen by name unless it says for whom."""

Path_ = Sequence[str | int]


@dataclass(frozen=True)
class Layers:
    """What a policy file says, together with what it is laid over, and where each part of it stands.

    Attributes
    ----------
    data : dict
        The merged document.
    file : str
        The upper file's name.
    sha256 : str
        Of the bytes of all files, the upper one first.
    """

    data: dict[str, Any]
    file: str
    sha256: str
    _documents: tuple[Document, ...]
    _origins: dict[str, list[tuple[Document, int]]] = field(default_factory=dict)

    def place(self, path: Path_) -> tuple[str, int]:
        """Return file and line of the key at `path`; integers count the entries of the merged document."""
        upper = self._documents[0]
        if not path:
            return upper.file, upper.line_of()
        part = str(path[0])
        if part in self._origins and len(path) > 1 and isinstance(path[1], int):
            if path[1] < len(self._origins[part]):
                document, number = self._origins[part][path[1]]
                return document.file, document.line_of(part, number, *path[2:])
            return upper.file, upper.line_of(part)
        named = part in _TABLES and len(path) > 1
        for document in self._documents:
            found: Any = document.data.get(part)
            if found is not None and (not named or path[1] in found):
                return document.file, document.line_of(*([f"{part}.{path[1]}", *path[2:]] if named else path))
        return upper.file, upper.line_of(*path)


def read_layers(path: Path) -> Layers:
    """Read the policy document at `path` and, where it names a ``base``, the one below it.

    Raises
    ------
    PolicyError
        A file cannot be read or is not TOML; the base is unknown, or is laid over another one itself.
    """
    upper = read(path, PolicyError)
    base = upper.data.get("base")
    if not isinstance(base, str) or not base:
        origins = {part: [(upper, n) for n in range(len(_list(upper.data, part)))] for part in _PARTS}
        return Layers(upper.data, upper.file, _sha256(path), (upper,), origins)
    below = _find(base, path.parent, upper)
    lower = read(below, PolicyError)
    if lower.data.get("base"):
        what = f"policy {base!r} is laid over another one itself"
        remedy = f"Name {lower.data['base']!r}, or copy what you need"
        raise PolicyError(what, file=upper.file, line=upper.line_of("base"), column="base", remedy=remedy)
    data = {key: value for key, value in lower.data.items() if key not in _OWN} | upper.data
    for table in _TABLES:
        merged = {**lower.data.get(table, {}), **upper.data.get(table, {})}
        if merged:
            data[table] = merged
    found: dict[str, list[tuple[Document, int]]] = {}
    for part, keys in _PARTS.items():
        entries, found[part] = _merged(part, keys, upper, lower)
        if entries:
            data[part] = entries
    return Layers(data, upper.file, _sha256(path, below), (upper, lower), found)


def merge_parts(upper: Mapping[str, Any], lower: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document `upper` laid over `lower`: the rule of files, for what stands in memory."""
    above, below = (Document(dict(data), "", "") for data in (upper, lower))
    merged = {**lower, **upper}
    for table in _TABLES:
        if table in lower or table in upper:
            merged[table] = {**lower.get(table, {}), **upper.get(table, {})}
    for part, keys in _PARTS.items():
        if part in lower or part in upper:
            merged[part] = _merged(part, keys, above, below)[0]
    return merged


def _merged(
    part: str, keys: tuple[str, ...], upper: Document, lower: Document
) -> tuple[list[Any], list[tuple[Document, int]]]:
    """Lay the entries of `upper` over those of `lower` that they name; the rest follows."""
    entries = [dict(entry) for entry in _list(lower.data, part)]
    origins = [(lower, number) for number in range(len(entries))]
    places = {tuple(entry.get(key) for key in keys): number for number, entry in enumerate(entries)}
    for number, entry in enumerate(_list(upper.data, part)):
        place = places.get(tuple(entry.get(key) for key in keys))
        if place is None:
            entries.append(entry)
            origins.append((upper, number))
        else:
            entries[place] = {**entries[place], **entry}
            origins[place] = (upper, number)
    return entries, origins


def _list(data: Mapping[str, Any], part: str) -> list[Any]:
    found = data.get(part, [])
    return found if isinstance(found, list) and all(isinstance(entry, dict) for entry in found) else []


def _find(base: str, folder: Path, upper: Document) -> Path:
    folders = (folder, rules_folder() / "policies")
    for place in folders:
        if (place / f"{base}.toml").is_file():
            return place / f"{base}.toml"
    known = {path.stem for place in folders for path in place.glob("*.toml")}
    raise PolicyError(
        f"no policy named {base!r} to lay this one over",
        file=upper.file,
        line=upper.line_of("base"),
        column="base",
        remedy=suggest(base, known),
    )


def _sha256(*paths: Path) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()
