"""What a rule must be beyond a well-formed header: its SQL, its words and its examples fit together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from fulfil_analytics.errors import suggest
from fulfil_analytics.rulebook import lint
from fulfil_analytics.rulebook.header import HOLE, RESERVED, Example
from fulfil_analytics.rulebook.innocence import FOUND
from fulfil_analytics.rulebook.judge import OURS
from fulfil_analytics.rulebook.model import Rule
from fulfil_analytics.rulebook.tables import RAISED, tables

_SETTLING = ("parcels", "journeys", "tracks")
_ANY_TIME = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - UTC without zone, as everywhere


def check_rule(rule: Rule) -> None:
    """Raise a RuleError for the first thing about `rule` that does not fit."""
    _check_holes(rule)
    _check_params(rule)
    _check_sql(rule)
    _check_predicates(rule)
    _check_requires(rule)
    _check_again(rule)
    _check_selected(rule)
    _check_examples(rule)


def predicates(rule: Rule) -> Iterator[tuple[str, str]]:
    """Yield ``(header key, predicate)`` of every predicate of `rule`."""
    if rule.scope is not None:
        yield "scope", rule.scope
    for kind in ("not_testable", "excused"):
        for number, reason in enumerate(getattr(rule, kind)):
            yield f"{kind}.{number}", reason.when
    for condition in rule.header.join.values():
        yield "join", condition
    for item in rule.docs.could_be_wrong:
        if item.when is not None:
            yield f"docs.could_be_wrong ({item.name})", item.when


def _check_params(rule: Rule) -> None:
    if "as_of" in rule.params:
        raise rule.error("as_of is the as-of moment and no parameter's name", "params.as_of", remedy="Rename it")
    used = set(HOLE.findall(rule.sql)) | {hole for _, text in predicates(rule) for hole in HOLE.findall(text)}
    for name in rule.params:
        if name not in used:
            raise rule.error(
                "the parameter is used nowhere",
                f"params.{name}",
                remedy=f"Write {{{name}}} in the SELECT, or take it out",
            )


def _check_holes(rule: Rule) -> None:
    known = {*rule.params, "as_of"}
    for number, line in enumerate(rule.sql.splitlines()):
        for hole in HOLE.findall(line):
            if hole not in known:
                raise rule.error(
                    f"{{{hole}}} is no parameter", line=rule.sql_line + number, remedy=suggest(hole, known)
                )
            if f"'{{{hole}}}'" in line:
                raise rule.error(
                    f"{{{hole}}} stands in quotes",
                    line=rule.sql_line + number,
                    remedy="Leave the quotes out: a parameter brings its own",
                )
    for key, text in predicates(rule):
        for hole in HOLE.findall(text):
            if hole not in known:
                raise rule.error(f"{{{hole}}} is no parameter", key, remedy=suggest(hole, known))


def _check_sql(rule: Rule) -> None:
    sql = rule.render(rule.sql, _ANY_TIME)
    for problem in lint.lint(sql):
        raise rule.error(
            f"{problem.what} is not for rules",
            line=rule.sql_line + problem.line - 1,
            remedy=problem.cure[0].upper() + problem.cure[1:],
        )
    if (rule.after is not None) != (RAISED in lint.tables_of(sql)):
        raise rule.error(
            f"a rule reads {RAISED} when it runs after the findings, and only then",
            line=rule.sql_line,
            remedy=f'Write after = "findings" in the header together with {RAISED} in the SELECT, or neither',
        )


def _check_predicates(rule: Rule) -> None:
    nameable = {*rule.frame.tables, *rule.header.join}
    for table in rule.header.join:
        if table not in tables() or table in rule.frame.tables:
            raise rule.error(f"{table} cannot be joined", "join", remedy=suggest(table, tables()))
    for key, text in predicates(rule):
        filled = f"SELECT 1 AS x WHERE ({rule.render(text, _ANY_TIME)})"
        for problem in lint.lint(filled):
            raise rule.error(f"{problem.what} is not for predicates", key, remedy=problem.cure)
        if lint.tables_of(filled):
            raise rule.error(
                "a predicate looks at one row and holds no SELECT", key, remedy="Use [join], or the SELECT"
            )
        named = list(lint.columns_of(filled))
        if key.startswith("docs.") and FOUND in {table for table, _ in named}:
            _check_found(rule, key, named)
            continue
        for table, column in named:
            if table not in nameable:
                raise rule.error(
                    f"{table + '.' if table else ''}{column} is not a column of {' or '.join(sorted(nameable))}",
                    key,
                    remedy="Write it as table.column",
                )
            _check_column(rule, table, column, key)


def _check_found(rule: Rule, key: str, named: Iterable[tuple[str, str]]) -> None:
    """What an explanation reads of the SELECT is there, and it reads nothing else beside."""
    returned = lint.selected(rule.render(rule.sql, _ANY_TIME))
    for table, column in named:
        if table != FOUND:
            raise rule.error(
                f"reads {FOUND} and {table} together", key, remedy="Return what it needs as a column of the SELECT"
            )
        if column not in returned:
            raise rule.error(f"the SELECT gives no {column}", key, remedy=suggest(column, returned))


def _check_requires(rule: Rule) -> None:
    for name in rule.requires:
        table, _, column = name.partition(".")
        if table not in (*rule.frame.tables, *rule.header.join):
            raise rule.error(
                f"{name} is not a column of {' or '.join(rule.frame.tables)}",
                "requires",
                remedy="Write it as table.column",
            )
        _check_column(rule, table, column, "requires")


def _check_again(rule: Rule) -> None:
    for name in rule.header.again.settled_by if rule.header.again else ():
        table, _, column = name.partition(".")
        if name == "clocks":
            continue
        if table not in _SETTLING:
            raise rule.error(
                f"{name} is neither clocks nor a column of {', '.join(_SETTLING)}",
                "again",
                remedy="Write it as table.column",
            )
        _check_column(rule, table, column, "again")


def _check_column(rule: Rule, table: str, column: str, key: str) -> None:
    if column not in tables()[table]:
        raise rule.error(f"{table} has no column {column}", key, remedy=suggest(column, tables()[table]))


def _check_selected(rule: Rule) -> None:
    """The SELECT gives its key, no column twice, nothing personal, and what the messages name."""
    columns = lint.selected(rule.render(rule.sql, _ANY_TIME))
    for column in columns:
        if not column:
            raise rule.error(
                "a column of the SELECT has no name", line=rule.sql_line, remedy="Name it: ... as hours_late"
            )
        if columns.count(column) > 1:
            raise rule.error(f"the SELECT gives {column} twice", line=rule.sql_line, remedy="Rename one of the two")
        if column in (*OURS, "limits", "as_of") or column.startswith(("found_", "innocent_")):
            raise rule.error(f"the name {column} is taken", line=rule.sql_line, remedy="Rename the column")
        if column.endswith("_key"):
            raise rule.error(
                f"the SELECT gives {column}, and a _key column never leaves the store",
                line=rule.sql_line,
                remedy="Return what was decided (same, different), not the keys",
            )
    for column in rule.frame.columns:
        if column not in columns:
            raise rule.error(
                f"the SELECT does not give {column}, the key of grain {rule.grain}", line=rule.sql_line, remedy="Add it"
            )
    evidence = [column for column in columns if column not in RESERVED]
    for lang in ("en", "zh"):
        for hole in HOLE.findall(rule.message(lang)):
            known = {*rule.params, "as_of", *evidence}
            if hole not in known:
                raise rule.error(
                    f"{{{hole}}} is neither a parameter nor a column of the SELECT",
                    f"message.{lang}",
                    remedy=suggest(hole, known),
                )
    for column in rule.header.words:
        if column not in evidence:
            raise rule.error(f"the SELECT gives no {column}", "words", remedy=suggest(column, evidence))


def _check_examples(rule: Rule) -> None:
    tried = set()
    for number, example in enumerate(rule.examples):
        key = f"example.{number}"
        _check_example(rule, example, key)
        tried |= set(example.threshold)
    main = rule.frame.tables[0]
    wanted = {
        "that flags something": any(example.flags for example in rule.examples),
        "that flags nothing though there are rows": any(
            not example.flags and main in example.tables for example in rule.examples
        ),
        "without rows": any(not example.tables for example in rule.examples),
    }
    for kind, there in wanted.items():
        if not there:
            raise rule.error(f"there is no example {kind}", "example", remedy="Add an [[example]] that shows it")
    for name, param in rule.params.items():
        if param.type in ("int", "decimal") and name not in tried:
            raise rule.error(
                "no example shows both sides of this limit",
                f"params.{name}",
                remedy=f'Add an [[example]] with threshold = ["{name}"] that flags the one side and not the other',
            )


def _check_example(rule: Rule, example: Example, key: str) -> None:
    if "tracking_events" in example.tables and not {"journeys", "parcel_events"} & set(example.tables):
        raise rule.error(
            "tracking_events alone tells the rule nothing",
            key,
            remedy="Give journeys (one row a parcel) or parcel_events: derived tables are given directly",
        )
    for table in (*rule.header.given, *example.tables):
        if table not in tables():
            raise rule.error(f"there is no table {table}", key, remedy=suggest(table, tables()))
    for name in (*example.threshold, *example.params):
        if name not in rule.params:
            raise rule.error(f"there is no parameter {name}", key, remedy=suggest(name, rule.params))
    if example.threshold and not example.flags:
        raise rule.error("an example of a limit flags the side beyond it", key, remedy="Add the row beyond the limit")
    _check_explained(rule, example, key)
    for kind in ("not_testable", "excused"):
        known = {reason.reason for reason in getattr(rule, kind)}
        if kind == "not_testable":
            known |= {f"missing {column}" for column in rule.requires}
        for reason in getattr(example, kind).values():
            if reason not in known:
                raise rule.error(f"{reason} is no reason of the rule's {kind}", key, remedy=suggest(reason, known))


def _check_explained(rule: Rule, example: Example, key: str) -> None:
    explained = {item.name for item in rule.docs.could_be_wrong if item.when is not None}
    for results in example.explanations.values():
        for name in results:
            if name not in explained:
                raise rule.error(f"{name} is no explanation that is tried", key, remedy=suggest(name, explained))
