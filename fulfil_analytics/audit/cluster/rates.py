"""Rates over parts: each part counts its orders into cells of equal verdicts, the driver adds the cells up.

Counts are whole numbers and first and last moments, so the sum over the parts is exact and a rate is the one that a
single machine gives.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from fulfil_analytics.sla import rates
from fulfil_analytics.sla.metrics import metrics_on
from fulfil_analytics.sla.plan import mark
from fulfil_analytics.sql import fill, name, put_table, read_sql

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from fulfil_analytics.audit.cluster.parts import Kit
    from fulfil_analytics.policy import Policy


def count_cells(con: duckdb.DuckDBPyConnection, kit: Kit) -> Iterator[tuple[str, str]]:
    """Count the orders of a part, metric by metric; yields kinds of results and the relation of each."""
    rates.prepare_orders(con, rates.DEFAULT_DIMENSIONS)
    rates.prepare_rows(con, kit.as_of, [])
    for number, metric in enumerate(metrics_on(kit.policy, kit.as_of)):
        keys = {d: f"q.{name(d)}" for d in rates.DEFAULT_DIMENSIONS}
        source = rates.source_of(metric, keys, "JOIN sla_rate_cells AS q ON q.cell_id = o.cell_id")
        cells = mark(read_sql("fulfil_analytics.audit.cluster", "sql/rate_cells.sql"), {"source": source})
        values = rates.values_of(metric, kit.as_of, rates.window_of(metric, kit.policy.zone, kit.as_of))
        con.execute(f"CREATE OR REPLACE TEMP TABLE cells_{number} AS {fill(cells, values)}")
        yield "rate_cells", f"cells_{number}"
    yield "rate_days", "sla_rate_days"
    yield "recent_days", "sla_recent_days"


def rate_cells(
    con: duckdb.DuckDBPyConnection,
    policy: Policy,
    as_of: dt.datetime,
    found: Mapping[str, pa.Table],
    tracking_until: dt.datetime | None,
    dimensions: tuple[str, ...],
) -> None:
    """Write table ``rates`` from the cells of all parts.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
        With the macro ``sla_local`` of the policy's zone.
    policy : Policy
        Its metrics on the day of `as_of` are rated.
    as_of : datetime
        The moment the audit speaks for, UTC without zone.
    found : mapping of str to pyarrow.Table
        ``rate_cells``, ``rate_days`` and ``recent_days`` of all parts.
    tracking_until : datetime, optional
        How far the tracking input reaches.
    dimensions : tuple of str
        Those of the default dimensions that some order names.
    """
    metrics = metrics_on(policy, as_of)
    for kind, rows in found.items():
        put_table(con, "sla_rate_counts" if kind == "rate_cells" else f"all_{kind}", rows)
    days = "SELECT day, CAST(sum(orders) AS BIGINT) AS orders FROM all_rate_days GROUP BY day"
    recent = "SELECT shop, day, CAST(sum(orders) AS BIGINT) AS orders FROM all_recent_days GROUP BY shop, day"
    rates.prepare_rows(con, as_of, metrics, {"sla_rate_days": days, "sla_recent_days": recent})
    rates.slice_counts(con, dimensions)
    told = [rates.values_of(metric, as_of, rates.window_of(metric, policy.zone, as_of)) for metric in metrics]
    rates.write_rates(con, as_of, told, tracking_until)
