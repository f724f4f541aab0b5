"""The same orders under several rule sets side by side, and the one difference that turns a verdict.

The difference is tried, not guessed: for every facet in which two governing lines differ, the deadlines of the changed
orders are computed again with that facet alone exchanged.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fulfil_analytics.sla.deadlines import build_deadlines
from fulfil_analytics.sla.facets import differences, with_facet
from fulfil_analytics.sla.rates import build_rates
from fulfil_analytics.sla.rule_sets import RuleSet
from fulfil_analytics.sla.tables import table
from fulfil_analytics.sql import Value, fill, read_sql

if TYPE_CHECKING:
    import duckdb
    import polars as pl

STAGES = ("rts", "dispatch", "collection", "delivery")
_VERDICTS = {
    "rule_set": "INTEGER",
    "order_id": "VARCHAR",
    "stage": "VARCHAR",
    "outcome": "VARCHAR",
    "due_at": "TIMESTAMP",
    "stopped_at": "TIMESTAMP",
    "line": "VARCHAR",
}
_FACETS = {
    "step": "INTEGER",
    "stage": "VARCHAR",
    "line_before": "VARCHAR",
    "line_after": "VARCHAR",
    "variant": "INTEGER",
    "facet": "VARCHAR",
    "place": "INTEGER",
    "was": "VARCHAR",
    "becomes": "VARCHAR",
}


@dataclass(frozen=True)
class Replay:
    """Orders judged under several rule sets.

    Attributes
    ----------
    labels : list of str
        The rule sets, in the order asked for.
    mode : str
        SLA mode under which they are compared.
    verdicts : polars.DataFrame
        `rule_set`, `stage`, `outcome`, `orders`.
    rates : polars.DataFrame
        `rule_set`, `metric`, `numerator`, `denominator`, `rate`, `target`, `enforce`, `status`: all orders.
    changes : polars.DataFrame
        One row an order and stage whose verdict differs between a rule set and the next: `before`, `after` (labels),
        `order_id`, `stage`, `outcome_before`, `outcome_after`, due and stopped times (UTC), the governing lines, and
        the `difference` that did it with what it `was` and `becomes`. ``together``: only all facets in `also` at once;
        ``no_line``: one of the rule sets has no line for the order. `also` names facets that would have done it too.
    """

    labels: list[str]
    mode: str
    verdicts: pl.DataFrame
    rates: pl.DataFrame
    changes: pl.DataFrame


def replay(
    con: duckdb.DuckDBPyConnection,
    sets: Sequence[RuleSet],
    as_of: dt.datetime,
    mode: str = "standard",
    stages: Sequence[str] = STAGES,
) -> Replay:
    """Judge the orders of a store under each rule set; the store is left as it was.

    Parameters
    ----------
    con : DuckDBPyConnection
        Holds ``orders`` and ``sla_windows``; no transaction may be open.
    sets : sequence of RuleSet
        At least two; each is compared with the next.
    as_of : datetime
        The moment the audit speaks for.
    mode : str
        ``standard`` compares the rules alone. Under ``effective`` the platform's own deadlines in an export win, the
        same under every rule set.
    stages : sequence of str
        Stages to compare.
    """
    import polars as pl

    with _undone(con):
        table(con, "replay_verdicts", _VERDICTS, [])
        rates = []
        for number, rules in enumerate(sets, start=1):
            build_deadlines(con, rules.policy, as_of)
            build_rates(con, rules.policy, as_of, dimensions=())
            rates.append(_rates(con, rules.label, mode))
            _run(con, "replay_verdicts", {"rule_set": number, "mode": mode, "stages": list(stages)})
        labels = [rules.label for rules in sets]
        verdicts = con.sql(
            "SELECT rule_set, stage, outcome, count(*) AS orders FROM replay_verdicts GROUP BY ALL ORDER BY ALL"
        ).pl()
        _run(con, "replay_changes", {"last": len(sets)})
        _try_facets(con, sets, as_of, mode)
        changes = con.sql(read_sql("fulfil_analytics.sla", "replay_reasons.sql")).pl()
    names = pl.Series("label", labels)
    return Replay(
        labels,
        mode,
        verdicts.with_columns(rule_set=names.gather(verdicts["rule_set"] - 1)),
        pl.concat(rates),
        changes.select(
            names.gather(changes["step"] - 1).alias("before"),
            names.gather(changes["step"]).alias("after"),
            pl.exclude("step"),
        ),
    )


@contextmanager
def _undone(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Take back whatever is written to the store, on success too."""
    con.begin()
    try:
        yield
    finally:
        con.rollback()


def _rates(con: duckdb.DuckDBPyConnection, label: str, mode: str) -> pl.DataFrame:
    query = (
        "SELECT ? AS rule_set, metric, numerator, denominator, rate, target, enforce, status FROM rates "
        "WHERE slice = '{}' AND mode = ?"
    )
    rates: pl.DataFrame = con.sql(query, params=[label, mode]).pl()
    return rates


def _try_facets(con: duckdb.DuckDBPyConnection, sets: Sequence[RuleSet], as_of: dt.datetime, mode: str) -> None:
    """Compute the deadlines of the changed orders with each differing facet exchanged alone."""
    pairs = con.execute(
        "SELECT DISTINCT step, stage, line_before, line_after FROM replay_changes "
        "WHERE line_before <> '' AND line_after <> '' ORDER BY ALL"
    ).fetchall()
    rows = list(_facet_rows(sets, pairs, notices=mode != "standard"))
    table(con, "replay_facets", _FACETS, rows)
    trials: dict[tuple[int, str, int], list[tuple[str, str]]] = defaultdict(list)
    for step, _, before, after, variant, facet, *_ in rows:
        trials[step, facet, variant].append((before, after))
    con.execute(
        "CREATE OR REPLACE TABLE orders AS SELECT * FROM orders WHERE order_id IN (SELECT order_id FROM replay_changes)"
    )
    for (step, facet, variant), lines in trials.items():
        policy = with_facet(facet, sets[step - 1].policy, sets[step].policy, lines)
        build_deadlines(con, policy, as_of)
        _run(con, "replay_trial", {"step": step, "facet": facet, "variant": variant, "mode": mode})


def _facet_rows(
    sets: Sequence[RuleSet], pairs: Sequence[tuple[int, str, str, str]], *, notices: bool
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of ``replay_facets``; a line paired with several others takes part in several trials."""
    seen: dict[tuple[int, str], int] = defaultdict(int)
    for step, stage, before, after in pairs:
        seen[step, before] += 1
        a, b = sets[step - 1].policy, sets[step].policy
        line_a = next(line for line in a.lines if line.id == before)
        line_b = next(line for line in b.lines if line.id == after)
        found = differences(a, line_a, b, line_b, notices=notices)
        for place, difference in enumerate(found, start=1):
            yield step, stage, before, after, seen[step, before], difference.facet, place, *difference[1:]


def _run(con: duckdb.DuckDBPyConnection, step: str, values: dict[str, Value]) -> None:
    con.execute(fill(read_sql("fulfil_analytics.sla", f"{step}.sql"), values))
