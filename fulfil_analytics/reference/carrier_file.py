"""A carrier file, typed: names, number formats, hand-overs, rest days.

The grammar is told in ``rules/carriers/README.md``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from fulfil_analytics.errors import CarrierError, suggest
from fulfil_analytics.reference.checks import CHECKS, Span, check_sql
from fulfil_analytics.sql import literal
from fulfil_analytics.toml import Document, read

Confidence = Literal["A", "B+", "B", "B-", "C", "D"]
PUBLISHED = ("A", "B+", "B", "B-")
"""A number that fits such a format is taken as the carrier's."""
CERTAIN = ("A", "B+", "B")
"""A number that breaks such a format is taken as wrong."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Host = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]

# What every engine reads alike, over normalised numbers: no look-around, no classes like \d, no lower case.
_PATTERN = re.compile(r"([A-Z0-9/+_#|?()*\[\]{},-]|\\\.)+\Z")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class NumberFormat(_Strict):
    """One form that a carrier's numbers take."""

    id: Id
    pattern: str
    check: str | None = None
    checked: tuple[int, int] | None = None
    prepend: Annotated[str, StringConstraints(pattern=r"^[0-9]*$")] = ""
    confidence: Confidence
    markets: tuple[Country, ...] = ()
    source: Text
    examples: tuple[str, ...] = ()

    @field_validator("pattern")
    @classmethod
    def _portable(cls, pattern: str) -> str:
        if not _PATTERN.match(pattern) or "(?" in pattern:
            raise ValueError(
                "only upper case letters, digits, [classes], (groups), {counts}, | ? * + and \\. may stand here; "
                "a pattern matches the whole number, so it needs no ^ and $"
            )
        try:
            re.compile(pattern)
        except re.error as problem:
            raise ValueError(f"not a regular expression: {problem.msg}") from None
        return pattern

    @field_validator("check")
    @classmethod
    def _known(cls, check: str | None) -> str | None:
        if check is not None and check not in CHECKS:
            raise ValueError(f"no check digit family of this name. {suggest(check, CHECKS)}")
        return check

    @model_validator(mode="after")
    def _fitting(self) -> NumberFormat:
        if (self.check is None) != (self.checked is None):
            raise ValueError("check and checked = [first, last] go together")
        if self.check is not None and self.checked is not None:
            length = Span(*self.checked).length + len(self.prepend)
            wanted = CHECKS[self.check].length
            if length < 2 or wanted not in (None, length):
                raise ValueError(
                    f"checked must cover {wanted or 'two or more'} characters, both ends counted from the same side"
                )
        return self

    @property
    def trusted(self) -> bool:
        """Whether a failing check digit proves anything; true without one."""
        return self.check is None or CHECKS[self.check].trusted

    @property
    def shape_sql(self) -> str:
        """SQL boolean over the column ``waybill``: the pattern matches."""
        return f"regexp_full_match(waybill, {literal(self.pattern)})"

    @property
    def fits_sql(self) -> str:
        """SQL boolean over the column ``waybill``: the pattern matches and the check digit is right."""
        if self.check is None or self.checked is None:
            return self.shape_sql
        right = check_sql(self.check, "waybill", Span(*self.checked), self.prepend)
        # CASE, not AND: the optimiser may turn the two sides of AND around and run the dear one on every row.
        return f"CASE WHEN {self.shape_sql} THEN {right} ELSE FALSE END"


class Carrier(_Strict):
    """What one carrier file says."""

    id: Id
    title: Text
    countries: tuple[Country, ...] = ()
    complete: bool | None = None
    handover_to: tuple[Id, ...] = ()
    rest_weekdays: tuple[Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"], ...] = (
        "sunday",
    )
    rest_holidays: Literal["market", "none"] | Country = "market"
    tracking_hosts: tuple[Host, ...] = ()
    aliases: dict[Annotated[str, StringConstraints(pattern=r"^[a-z]{2,8}$")], tuple[Text, ...]] = Field(
        default_factory=dict
    )
    formats: tuple[NumberFormat, ...] = Field(default=(), alias="format")

    @model_validator(mode="after")
    def _sane(self) -> Carrier:
        ids = [form.id for form in self.formats]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise ValueError(f"two formats are called {twice[0]}")
        if self.complete and not any(form.confidence in CERTAIN for form in self.formats):
            raise ValueError("complete = true needs at least one format of confidence A, B+ or B")
        return self

    @property
    def is_complete(self) -> bool:
        """Whether a number that fits none of the formats is wrong, by the file's word, else by the grades."""
        if self.complete is not None:
            return self.complete
        return bool(self.formats) and all(form.confidence in CERTAIN for form in self.formats)

    @property
    def rest_days(self) -> list[int]:
        """ISO numbers of the weekdays on which it does not move parcels (Monday is 1)."""
        return sorted(WEEKDAYS.index(day) + 1 for day in self.rest_weekdays)

    def format_id(self, form: NumberFormat) -> str:
        """Return the name of a format as findings show it."""
        return f"{self.id}/{form.id}"

    def written_names(self) -> Iterable[str]:
        """Yield id, title and every alias, as written."""
        yield self.id
        yield self.title
        for names in self.aliases.values():
            yield from names


@dataclass(frozen=True)
class CarrierFile:
    """A carrier with the file it came from."""

    carrier: Carrier
    document: Document
    sha256: str

    @property
    def file(self) -> str:
        """Name to show in errors."""
        return self.document.file

    def line_of_name(self, name: str) -> int:
        """Return the line where `name` (id, title or alias) is written."""
        quoted = re.compile(rf"[\"']{re.escape(name)}[\"']")
        for number, line in enumerate(self.document.text.splitlines(), start=1):
            if quoted.search(line):
                return number
        return self.document.line_of("aliases")


def read_carrier(path: Path) -> CarrierFile:
    """Read one carrier file.

    Raises
    ------
    CarrierError
        Syntax, unknown or missing key, wrong value, or a file name that is not the id; with file, line and key.
    """
    shown = f"{path.parent.name}/{path.name}"
    document = read(path, CarrierError, shown)
    try:
        carrier = Carrier.model_validate(document.data)
    except ValidationError as problem:
        raise _as_carrier_error(problem, document) from None
    if carrier.id != path.stem:
        raise CarrierError(
            f"the file is called {path.stem} but its id is {carrier.id}",
            file=shown,
            line=document.line_of("id"),
            column="id",
            remedy=f"Rename the file to {carrier.id}.toml or change the id",
        )
    return CarrierFile(carrier, document, hashlib.sha256(document.text.encode()).hexdigest())


def _as_carrier_error(problem: ValidationError, document: Document) -> CarrierError:
    first: Any = problem.errors(include_url=False, include_input=False)[0]
    place = first["loc"]
    if first["type"] == "extra_forbidden":
        model: type[BaseModel] = NumberFormat if place[0] == "format" else Carrier
        known = [field.alias or name for name, field in model.model_fields.items()]
        what, remedy = "no such key", suggest(str(place[-1]), known)
    elif first["type"] == "missing":
        what, remedy = "this key is missing", f"Add {place[-1]} = ..."
    else:
        what = str(first["msg"]).removeprefix("Value error, ")
        remedy = "The keys of a carrier file are told in rules/carriers/README.md"
    # A list's entry stands on its key's line, except in an array of tables, which has a line of its own.
    path = place if place and place[0] == "format" else place[:1]
    return CarrierError(
        what.rstrip("."),
        file=document.file,
        line=document.line_of(*path[:3]),
        column=".".join(str(part) for part in place) or None,
        remedy=remedy,
    )
