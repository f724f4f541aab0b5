"""Which metrics are computed on a day, and over which stretch of time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from fulfil_analytics.policy.calendar import utc
from fulfil_analytics.policy.model import LAST_SECOND, WEEKDAYS, Metric, Policy
from fulfil_analytics.sla.moments import naive_utc

ON_TIME: dict[str, str] = {"on_time_rts": "rts", "on_time_dispatch": "dispatch", "on_time_delivery": "delivery"}
"""Metrics that every policy has, and their stage."""


def metrics_on(policy: Policy, as_of: dt.datetime, only: Sequence[str] = ()) -> list[Metric]:
    """Return what is computed at a moment: our own metrics always, the others where the policy defines them then.

    Parameters
    ----------
    as_of : datetime
        UTC; the definitions and limits of its local day hold.
    only : sequence of str
        Ids to keep; empty means all.
    """
    day = as_of.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(policy.zone)).date()
    return [metric for metric in _defined(policy, day) if not only or metric.id in only]


def metric_ids(policy: Policy) -> list[str]:
    """Return the ids of all metrics that the policy computes on some day."""
    stated = (metric.id for metric in policy.metrics if metric.counts is not None)
    return list(dict.fromkeys((*ON_TIME, *stated, _OWN_AUTO_CANCEL.id)))


def _defined(policy: Policy, day: dt.date) -> Iterator[Metric]:
    for metric_id, stage in ON_TIME.items():
        yield policy.metric(metric_id, day) or _OWN_ON_TIME.model_copy(
            update={"id": metric_id, "title": metric_id, "stage": stage}
        )
    stated = dict.fromkeys(metric.id for metric in policy.metrics if metric.id not in ON_TIME)
    for metric_id in stated:
        metric = policy.metric(metric_id, day)
        if metric is not None and metric.counts is not None:
            yield metric
    if _OWN_AUTO_CANCEL.id not in stated:
        yield _OWN_AUTO_CANCEL


def with_metric_clocks(policy: Policy) -> Policy:
    """Return `policy` with lines of its own for each metric that counts its stage by another calendar."""
    own = {
        (m.clock, m.stage, m.calendar): None for m in policy.metrics if m.calendar is not None and m.stage is not None
    }
    lines = [
        line.model_copy(update={"stage": clock, "calendar": calendar})
        for clock, stage, calendar in own
        for line in policy.lines
        if line.stage == stage
    ]
    return policy.model_copy(update={"lines": [*policy.lines, *lines]}) if lines else policy


_OWN_ON_TIME = Metric(
    id="on_time",
    title="on_time",
    numerator="orders on time",
    denominator="orders on time, late or overdue",
    counts="on_time",
    better="higher",
    sources=[],
    confidence="sure",
)
_OWN_AUTO_CANCEL = Metric(
    id="auto_cancel_rate",
    title="Automatic cancellations",
    numerator="orders cancelled because they were not shipped or collected in time",
    denominator="confirmed orders",
    counts="cancelled",
    among="confirmed",
    leaves_out=["platform_fulfilled", "sample"],
    cancelled_for=["shipping_timeout", "collection_timeout"],
    better="lower",
    sources=[],
    confidence="sure",
)
"""No page defines a rate of its own for them: the measure is ours, and has no limit."""


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
    begins, ends = dt.datetime.combine(first, dt.time()), dt.datetime.combine(last, LAST_SECOND)
    return naive_utc(utc(begins, zone)), naive_utc(utc(ends, zone))
