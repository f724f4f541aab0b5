"""The SQL around a rule's SELECT: whom it speaks about, whom it could not judge, whom an excuse covers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from fulfil_analytics.rulebook import innocence
from fulfil_analytics.rulebook.model import Rule
from fulfil_analytics.sql import literal

KEY, UNTESTABLE, EXCUSE = "rule_key", "untestable", "excuse"
"""Columns of the population beside the identity."""

OURS = (KEY, UNTESTABLE, EXCUSE, "nth_of_thing", "nth_of_finding")
"""Column names that no SELECT of a rule may give."""

COMMA = ",\n  "

IDENTITY = ("order_id", "package_id", "waybill", "carrier", "shop", "warehouse", "source_file", "source_line")
"""What every finding carries of the thing it is about."""


def population(rule: Rule, as_of: dt.datetime, *, explained: bool = False, of_bad: bool = False) -> str:
    """Return a SELECT of everything in the rule's scope: key, identity, why not testable, what would excuse it.

    With `explained` it also tries the innocent explanations that read the grain's tables; with `of_bad` it tells of the
    things alone that a CTE ``bad`` names: most things are fine, and to join their tables would cost more than the rule.
    """
    frame = rule.frame
    identity = ",\n  ".join(f"{frame.identity.get(column, _null(column))} AS found_{column}" for column in IDENTITY)
    excuses = [(f"coalesce({reason.when}, FALSE)", reason.reason) for reason in rule.excused]
    innocent = list(innocence.of_population(rule)) if explained else []
    tried = "".join(f",\n  ({when}) AS {innocence.column(number)}" for number, when in innocent)
    text = (
        f"SELECT\n  {frame.key} AS {KEY},\n  {identity},\n"
        f"  {_untestable(rule)} AS {UNTESTABLE},\n  {_first_of(excuses)} AS {EXCUSE}{tried}\nFROM {frame.frame}"
    )
    predicates = (rule.scope or "", *(one.when for one in (*rule.not_testable, *rule.excused)), *rule.requires)
    said = " ".join((*predicates, *rule.header.join.values(), *(when for _, when in innocent)))
    if of_bad:
        text += (
            f"\nJOIN (SELECT DISTINCT {frame.returned_key} AS named FROM bad) AS of_bad ON of_bad.named = {frame.key}"
        )
    text += _joined(frame.joins, said) + _joined(rule.header.join)
    return rule.render(text if rule.scope is None else f"{text}\nWHERE {rule.scope}", as_of)


def counts(rule: Rule, as_of: dt.datetime) -> str:
    """Return a SELECT of the population's size by reason not to judge (null: judged).

    ``doubled`` is more than 0 where a join of the rule's own gives a thing more than one row.
    """
    frame, own = rule.frame, rule.header.join
    scope = "" if rule.scope is None else f"\nWHERE {rule.scope}"
    joins = _joined(frame.joins, " ".join((_asked(rule), *own.values()))) + _joined(own)
    sizes = f"SELECT {_untestable(rule)} AS {UNTESTABLE}, {frame.key} AS {KEY} FROM {frame.frame}{joins}{scope}"
    told = f"SELECT {UNTESTABLE}, count(*) AS things"
    if not own:
        text = f"{told}, 0 AS doubled FROM (\n{sizes}\n) AS sizes GROUP BY {UNTESTABLE}"
    elif any(f"{table}." in (rule.scope or "") for table in own):
        text = f"{told}, count(*) - count(DISTINCT {KEY}) AS doubled FROM (\n{sizes}\n) AS sizes GROUP BY {UNTESTABLE}"
    else:  # the same rows without the rule's own joins: to count them costs less than to tell keys apart
        rows = f"SELECT count(*) FROM {frame.frame}{_joined(frame.joins, rule.scope or '')}{scope}"
        text = (
            f"SELECT {UNTESTABLE}, things, sum(things) OVER () - (\n{rows}\n) AS doubled\n"
            f"FROM ({told} FROM (\n{sizes}\n) AS sizes GROUP BY {UNTESTABLE}) AS counted"
        )
    return rule.render(text, as_of)


def companies(rules: Iterable[Rule], as_of: dt.datetime) -> list[list[Rule]]:
    """Return `rules` in groups that one scan can count: of one grain, and no table is joined in two ways.

    Rules share a scan for what they would each join. Those that read further tables of the grain gather there, whatever
    small tables they add; of the others those alone that add the same.
    """
    found: list[tuple[tuple[str, bool], dict[str, str], list[Rule]]] = []
    for rule in rules:
        own = _own_joins(rule, as_of)
        kind = rule.grain, bool(_joined(rule.frame.joins, _asked(rule)))
        for of, joined, company in found:
            if of == kind and (
                own == joined or (kind[1] and all(joined.get(table, on) == on for table, on in own.items()))
            ):
                joined.update(own)
                company.append(rule)
                break
        else:
            found.append((kind, own, [rule]))
    return [company for _, _, company in found]


def counts_together(rules: Sequence[Rule], as_of: dt.datetime) -> tuple[str, list[list[str | None]]]:
    """Return what :func:`counts` tells of each of `rules`, which are one of :func:`companies`, as a SELECT of one row.

    Returns
    -------
    (str, list)
        The SELECT, and a list a rule: what its columns ``n<rule>_<place>`` count, the reason not to judge or null.
        Column ``things`` is how many there are, ``joined`` how many they are when joined: more of these than of those,
        and a join gives a thing more than one row, and the counts are wrong.
    """
    frame = rules[0].frame
    own = {table: on for rule in rules for table, on in _own_joins(rule, as_of).items()}
    told, sums, reasons = [], [], []
    for number, rule in enumerate(rules):
        why_not = _why_not(rule)
        scope = [(f"NOT coalesce({rule.scope}, FALSE)", "NULL")] if rule.scope else []
        cases = " ".join(
            f"WHEN {when} THEN {place}"
            for when, place in [*scope, *((when, str(place)) for place, (when, _) in enumerate(why_not, start=1))]
        )
        told.append(rule.render(f"CASE {cases} ELSE 0 END" if cases else "0", as_of) + f" AS n{number}")
        reasons.append([None, *(reason for _, reason in why_not)])
        sums += [
            f"count(*) FILTER (WHERE n{number} = {place}) AS n{number}_{place}" for place in range(len(why_not) + 1)
        ]
    joins = _joined(frame.joins, " ".join([*own.values(), *map(_asked, rules)])) + _joined(own)
    text = (
        f"SELECT count(*) AS joined, (SELECT count(*) FROM {frame.frame}) AS things,\n  {COMMA.join(sums)}\n"
        f"FROM (\nSELECT {COMMA.join(told)}\nFROM {frame.frame}{joins}\n) AS told"
    )
    return text, reasons


def bad_rows(rule: Rule, as_of: dt.datetime) -> str:
    """Return the rule's SELECT with its parameters put in."""
    return rule.render(rule.sql, as_of)


def _untestable(rule: Rule) -> str:
    return _first_of(_why_not(rule))


def _asked(rule: Rule) -> str:
    """Return all that decides whether the rule speaks of a thing and can judge it, to look for tables in."""
    return " ".join((rule.scope or "", *(one.when for one in rule.not_testable), *rule.requires))


def _why_not(rule: Rule) -> list[tuple[str, str]]:
    """Return each condition under which the rule cannot judge a thing, with its reason; the first that holds counts."""
    reasons = [(f"coalesce({reason.when}, FALSE)", reason.reason) for reason in rule.not_testable]
    return reasons + [(_missing(rule, column), f"missing {column}") for column in rule.requires]


def _own_joins(rule: Rule, as_of: dt.datetime) -> dict[str, str]:
    return {table: rule.render(on, as_of) for table, on in rule.header.join.items()}


def _joined(joins: Mapping[str, str], said: str | None = None) -> str:
    """Return the left joins of the tables that the text `said` names; without it, of all."""
    return "".join(f"\nLEFT JOIN {table} ON {on}" for table, on in joins.items() if said is None or f"{table}." in said)


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
