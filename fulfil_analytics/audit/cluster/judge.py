"""Rules on Spark: what they find is written by the executors, and only counts come back."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from fulfil_analytics.audit.cluster import steps
from fulfil_analytics.audit.cluster.shapes import shape, spark_schema
from fulfil_analytics.audit.findings import count_run, findings_sql, kinds_of
from fulfil_analytics.audit.of_runs import RuleRun
from fulfil_analytics.audit.sizes import Sizes, sizes_alone, sizes_together
from fulfil_analytics.engines import EngineError
from fulfil_analytics.engines.spark_engine import SparkEngine, safe
from fulfil_analytics.errors import RuleError
from fulfil_analytics.rulebook.judge import bad_rows, population
from fulfil_analytics.rulebook.tables import RAISED, REFERENCE

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from fulfil_analytics.rulebook import Rule, Rulebook

AT_A_TIME = 4
"""Rules that Spark is given at a time: one rule alone leaves a cluster idle between its stages."""


def run_rules(
    engine: SparkEngine, book: Rulebook, folder: str, *, as_of: dt.datetime, lang: str, zone: str
) -> tuple[list[RuleRun], DataFrame]:
    """Run `book`; return what became of each rule, in the book's order, and what was found, roots still open.

    Parameters
    ----------
    engine : SparkEngine
        With the tables that rules read in place.
    folder : str
        Where the executors write what each rule finds, one folder a rule.
    """
    first = [rule for rule in book if rule.after is None]
    second = [rule for rule in book if rule.after is not None]
    run_all = partial(_run_all, engine, folder, as_of=as_of, lang=lang, zone=zone)
    runs = run_all(first)
    if second and first:
        raised = _standing(engine, folder, runs).select(*REFERENCE[RAISED])
        engine.view(RAISED, raised)
        runs += run_all(second)
    else:
        runs += [RuleRun(rule, "not_testable", why={"not_testable": {"no_other_rule_ran": 0}}) for rule in second]
    order = {rule.id: place for place, rule in enumerate(book)}
    return sorted(runs, key=lambda run: order[run.rule.id]), _standing(engine, folder, runs)


def tables_read(book: Iterable[Rule], as_of: dt.datetime) -> set[str]:
    """Return the tables that `book` and the outputs read, and those they are made of; among other words of SQL."""
    asked = (text for rule in book for text in (bad_rows(rule, as_of), population(rule, as_of, explained=True)))
    words = {"orders", "deadlines", "track_places", *re.findall(r"\w+", " ".join(asked))}
    made_of = (select for table, select in steps.wholes().items() if table in words)
    return words | set(re.findall(r"\w+", " ".join(made_of)))


def _run_all(
    engine: SparkEngine, folder: str, rules: Sequence[Rule], *, as_of: dt.datetime, lang: str, zone: str
) -> list[RuleRun]:
    """Run `rules`, some at a time; what they found is counted of all of them at once."""
    write = partial(_write, engine, folder, as_of=as_of, lang=lang, zone=zone)
    sizes = sizes_together(engine, rules, as_of)
    with ThreadPoolExecutor(AT_A_TIME) as lanes:
        written = list(lanes.map(write, rules, [sizes.get(rule.id) for rule in rules]))
    told = _told(engine, [f"{folder}/{one.rule.id}" for one in written if not isinstance(one, RuleRun)])
    return [one if isinstance(one, RuleRun) else one.counted(told) for one in written]


@dataclass(frozen=True)
class _Written:
    """A rule whose findings have been written, and are still to be counted."""

    rule: Rule
    sizes: Sizes
    seconds: float

    def counted(self, told: Mapping[str, tuple[Counter[str | None], int]]) -> RuleRun:
        try:
            return count_run(self.rule, self.sizes, told.get(self.rule.id, (Counter(), 0)), self.seconds)
        except RuleError as problem:
            return RuleRun(self.rule, "failed", why={"error": problem.text()}, seconds=self.seconds)


def _write(
    engine: SparkEngine, folder: str, rule: Rule, sizes: Sizes | None, *, as_of: dt.datetime, lang: str, zone: str
) -> _Written | RuleRun:
    """Let the executors write what `rule` finds; `sizes` where its things have been counted already."""
    began = time.perf_counter()
    try:
        sizes = sizes_alone(engine, rule, as_of) if sizes is None else sizes
        kinds = kinds_of(engine, rule, as_of)
        found = engine.frame(findings_sql(rule, kinds, as_of=as_of, lang=lang, zone=zone))
        try:
            found.selectExpr(*_CASTS).write.mode("overwrite").parquet(f"{folder}/{rule.id}")
        except Exception as problem:
            raise EngineError(safe(problem)) from None
        return _Written(rule, sizes, time.perf_counter() - began)
    except (EngineError, RuleError) as problem:
        return RuleRun(rule, "failed", why={"error": problem.text()}, seconds=time.perf_counter() - began)


def _told(engine: SparkEngine, places: Sequence[str]) -> dict[str, tuple[Counter[str | None], int]]:
    """Return rule to how many things have which excuse (null: flagged), and how often a finding stands at most."""
    if not places:
        return {}
    found = engine.spark.read.schema(_FOUND).parquet(*places).groupBy("rule_id", "excuse")
    from pyspark.sql.functions import expr

    things, most = "count_if(nth_of_thing = 1) AS things", "max(nth_of_finding) AS most"
    told: dict[str, tuple[Counter[str | None], int]] = {}
    for row in found.agg(expr(things), expr(most)).collect():
        known, before = told.get(row["rule_id"], (Counter[str | None](), 0))
        known[row["excuse"]] += row["things"]
        told[row["rule_id"]] = (+known, max(before, row["most"]))
    return told


def _standing(engine: SparkEngine, folder: str, runs: Sequence[RuleRun]) -> DataFrame:
    """Return what the rules found that no excuse covers; of a rule that failed nothing counts."""
    done = [run.rule.id for run in runs if run.status == "done"]
    columns = list(shape("findings"))
    if not done:
        empty = ", ".join(f"CAST(NULL AS {kind}) AS {column}" for column, kind in _NULLS.items())
        return engine.spark.sql(f"SELECT {empty} WHERE FALSE")
    read = engine.spark.read.schema(_FOUND).parquet(*(f"{folder}/{rule_id}" for rule_id in done))
    return read.where("excuse IS NULL").select(*columns)


_SPARK = {"VARCHAR": "STRING", "BIGINT": "BIGINT", "TIMESTAMP": "TIMESTAMP_NTZ"}
_NULLS = {column: _SPARK[kind] for column, kind in shape("findings").items()}
_FOUND = spark_schema(shape("found"))
_CASTS = [f"CAST({column} AS {_SPARK[kind]}) AS {column}" for column, kind in shape("found").items()]

__all__ = ["AT_A_TIME", "run_rules", "tables_read"]
