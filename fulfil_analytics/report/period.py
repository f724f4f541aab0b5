"""The rates of a stretch of days and of the one before, measured aside: the audit's own tables stay as they are."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fulfil_analytics.report.facts import Row, rows
from fulfil_analytics.report.view import Scope

if TYPE_CHECKING:
    import duckdb

    from fulfil_analytics.policy import Policy

PARTS = ("warehouse", "carrier", "market")
"""What the rates of a stretch are also told apart by."""


@dataclass(frozen=True)
class Measured:
    """Rates with their details, now and before.

    Attributes
    ----------
    now, before : list of dict
        Columns of ``rates`` and ``rate_details``; `before` is empty where nothing stands before.
    better : dict
        Metric to ``higher`` or ``lower``: which way is good.
    """

    now: list[Row]
    before: list[Row] = field(default_factory=list)
    better: dict[str, str] = field(default_factory=dict)

    def of(self, metric: str, mode: str = "effective") -> Row | None:
        """Return the rate of a metric over all orders of the report."""
        return next((r for r in self.now if r["metric"] == metric and r["mode"] == mode and r["slice"] == "{}"), None)

    def earlier(self, metric: str, mode: str = "effective") -> Row | None:
        """Return the rate of the stretch before."""
        return next(
            (r for r in self.before if r["metric"] == metric and r["mode"] == mode and r["slice"] == "{}"), None
        )


def stored_rates(con: duckdb.DuckDBPyConnection, policy: Policy | None = None) -> Measured:
    """Return the rates that the audit wrote: over all its orders, each metric in its own window."""
    return Measured(rows(con, "rates_all"), better={} if policy is None else _better(policy))


def period_rates(con: duckdb.DuckDBPyConnection, policy: Policy, as_of: dt.datetime, scope: Scope) -> Measured:
    """Return the rates of the scope's days, and of those before, each metric on its own axis of time.

    Tables ``rates`` and ``rate_details`` are written inside a transaction that is taken back: other connections never
    see it, and the audit keeps its own.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
        Holds the model and the deadlines.
    policy : Policy
        The policy that judged.
    as_of : datetime
        UTC without zone.
    scope : Scope
        Days and shop; without days the stored rates are returned (of the shop, where one is named).
    """
    if scope.bounds(policy.zone) is None:
        kept = stored_rates(con, policy)
        return Measured(_of_shop(kept.now, scope.shop), better=kept.better)
    before = scope.before()
    return Measured(
        _of_shop(_aside(con, policy, as_of, scope), scope.shop),
        _of_shop(_aside(con, policy, as_of, before), scope.shop),
        _better(policy),
    )


def _aside(con: duckdb.DuckDBPyConnection, policy: Policy, as_of: dt.datetime, scope: Scope) -> list[Row]:
    from fulfil_analytics.sla import build_rates
    from fulfil_analytics.sla.tables import install_local_time

    bounds = scope.bounds(policy.zone)
    parts = ("shop",) if scope.shop else PARTS
    with con.cursor() as own:
        own.execute("SET TimeZone = 'UTC'")
        years = own.execute("SELECT year(min(created_at)), year(max(created_at)) FROM orders").fetchall()[0]
        if years[0] is None:
            return []
        own.begin()
        try:
            install_local_time(own, policy.zone, years[0] - 1, years[1] + 1)
            build_rates(own, policy, as_of, period=bounds, dimensions=parts)
            return rows(own, "rates_all")
        finally:
            own.rollback()


def _of_shop(found: list[Row], shop: str | None) -> list[Row]:
    """Return the rates of one shop as those of all orders; all of them where no shop is named."""
    if shop is None:
        return found
    import json

    return [{**row, "slice": "{}"} for row in found if json.loads(row["slice"]) == {"shop": shop}]


def _better(policy: Policy) -> dict[str, str]:
    from fulfil_analytics.sla.metrics import ON_TIME

    return {**dict.fromkeys(ON_TIME, "higher"), **{metric.id: metric.better for metric in policy.metrics}}
