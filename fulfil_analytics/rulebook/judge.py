"""The SQL around a rule's SELECT: whom it speaks about, whom it could not judge, whom an excuse covers."""

from __future__ import annotations

import datetime as dt

from fulfil_analytics.rulebook import innocence
from fulfil_analytics.rulebook.model import Rule
from fulfil_analytics.sql import literal

KEY, UNTESTABLE, EXCUSE = "rule_key", "untestable", "excuse"
"""Columns of the population beside the identity."""

OURS = (KEY, UNTESTABLE, EXCUSE, "nth_of_thing", "nth_of_finding")
"""Column names that no SELECT of a rule may give."""

IDENTITY = ("order_id", "package_id", "waybill", "carrier", "shop", "warehouse", "source_file", "source_line")
"""What every finding carries of the thing it is about."""


def population(rule: Rule, as_of: dt.datetime, *, explained: bool = False) -> str:
    """Return a SELECT of everything in the rule's scope: key, identity, why not testable, what would excuse it.

    With `explained` it also tries the innocent explanations that read the grain's tables.
    """
    frame = rule.frame
    identity = ",\n  ".join(f"{frame.identity.get(column, _null(column))} AS found_{column}" for column in IDENTITY)
    untestable = [(f"coalesce({reason.when}, FALSE)", reason.reason) for reason in rule.not_testable]
    untestable += [(_missing(rule, column), f"missing {column}") for column in rule.requires]
    excuses = [(f"coalesce({reason.when}, FALSE)", reason.reason) for reason in rule.excused]
    innocent = list(innocence.of_population(rule)) if explained else []
    tried = "".join(f",\n  ({when}) AS {innocence.column(number)}" for number, when in innocent)
    text = (
        f"SELECT\n  {frame.key} AS {KEY},\n  {identity},\n"
        f"  {_first_of(untestable)} AS {UNTESTABLE},\n  {_first_of(excuses)} AS {EXCUSE}{tried}\nFROM {frame.frame}"
    )
    said = " ".join(
        (
            rule.scope or "",
            *rule.header.join.values(),
            *(reason.when for reason in (*rule.not_testable, *rule.excused)),
            *rule.requires,
            *(when for _, when in innocent),
        )
    )
    for table, condition in {**frame.joins, **rule.header.join}.items():
        if f"{table}." in said:
            text += f"\nLEFT JOIN {table} ON {condition}"
    if rule.scope is not None:
        text += f"\nWHERE {rule.scope}"
    return rule.render(text, as_of)


def counts(rule: Rule, as_of: dt.datetime) -> str:
    """Return a SELECT of the population's size by reason not to judge (null: judged)."""
    # Only a join of the rule's own can double a row; the distinct count is not for free.
    distinct = f"count(DISTINCT {KEY})" if rule.header.join else "count(*)"
    return (
        f"SELECT {UNTESTABLE}, count(*) AS things, count(*) - {distinct} AS doubled\n"
        f"FROM (\n{population(rule, as_of)}\n) AS population GROUP BY {UNTESTABLE}"
    )


def bad_rows(rule: Rule, as_of: dt.datetime) -> str:
    """Return the rule's SELECT with its parameters put in."""
    return rule.render(rule.sql, as_of)


def _null(column: str) -> str:
    return f"CAST(NULL AS {'BIGINT' if column == 'source_line' else 'STRING'})"


def _missing(rule: Rule, name: str) -> str:
    table = name.partition(".")[0]
    present = rule.frame.present.get(table)
    return f"{name} IS NULL" if present is None else f"({table}.{present} IS NOT NULL AND {name} IS NULL)"


def _first_of(reasons: list[tuple[str, str]]) -> str:
    if not reasons:
        return "CAST(NULL AS STRING)"
    return "CASE " + " ".join(f"WHEN {when} THEN {literal(reason)}" for when, reason in reasons) + " END"
