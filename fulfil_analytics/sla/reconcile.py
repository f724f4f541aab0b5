"""Why the platform's figure differs from ours: the parts that make up the gap, each with the orders behind it.

Definition parts are facts of the policy file: what the platform counts and we do not, and the reverse. Assumptions are
tried on what is left, and taken only as long as they bring the figures nearer; they are possible, never proven. What no
part explains stays an open remainder.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fulfil_analytics.errors import UsageError, suggest
from fulfil_analytics.policy.calendar import utc
from fulfil_analytics.policy.model import LAST_SECOND, Metric, Policy
from fulfil_analytics.sla.figures import Figure
from fulfil_analytics.sla.metrics import metrics_on
from fulfil_analytics.sla.moments import naive_utc
from fulfil_analytics.sla.readings import (
    Reading,
    assumptions,
    can_be_read,
    definition,
    metric_values,
    ours,
    source_of,
)
from fulfil_analytics.sql import Value, fill, read_sql

if TYPE_CHECKING:
    import duckdb
    import polars as pl

BUSY = 5
"""From so many orders a day on average, a day without any is a hole in the exports, not a quiet day."""


@dataclass(frozen=True)
class Part:
    """A part of the gap.

    Attributes
    ----------
    id : str
        Stable name.
    basis : str
        ``definition``: the policy file says so; ``assumption``: it would explain it.
    numerator, denominator : int
        After this part.
    share : float or None
        Their quotient.
    points : float
        What the part adds to our figure, as a share: 0.01 is one percentage point.
    orders : polars.DataFrame
        The orders behind it: `order_id`, `kind`, `was` and `becomes` (``not_counted``, ``counted``, ``hit``).
    """

    id: str
    basis: str
    numerator: int
    denominator: int
    share: float | None
    points: float
    orders: pl.DataFrame


@dataclass(frozen=True)
class Missing:
    """Days of the week, over at as-of, without any order in the exports.

    Attributes
    ----------
    days : list of date
        Local days; empty when the shop has quiet days anyway.
    orders : int
        How many orders such days usually have, together.
    low, high : float
        Where the figure may lie, all of these orders counted in: none of them late, all of them late.
    """

    days: list[dt.date]
    orders: int
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Reconciliation:
    """The gap between two figures of one metric and week; ``ours + sum of points + remainder == platform``.

    Attributes
    ----------
    metric : Metric
        The definition that held on the week's last day.
    platform : Figure
        What the platform shows.
    numerator, denominator, ours : int, int, float or None
        Our figure: orders created in the week that fell due, late and never done ones included; of cancellations, the
        seller's paid orders created in it; of parcels, those given in it whose tracking is known.
    parts : list of Part
        In the order in which they were taken.
    remainder : float or None
        What stays unexplained, as a share.
    explained : bool
        Whether the remainder is below the last digit that the platform prints.
    missing : Missing
        Holes in the exports; they are not measured, so no part of the sum.
    listed : polars.DataFrame or None
        The platform's own list against ours: `order_id`, `counted_by` (both, ours, platform), `reason`, `outcome`,
        `due_at`, `stopped_at`.
    """

    metric: Metric
    first_day: dt.date
    last_day: dt.date
    platform: Figure
    numerator: int
    denominator: int
    ours: float | None
    parts: list[Part]
    remainder: float | None
    explained: bool
    missing: Missing
    listed: pl.DataFrame | None


def reconcile(
    con: duckdb.DuckDBPyConnection,
    policy: Policy,
    as_of: dt.datetime,
    metric_id: str,
    platform: Figure,
    week: tuple[dt.date, dt.date],
    listed: pl.DataFrame | None = None,
) -> Reconciliation:
    """Explain the gap between the platform's figure and ours.

    Parameters
    ----------
    con : DuckDBPyConnection
        After :func:`fulfil_analytics.sla.build_deadlines`; holds ``parcels`` and ``journeys`` as well.
    metric_id : str
        A metric of the policy, or one of our own that every policy has.
    platform : Figure
        As :func:`fulfil_analytics.sla.figures.read_percent` reads it.
    week : tuple of date
        First and last local day.
    listed : polars.DataFrame, optional
        The orders that the platform counts in its numerator; column `order_id`.

    Raises
    ------
    UsageError
        The policy has no such metric on that day, or does not say how it is counted.
    """
    metric = _metric(policy, metric_id, week[1])
    moment = naive_utc(as_of)
    _run(con, "reconcile_traits", {})
    _run(con, f"reconcile_base_{source_of(metric)}", metric_values(metric))
    ledger = _Ledger(con, metric, platform.share)
    ledger.open(ours(metric, policy, week, moment))
    for name, reading in definition(metric, ledger.reading):
        ledger.take(name, "definition", reading)
    ledger.assume(assumptions(metric, policy, moment), platform.half_digit)
    remainder = None if ledger.share is None else platform.share - ledger.share
    numerator, denominator, own = ledger.start
    return Reconciliation(
        metric=metric,
        first_day=week[0],
        last_day=week[1],
        platform=platform,
        numerator=numerator,
        denominator=denominator,
        ours=own,
        parts=ledger.parts,
        remainder=remainder,
        explained=remainder is not None and abs(remainder) <= platform.half_digit + 1e-9,
        missing=_missing(con, ledger, moment),
        listed=None if listed is None else _compared(con, ledger, listed),
    )


def reconcilable(policy: Policy, day: dt.date) -> list[str]:
    """Return the metrics that can be taken apart, as of a local day."""
    moment = utc(dt.datetime.combine(day, LAST_SECOND), policy.zone)
    return [metric.id for metric in metrics_on(policy, moment) if can_be_read(metric)]


def _metric(policy: Policy, metric_id: str, day: dt.date) -> Metric:
    known = reconcilable(policy, day)
    if metric_id not in known:
        raise UsageError(
            f"{policy.id} does not say on {day} how {metric_id} is counted, order by order",
            column="--metric",
            remedy=suggest(metric_id, known),
        )
    return metrics_on(policy, utc(dt.datetime.combine(day, LAST_SECOND), policy.zone), [metric_id])[0]


class _Ledger:
    """The figure as it moves from ours towards the platform's, part by part."""

    def __init__(self, con: duckdb.DuckDBPyConnection, metric: Metric, goal: float) -> None:
        self.con = con
        self.metric = metric
        self.goal = goal
        self.steps = 0
        self.parts: list[Part] = []

    def open(self, reading: Reading) -> None:
        """Count our own figure."""
        self.reading = reading
        self.step, self.hits, self.counted, self.share = self._count(reading)
        self.start = (self.hits, self.counted, self.share)

    def take(self, name: str, basis: str, reading: Reading) -> None:
        """Move on to `reading` and book what that changes."""
        step, numerator, denominator, share = self._count(reading)
        moved = self.con.sql(
            fill(read_sql("fulfil_analytics.sla", "reconcile_moves.sql"), {"before": self.step, "after": step})
        ).pl()
        points = (share or 0.0) - (self.share or 0.0)
        if not moved.is_empty():
            self.parts.append(Part(name, basis, numerator, denominator, share, points, moved))
        self.reading, self.step = reading, step
        self.hits, self.counted, self.share = numerator, denominator, share

    def assume(self, tried: Mapping[str, Callable[[Reading], Reading]], enough: float) -> None:
        """Take assumptions, the one that helps most first, as long as they bring the figure nearer."""
        left = dict(tried)
        while left and self.share is not None and abs(self.goal - self.share) > enough:
            distance = {name: self._distance(change(self.reading)) for name, change in left.items()}
            best = min(distance, key=lambda name: distance[name])
            if distance[best] >= abs(self.goal - self.share) - 1e-12:
                return
            self.take(best, "assumption", left.pop(best)(self.reading))

    def _distance(self, reading: Reading) -> float:
        if reading == self.reading:
            return float("inf")
        share = self._count(reading)[3]
        return float("inf") if share is None else abs(self.goal - share)

    def _count(self, reading: Reading) -> tuple[int, int, int, float | None]:
        self.steps += 1
        values = {"step": self.steps, **metric_values(self.metric), **reading.values()}
        _run(self.con, f"reconcile_step_{reading.source}", values)
        query = "SELECT coalesce(count_if(hit), 0), count(*) FROM reconcile_steps WHERE step = ?"
        [(hits, counted)] = self.con.execute(query, [self.steps]).fetchall()
        return self.steps, int(hits), int(counted), int(hits) / int(counted) if counted else None


def _missing(con: duckdb.DuckDBPyConnection, ledger: _Ledger, as_of: dt.datetime) -> Missing:
    reading = ledger.reading
    values: dict[str, Value] = {
        "zone": reading.zone,
        "first_day": reading.first_day,
        "last_day": reading.last_day,
        "as_of": as_of,
    }
    rows = con.execute(fill(read_sql("fulfil_analytics.sla", "reconcile_days.sql"), values)).fetchall()
    mean = float(rows[0][1] or 0) if rows else 0.0
    if mean < BUSY:
        return Missing([], 0, None, None)
    absent = round(mean * len(rows))
    hits, counted = ledger.hits, ledger.counted
    return Missing([day for day, _ in rows], absent, hits / (counted + absent), (hits + absent) / (counted + absent))


def _compared(con: duckdb.DuckDBPyConnection, ledger: _Ledger, listed: pl.DataFrame) -> pl.DataFrame:
    con.register("reconcile_given", listed.select("order_id").unique())
    con.execute("CREATE OR REPLACE TEMP TABLE reconcile_listed AS SELECT order_id FROM reconcile_given")
    con.unregister("reconcile_given")
    reading = ledger.reading
    values: dict[str, Value] = {"step": ledger.step, "mode": reading.mode, "left_out": reading.left_out}
    compared: pl.DataFrame = con.sql(fill(read_sql("fulfil_analytics.sla", "reconcile_list.sql"), values)).pl()
    return compared


def _run(con: duckdb.DuckDBPyConnection, step: str, values: dict[str, Value]) -> None:
    con.execute(fill(read_sql("fulfil_analytics.sla", f"{step}.sql"), values))
