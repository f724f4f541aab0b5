"""Running the rules on a locked store, and writing what they found.

A rule is someone's text, so it never sees a connection that can write, read files or change a setting: the store is
closed, opened locked, the findings are spooled aside, and the store is opened again to take them in. Rules that judge
what other rules found (``after = "findings"``) run in a second pass of the same kind, over table ``raised``.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from queue import SimpleQueue
from string import Template
from typing import IO, TYPE_CHECKING, Any

from fulfil_analytics.audit.sizes import Sizes, sizes_alone, sizes_together
from fulfil_analytics.engines import DuckDBEngine, Engine, EngineError, SmallStoreEngine, locked
from fulfil_analytics.errors import RuleError
from fulfil_analytics.rulebook import innocence, judge, saying
from fulfil_analytics.rulebook.examples import misfits
from fulfil_analytics.rulebook.tables import RAISED, REFERENCE
from fulfil_analytics.schemas import DERIVED, duckdb_types
from fulfil_analytics.sql import literal, read_sql

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from fulfil_analytics.rulebook import Rule, Rulebook
    from fulfil_analytics.store import Store

Sink = Callable[["pa.RecordBatch"], None]
"""Takes findings, batch by batch, in the columns of table ``findings``."""

_FINDING = tuple(duckdb_types(DERIVED["findings"]))


@dataclass(frozen=True)
class RuleRun:
    """What became of one rule; the counts are of things (orders, parcels, files), not of findings.

    Attributes
    ----------
    rule : Rule
        The rule.
    status : str
        ``done``, ``not_testable`` (nothing in its scope could be judged) or ``failed``.
    in_scope, tested, flagged, excused, not_testable : int
        ``in_scope = tested + excused + not_testable`` and ``flagged <= tested``.
    why : dict
        Reason to count, or ``error`` to the text of what failed.
    seconds : float
        How long it took; never part of the outputs.
    """

    rule: Rule
    status: str
    in_scope: int = 0
    tested: int = 0
    flagged: int = 0
    excused: int = 0
    not_testable: int = 0
    why: dict[str, str | dict[str, int]] = field(default_factory=dict)
    seconds: float = 0.0


def run(store: Store, book: Rulebook, *, as_of: dt.datetime, lang: str, zone: str = "UTC") -> list[RuleRun]:
    """Run `book` on `store` and write its tables ``findings`` and ``coverage``.

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

    Returns
    -------
    list of RuleRun
        One a rule, in the book's order.
    """
    first = [rule for rule in book if rule.after is None]
    second = [rule for rule in book if rule.after is not None]
    run_pass = partial(_run_pass, as_of=as_of, lang=lang, zone=zone)
    with tempfile.TemporaryFile(dir=store.temp) as spool, tempfile.TemporaryFile(dir=store.temp) as spool_after:
        spools = [spool]
        with _locked(store) as engines:
            runs = run_pass(engines, first, spool)
            if second and first:
                engines[0].hold(RAISED, _read(spool), _of_raised(runs))
                runs += run_pass(engines[:1], second, spool_after)
                spools.append(spool_after)
        if len(spools) > 1:
            _write_raised(store.con, spool, runs)
        else:
            runs += [RuleRun(rule, "not_testable", why={"not_testable": {"no_other_rule_ran": 0}}) for rule in second]
        write_findings(store.con, _read(*spools), runs)
    order = {rule.id: place for place, rule in enumerate(book)}
    return sorted(runs, key=lambda one: order[one.rule.id])


@contextmanager
def _locked(store: Store) -> Iterator[list[DuckDBEngine]]:
    """Close the store, and give one engine that reads it, locked, or two where to plan is most of the cost."""
    from fulfil_analytics.store import few_orders, small

    threads = store.one("SELECT current_setting('threads')")
    memory = store.one("SELECT current_setting('memory_limit')")
    two, kind = small(store), SmallStoreEngine if few_orders(store) else DuckDBEngine
    store.con.close()
    try:
        with locked(store.path, threads=int(threads), memory=memory, temp=store.temp, kind=kind) as engine:
            if not two:
                yield [engine]
                return
            with engine.beside() as beside:
                yield [engine, beside]
    finally:
        store.reopen(memory)


def _run_pass(
    engines: Sequence[Engine], rules: Sequence[Rule], spool: IO[bytes], *, as_of: dt.datetime, lang: str, zone: str
) -> list[RuleRun]:
    """Run `rules` on the engines, one at a time on each; their findings go into `spool`."""
    with _Spool(spool) as sink:
        if len(engines) == 1:
            return run_rules(engines[0], rules, sink, as_of=as_of, lang=lang, zone=zone)
        sizes = sizes_together(engines[0], rules, as_of)
        free = SimpleQueue[Engine]()
        for engine in engines:
            free.put(engine)
        with ThreadPoolExecutor(len(engines)) as lanes:
            return list(lanes.map(partial(_in_turn, free, sink, sizes, as_of=as_of, lang=lang, zone=zone), rules))


def _in_turn(free: SimpleQueue[Engine], sink: Sink, sizes: Mapping[str, Sizes], rule: Rule, **told: Any) -> RuleRun:
    """Run `rule` on the next engine that is free."""
    engine = free.get()
    try:
        return _run_one(engine, rule, sink, sizes.get(rule.id), **told)
    finally:
        free.put(engine)


def _of_raised(runs: Sequence[RuleRun]) -> str:
    """Return the SELECT of table ``raised`` from what was spooled; of a rule that failed nothing counts."""
    failed = literal(tuple(run.rule.id for run in runs if run.status == "failed") or ("",))
    return f"SELECT {', '.join(REFERENCE[RAISED])} FROM spooled WHERE rule_id NOT IN {failed}"


def _write_raised(con: duckdb.DuckDBPyConnection, spool: IO[bytes], runs: Sequence[RuleRun]) -> None:
    """Write what the first pass found as table ``raised``, for whoever reads the store."""
    with con.cursor() as own:
        own.register("spooled", _read(spool))
        own.execute(f"CREATE OR REPLACE TABLE {RAISED} AS {_of_raised(runs)}")


def run_rules(
    engine: Engine, book: Iterable[Rule], sink: Sink, *, as_of: dt.datetime, lang: str, zone: str = "UTC"
) -> list[RuleRun]:
    """Run each rule of `book` on `engine`; one that fails is `failed` and stops no other.

    `sink` gets the findings; those of a rule that then failed are to be left out (see :func:`write_findings`).
    """
    rules = list(book)
    sizes = sizes_together(engine, rules, as_of)
    return [_run_one(engine, rule, sink, sizes.get(rule.id), as_of=as_of, lang=lang, zone=zone) for rule in rules]


def write_findings(
    con: duckdb.DuckDBPyConnection, found: pa.RecordBatchReader | pa.Table, runs: Sequence[RuleRun]
) -> None:
    """Write tables ``findings`` (with roots and verdicts, sorted) and ``coverage`` through `con`, or neither."""
    text = read_sql("fulfil_analytics.audit", "findings_write.sql")
    # A connection of its own: the caller's may hold an unfinished result, and temporary tables go when it does.
    with con.cursor() as own:
        own.register("spooled", found)
        own.register("explains", _explains(runs))
        own.register("covered", _coverage(runs))
        own.begin()
        try:
            for statement in text.split(";\n"):
                if statement.strip():
                    own.execute(statement)
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


def _run_one(
    engine: Engine, rule: Rule, sink: Sink, sizes: Sizes | None, *, as_of: dt.datetime, lang: str, zone: str
) -> RuleRun:
    """Run `rule`, whose `sizes` may have been counted beside other rules'."""
    import pyarrow.compute as pc

    began = time.perf_counter()
    try:
        sizes = sizes_alone(engine, rule, as_of) if sizes is None else sizes
        kinds = kinds_of(engine, rule, as_of)
        told, most = Counter[str | None](), 0
        for batch in engine.batches(findings_sql(rule, kinds, as_of=as_of, lang=lang, zone=zone)):
            if not batch.num_rows:
                continue
            most = max(most, pc.max(batch["nth_of_finding"]).as_py())
            things = batch.filter(pc.equal(batch["nth_of_thing"], 1))
            for reason in pc.value_counts(things["excuse"]).to_pylist():
                told[reason["values"]] += reason["counts"]
            sink(batch.filter(pc.is_null(batch["excuse"])).select(_FINDING))
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


class _Spool:
    """Findings on their way from the locked store to the open one; a file without a name, gone when closed."""

    def __init__(self, file: IO[bytes]) -> None:
        import pyarrow as pa

        self._writer = pa.ipc.new_stream(file, _schema(), options=pa.ipc.IpcWriteOptions(compression="lz4"))
        self._turn = threading.Lock()

    def __call__(self, batch: pa.RecordBatch) -> None:
        with self._turn:
            self._writer.write_batch(batch.cast(_schema()))

    def __enter__(self) -> _Spool:
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.close()


def _read(*spools: IO[bytes]) -> pa.RecordBatchReader:
    """Read spools from their beginning, one after the other."""
    import pyarrow as pa

    for spool in spools:
        spool.seek(0)
    return pa.RecordBatchReader.from_batches(
        _schema(), (batch for spool in spools for batch in pa.ipc.open_stream(spool))
    )


def _schema() -> pa.Schema:
    import pyarrow as pa

    arrow = {"VARCHAR": pa.string(), "BIGINT": pa.int64(), "TIMESTAMP": pa.timestamp("us")}
    return pa.schema([(name, arrow[kind]) for name, kind in duckdb_types(DERIVED["findings"]).items()])


def _explains(runs: Sequence[RuleRun]) -> pa.Table:
    import pyarrow as pa

    rows = [
        {"rule_id": run.rule.id, "root_rule_id": root, "rank": rank}
        for run in runs
        for rank, root in enumerate(run.rule.explained_by)
    ]
    schema = pa.schema([("rule_id", pa.string()), ("root_rule_id", pa.string()), ("rank", pa.int64())])
    return pa.Table.from_pylist(rows, schema=schema)


def _coverage(runs: Sequence[RuleRun]) -> pa.Table:
    import pyarrow as pa

    counts = ("in_scope", "tested", "flagged", "excused", "not_testable")
    rows: list[dict[str, Any]] = [
        {
            "rule_id": run.rule.id,
            "family": run.rule.family,
            "grain": run.rule.grain,
            "status": run.status,
            **{count: getattr(run, count) for count in counts},
            "why": json.dumps(run.why, ensure_ascii=False, sort_keys=True),
        }
        for run in runs
    ]
    text = [(name, pa.string()) for name in ("rule_id", "family", "grain", "status")]
    schema = pa.schema([*text, *((count, pa.int64()) for count in counts), ("why", pa.string())])
    return pa.Table.from_pylist(rows, schema=schema)


__all__ = ["RuleRun", "Sink", "findings_sql", "run", "run_rules", "write_findings"]
