"""The innocent explanations of a finding, each tried on the case where the files can show it."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator

from fulfil_analytics.rulebook.header import Innocent
from fulfil_analytics.rulebook.model import Rule
from fulfil_analytics.sql import literal

FOUND = "found"
"""How a predicate names what the SELECT returned."""

_FOUND = re.compile(rf"\b{FOUND}\.")


def column(number: int) -> str:
    """Return the name of the population's column that holds the outcome of explanation `number` (from 0)."""
    return f"innocent_{number}"


def of_population(rule: Rule) -> Iterator[tuple[int, str]]:
    """Yield number and predicate of the explanations that read the grain's tables."""
    for number, item in enumerate(rule.docs.could_be_wrong):
        if item.when is not None and not _FOUND.search(item.when):
            yield number, item.when


def result_sql(rule: Rule, number: int, item: Innocent, as_of: dt.datetime) -> str:
    """Return an expression over ``bad`` that gives ``possible``, ``ruled_out``, ``cannot_tell`` or ``not_tested``."""
    if item.when is None:
        return "'not_tested'"
    test = f"bad.{column(number)}"
    if _FOUND.search(item.when):
        test = f"({rule.render(_FOUND.sub('bad.', item.when), as_of)})"
    return f"CASE WHEN {test} THEN 'possible' WHEN NOT {test} THEN 'ruled_out' ELSE 'cannot_tell' END"


def explanations_sql(rule: Rule, as_of: dt.datetime, lang: str) -> str:
    """Return an expression over ``bad`` that gives all explanations as JSON: a list of name, says and result."""
    parts = []
    for number, item in enumerate(rule.docs.could_be_wrong):
        head = json.dumps({"name": item.name, "says": getattr(item, lang)}, ensure_ascii=False)
        opening = f'{"," if number else "["}{head[:-1]}, "result": "'
        parts += [literal(opening), result_sql(rule, number, item, as_of), literal('"}')]
    return " || ".join([*parts, "']'"])
