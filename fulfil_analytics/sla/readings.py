"""The ways to count a metric between our figure and the platform's: by definition, and by assumption."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from fulfil_analytics.policy.calendar import utc
from fulfil_analytics.policy.model import LAST_SECOND, Metric, Policy
from fulfil_analytics.sla.metrics import window_of
from fulfil_analytics.sla.rates import PATIENCE_DAYS
from fulfil_analytics.sql import Value

OURS: dict[str, tuple[str, ...]] = {
    "clocks": ("done", "overdue", "cancelled_late"),
    "cancelled": ("kept", "at_fault", "not_at_fault", "reason_unknown"),
    "parcels": ("valid", "not_scanned", "wrong_number"),
}
"""What our own figures count: every order that fell due, done or not; every paid order of the seller's; every parcel
that the tracking input covers and whose scans are in, or late."""

JOINING: dict[str, tuple[str, ...]] = {
    "judged": (),
    "stopped": ("platform_fulfilled", "cancelled", "nothing_left_to_do"),
    "placed": ("open", "platform_fulfilled", "cancelled", "nothing_left_to_do", "unpaid"),
    "confirmed": ("open", "platform_fulfilled", "cancelled", "nothing_left_to_do"),
}
"""Kinds of orders that join the denominator, by what a metric counts among."""


@dataclass(frozen=True)
class Reading:
    """One way to count a metric.

    Attributes
    ----------
    source : str
        ``clocks`` of a stage, orders by whether they were ``cancelled``, or ``parcels`` by their number.
    kinds : tuple of str
        What is counted.
    axis : str
        Time by which it falls into the period.
    known_at : datetime
        What happened later is not known.
    also_hit : tuple of str
        Kinds that count as hits as well.
    """

    source: str
    kinds: tuple[str, ...]
    axis: str
    first_day: dt.date
    last_day: dt.date
    zone: str
    known_at: dt.datetime
    mode: str = "effective"
    done_only: bool = False
    left_out: tuple[str, ...] = ()
    also_hit: tuple[str, ...] = ()

    def values(self) -> dict[str, Value]:
        """Return the literals for the holes of ``reconcile_step_….sql``."""
        return {
            "kinds": self.kinds,
            "axis": self.axis,
            "mode": self.mode,
            "done_only": self.done_only,
            "left_out": self.left_out,
            "also_hit": self.also_hit,
            "known_at": self.known_at,
            "period_from": utc(dt.datetime.combine(self.first_day, dt.time()), self.zone),
            "period_to": utc(dt.datetime.combine(self.last_day, LAST_SECOND), self.zone),
        }


def source_of(metric: Metric) -> str:
    """Return what a metric is counted from."""
    return {"cancelled": "cancelled", "valid_tracking": "parcels"}.get(metric.counts or "", "clocks")


def can_be_read(metric: Metric) -> bool:
    """Return whether a metric can be taken apart: it says what it counts, and counts orders, or parcels by number."""
    return metric.counts is not None and (metric.entity == "order" or metric.counts == "valid_tracking")


def metric_values(metric: Metric) -> dict[str, Value]:
    """Return the literals that every step of a metric shares."""
    return {
        "counts": metric.counts,
        "stage": metric.clock,
        "parties": tuple(metric.cancelled_by),
        "reasons": tuple(metric.cancelled_for),
        "never": tuple(metric.not_cancelled_for),
        "min_scans": metric.min_scans,
        "patience_days": metric.lag_days or PATIENCE_DAYS,
    }


def ours(metric: Metric, policy: Policy, week: tuple[dt.date, dt.date], as_of: dt.datetime) -> Reading:
    """Return our own reading of a metric for a week: what was created, or given to the platform, in it."""
    source = source_of(metric)
    axis = "given" if source == "parcels" else "created"
    return Reading(source, OURS[source], axis, *week, policy.zone, as_of)


def definition(metric: Metric, reading: Reading) -> Iterator[tuple[str, Reading]]:
    """Yield the readings that lead from our figure to the platform's definition, one step each."""
    if metric.among == "stopped":
        reading = replace(reading, kinds=("done",), done_only=True)
        yield "never_done", reading
    if metric.axis != reading.axis:
        reading = replace(reading, axis=metric.axis)
        yield f"by_{metric.axis}_time", reading
    for kind in _joining(metric, reading.source):
        also = ("open",) if kind == "open" and metric.counts_open == "late" else reading.also_hit
        reading = replace(reading, kinds=(*reading.kinds, kind), also_hit=also)
        yield kind, reading
    if metric.leaves_out:
        reading = replace(reading, left_out=tuple(metric.leaves_out))
        yield "left_out", reading
    days = (reading.last_day - reading.first_day).days + 1
    if metric.window_days not in (None, days):
        first_day = reading.last_day - dt.timedelta(days=(metric.window_days or 1) - 1)
        yield "longer_period", replace(reading, first_day=first_day)


def _joining(metric: Metric, source: str) -> tuple[str, ...]:
    """Return the kinds that join the denominator; what the definition leaves out again never joins."""
    if source == "parcels":
        kinds: tuple[str, ...] = ("platform_fulfilled",)
    elif source == "cancelled":
        kinds = ("platform_fulfilled", *(("unpaid",) if metric.among == "placed" else ()))
    else:
        counts_open = ("open",) if metric.counts_open != "left_out" else ()
        kinds = (*counts_open, *(kind for kind in JOINING[metric.among] if kind != "open"))
    return tuple(kind for kind in kinds if kind not in metric.leaves_out)


def assumptions(metric: Metric, policy: Policy, as_of: dt.datetime) -> dict[str, Callable[[Reading], Reading]]:
    """Return name to a function that gives a reading another meaning; one that changes nothing is none."""

    def known_then(reading: Reading) -> Reading:
        seen = reading.last_day + dt.timedelta(days=metric.lag_days or 0)
        return replace(reading, known_at=min(as_of, utc(dt.datetime.combine(seen, LAST_SECOND), policy.zone)))

    def earlier(reading: Reading) -> Reading:
        shown = window_of(metric, policy.zone, utc(dt.datetime.combine(reading.last_day, LAST_SECOND), policy.zone))
        if shown is None or not metric.lag_days:
            return reading
        return replace(reading, first_day=_local_day(shown[0], policy.zone), last_day=_local_day(shown[1], policy.zone))

    def joined(kind: str, *, hit: bool = False) -> Callable[[Reading], Reading]:
        def changed(reading: Reading) -> Reading:
            kinds = reading.kinds if kind in reading.kinds else (*reading.kinds, kind)
            return replace(reading, kinds=kinds, also_hit=(*reading.also_hit, kind) if hit else reading.also_hit)

        return changed

    own: dict[str, dict[str, Callable[[Reading], Reading]]] = {
        "clocks": {"without_windows": lambda reading: replace(reading, mode="standard")},
        "cancelled": {
            "unnamed_reasons": joined("reason_unknown", hit=True),
            "by_cancelled_time": lambda reading: replace(reading, axis="cancelled"),
        },
        "parcels": {
            "waiting_not_valid": joined("waiting"),
            "uncovered_valid": joined("not_covered", hit=True),
            "uncovered_not_valid": joined("not_covered"),
            "form_ignored": joined("wrong_number_scanned", hit=True),
            "fewer_scans_enough": joined("scanned_too_little", hit=True),
        },
    }
    return {
        "days_in_utc": lambda reading: replace(reading, zone="UTC"),
        **own[source_of(metric)],
        "lag_known_then": known_then,
        "lag_earlier_period": earlier,
    }


def _local_day(moment: dt.datetime, zone: str) -> dt.date:
    return moment.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone)).date()
