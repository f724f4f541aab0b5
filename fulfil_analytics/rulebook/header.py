"""The header of a rule file, typed."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Severity = Literal["critical", "high", "medium", "low", "info"]
Value = int | float | str | tuple[str, ...]
Text = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
_PYTHON = {"int": (int,), "decimal": (int, float), "text": (str,), "list": (list, tuple)}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Part):
    """The same words in the languages of the reports."""

    en: Text
    zh: Text


class Param(_Part):
    """A parameter: its type, its default, what it means.

    ``list`` is a list of texts; ``decimal`` is written with a point.
    """

    type: Literal["int", "decimal", "text", "list"]
    default: Any
    min: int | float | None = None
    max: int | float | None = None
    doc: Text

    def checked(self, value: Any) -> Value:
        """Return `value` as this parameter holds it, or raise ``ValueError`` with what is wrong."""
        if isinstance(value, bool) or not isinstance(value, _PYTHON[self.type]):
            raise ValueError(f"is not of type {self.type}")
        if isinstance(value, list | tuple):
            texts = tuple(value)
            if not all(isinstance(text, str) for text in texts):
                raise ValueError("is not a list of texts")
        else:
            texts = (value,) if isinstance(value, str) else ()
            value = float(value) if self.type == "decimal" else value
        if any("\\" in text or "\0" in text for text in texts):
            raise ValueError("holds a backslash or a NUL character, which engines read differently")
        if not texts and self.type in ("int", "decimal"):
            if self.min is not None and value < self.min:
                raise ValueError(f"is below its least value {self.min}")
            if self.max is not None and value > self.max:
                raise ValueError(f"is above its greatest value {self.max}")
        return texts if self.type == "list" else value

    @model_validator(mode="after")
    def _default_fits(self) -> Param:
        try:
            self.checked(self.default)
        except ValueError as problem:
            raise ValueError(f"the default {problem}") from None
        return self


class Reason(_Part):
    """A reason not to judge or not to blame, and the predicate that says when."""

    reason: Name
    when: Text


class Innocent(_Part):
    """An innocent explanation of a finding, and the predicate that tries it on each case.

    `when` reads the grain's tables and those of ``[join]``, or, as ``found.column``, what the SELECT returned: true,
    the case fits the explanation; false, it is ruled out; null, the files do not tell. Without it no file can show it.
    """

    name: Name
    en: Text
    zh: Text
    when: Text | None = None


class Again(_Part):
    """How far one order reaches, so that a part of the orders can be judged again after new exports.

    Without it a rule runs over everything. ``reach`` says whose rows decide what the SELECT says of a thing: those of
    its own ``order``, or of all orders that share a ``waybill`` with it. ``settled_by`` names columns of parcels,
    journeys and tracks: once one of them has a value, a later moment alone makes no finding of what is none; ``clocks``
    stands for the clocks of the order: none of them runs any more, and the rule compares no deadline of a clock that
    was stopped with ``{as_of}``. A rule that reads ``{as_of}`` and names nothing here runs over everything when the
    as-of moment has moved.
    """

    reach: Literal["order", "waybill"]
    settled_by: tuple[Text, ...] = ()


class Docs(_Part):
    """What a reader must know before acting on a finding."""

    what: Text
    why: Text
    not_raised_when: Annotated[tuple[Text, ...], Field(min_length=1)]
    could_be_wrong: Annotated[tuple[Innocent, ...], Field(min_length=1)]
    evidence_to_keep: Text
    sources: Annotated[tuple[Text, ...], Field(min_length=1)]

    @field_validator("could_be_wrong", mode="before")
    @classmethod
    def _plain_text(cls, given: Any) -> Any:
        """Take a text alone for an explanation that the files cannot show."""
        if not isinstance(given, list | tuple):
            return given
        return [
            {"name": f"explanation_{number}", "en": item, "zh": item} if isinstance(item, str) else item
            for number, item in enumerate(given, start=1)
        ]

    @model_validator(mode="after")
    def _names_differ(self) -> Docs:
        names = [item.name for item in self.could_be_wrong]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"the explanation {name} is given twice")
        return self


class Example(BaseModel):
    """A small world and what the rule says of it; every further key is a table written as text."""

    model_config = ConfigDict(extra="allow", frozen=True)

    name: Text
    flags: tuple[str, ...]
    not_testable: dict[str, str] = {}
    excused: dict[str, str] = {}
    severity: dict[str, Severity] = {}
    evidence: dict[str, dict[str, Any]] = {}
    explanations: dict[str, dict[str, Literal["possible", "ruled_out", "cannot_tell"]]] = {}
    threshold: tuple[str, ...] = ()
    params: dict[str, Any] = {}
    as_of: dt.datetime = dt.datetime(2026, 2, 1)  # noqa: DTZ001 - UTC without zone, as everywhere
    tables: dict[str, str] = {}

    @model_validator(mode="before")
    @classmethod
    def _tables_apart(cls, data: dict[str, Any]) -> dict[str, Any]:
        known = set(cls.model_fields) - {"tables"}
        if "tables" in data:
            raise ValueError("give each table under its own name")
        given = {key: value for key, value in data.items() if key not in known}
        for key, value in given.items():
            if not isinstance(value, str):
                raise ValueError(f"{key} is neither a key of an example nor a table written as text")
        return {**{key: value for key, value in data.items() if key in known}, "tables": given}


class Header(_Part):
    """Everything a rule file says before its SELECT.

    `given` are tables that every example holds; `after` says that the rule runs when the others have, and reads what
    they found as table ``raised``.
    """

    id: Name
    title: Words | None = None
    severity: Severity
    evidence_class: Literal["hard", "soft"]
    grain: Literal["parcel", "order", "waybill", "file", "order_or_file"]
    after: Literal["findings"] | None = None
    requires: tuple[Text, ...] = ()
    scope: Text | None = None
    join: dict[Name, Text] = {}
    not_testable: tuple[Reason, ...] = ()
    excused: tuple[Reason, ...] = ()
    explained_by: tuple[Name, ...] = ()
    again: Again | None = None
    message: Words
    words: dict[Name, dict[str, Words]] = {}
    params: dict[Name, Param] = {}
    docs: Docs
    given: dict[Name, str] = {}
    example: tuple[Example, ...]

    @model_validator(mode="after")
    def _reasons_differ(self) -> Header:
        reasons = [item.reason for item in (*self.not_testable, *self.excused)]
        for reason in reasons:
            if reasons.count(reason) > 1:
                raise ValueError(f"the reason {reason} is given twice; join the predicates with or")
        return self


RESERVED = ("occurred_at", "source_file", "source_line", "severity", "subject")
"""Columns of a SELECT that are not evidence."""

HOLE = re.compile(r"\{([a-z_][a-z0-9_]*)\}")
