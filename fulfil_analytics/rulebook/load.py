"""From rule files to a rulebook: nothing is passed over in silence."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from fulfil_analytics.errors import RuleError, suggest
from fulfil_analytics.rulebook.check import check_rule
from fulfil_analytics.rulebook.checked import checked_before, remember
from fulfil_analytics.rulebook.header import Header
from fulfil_analytics.rulebook.model import Rule, Rulebook
from fulfil_analytics.toml import Document, parse

if TYPE_CHECKING:
    from pydantic import ValidationError

NOT_FAMILIES = ("policies", "carriers", "lists", "proofs", "appeals")
_FAMILY = re.compile(r"[a-z][a-z0-9_]*\Z")
_SHAPE = re.compile(r"\A/\*\n(?P<header>.*?\n)\*/[ \t]*\n(?P<sql>.*)\Z", re.DOTALL)


def load_rules(folders: Sequence[Path], *, fresh: bool = False) -> Rulebook:
    """Read all rules below `folders`.

    Parameters
    ----------
    folders : sequence of Path
        The shipped folder first, then the user's own. In each, a sub-folder is a family; rule files that stand in the
        folder itself form a family named after it. ``policies``,
        ``carriers``, ``lists``, ``proofs`` and ``appeals`` are none.
    fresh : bool
        Check every file anew, also those found in order before.

    Returns
    -------
    Rulebook
        Rules sorted by family and id.

    Raises
    ------
    RuleError
        With file and line: a file that is not a rule, a header or SELECT that does not say what it must, a second
        rule of one id, an ``explained_by`` that names no rule or goes in a circle.
    """
    known = frozenset() if fresh else checked_before()
    rules: dict[str, Rule] = {}
    for folder in folders:
        for file, family in _files(folder.resolve()):
            rule = read_rule(file, family, known)
            if rule.id in rules:
                raise rule.error(
                    f"the id {rule.id} is taken by {rules[rule.id].file}",
                    "id",
                    remedy="Give one of the two another id and file name",
                )
            rules[rule.id] = rule
    _check_roots(rules)
    if new := {rule.sha256 for rule in rules.values()} - known:
        remember(new)
    return Rulebook(tuple(sorted(rules.values(), key=lambda rule: (rule.family, rule.id))))


def read_rule(file: Path, family: str, known: Collection[str] = ()) -> Rule:
    """Read one rule file and check it, unless its hash is `known`; problems are a RuleError with file and line."""
    shown = f"{family}/{file.name}"
    try:
        raw = file.read_bytes()
        text = raw.decode("utf-8").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError):
        raise RuleError("cannot be read", file=shown, remedy="Save it as a UTF-8 text file") from None
    shape = _SHAPE.match(text)
    if shape is None:
        raise RuleError(
            "a rule is /* on the first line, a TOML header, */ on a line of its own, then one SELECT",
            file=shown,
            line=1,
            remedy="Begin from a copy of a shipped rule, or fulfil rules new",
        )
    document = parse(shape["header"], shown, RuleError, first_line=2)
    header = _header(document, shown)
    if header.id != file.stem:
        raise RuleError(
            f"the id is {header.id} but the file is named {file.name}",
            file=shown,
            line=document.line_of("id"),
            column="id",
            remedy=f"Name the file {header.id}.sql",
        )
    rule = Rule(
        header=header,
        family=family,
        file=file,
        shown=shown,
        sql=shape["sql"].strip().rstrip(";").rstrip(),
        sql_line=text[: shape.start("sql")].count("\n") + 1 + _leading_lines(shape["sql"]),
        sha256=hashlib.sha256(raw).hexdigest(),
        values={name: param.checked(param.default) for name, param in header.params.items()},
        origin=dict.fromkeys(header.params, "rule"),
        lines=_Lines(document, header),
    )
    if rule.sha256 not in known:
        check_rule(rule)
    return rule


def _leading_lines(sql: str) -> int:
    return sql[: len(sql) - len(sql.lstrip())].count("\n")


def _files(folder: Path) -> Iterator[tuple[Path, str]]:
    if not folder.is_dir():
        raise RuleError(
            "there is no such folder of rules", file=str(folder), remedy="Name a folder that holds .sql rule files"
        )
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith((".", "_")) or entry.name == "README.md":
            continue
        if entry.is_file():
            yield _rule_file(entry), _family(folder)
        elif entry.name not in NOT_FAMILIES:
            for file in sorted(entry.iterdir()):
                if not (file.name.startswith(".") or file.name == "README.md"):
                    yield _rule_file(file), _family(entry)


def _rule_file(file: Path) -> Path:
    if file.suffix != ".sql" or not file.is_file():
        raise RuleError(
            "stands in a folder of rules but is not a rule",
            file=str(file),
            remedy="Only .sql rule files and README.md belong here; move it elsewhere",
        )
    return file


def _family(folder: Path) -> str:
    if not _FAMILY.match(folder.name):
        raise RuleError(
            "the folder's name becomes the family of its rules and must be lower case letters, digits and _",
            file=str(folder),
            remedy="Rename the folder",
        )
    return folder.name


def _header(document: Document, shown: str) -> Header:
    from pydantic import ValidationError

    try:
        return Header.model_validate(document.data)
    except ValidationError as problems:
        raise _explained(problems, document, shown) from None


def _explained(problems: ValidationError, document: Document, shown: str) -> RuleError:
    """Return the first problem as a RuleError with line, key and remedy."""
    # An unknown key is often the misspelling of a missing one, so it is told first.
    found = problems.errors(include_url=False, include_input=False)
    first = min(found, key=lambda problem: problem["type"] != "extra_forbidden")
    path = [part for part in first["loc"] if part != "[key]"]
    key = ".".join(str(part) for part in path)
    what, remedy = first["msg"].removeprefix("Value error, "), None
    if first["type"] == "extra_forbidden":
        what = "is not a key of a rule file here"
        remedy = suggest(str(path[-1]), Header.model_fields) if len(path) == 1 else "Take it out, or mend its spelling"
    elif first["type"] == "missing":
        what, remedy = "is missing", "Every rule says it; see rules/README.md"
    return RuleError(what, file=shown, line=document.line_of(*path), column=key or None, remedy=remedy)


class _Lines(Mapping[str, int]):
    """Lines of the header's keys; looked for when somebody asks, which is where there is an error."""

    def __init__(self, document: Document, header: Header) -> None:
        self._of = document, header

    @cached_property
    def _found(self) -> dict[str, int]:
        return _lines(*self._of)

    def __getitem__(self, key: str) -> int:
        return self._found[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def _lines(document: Document, header: Header) -> dict[str, int]:
    keys = [
        "id",
        "requires",
        "scope",
        "explained_by",
        "again",
        "message",
        "not_testable",
        "excused",
        "docs",
        "params",
        "join",
        "words",
    ]
    lines = {key: document.line_of(key) for key in keys if key in document.data}
    for lang in ("en", "zh"):
        lines[f"message.{lang}"] = document.line_of("message", lang)
    for kind in ("not_testable", "excused"):
        for number in range(len(getattr(header, kind))):
            lines[f"{kind}.{number}"] = document.line_of(kind, number)
    for name in header.params:
        lines[f"params.{name}"] = document.line_of("params", name)
    for number in range(len(header.example)):
        lines[f"example.{number}"] = document.line_of("example", number)
    return lines


def _check_roots(rules: dict[str, Rule]) -> None:
    """Every ``explained_by`` names rules, and following them comes to an end."""
    for rule in rules.values():
        for root in rule.explained_by:
            if root not in rules:
                raise rule.error(f"there is no rule {root}", "explained_by", remedy=suggest(root, rules))
    for rule in rules.values():
        seen, above = {rule.id}, set(rule.explained_by)
        while above:
            if rule.id in above:
                raise rule.error("the rule explains itself in a circle", "explained_by", remedy="Cut the circle")
            seen |= above
            above = {root for name in above for root in rules[name].explained_by} - (seen - {rule.id})
