"""On-time rates and the platform's metrics, in SQL over the deadlines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fulfil_analytics.errors import UsageError, suggest
from fulfil_analytics.policy.calendar import utc
from fulfil_analytics.policy.model import LAST_SECOND, WEEKDAYS, Metric, Policy
from fulfil_analytics.sla.plan import mark
from fulfil_analytics.sql import Value, fill, literal, name, read_sql

if TYPE_CHECKING:
    import duckdb

ON_TIME: dict[str, str] = {"on_time_rts": "rts", "on_time_dispatch": "dispatch", "on_time_delivery": "delivery"}
"""Metrics that every policy has, and their stage."""

DIMENSIONS = (
    "shop",
    "warehouse",
    "market",
    "order_type",
    "handover",
    "label_by",
    "delivery_option",
    "service_level",
    "state",
    "is_cod",
    "is_sample",
    "is_combined",
    "is_split",
    "pickup_point",
)
"""Columns of ``orders`` that a rate may be sliced by: nothing personal, nothing with a value an order."""


def build_rates(
    con: duckdb.DuckDBPyConnection,
    policy: Policy,
    as_of: dt.datetime,
    period: tuple[dt.datetime, dt.datetime] | None = None,
    dimensions: Sequence[str] = ("shop", "warehouse", "market"),
) -> None:
    """Write the table ``rates`` from what :func:`fulfil_analytics.sla.build_deadlines` wrote.

    On-time metrics count orders on time over orders on time, late or overdue: neither an open order nor one without an
    applicable deadline counts at all. Platform metrics are computed where the policy says how.

    Parameters
    ----------
    as_of : datetime
        The moment the audit speaks for; the limits of its local day hold.
    period : tuple of datetime, optional
        First and last moment counted, on each metric's own axis (order creation for on-time metrics). Default: the
        metric's own window that ends last before `as_of`; all orders where it has none.
    dimensions : sequence of str
        Columns of ``orders``; one slice a value. A dimension that no order names gives no slice.

    Raises
    ------
    UsageError
        An unknown dimension.
    """
    from fulfil_analytics.schemas.base import create_table
    from fulfil_analytics.schemas.derived import Rates

    for dimension in dimensions:
        if dimension not in DIMENSIONS:
            what = f"orders cannot be sliced by {dimension}"
            raise UsageError(what, column="dimensions", remedy=suggest(dimension, DIMENSIONS))
    moment = _naive(as_of)
    named = _named(con, dimensions)
    metrics = list(_metrics(policy, moment))
    columns = "".join(f", o.{name(dimension)}" for dimension in named)
    stages: list[str] = sorted({metric.stage for metric in metrics if metric.stage is not None})
    rated = mark(read_sql("fulfil_analytics.sla", "rated.sql"), {"dimensions": columns})
    con.execute(fill(rated, {"stages": stages}))
    con.execute(create_table("rates", Rates, replace=True))
    template = _template(named)
    for metric in metrics:
        own = period or window_of(metric, policy.zone, moment)
        con.execute(fill(template, _values(metric, moment, own)))
    con.execute("DROP TABLE sla_rated")


def _metrics(policy: Policy, as_of: dt.datetime) -> Iterator[Metric]:
    """Yield what is computed: the on-time metrics always, the others where the policy defines them for this day."""
    day = as_of.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(policy.zone)).date()
    for metric_id, stage in ON_TIME.items():
        yield policy.metric(metric_id, day) or Metric(
            id=metric_id,
            title=metric_id,
            stage=stage,
            numerator="orders on time",
            denominator="orders on time, late or overdue",
            counts="on_time",
            better="higher",
            sources=[],
            confidence="sure",
        )
    for metric_id in dict.fromkeys(metric.id for metric in policy.metrics if metric.id not in ON_TIME):
        metric = policy.metric(metric_id, day)
        if metric is not None and metric.counts is not None:
            yield metric


def window_of(metric: Metric, zone: str, as_of: dt.datetime) -> tuple[dt.datetime, dt.datetime] | None:
    """Return first and last second (UTC) of the metric's window that is the latest to be known at `as_of` (UTC).

    Examples
    --------
    A week that begins on Monday and is looked at 8 days after its Sunday: on Monday 2025-04-28 it is that of 04-14.
    """
    if metric.window_days is None:
        return None
    last = as_of.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone)).date() - dt.timedelta(days=metric.lag_days or 0)
    if metric.window_starts != "rolling":
        weekday_of_end = (WEEKDAYS.index(metric.window_starts) - 1) % 7
        last -= dt.timedelta(days=(last.weekday() - weekday_of_end) % 7)
    first = last - dt.timedelta(days=metric.window_days - 1)
    return utc(dt.datetime.combine(first, dt.time()), zone), utc(dt.datetime.combine(last, LAST_SECOND), zone)


def _values(metric: Metric, as_of: dt.datetime, period: tuple[dt.datetime, dt.datetime] | None) -> dict[str, Value]:
    return {
        "metric": metric.id,
        "stage": metric.stage,
        "counts": metric.counts,
        "among": metric.among,
        "axis": metric.axis,
        "as_of": as_of,
        "period_from": None if period is None else _naive(period[0]),
        "period_to": None if period is None else _naive(period[1]),
        "target": metric.target,
        "enforce": metric.enforce,
        "min_sample": metric.min_sample,
        "higher": metric.better == "higher",
    }


def _named(con: duckdb.DuckDBPyConnection, dimensions: Sequence[str]) -> list[str]:
    """Return the dimensions that at least one order names."""
    if not dimensions:
        return []
    row = con.execute(f"SELECT {', '.join(f'count({name(d)})' for d in dimensions)} FROM orders").fetchone() or ()
    return [dimension for dimension, count in zip(dimensions, row, strict=True) if count]


def _template(dimensions: Sequence[str]) -> str:
    cases = "".join(f" WHEN grouping({d}) = 0 THEN json_object({literal(d)}, {d})" for d in dimensions)
    sets = ", ".join(["(mode)", *(f"(mode, {d})" for d in dimensions)])
    slice_ = f"CAST(CASE{cases} ELSE '{{}}' END AS VARCHAR)" if cases else "'{}'"
    return mark(read_sql("fulfil_analytics.sla", "rates.sql"), {"sets": sets, "slice": slice_})


def _naive(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC).replace(tzinfo=None) if moment.tzinfo else moment
