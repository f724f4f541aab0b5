"""What is about to breach: open clocks that run out soon, and the share of like orders that still made it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from fulfil_analytics.sla.moments import naive_utc
from fulfil_analytics.sql import fill, read_sql

if TYPE_CHECKING:
    import duckdb
    import polars as pl

HORIZON_HOURS = 48
MINIMUM = 20
"""Fewer forerunners than this are no basis; the next wider group is asked."""

STAGES = (
    "rts",
    "dispatch",
    "collection",
    "delivery",
    "auto_cancel_rts",
    "auto_cancel_collection",
    "cancellation_answer",
)
"""Clocks that a seller can still do something about; payment is the buyer's."""


def build_forecast(
    con: duckdb.DuckDBPyConnection,
    as_of: dt.datetime,
    horizon_hours: int = HORIZON_HOURS,
    minimum: int = MINIMUM,
) -> None:
    """Write the table ``forecast``: one row an open clock that runs out inside the horizon, the most urgent first.

    The share is counted, not modelled: of past orders of the same warehouse, weekday and hour that were not done when
    as much time was left to *their* deadline, how many made it. Where there are fewer than `minimum` such orders, those
    of the warehouse and weekday are asked, then of the warehouse, then all; where those are too few as well there is no
    share. Orders whose deadline lies after `as_of` are never forerunners, done or not.

    Parameters
    ----------
    con : DuckDBPyConnection
        Holds ``orders`` and ``parcels``, and :func:`fulfil_analytics.sla.build_deadlines` ran on it: weekday and hour
        are those of its policy's zone.
    as_of : datetime
        The moment the forecast is made at. Without zone it is UTC.
    horizon_hours : int
        How far ahead a deadline may lie.
    minimum : int
        Smallest number of forerunners.
    """
    from fulfil_analytics.schemas.base import create_table
    from fulfil_analytics.schemas.derived import Forecast

    con.execute(create_table("forecast", Forecast, replace=True))
    con.execute(
        fill(
            read_sql("fulfil_analytics.sla", "forecast.sql"),
            {
                "as_of": naive_utc(as_of),
                "stages": STAGES,
                "horizon_hours": horizon_hours,
                "minimum": minimum,
            },
        )
    )


def forecast_groups(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Return the forecast by stage, warehouse and carrier, the group with most orders likely to be late first.

    Returns
    -------
    polars.DataFrame
        `stage`, `warehouse`, `carrier`, `orders`, `next_due_at`, `next_auto_cancel_at` (UTC), `likely_late` (sum of the
        shares that did not make it; null when no order has a share), `unknown` (orders without one).
    """
    groups: pl.DataFrame = con.sql(read_sql("fulfil_analytics.sla", "forecast_groups.sql")).pl()
    return groups
