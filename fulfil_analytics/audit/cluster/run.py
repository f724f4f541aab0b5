"""The run on Spark: survey the parts, derive, judge, give roots, rate, write."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fulfil_analytics.audit.cluster import head as heads
from fulfil_analytics.audit.cluster import steps
from fulfil_analytics.audit.cluster.groups import grouped
from fulfil_analytics.audit.cluster.judge import AT_A_TIME, run_rules, tables_read
from fulfil_analytics.audit.cluster.opening import open_source
from fulfil_analytics.audit.cluster.output import Output
from fulfil_analytics.audit.cluster.parts import (
    KEY,
    Kit,
    by_part,
    collected,
    columns_of,
    parts_for,
    run_parts,
    spread,
    unpacked,
)
from fulfil_analytics.audit.cluster.source import BIG, Source
from fulfil_analytics.errors import FulfilError, UsageError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from fulfil_analytics.audit.of_runs import RuleRun
    from fulfil_analytics.audit.options import Options
    from fulfil_analytics.policy import Policy

SEVERITIES = ("critical", "high", "medium", "low", "info")
CELLS = ("rate_cells", "rate_days", "recent_days")


@dataclass
class SparkRun:
    """A finished run on Spark.

    Attributes
    ----------
    out : str
        The folder that holds the audit.
    policy : Policy
        The policy that judged.
    as_of : datetime
        The moment the audit speaks for, UTC without zone.
    manifest : dict
        Inputs, policy, rules, versions, counts.
    rules : list of RuleRun
        What became of each rule.
    standing : dict
        Severity to the number of findings that no reviewer excused.
    timings : dict
        Seconds a step.
    """

    out: str
    policy: Policy
    as_of: dt.datetime
    manifest: dict[str, Any]
    rules: list[RuleRun]
    standing: dict[str, int]
    timings: dict[str, float] = field(default_factory=dict)

    def fails(self, fail_on: str | None) -> bool:
        """Tell whether a finding that no reviewer excused is at or above severity `fail_on`."""
        grave = SEVERITIES[: SEVERITIES.index(fail_on) + 1] if fail_on else ()
        return any(self.standing.get(severity, 0) for severity in grave)


def run_spark_audit(
    inputs: Sequence[str], options: Options, out: str, spark: SparkSession | None = None, parts: int | None = None
) -> SparkRun:
    """Audit on Spark and write the audit to `out`.

    Parameters
    ----------
    inputs : sequence of str
        What :func:`~fulfil_analytics.audit.cluster.opening.open_source` opens: canonical folder, mapping file, exports.
    options : Options
        What is asked; `db` belongs to one machine and is not looked at.
    out : str
        Path or URI that driver and executors can write.
    spark : SparkSession, optional
        Session to run on; by default one is started (or that of ``spark-submit`` is used).
    parts : int, optional
        Into how many parts the orders are cut; by default what :func:`.parts.parts_for` gives.

    Returns
    -------
    SparkRun
        Counts and timings; the tables stand in `out`.

    Raises
    ------
    FulfilError
        Input, policy, rule or session that cannot be used.
    """
    from fulfil_analytics.engines.spark_engine import SparkEngine, new_session, retold

    session = new_session() if spark is None else spark
    with SparkEngine(session) as engine:
        output = Output(session, out)
        try:
            return _Run(session, engine, options, output, parts).go(inputs)
        except FulfilError:
            raise
        except Exception as problem:
            if ours := retold(problem):
                raise ours from None
            raise
        finally:
            output.clear()


class _Run:
    """One run, step by step."""

    def __init__(self, spark: SparkSession, engine: Any, options: Options, output: Output, parts: int | None) -> None:
        self.spark, self.engine, self.options, self.output, self._parts = spark, engine, options, output, parts
        self.timings: dict[str, float] = {}
        self._began, self._step = time.perf_counter(), "start"

    def step(self, name: str) -> None:
        now = time.perf_counter()
        self.timings[self._step] = self.timings.get(self._step, 0.0) + now - self._began
        self._began, self._step = now, name
        self.options.progress(name)

    def go(self, inputs: Sequence[str]) -> SparkRun:
        self.step("opening the tables")
        source = open_source(self.spark, inputs, self.options, self._parts)
        with heads.open_head(source, self.options) as head:
            if head.policy.capacity is not None:
                raise UsageError(
                    "a policy with a capacity counts the orders of a day one by one, which Spark does not",
                    column="--policy",
                    remedy="Leave capacity out of the policy, or use --engine duckdb",
                )
            self.step("grouping orders")
            rows, columns, parts = self._spread(source)
            kit = Kit(
                as_of=head.as_of,
                policy=head.policy,
                carriers=head.carriers,
                memory=self.options.memory,
                temp=self.options.temp,
                tables=head.shared(),
            )
            self.step("surveying the parts")
            packed = self._kept(run_parts(rows, columns, kit, steps.survey), "survey")
            head.merge(collected(packed, heads.FACTS))
            head.learn(self._learn(packed, kit, parts))
            self.step("deriving orders, parcels, journeys and deadlines")
            kit = head.second_kit(kit)
            derived = self._kept(run_parts(rows, columns, kit, steps.derive), "derived")
            self._views(source, head, derived, kit, parts)
            self.step("running rules")
            runs, found = run_rules(
                self.engine,
                head.book,
                self.output.work("found"),
                as_of=head.as_of,
                lang=self.options.lang,
                zone=head.policy.zone,
            )
            self.step("writing findings")
            self._write(source, head, derived, found, runs, kit, parts)
            self.step("rating")
            head.rate(collected(derived, CELLS))
            self.output.small("rates", head.table("rates"))
            head.cover(runs)
            self.output.small("coverage", head.table("coverage"))
            self.step("done")
            findings = self.spark.read.parquet(self.output.place("findings"))
            manifest = head.manifest(source, self._counts(source, findings))
            standing = _by_severity(findings.where("verdict IS DISTINCT FROM 'excused'"))
            self.output.finish(manifest, self.timings)
            rows.unpersist()
            return SparkRun(self.output.folder, head.policy, head.as_of, manifest, runs, standing, self.timings)

    def _spread(self, source: Source) -> tuple[DataFrame, dict[str, tuple[str, ...]], int]:
        from pyspark import StorageLevel

        frames = grouped(self.spark, {table: source.tables[table] for table in BIG})
        parts = self._parts or self._count_parts(source)
        return spread(frames, parts).persist(StorageLevel.DISK_ONLY), columns_of(frames), parts

    def _count_parts(self, source: Source) -> int:
        rows = sum(source.tables[table].count() for table in ("order_lines", "tracking_events"))
        return parts_for(self.spark, rows)

    def _kept(self, packed: DataFrame, name: str) -> DataFrame:
        """Write packed results aside and read them back: a lost executor costs its part, and nothing is done twice."""
        place = self.output.work(name)
        packed.write.mode("overwrite").parquet(place)
        return self.spark.read.schema(packed.schema).parquet(place)

    def _learn(self, packed: DataFrame, kit: Kit, parts: int) -> Any:
        units = unpacked(packed, "weighed_units").selectExpr("*", f"concat(shop, '|', sku) AS {KEY}")
        return collected(by_part({"weighed_units": units}, parts, kit, steps.learn), ("learned_weights",))

    def _table(self, rows: DataFrame, name: str) -> DataFrame:
        """Write rows aside as a table: they are read more than once."""
        place = self.output.work(f"tables/{name}")
        rows.write.mode("overwrite").parquet(place)
        return self.spark.read.schema(rows.schema).parquet(place)

    def _views(self, source: Source, head: Any, derived: DataFrame, kit: Kit, parts: int) -> None:
        from fulfil_analytics.schemas import LOADED

        for table in LOADED:
            loaded = source.tables[table]
            self.engine.view(f"loaded_{table}", loaded)
            self.engine.view(table, loaded.where("is_current").drop("is_current"))
        self.engine.view("quarantine", source.tables["quarantine"])
        needed = tables_read(head.book, head.as_of)

        def kept(table: str, rows: DataFrame) -> DataFrame:
            return self._table(rows, table) if table in needed else rows

        with ThreadPoolExecutor(AT_A_TIME) as lanes:
            for table, rows in zip(
                steps.FROM_PARTS,
                lanes.map(lambda table: kept(table, unpacked(derived, table)), steps.FROM_PARTS),
                strict=True,
            ):
                self.engine.view(table, rows)
        # a place may be named in several parts
        places = self.spark.table("track_places")
        first = [f"min({column}) AS {column}" for column in places.columns if column != "place_id"]
        from pyspark.sql import functions as F

        self.engine.view("track_places", places.groupBy("place_id").agg(*(F.expr(one) for one in first)))
        zones = [row[0] for row in self.spark.table("track_places").select("time_zone").distinct().collect()]
        self.engine.view("rest_days", self.spark.createDataFrame(head.rest(zones)))
        for table, rows in head.references().items():
            self.engine.view(table, self.spark.createDataFrame(rows))
        owed = unpacked(derived, "owed").selectExpr("*", f"concat_ws('|', place, item) AS {KEY}")
        queued = unpacked(by_part({"owed": owed}, parts, kit, steps.queue), "stock_needs")
        self.engine.view("stock_needs", kept("stock_needs", queued))
        self.engine.view("scans", kept("scans", unpacked(derived, "scans")))
        for table, select in steps.wholes().items():
            self.engine.view(table, kept(table, self.engine.frame(select)))

    def _write(
        self,
        source: Source,
        head: Any,
        derived: DataFrame,
        found: DataFrame,
        runs: list[RuleRun],
        kit: Kit,
        parts: int,
    ) -> None:
        kit = head.third_kit(kit, runs)
        keyed = found.selectExpr("*", f"coalesce(order_id, waybill, source_file, finding_id) AS {KEY}")
        findings = self._table(unpacked(by_part({"found": keyed}, parts, kit, steps.roots), "findings"), "findings")
        self.output.table("findings", _sorted(findings, *_ORDER))
        self.output.table("deadlines", _sorted(self.spark.table("deadlines"), "order_id", "stage", "mode"))
        orders = self.spark.table("orders").selectExpr("*", f"order_id AS {KEY}")
        about = findings.where("order_id IS NOT NULL").selectExpr("*", f"order_id AS {KEY}")
        told = by_part({"orders": orders, "findings": about}, parts, kit, steps.order_rows)
        self.output.table("orders", _sorted(unpacked(told, "orders_out"), "order_id"))
        self.output.table(
            "quarantine",
            _sorted(source.tables["quarantine"], "source_file", "source_line", "column_name", "reason", "found"),
        )

    def _counts(self, source: Source, findings: DataFrame) -> dict[str, Any]:
        counts: dict[str, Any] = {
            name: self.spark.table(name).count() for name in ("orders", "order_lines", "parcels", "tracking_events")
        }
        risks = self.spark.read.parquet(self.output.place("orders")).where("risk <> 'none'")
        return {
            **counts,
            "quarantine": source.tables["quarantine"].count(),
            "findings": findings.count(),
            "findings_by_severity": _by_severity(findings),
            "orders_by_risk": dict(sorted(risks.groupBy("risk").count().collect())),
        }


_ORDER = (
    "CASE severity WHEN 'critical' THEN 1 WHEN 'high' THEN 2 WHEN 'medium' THEN 3 WHEN 'low' THEN 4 ELSE 5 END",
    "rule_id",
    "order_id",
    "waybill",
    "source_file",
    "finding_id",
)


def _sorted(frame: DataFrame, *terms: str) -> DataFrame:
    """Return `frame` in an order that is always the same, nulls last as the house has it."""
    from pyspark.sql import functions as F

    return frame.orderBy(*(F.expr(term).asc_nulls_last() for term in terms))


def _by_severity(findings: DataFrame) -> dict[str, int]:
    return dict(sorted(findings.groupBy("severity").count().collect()))
