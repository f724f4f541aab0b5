"""Whose clock failed: every late order split into label, hand-over, carrier scan and transit."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from fulfil_analytics.sla.moments import naive_utc
from fulfil_analytics.sql import fill, read_sql

if TYPE_CHECKING:
    import duckdb


def build_late_causes(con: duckdb.DuckDBPyConnection, as_of: dt.datetime) -> None:
    """Write the table ``late_causes``: one row an order and stage that is late under the effective mode.

    Only the stretches before the event that stops the stage are told: where a label alone stops the clock, the
    carrier's scan has no part in its lateness. The label's allowance runs to the ready-to-ship deadline, the
    hand-over's from there to the dispatch deadline, the transit's from there to the delivery deadline; a stretch that
    begins late keeps its own allowance. The cause is the stretch that overran most.

    Seller's label: the seller answers for its carrier too. Platform's label: the carrier answers for scan and transit.
    Where the exports show no hand-over, hand-over and scan are ``not_told_apart`` and a platform's label leaves open
    who answers.

    Parameters
    ----------
    con : DuckDBPyConnection
        Holds ``orders``, ``parcels``, ``journeys``, ``parcel_events`` and ``deadlines``.
    as_of : datetime
        What has not ended counts to this moment. Without zone it is UTC.
    """
    from fulfil_analytics.schemas.base import create_table
    from fulfil_analytics.schemas.derived import LateCauses

    con.execute(create_table("late_causes", LateCauses, replace=True))
    con.execute(fill(read_sql("fulfil_analytics.sla", "blame.sql"), {"as_of": naive_utc(as_of)}))
