"""What would it take: a metric's penalty now and after appeals, and the fewest appeals that bring it under its line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from fulfil_analytics.errors import UsageError, suggest
from fulfil_analytics.policy.model import NEAR, Metric, Policy, Tier
from fulfil_analytics.sla.metrics import metric_ids, metrics_on, window_of
from fulfil_analytics.sla.moments import naive_utc
from fulfil_analytics.sla.rates import prepare_orders, source_of, values_of
from fulfil_analytics.sql import fill, name, read_sql

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Standing:
    """Where a metric stands and what follows from it; a consequence that the policy does not name is ``None``.

    Attributes
    ----------
    numerator, denominator : int
        Orders (or packages, or units) that count, and that were judged.
    rate : float or None
        ``None`` when nothing was judged.
    met : bool or None
        Whether the enforcement line (else the target) is kept; ``None`` without a limit, or with too few orders.
    points : int or None
        Violation points.
    cap_share : float or None
        Share of the usual orders a day that the platform still lets in.
    order_cap : int or None
        That share in orders a day.
    charge_cents : int or None
        Charge for all orders that count against the seller, hundredths of `currency`.
    points_until : date or None
        Local day on which points given now expire.
    """

    numerator: int
    denominator: int
    rate: float | None
    met: bool | None
    points: int | None
    cap_share: float | None
    order_cap: int | None
    charge_cents: int | None
    currency: str | None
    points_until: dt.date | None = None


class _Row(NamedTuple):
    """A judged order: whether it counts against the seller, how many things it is, and its amount."""

    order_id: str
    against: bool
    weight: int
    amount_cents: int
    currency: str | None


@dataclass(frozen=True)
class Outlook:
    """A metric now, after the given appeals, and the way under its line.

    Attributes
    ----------
    metric, mode : str
        What was judged.
    limit : float or None
        The enforcement line, else the target.
    now, after : Standing
        As it is; and if `upheld` were taken back.
    upheld : tuple of str
        The given orders that count against the seller: the others would change nothing.
    needed : int or None
        Fewest further appeals that bring the metric under its line; 0 when it is, ``None`` when there is no line.
    appeals : tuple of str
        So many orders, the most promising first: ready in time and scanned late by the carrier, then the least late.
    """

    metric: str
    mode: str
    limit: float | None
    now: Standing
    after: Standing
    upheld: tuple[str, ...]
    needed: int | None
    appeals: tuple[str, ...]


def outlook(
    con: duckdb.DuckDBPyConnection,
    policy: Policy,
    as_of: dt.datetime,
    metric_id: str,
    *,
    mode: str = "effective",
    upheld: Collection[str] = (),
    period: tuple[dt.datetime, dt.datetime] | None = None,
) -> Outlook:
    """Return where a metric stands, what it leads to, and what appeals would change.

    An order upheld on appeal stays in the denominator and no longer counts against the seller.

    Parameters
    ----------
    con : DuckDBPyConnection
        After :func:`fulfil_analytics.sla.build_deadlines`.
    as_of : datetime
        The definition, limits and tiers of its local day hold.
    mode : str
        SLA mode.
    upheld : collection of str
        Order numbers.
    period : tuple of datetime, optional
        As for :func:`fulfil_analytics.sla.build_rates`.

    Raises
    ------
    UsageError
        The policy does not compute this metric on that day, or an order is unknown.
    """
    moment = naive_utc(as_of)
    found = metrics_on(policy, moment, [metric_id])
    if not found:
        what = f"policy {policy.id} does not compute {metric_id} on this day"
        raise UsageError(what, column="--metric", remedy=suggest(metric_id, metric_ids(policy)))
    metric = found[0]
    _known(con, upheld)
    rows = _judged(con, metric, moment, mode, period or window_of(metric, policy.zone, moment))
    judged = sum(row.weight for row in rows)
    against = [row for row in rows if row.against]
    taken = set(upheld)
    left = [row for row in against if row.order_id not in taken]
    circumstances = (
        judged,
        _usual(con, moment),
        moment.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(policy.zone)).date(),
    )
    now = _standing(metric, against, *circumstances)
    after = _standing(metric, left, *circumstances)
    # the fewest appeals are those of the orders that weigh most
    heaviest = sorted(left, key=lambda row: -row.weight)
    needed = _needed(metric, [row.weight for row in heaviest], judged)
    return Outlook(
        metric=metric.id,
        mode=mode,
        limit=_limit(metric),
        now=now,
        after=after,
        upheld=tuple(sorted(taken & {row.order_id for row in against})),
        needed=needed,
        appeals=tuple(row.order_id for row in heaviest[: needed or 0]),
    )


def _known(con: duckdb.DuckDBPyConnection, orders: Collection[str]) -> None:
    if not orders:
        return
    row = con.execute(
        "SELECT list(g) FROM unnest(?::VARCHAR[]) AS t (g) WHERE g NOT IN (SELECT order_id FROM orders)", [list(orders)]
    ).fetchone()
    if row and row[0]:
        what = f"{len(row[0])} of the orders given are not in the inputs"
        raise UsageError(what, column="--upheld", remedy="Give order numbers as in the export")


def _judged(
    con: duckdb.DuckDBPyConnection,
    metric: Metric,
    as_of: dt.datetime,
    mode: str,
    period: tuple[dt.datetime, dt.datetime] | None,
) -> list[_Row]:
    """Return each judged order and whether it counts against the seller, the most promising appeal first."""
    prepare_orders(con)
    text = read_sql("fulfil_analytics.sla", "appeals.sql").replace("/*source*/", source_of(metric))
    text = text.replace("/*mode*/", name(mode))
    return [_Row(*row) for row in con.execute(fill(text, values_of(metric, as_of, period))).fetchall()]


def _usual(con: duckdb.DuckDBPyConnection, as_of: dt.datetime) -> dict[str, float]:
    row = con.execute(fill(read_sql("fulfil_analytics.sla", "usual.sql"), {"as_of": as_of})).fetchone() or (0, 0)
    return {"average_28": float(row[0] or 0), "highest_28": float(row[1] or 0)}


def _limit(metric: Metric) -> float | None:
    target, enforce = metric.limits()
    return target if enforce is None else enforce


def _standing(
    metric: Metric, counted: Sequence[_Row], judged: int, usual: Mapping[str, float], day: dt.date
) -> Standing:
    """Return what follows when the orders `counted` count against the seller, of `judged` things."""
    against = sum(row.weight for row in counted)
    numerator = against if metric.better == "lower" else judged - against
    rate = numerator / judged if judged else None
    limit = _limit(metric)
    tiers = [tier for tier in metric.tiers if rate is not None and tier.holds(rate, against)]
    if judged < metric.min_sample:
        tiers = []
    met = None
    if limit is not None and rate is not None and judged >= metric.min_sample:
        met = metric.keeps(rate, limit)
    charges = [(_charge(tier, counted), tier.currency) for tier in tiers if tier.currency is not None]
    points = max((tier.points for tier in tiers if tier.points is not None), default=None)
    stay = max((tier.points_days for tier in tiers if tier.points and tier.points_days), default=None)
    return Standing(
        numerator=numerator,
        denominator=judged,
        rate=rate,
        met=met,
        points=points,
        cap_share=min((tier.cap for tier in tiers if tier.cap is not None), default=None),
        order_cap=min(
            (floor(tier.cap * usual[tier.cap_base] + NEAR) for tier in tiers if tier.cap is not None), default=None
        ),
        charge_cents=max((charge for charge, _ in charges), default=None),
        currency=charges[0][1] if charges else None,
        points_until=None if stay is None else day + dt.timedelta(days=stay),
    )


def _charge(tier: Tier, counted: Sequence[_Row]) -> int:
    """Return what the tier charges for the orders that count against the seller, hundredths of its currency."""
    if tier.charge_share is None:
        return (tier.charge_cents or 0) * sum(row.weight for row in counted)
    most = tier.charge_max_cents
    shares = (round(row.amount_cents * tier.charge_share) for row in counted if row.currency == tier.currency)
    return sum(max(share if most is None else min(share, most), tier.charge_min_cents) for share in shares)


def _needed(metric: Metric, weights: Sequence[int], judged: int) -> int | None:
    """Return how many of the orders that count against the seller must fall away, the first of `weights` first."""
    limit = _limit(metric)
    if limit is None or judged == 0:
        return None
    bad = sum(weights)
    for count, weight in enumerate([*weights, 0]):
        if metric.keeps((bad if metric.better == "lower" else judged - bad) / judged, limit):
            return count
        bad -= weight
    return None
