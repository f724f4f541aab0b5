"""A rule and a book of rules; both frozen: every method returns a changed copy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fulfil_analytics.errors import RuleError, suggest
from fulfil_analytics.rulebook.grains import GRAINS, Grain
from fulfil_analytics.rulebook.header import HOLE, Docs, Example, Header, Param, Reason, Value
from fulfil_analytics.sql import literal


@dataclass(frozen=True)
class Rule:
    """One rule file, read and checked.

    Attributes
    ----------
    header : Header
        What the file says before its SELECT.
    family : str
        Name of the folder it stands in.
    file : Path
        Absolute path of the file.
    shown : str
        The file as errors name it: ``family/id.sql``.
    sql : str
        The SELECT, with ``{holes}``.
    sql_line : int
        Line of the file on which `sql` begins.
    sha256 : str
        SHA-256 of the file's bytes.
    values : dict
        Parameter name to the value in force.
    origin : dict
        Parameter name to who set the value: ``rule``, a policy id, ``fulfil.toml``.
    lines : mapping
        Header key to line of the file, for errors.
    """

    header: Header
    family: str
    file: Path
    shown: str
    sql: str
    sql_line: int
    sha256: str
    values: dict[str, Value] = field(hash=False)
    origin: dict[str, str] = field(hash=False)
    lines: Mapping[str, int] = field(hash=False, repr=False)

    @property
    def id(self) -> str:
        """Return the rule's id."""
        return self.header.id

    @property
    def severity(self) -> str:
        """Return the severity of its findings, unless the SELECT overrides it."""
        return self.header.severity

    @property
    def evidence_class(self) -> str:
        """Return ``hard`` or ``soft``."""
        return self.header.evidence_class

    @property
    def grain(self) -> str:
        """Return what the rule judges."""
        return self.header.grain

    @property
    def frame(self) -> Grain:
        """Return the grain with its FROM clause and keys."""
        return GRAINS[self.header.grain]

    @property
    def after(self) -> str | None:
        """Return ``findings`` when the rule reads what the other rules found; None when it judges facts alone."""
        return self.header.after

    @property
    def requires(self) -> tuple[str, ...]:
        """Return the columns without which a row is not testable."""
        return self.header.requires

    @property
    def scope(self) -> str | None:
        """Return the predicate that says whom the rule speaks about; None means everybody."""
        return self.header.scope

    @property
    def not_testable(self) -> tuple[Reason, ...]:
        """Return the reasons not to judge."""
        return self.header.not_testable

    @property
    def excused(self) -> tuple[Reason, ...]:
        """Return the reasons not to blame."""
        return self.header.excused

    @property
    def explained_by(self) -> tuple[str, ...]:
        """Return the rules whose finding on the same parcel or order is the root of this one's."""
        return self.header.explained_by

    @property
    def params(self) -> dict[str, Param]:
        """Return the parameters."""
        return self.header.params

    @property
    def docs(self) -> Docs:
        """Return what a reader must know."""
        return self.header.docs

    @property
    def examples(self) -> tuple[Example, ...]:
        """Return the examples."""
        return self.header.example

    @property
    def version(self) -> str:
        """Return the first 12 characters of the file's SHA-256."""
        return self.sha256[:12]

    def title(self, lang: str) -> str:
        """Return the rule's short name in `lang`; its id when it has none."""
        title = self.header.title
        return str(getattr(title, lang)) if title else self.id

    def message(self, lang: str) -> str:
        """Return the message template in `lang` (``en`` or ``zh``)."""
        return str(getattr(self.header.message, lang))

    def error(
        self, what: str, key: str | None = None, *, line: int | None = None, remedy: str | None = None
    ) -> RuleError:
        """Return a RuleError that stands at header key `key`, or at `line` of the file."""
        return RuleError(what, file=self.shown, line=line or self.lines.get(key or "", None), column=key, remedy=remedy)

    def render(self, template: str, as_of: dt.datetime) -> str:
        """Return SQL `template` with its holes filled: parameters in force and ``{as_of}``."""
        values: Mapping[str, Any] = {**self.values, "as_of": as_of}
        return HOLE.sub(lambda hole: literal(values[hole[1]]), template)

    def with_values(self, given: Mapping[str, Any], origin: str) -> Rule:
        """Return the rule with some parameters set anew.

        Raises
        ------
        RuleError
            Unknown parameter, or a value that does not fit its type or limits.
        """
        checked = {}
        for name, value in given.items():
            if name not in self.params:
                raise RuleError(
                    f"rule {self.id} has no parameter {name}",
                    file=origin,
                    column=f"{self.id}.{name}",
                    remedy=suggest(name, self.params),
                )
            try:
                checked[name] = self.params[name].checked(value)
            except ValueError as problem:
                raise RuleError(
                    f"the value {problem}", file=origin, column=f"{self.id}.{name}", remedy=self.params[name].doc
                ) from None
        return replace(
            self, values={**self.values, **checked}, origin={**self.origin, **dict.fromkeys(checked, origin)}
        )


@dataclass(frozen=True)
class Rulebook:
    """Rules in the order of their families and ids.

    Attributes
    ----------
    rules : tuple of Rule
        The rules that run.
    left_out : frozenset of str
        Ids that are known but were not asked for.
    """

    rules: tuple[Rule, ...]
    left_out: frozenset[str] = frozenset()

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def __len__(self) -> int:
        return len(self.rules)

    def __contains__(self, rule_id: object) -> bool:
        return any(rule.id == rule_id for rule in self.rules)

    def __getitem__(self, rule_id: str) -> Rule:
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise _unknown(rule_id, [rule.id for rule in self.rules], None)

    def only(self, rule_ids: Iterable[str]) -> Rulebook:
        """Return the book with these rules alone; an unknown id is a RuleError."""
        wanted = set(rule_ids)
        for rule_id in sorted(wanted):
            self[rule_id]
        kept = tuple(rule for rule in self.rules if rule.id in wanted)
        return replace(self, rules=kept, left_out=self.left_out | ({rule.id for rule in self.rules} - wanted))

    def with_parameters(self, overrides: Mapping[str, Mapping[str, Any]], origin: str) -> Rulebook:
        """Return the book with parameters set anew.

        Parameters
        ----------
        overrides : mapping of str to mapping
            Rule id to parameter name to value. Rules that :meth:`only` left out are passed over.
        origin : str
            Who says so (a policy id, a file); named in errors and kept with the rule.

        Raises
        ------
        RuleError
            Unknown rule or parameter (with the nearest known one), wrong type, value outside its limits.
        """
        known = [rule.id for rule in self.rules]
        for rule_id in overrides:
            if rule_id not in known and rule_id not in self.left_out:
                raise _unknown(rule_id, known, origin)
        return replace(self, rules=tuple(rule.with_values(overrides.get(rule.id, {}), origin) for rule in self.rules))


def _unknown(rule_id: str, known: Iterable[str], file: str | None) -> RuleError:
    return RuleError(f"there is no rule {rule_id}", file=file, remedy=suggest(rule_id, known))
