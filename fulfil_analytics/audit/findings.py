"""Running the rules on a locked store, and writing what they found.

A rule is someone's text, so it never sees a connection that can write, read files or change a setting: the store is
closed, opened locked, the findings are spooled aside, and the store is opened again to take them in. Rules that judge
what other rules found (``after = "findings"``) run in a second pass of the same kind, over table ``raised``.
"""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from queue import SimpleQueue
from string import Template
from typing import IO, TYPE_CHECKING, Any

from fulfil_analytics.audit.again import BEFORE, NOW
from fulfil_analytics.audit.of_runs import RuleRun, coverage, explains
from fulfil_analytics.audit.sizes import Sizes, sizes_alone, sizes_together
from fulfil_analytics.audit.spool import FOUND, ORDER, Spool, read
from fulfil_analytics.engines import DuckDBEngine, Engine, EngineError, SmallStoreEngine, locked
from fulfil_analytics.errors import RuleError
from fulfil_analytics.rulebook import innocence, judge, saying
from fulfil_analytics.rulebook.examples import misfits
from fulfil_analytics.rulebook.tables import RAISED, REFERENCE
from fulfil_analytics.sql import literal, read_sql

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from fulfil_analytics.audit.again import Narrowed
    from fulfil_analytics.rulebook import Rule, Rulebook
    from fulfil_analytics.store import Store

Sink = Callable[["pa.RecordBatch"], None]
"""Takes findings, batch by batch, in the columns of table ``findings``."""

_FINDING = tuple(FOUND)


@dataclass(frozen=True)
class _Way:
    """How rules are run: what messages are told in, what is judged again alone, where excused orders go."""

    as_of: dt.datetime
    lang: str
    zone: str
    narrowed: Narrowed | None = None
    aside: Sink | None = None


def run(
    store: Store,
    book: Rulebook,
    *,
    as_of: dt.datetime,
    lang: str,
    zone: str = "UTC",
    narrowed: Narrowed | None = None,
) -> list[RuleRun]:
    """Run `book` on `store` and write its tables ``findings``, ``coverage`` and ``judged_aside``.

    The store's connection is closed meanwhile and another stands in its place afterwards: temporary tables are gone.

    Parameters
    ----------
    store : Store
        The store, with the derived and reference tables in place.
    book : Rulebook
        The rules, with the parameters in force.
    as_of : datetime
        The moment the audit speaks for, UTC without zone.
    lang : {"en", "zh"}
        Language of the messages.
    zone : str
        IANA zone in which messages tell times.
    narrowed : Narrowed, optional
        The rules that run over the part of the orders that the store holds aside.

    Returns
    -------
    list of RuleRun
        One a rule, in the book's order.
    """
    first = [rule for rule in book if rule.after is None]
    second = [rule for rule in book if rule.after is not None]
    way = _Way(as_of, lang, zone)
    with ExitStack() as files:
        spool, spool_after, aside = (files.enter_context(tempfile.TemporaryFile(dir=store.temp)) for _ in range(3))
        spools = [spool]
        with _locked(store, narrowed) as engines:
            with Spool(aside, ORDER) as excused:
                runs = _run_pass(engines, first, spool, replace(way, narrowed=narrowed, aside=excused))
            if second and first:
                engines[0].hold(RAISED, read(FOUND, spool), _of_raised(runs))
                runs += _run_pass(engines[:1], second, spool_after, way)
                spools.append(spool_after)
        if len(spools) > 1:
            _write_raised(store.con, spool, runs)
        else:
            runs += [RuleRun(rule, "not_testable", why={"not_testable": {"no_other_rule_ran": 0}}) for rule in second]
        write_findings(store.con, read(FOUND, *spools), runs, read(ORDER, aside))
    order = {rule.id: place for place, rule in enumerate(book)}
    return sorted(runs, key=lambda one: order[one.rule.id])


@contextmanager
def _locked(store: Store, narrowed: Narrowed | None) -> Iterator[list[DuckDBEngine]]:
    """Close the store, and give one engine that reads it, locked, or two where to plan is most of the cost."""
    from fulfil_analytics.store import few_orders, small

    threads = store.one("SELECT current_setting('threads')")
    memory = store.one("SELECT current_setting('memory_limit')")
    two, kind = narrowed is None and small(store), SmallStoreEngine if few_orders(store) else DuckDBEngine
    how: dict[str, Any] = {"threads": int(threads), "memory": memory, "temp": store.temp, "encrypted": store.encrypted}
    opened = partial(locked, store.path, **how, kind=kind)
    store.con.close()
    try:
        with opened(schemas=(BEFORE, NOW) if narrowed else ()) as engine:
            if not two:
                yield [engine]
                return
            with engine.beside() as beside:
                yield [engine, beside]
    finally:
        store.reopen(memory)


def _run_pass(engines: Sequence[DuckDBEngine], rules: Sequence[Rule], spool: IO[bytes], way: _Way) -> list[RuleRun]:
    """Run `rules` on the engines, one at a time on each; their findings go into `spool`."""
    with Spool(spool, FOUND) as sink:
        if way.narrowed is not None:
            return _run_narrowed(engines[0], rules, sink, way, way.narrowed)
        if len(engines) == 1:
            return _run_all(engines[0], rules, sink, way)
        sizes = sizes_together(engines[0], rules, way.as_of)
        free = SimpleQueue[Engine]()
        for engine in engines:
            free.put(engine)
        with ThreadPoolExecutor(len(engines)) as lanes:
            return list(lanes.map(partial(_in_turn, free, sink, sizes, way), rules))


def _in_turn(free: SimpleQueue[Engine], sink: Sink, sizes: Mapping[str, Sizes], way: _Way, rule: Rule) -> RuleRun:
    """Run `rule` on the next engine that is free."""
    engine = free.get()
    try:
        return _run_one(engine, rule, sink, sizes.get(rule.id), way)
    finally:
        free.put(engine)


def _run_all(engine: Engine, rules: Sequence[Rule], sink: Sink, way: _Way) -> list[RuleRun]:
    sizes = sizes_together(engine, rules, way.as_of)
    return [_run_one(engine, rule, sink, sizes.get(rule.id), way) for rule in rules]


def _run_narrowed(
    engine: DuckDBEngine, rules: Sequence[Rule], sink: Sink, way: _Way, narrowed: Narrowed
) -> list[RuleRun]:
    """Run the rules that reach no further over the orders judged again, the others over all."""
    part = engine.looking_at(NOW)
    sizes = narrowed.count(rules, engine.looking_at(BEFORE), part, way.as_of)
    runs = _run_all(engine, [rule for rule in rules if rule.id not in sizes], sink, way)
    return runs + [_run_one(part, rule, sink, sizes[rule.id], way) for rule in rules if rule.id in sizes]


def _of_raised(runs: Sequence[RuleRun]) -> str:
    """Return the SELECT of table ``raised`` from what was spooled; of a rule that failed nothing counts."""
    failed = literal(tuple(run.rule.id for run in runs if run.status == "failed") or ("",))
    return f"SELECT {', '.join(REFERENCE[RAISED])} FROM spooled WHERE rule_id NOT IN {failed}"


def _write_raised(con: duckdb.DuckDBPyConnection, spool: IO[bytes], runs: Sequence[RuleRun]) -> None:
    """Write what the first pass found as table ``raised``, for whoever reads the store."""
    with con.cursor() as own:
        own.register("spooled", read(FOUND, spool))
        own.execute(f"CREATE OR REPLACE TABLE {RAISED} AS {_of_raised(runs)}")


def run_rules(
    engine: Engine, book: Iterable[Rule], sink: Sink, *, as_of: dt.datetime, lang: str, zone: str = "UTC"
) -> list[RuleRun]:
    """Run each rule of `book` on `engine`; one that fails is `failed` and stops no other.

    `sink` gets the findings; those of a rule that then failed are to be left out (see :func:`write_findings`).
    """
    return _run_all(engine, list(book), sink, _Way(as_of, lang, zone))


def write_findings(
    con: duckdb.DuckDBPyConnection,
    found: pa.RecordBatchReader | pa.Table,
    runs: Sequence[RuleRun],
    aside: pa.RecordBatchReader | None = None,
) -> None:
    """Write tables ``findings`` (with roots and verdicts, sorted) and ``coverage`` through `con`, or neither.

    `aside` are the orders of which a rule said what was excused; without it no later run can judge a part alone.
    """
    text = read_sql("fulfil_analytics.audit", "findings_write.sql")
    # A connection of its own: the caller's may hold an unfinished result, and temporary tables go when it does.
    with con.cursor() as own:
        own.register("spooled", found)
        own.register("explains", explains(runs))
        own.register("covered", coverage(runs))
        own.begin()
        try:
            for statement in text.split(";\n"):
                if statement.strip():
                    own.execute(statement)
            own.execute("DROP TABLE IF EXISTS judged_aside")
            if aside is not None:
                own.register("aside", aside)
                own.execute(
                    "CREATE TABLE judged_aside AS SELECT DISTINCT order_id FROM aside WHERE order_id IS NOT NULL"
                )
            own.commit()
        except BaseException:
            own.rollback()
            raise


def findings_sql(rule: Rule, kinds: dict[str, str], *, as_of: dt.datetime, lang: str, zone: str) -> str:
    """Return the SELECT that tells the bad rows of `rule` as findings; `kinds` are the columns of its own SELECT."""

    def own(column: str, otherwise: str) -> str:
        return f"coalesce(bad.{column}, {otherwise})" if column in kinds else otherwise

    def told(column: str) -> str:
        # What the grain itself does not know (an order's waybill), evidence of that name may tell.
        known = column in rule.frame.identity or column not in kinds
        return f"found_{column}" if known else f"CAST(bad.{column} AS STRING)"

    return Template(read_sql("fulfil_analytics.audit", "findings.sql")).substitute(
        population=judge.population(rule, as_of, explained=True, of_bad=True),
        bad=judge.bad_rows(rule, as_of),
        returned_key=rule.frame.returned_key,
        subject="bad.subject" if "subject" in kinds else "CAST(NULL AS STRING)",
        rule_id=literal(rule.id),
        family=literal(rule.family),
        severity=own("severity", literal(rule.severity)),
        evidence_class=literal(rule.evidence_class),
        package_id=told("package_id"),
        waybill=told("waybill"),
        carrier=told("carrier"),
        occurred_at=own("occurred_at", "CAST(NULL AS TIMESTAMP)"),
        message=saying.message_sql(rule, kinds, as_of=as_of, lang=lang, zone=zone),
        evidence=saying.evidence_sql(rule, kinds, as_of),
        explanations=innocence.explanations_sql(rule, as_of, lang),
        source_file=own("source_file", "found_source_file"),
        source_line=f"CAST({own('source_line', 'found_source_line')} AS BIGINT)",
        rule_version=literal(rule.version),
    )


def _run_one(engine: Engine, rule: Rule, sink: Sink, sizes: Sizes | None, way: _Way) -> RuleRun:
    """Run `rule`, whose `sizes` may have been counted beside other rules'."""
    import pyarrow.compute as pc

    began = time.perf_counter()
    try:
        sizes = sizes_alone(engine, rule, way.as_of) if sizes is None else sizes
        kinds = kinds_of(engine, rule, way.as_of)
        told, most = Counter[str | None](), 0
        for batch in engine.batches(findings_sql(rule, kinds, as_of=way.as_of, lang=way.lang, zone=way.zone)):
            if not batch.num_rows:
                continue
            most = max(most, pc.max(batch["nth_of_finding"]).as_py())
            things = batch.filter(pc.equal(batch["nth_of_thing"], 1))
            for reason in pc.value_counts(things["excuse"]).to_pylist():
                told[reason["values"]] += reason["counts"]
            flagged = pc.is_null(batch["excuse"])
            sink(batch.filter(flagged).select(_FINDING))
            if way.aside is not None:
                way.aside(batch.filter(pc.invert(flagged)).select(tuple(ORDER)))
        return count_run(rule, sizes, (told, most), time.perf_counter() - began)
    except (EngineError, RuleError) as problem:
        return RuleRun(rule, "failed", why={"error": problem.text()}, seconds=time.perf_counter() - began)


def kinds_of(engine: Engine, rule: Rule, as_of: dt.datetime) -> dict[str, str]:
    """Return the kinds of the columns of the rule's SELECT.

    Raises
    ------
    RuleError
        A column is of a kind that no finding can hold.
    EngineError
        The rule does not run.
    """
    kinds = engine.columns(judge.bad_rows(rule, as_of))
    for name, kind in misfits(kinds):
        raise rule.error(
            f"the SELECT gives {name} as {kind}",
            line=rule.sql_line,
            remedy="Return whole numbers, texts, timestamps or booleans",
        )
    return kinds


def count_run(rule: Rule, sizes: Sizes, found: tuple[Counter[str | None], int], seconds: float) -> RuleRun:
    """Return what became of a rule that ran.

    Parameters
    ----------
    sizes : mapping
        Reason not to judge to count of things; null: judged.
    found : (Counter, int)
        Excuse to count of things that the SELECT gave (null: flagged), and how often the most repeated finding stands.

    Raises
    ------
    RuleError
        A finding stands more than once.
    """
    told, most = found
    if most > 1:
        raise rule.error(
            "the SELECT gives one thing twice",
            line=rule.sql_line,
            remedy="Return one row a thing, or tell them apart by subject",
        )
    excused = {str(reason): count for reason, count in told.items() if reason is not None}
    in_scope, judged = sum(sizes.values()), sizes.get(None, 0)
    untestable = {str(reason): count for reason, count in sizes.items() if reason is not None}
    return RuleRun(
        rule,
        "not_testable" if in_scope and not judged else "done",
        in_scope=in_scope,
        tested=judged - sum(excused.values()),
        flagged=told.get(None, 0),
        excused=sum(excused.values()),
        not_testable=in_scope - judged,
        why={kind: counts for kind, counts in (("not_testable", untestable), ("excused", excused)) if counts},
        seconds=seconds,
    )


__all__ = ["Sink", "findings_sql", "run", "run_rules", "write_findings"]
