"""How many things each rule speaks about, and how many it cannot judge: counted for many rules in one scan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from fulfil_analytics.engines import Engine, EngineError
from fulfil_analytics.rulebook import Rule, judge

Sizes = dict[str | None, int]
"""Reason not to judge to count of things; null: judged."""


def sizes_together(engine: Engine, rules: Iterable[Rule], as_of: dt.datetime) -> dict[str, Sizes]:
    """Return the sizes of those of `rules` that can be counted beside others, by the rule's id.

    A rule that is missing has nobody to be counted with, or something is amiss with one of its company: it is to be
    counted alone (:func:`sizes_alone`), which also tells what is wrong with it.
    """
    found: dict[str, Sizes] = {}
    for company in judge.companies(rules, as_of):
        if len(company) > 1:
            found |= _of_company(engine, company, as_of)
    return found


def _of_company(engine: Engine, company: list[Rule], as_of: dt.datetime) -> dict[str, Sizes]:
    sql, told = judge.counts_together(company, as_of)
    try:
        (row,) = [row for batch in engine.batches(sql) for row in batch.to_pylist()]
    except EngineError:
        return {}
    if row["joined"] != row["things"]:
        return {}
    sizes: dict[str, Sizes] = {}
    for number, (rule, reasons) in enumerate(zip(company, told, strict=True)):
        own = sizes.setdefault(rule.id, {})
        for place, reason in enumerate(reasons):
            if things := row[f"n{number}_{place}"]:
                own[reason] = own.get(reason, 0) + things
    return sizes


def sizes_alone(engine: Engine, rule: Rule, as_of: dt.datetime) -> Sizes:
    """Return the sizes of one rule.

    Raises
    ------
    RuleError
        A join of the rule doubles a thing.
    EngineError
        The rule does not run.
    """
    sizes: Sizes = {}
    for batch in engine.batches(judge.counts(rule, as_of)):
        for row in batch.to_pylist():
            sizes[row[judge.UNTESTABLE]] = row["things"]
            if row["doubled"]:
                raise rule.error("[join] gives a thing more than one row", "join", remedy="Join on a key of the table")
    return sizes
