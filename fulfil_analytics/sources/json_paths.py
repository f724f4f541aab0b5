"""Paths of JSON formats: what stands in ``path`` and ``records``, and the SQL that follows it.

A path is read from left to right: an optional guard, a level, and where to look.

==========================================  =====================================================================
``@1 $.id``                                 the value at a JSON path of the element of level 1
``@1 $.parts[level=L1].name``               ``name`` of the first entry of ``parts`` whose ``level`` is ``L1``
``@1 $.packages[*].id``                     the value when all entries agree on it, else nothing
``@2 'text'``                               a constant, where level 2 has an element
``!@2 @1 $.state``                          only where level 2 has no element
``stem [0-9]{15,20}``                       the first match in the file's name without its suffix
==========================================  =====================================================================

A step of ``records`` is a list ``$.a[*]``, an object ``$.a``, or the element itself ``$``; ``a | b`` takes the first of
them that gives anything, ``a + b`` takes both.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Literal

from fulfil_analytics.sql import literal

_PATH = re.compile(
    r"(?:!@(?P<guard>\d)\s+)?"
    r"(?:stem\s+(?P<stem>\S+)|@(?P<level>\d)\s+(?:'(?P<constant>[^']*)'|(?P<at>\$[^\s']*)))"
)
_FILTER = re.compile(r"(?P<list>\$.*?)\[(?P<key>\w+)=(?P<value>[^\]]+)\](?P<rest>.*)")

Kind = Literal["plain", "agreed", "filtered", "constant", "stem"]


@dataclass(frozen=True)
class Path:
    """A parsed path.

    Attributes
    ----------
    kind : str
        ``constant`` and ``stem`` look at no JSON; all others of one level are read in one pass over its element.
    level : int
        Level the value stands at.
    text : str
        JSON path, constant or pattern.
    guard : int, optional
        Level that must have no element.
    """

    kind: Kind
    level: int
    text: str
    guard: int | None = None

    @property
    def extracted(self) -> str | None:
        """JSON path without wildcard that the value is found at or under; None where no JSON is looked at."""
        if self.kind == "agreed":
            return self.text.split("[*]")[0]
        if match := _FILTER.fullmatch(self.text) if self.kind == "filtered" else None:
            return match["list"]
        return self.text if self.kind == "plain" else None

    def value(self, extracted: str, present: str, stem: str) -> str:
        """Return the SQL of the value.

        Parameters
        ----------
        extracted : str
            SQL of the text at the path :attr:`extracted`; of a plain path it is the value.
        present : str
            SQL boolean: the level has an element.
        stem : str
            The file's name without its suffix.
        """
        if self.kind == "constant":
            return f"CASE WHEN {present} THEN {literal(self.text)} END"
        if self.kind == "stem":
            return f"nullif(regexp_extract({literal(stem)}, {literal(self.text)}), '')"
        if self.kind == "agreed":
            rest = self.text.removeprefix(self.extracted or "")
            return f"fa_json_agreed({extracted}, {literal('$' + rest)})"
        if match := _FILTER.fullmatch(self.text) if self.kind == "filtered" else None:
            parts = ("$." + match["key"], match["value"], "$" + match["rest"])
            return f"fa_json_filtered({extracted}, {', '.join(literal(part) for part in parts)})"
        return extracted


def parse(text: str) -> Path:
    """Parse one entry of ``path``.

    Raises
    ------
    ValueError
        `text` is no path.

    Examples
    --------
    >>> parse("@1 $.id")
    Path(kind='plain', level=1, text='$.id', guard=None)
    >>> parse("!@2 @1 'not_found'")
    Path(kind='constant', level=1, text='not_found', guard=2)
    """
    match = _PATH.fullmatch(text.strip())
    if match is None:
        raise ValueError("not a path of a JSON format")
    guard = int(match["guard"]) if match["guard"] else None
    if match["stem"]:
        return Path("stem", 0, match["stem"], guard)
    level = int(match["level"])
    if match["constant"] is not None:
        return Path("constant", level, match["constant"], guard)
    at = match["at"]
    kind: Kind = "filtered" if _FILTER.fullmatch(at) else "agreed" if "[*]" in at else "plain"
    return Path(kind, level, at, guard)


def step(text: str, element: str) -> str:
    """Return the SQL of the list of elements that a step of ``records`` gives below `element`; null when none.

    Raises
    ------
    ValueError
        `text` is no step.
    """
    alternatives = [_all_of(part, element) for part in text.split("|")]
    return alternatives[0] if len(alternatives) == 1 else f"coalesce({', '.join(alternatives)})"


def _all_of(text: str, element: str) -> str:
    parts = [_one(part.strip(), element) for part in text.split("+")]
    return parts[0] if len(parts) == 1 else f"nullif(list_concat({', '.join(parts)}), [])"


def _one(text: str, element: str) -> str:
    if not re.fullmatch(r"\$[^\s']*", text):
        raise ValueError("not a step of a JSON format")
    if text == "$":
        return f"fa_json_self({element})"
    if text == "$[*]":
        return f"fa_json_entries({element})"
    many = text.endswith("[*]")
    key = text.removesuffix("[*]").rsplit(".", 1)[1]
    macro = "fa_json_list" if many else "fa_json_object"
    return f"{macro}({element}, {literal(text)}, {literal(json.dumps(key))})"
