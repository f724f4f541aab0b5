"""Rules on Spark: what they find is written by the executors, and only counts come back."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

from fulfil_analytics.audit.cluster.shapes import shape
from fulfil_analytics.audit.findings import RuleRun, count_run, findings_sql, kinds_of
from fulfil_analytics.audit.sizes import Sizes, sizes_alone, sizes_together
from fulfil_analytics.engines import EngineError
from fulfil_analytics.engines.spark_engine import SparkEngine, safe
from fulfil_analytics.errors import RuleError
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
    run_one = partial(_run_one, engine, folder, sizes_together(engine, first, as_of), as_of=as_of, lang=lang, zone=zone)
    with ThreadPoolExecutor(AT_A_TIME) as lanes:
        runs = list(lanes.map(run_one, first))
    if second and first:
        raised = _standing(engine, folder, runs).select(*REFERENCE[RAISED])
        engine.view(RAISED, raised)
        runs += [run_one(rule) for rule in second]
    else:
        runs += [RuleRun(rule, "not_testable", why={"not_testable": {"no_other_rule_ran": 0}}) for rule in second]
    order = {rule.id: place for place, rule in enumerate(book)}
    return sorted(runs, key=lambda run: order[run.rule.id]), _standing(engine, folder, runs)


def _run_one(
    engine: SparkEngine,
    folder: str,
    sizes: Mapping[str, Sizes],
    rule: Rule,
    *,
    as_of: dt.datetime,
    lang: str,
    zone: str,
) -> RuleRun:
    began = time.perf_counter()
    try:
        counted = sizes.get(rule.id)
        counted = sizes_alone(engine, rule, as_of) if counted is None else counted
        kinds = kinds_of(engine, rule, as_of)
        found = engine.frame(findings_sql(rule, kinds, as_of=as_of, lang=lang, zone=zone))
        place = f"{folder}/{rule.id}"
        try:
            found.selectExpr(*_CASTS).write.mode("overwrite").parquet(place)
            told = _told(engine, place)
        except Exception as problem:
            raise EngineError(safe(problem)) from None
        return count_run(rule, counted, told, time.perf_counter() - began)
    except (EngineError, RuleError) as problem:
        return RuleRun(rule, "failed", why={"error": problem.text()}, seconds=time.perf_counter() - began)


def _told(engine: SparkEngine, place: str) -> tuple[Counter[str | None], int]:
    """Return how many things have which excuse (null: flagged), and how often the most repeated finding stands."""
    rows: Sequence[Any] = (
        engine.spark.read.parquet(place).groupBy("excuse").agg({"nth_of_finding": "max", "*": "count"}).collect()
    )
    things = (
        engine.spark.read.parquet(place).where("nth_of_thing = 1").groupBy("excuse").count().collect() if rows else []
    )
    most = max((row["max(nth_of_finding)"] for row in rows), default=0)
    return Counter({row["excuse"]: row["count"] for row in things}), most


def _standing(engine: SparkEngine, folder: str, runs: Sequence[RuleRun]) -> DataFrame:
    """Return what the rules found that no excuse covers; of a rule that failed nothing counts."""
    done = [run.rule.id for run in runs if run.status == "done"]
    columns = list(shape("findings"))
    if not done:
        empty = ", ".join(f"CAST(NULL AS {kind}) AS {column}" for column, kind in _NULLS.items())
        return engine.spark.sql(f"SELECT {empty} WHERE FALSE")
    read = engine.spark.read.parquet(*(f"{folder}/{rule_id}" for rule_id in done))
    return read.where("excuse IS NULL").select(*columns)


_SPARK = {"VARCHAR": "STRING", "BIGINT": "BIGINT", "TIMESTAMP": "TIMESTAMP_NTZ"}
_NULLS = {column: _SPARK[kind] for column, kind in shape("findings").items()}
_CASTS = [f"CAST({column} AS {_SPARK[kind]}) AS {column}" for column, kind in shape("found").items()]

__all__ = ["run_rules"]
