"""Running a rule's own examples: what a rule file promises, tried on an engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fulfil_analytics.rulebook import innocence, judge, lint
from fulfil_analytics.rulebook.header import RESERVED, Example
from fulfil_analytics.rulebook.model import Rule
from fulfil_analytics.rulebook.worlds import world

if TYPE_CHECKING:
    from fulfil_analytics.engines import Bench


@dataclass(frozen=True)
class ExampleResult:
    """What an example gave.

    Attributes
    ----------
    rule_id : str
        The rule.
    name : str
        The example's name.
    difference : str
        What came out otherwise than the example says; empty when nothing did.
    """

    rule_id: str
    name: str
    difference: str

    @property
    def passed(self) -> bool:
        """Tell whether everything came out as the example says."""
        return not self.difference


def run_examples(rule: Rule, engine: Bench) -> list[ExampleResult]:
    """Run all examples of `rule` on `engine`.

    Returns
    -------
    list of ExampleResult
        One an example, in the file's order.

    Raises
    ------
    RuleError
        An example's table cannot be read.
    EngineError
        The SELECT cannot be run.
    """
    return [run_example(rule, number, engine) for number in range(len(rule.examples))]


def run_example(rule: Rule, number: int, engine: Bench) -> ExampleResult:
    """Run example `number` (from 0) of `rule` on `engine`."""
    example = rule.examples[number]
    tried = rule.with_values(example.params, rule.shown)
    bad = judge.bad_rows(tried, example.as_of)
    engine.put(world(rule, number, lint.tables_of(bad)))
    things = _fetch(engine, judge.population(tried, example.as_of))
    keyed = f"SELECT {rule.frame.returned_key} AS {judge.KEY}, bad.* FROM (\n{bad}\n) AS bad"
    found, kinds = _fetch(engine, keyed), engine.columns(keyed)
    said = _differences(rule, example, things, found, {name: kinds[name] for name in kinds if name != judge.KEY})
    said += _explanation_differences(tried, example, bad, engine)
    difference = "; ".join(said)
    return ExampleResult(rule.id, example.name, difference)


def _explanation_differences(rule: Rule, example: Example, bad: str, engine: Bench) -> list[str]:
    """Return which explanations came out otherwise than `example` says, of the findings it speaks about."""
    if not example.explanations:
        return []
    items = list(enumerate(rule.docs.could_be_wrong))
    tried = ", ".join(
        f"{innocence.result_sql(rule, number, item, example.as_of)} AS {item.name}" for number, item in items
    )
    population = judge.population(rule, example.as_of, explained=True)
    sql = (
        f"SELECT bad.{judge.KEY}, {tried} FROM (SELECT bad.*, population.* FROM (\n{bad}\n) AS bad "
        f"JOIN (\n{population}\n) AS population ON population.{judge.KEY} = {rule.frame.returned_key}) AS bad"
    )
    results = {row[judge.KEY]: row for row in _fetch(engine, sql)}
    return [
        f"{key} has explanation {name} {results.get(key, {}).get(name)}, expected {result}"
        for key, wanted in example.explanations.items()
        for name, result in wanted.items()
        if results.get(key, {}).get(name) != result
    ]


def _fetch(engine: Bench, sql: str) -> list[dict[str, Any]]:
    return [row for batch in engine.batches(sql) for row in batch.to_pylist()]


def _differences(
    rule: Rule, example: Example, things: list[dict[str, Any]], found: list[dict[str, Any]], kinds: dict[str, str]
) -> list[str]:
    by_key = {thing[judge.KEY]: thing for thing in things}
    untestable = {key: thing[judge.UNTESTABLE] for key, thing in by_key.items() if thing[judge.UNTESTABLE]}
    standing = [row for row in found if row[judge.KEY] in by_key and row[judge.KEY] not in untestable]
    excused = {row[judge.KEY]: by_key[row[judge.KEY]][judge.EXCUSE] for row in standing}
    excused = {key: reason for key, reason in excused.items() if reason}
    flagged = [row for row in standing if row[judge.KEY] not in excused]
    keys = sorted({row[judge.KEY] for row in flagged})
    said = []
    if keys != sorted(example.flags):
        said.append(f"flags {keys}, expected {sorted(example.flags)}")
    if untestable != example.not_testable:
        said.append(f"not testable {untestable}, expected {example.not_testable}")
    if excused != example.excused:
        said.append(f"excused {excused}, expected {example.excused}")
    if example.threshold and not set(by_key) - set(keys) - set(untestable) - set(excused):
        said.append("an example of a limit needs a row on the near side that is judged and not flagged")
    if len({(row[judge.KEY], row.get("subject")) for row in found}) < len(found):
        said.append("the SELECT gives one key (and subject) twice")
    said += [f"column {name} is a {kind}; return {_FIT}" for name, kind in misfits(kinds)]
    for row in flagged:
        said += _row_differences(rule, example, row)
    return said


def _row_differences(rule: Rule, example: Example, row: dict[str, Any]) -> list[str]:
    key = row[judge.KEY]
    severity = row.get("severity") or rule.severity
    said = []
    if severity != example.severity.get(key, rule.severity):
        said.append(f"{key} is {severity}, expected {example.severity.get(key, rule.severity)}")
    for name, value in example.evidence.get(key, {}).items():
        if name not in row:
            said.append(f"there is no evidence {name}")
        elif str(row[name]) != str(value):
            said.append(f"{key} has {name} = {row[name]}, expected {value}")
    return said


_FIT = "whole numbers, texts, timestamps or booleans"


def misfits(kinds: dict[str, str]) -> list[tuple[str, str]]:
    """Return the columns of a SELECT whose kind no finding can hold."""
    wanted = {"occurred_at": "timestamp", "source_line": "integer"} | dict.fromkeys(
        RESERVED[1:2] + RESERVED[3:], "text"
    )
    return [
        (name, kind)
        for name, kind in kinds.items()
        if (kind != wanted[name] if name in wanted else kind not in ("integer", "text", "timestamp", "boolean"))
    ]


__all__ = ["ExampleResult", "misfits", "run_example", "run_examples"]
