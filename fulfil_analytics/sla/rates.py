"""On-time rates and the platform's metrics, in SQL over the deadlines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from fulfil_analytics.policy.model import NEAR, Metric, Policy
from fulfil_analytics.schemas.words import SLA_MODE
from fulfil_analytics.sla import dimensions as dims
from fulfil_analytics.sla.metrics import metrics_on, window_of
from fulfil_analytics.sla.moments import naive_utc
from fulfil_analytics.sla.plan import mark
from fulfil_analytics.sla.tables import table
from fulfil_analytics.sql import Given, Value, fill, literal, name, read_sql, run_script

if TYPE_CHECKING:
    import duckdb

DEFAULT_DIMENSIONS = ("shop", "warehouse", "market")
BUSY_ORDERS_A_DAY = 10
"""From so many orders a day on, a day without any is taken for a gap in the exports."""
PATIENCE_DAYS = 14
"""So long a parcel may wait for its scans before its number counts as not valid, where the metric names no lag."""
SCANNED_STAGES = ("dispatch", "collection", "delivery", "fast_dispatch")
__all__ = ["build_rates", "prepare_orders", "source_of", "values_of", "window_of"]

_WEIGHTS = {
    "order": "",
    "package": "LEFT JOIN (SELECT order_id, count(*) AS n FROM parcels GROUP BY ALL) AS w ON w.order_id = o.order_id",
    "unit": "LEFT JOIN (SELECT order_id, units AS n FROM orders) AS w ON w.order_id = o.order_id",
}
"""How many of a metric's things an order is."""
_CONFIRMED = "ANTI JOIN (SELECT order_no FROM deadline_orders WHERE unpaid) AS u ON u.order_no = o.order_no"
_TRAITS = {"pickup_point": "to_pickup_point"}
_TIERS = {
    "metric": "VARCHAR",
    "tier": "BIGINT",
    "better": "VARCHAR",
    "above": "DOUBLE",
    "at_least": "BOOLEAN",
    "below": "DOUBLE",
    "at_most": "BOOLEAN",
    "count_at_least": "BIGINT",
    "points": "BIGINT",
    "points_days": "BIGINT",
    "cap": "DOUBLE",
    "cap_base": "VARCHAR",
    "charge_cents": "BIGINT",
    "charge_share": "DOUBLE",
    "charge_min_cents": "BIGINT",
    "charge_max_cents": "BIGINT",
    "currency": "VARCHAR",
    "days": "BIGINT",
}
_METRICS = {
    "metric": "VARCHAR",
    "target": "DOUBLE",
    "enforce": "DOUBLE",
    "min_sample": "BIGINT",
    "nearness": "DOUBLE",
    "higher": "BOOLEAN",
    "reads_scans": "BOOLEAN",
    "period_from": "TIMESTAMP",
    "period_to": "TIMESTAMP",
    "missing_days": "BIGINT",
}
_CHARGES = {"metric": "VARCHAR", "mode": "VARCHAR", "slice": "VARCHAR", "tier": "BIGINT", "charge_cents": "BIGINT"}


def build_rates(
    con: duckdb.DuckDBPyConnection,
    policy: Policy,
    as_of: dt.datetime,
    period: tuple[dt.datetime, dt.datetime] | None = None,
    dimensions: Sequence[str] = DEFAULT_DIMENSIONS,
    per: dims.Per | None = None,
    metrics: Sequence[str] = (),
) -> None:
    """Write the tables ``rates`` and ``rate_details`` from what :func:`fulfil_analytics.sla.build_deadlines` wrote.

    On-time metrics count orders on time over orders on time, late or overdue: neither an open order nor one without an
    applicable deadline counts at all. Platform metrics are computed as the policy defines them on that day.

    Parameters
    ----------
    as_of : datetime
        The moment the audit speaks for; the definitions and limits of its local day hold, or of the last day of a
        `period` that was over before.
    period : tuple of datetime, optional
        First and last moment counted, on each metric's own axis (order creation for on-time metrics). Default: the
        metric's own window that ends last before `as_of`; all orders where it has none, or where `per` is given.
    dimensions : sequence of str
        Names of :data:`fulfil_analytics.sla.dimensions.DIMENSIONS`; one slice a value. A dimension that no order names
        gives no slice. An order with several SKUs or categories counts once in the slice of each.
    per : {"day", "week", "month"}, optional
        Splits every slice by local day, ISO week or month of the metric's own axis.
    metrics : sequence of str
        Ids of metrics to compute; empty means all.

    Raises
    ------
    UsageError
        An unknown dimension.
    """
    dims.check_dimensions(dimensions)
    moment = naive_utc(as_of)
    single = dims.named(con, dimensions)
    chosen = metrics_on(policy, moment if period is None else min(moment, naive_utc(period[1])), metrics)
    prepare_orders(con, single)
    prepare_rows(con, moment, chosen)
    values = {
        metric.id: values_of(metric, moment, period or (None if per else window_of(metric, policy.zone, moment)))
        for metric in chosen
    }
    lines = [dimension for dimension in dict.fromkeys(dimensions) if dimension in dims.LINES]
    for several in (None, *lines):
        for place, metric in enumerate(chosen):
            statement = _statement(metric, [several] if several else single, per, several, first=not place)
            con.execute(fill(statement, values[metric.id]))
        slice_counts(con, [several] if several else single, per, total=several is None)
    for metric in chosen:
        _charge(con, metric, values[metric.id])
    write_rates(con, moment, values.values(), tracking_until(con), total=per is None)


def slice_counts(
    con: duckdb.DuckDBPyConnection, dimensions: Sequence[str], per: dims.Per | None = None, total: bool = True
) -> None:
    """Add the cells in ``sla_rate_counts`` up, all metrics at once: of all orders where `total`, and of each slice.

    Columns of ``sla_rate_counts``: `metric`, the verdict `v_` and the stretch of time `p_` of each mode, `first_at`,
    `last_at`, `orders`, and one a dimension.
    """
    sets, slice_ = dims.slices(dimensions, per, total)
    marks = {"names": "".join(f", c.{name(d)}" for d in dimensions), "sets": sets, "slice": slice_}
    con.execute(mark(read_sql("fulfil_analytics.sla", "rate_slices.sql"), marks))


def write_rates(
    con: duckdb.DuckDBPyConnection,
    as_of: dt.datetime,
    metrics: Iterable[Mapping[str, Value]],
    tracking_until: dt.datetime | None,
    total: bool = True,
) -> None:
    """Write ``rates`` and ``rate_details`` from the slices that the metrics were added up in.

    Parameters
    ----------
    as_of : datetime
        The moment the audit speaks for, UTC without zone.
    metrics : iterable of mapping
        :func:`values_of` each metric.
    tracking_until : datetime, optional
        How far the tracking input reaches.
    total : bool
        Whether a metric that no order counts in has a row for each mode.
    """
    from fulfil_analytics.schemas.base import create_table
    from fulfil_analytics.schemas.derived import RateDetails, Rates

    rows = list(metrics)
    periods = {(row["period_from"], row["period_to"]) for row in rows}
    missing = {bounds: missing_days(con, bounds, as_of) for bounds in periods}
    told = [
        (*(row[column] for column in list(_METRICS)[:-1]), missing[row["period_from"], row["period_to"]])
        for row in rows
    ]
    table(con, "sla_metrics", _METRICS, told)
    given = {"as_of": as_of, "tracking_until": tracking_until, "total": total}
    con.execute(fill(read_sql("fulfil_analytics.sla", "rates.sql"), given))
    con.execute(create_table("rates", Rates, replace=True))
    con.execute(create_table("rate_details", RateDetails, replace=True))
    con.execute(fill(read_sql("fulfil_analytics.sla", "rate_details.sql"), {"as_of": as_of}))


def prepare_orders(con: duckdb.DuckDBPyConnection, dimensions: Sequence[str] = ()) -> None:
    """Write the temporary tables ``sla_rate_orders`` and ``sla_rate_cells`` that :func:`source_of` reads."""
    names = "".join(f", {name(d)}" for d in dimensions)
    marks = {
        "dimensions": dims.columns_of(dimensions),
        "carriers": dims.carrier_join(dimensions),
        "names": names,
        "exclude": f"EXCLUDE ({names[2:]})" if dimensions else "",
        "agree": " AND ".join(f"c.{name(d)} IS NOT DISTINCT FROM f.{name(d)}" for d in dimensions) or "TRUE",
    }
    con.execute(mark(read_sql("fulfil_analytics.sla", "rate_orders.sql"), marks))


def source_of(
    metric: Metric, keys: Mapping[str, str] | None = None, joins: str = "", per: dims.Per | None = None
) -> str:
    """Return the SELECT of a metric's orders with their verdict under each mode, holes still open.

    Parameters
    ----------
    keys : mapping
        Column to expression: what orders are told apart by. The order number by default.
    joins : str
        Joins that the expressions need.
    """
    keys = {"order_id": "o.order_id"} if keys is None else keys
    kind = {"cancelled": "rate_cancelled", "valid_tracking": "rate_valid_tracking"}.get(
        metric.counts or "", "rate_stage"
    )
    verdict, due = (read_sql("fulfil_analytics.sla", f"{file}.sql") for file in ("rate_stage_verdict", "rate_due"))
    weighed = metric.entity != "order" and metric.counts != "valid_tracking"
    if metric.axis != "due":
        due = "CAST(NULL AS VARCHAR)"
    return mark(
        read_sql("fulfil_analytics.sla", f"{kind}.sql"),
        {
            "keys": "".join(f"{name(key)}, " for key in keys),
            "key_columns": "".join(f"{expression} AS {name(key)}, " for key, expression in keys.items()),
            "verdicts": ", ".join(f"{mark(verdict, {'mode': mode})} AS v_{mode}" for mode in SLA_MODE),
            "dues": ", ".join(f"{mark(due, {'mode': mode})} AS due_{mode}" for mode in SLA_MODE),
            "falls": _falls(metric, per),
            "weight": "coalesce(w.n, 1)" if weighed else "1",
            "weights_sum": "sum(coalesce(w.n, 1))" if weighed else "count(*)",
            "weights": _WEIGHTS[metric.entity] if weighed else "",
            "leaves_out": "".join(f" AND NOT o.{name(_TRAITS.get(t, t))}" for t in metric.leaves_out),
            "joins": joins,
            "confirmed": _CONFIRMED if metric.among == "confirmed" else "",
        },
    )


def values_of(metric: Metric, as_of: dt.datetime, period: tuple[dt.datetime, dt.datetime] | None) -> dict[str, Value]:
    """Return the literals for the holes of a metric's SQL; `as_of` is UTC without zone."""
    target, enforce = metric.limits()
    late_counts = metric.counts == "late"
    return {
        "metric": metric.id,
        "stage": metric.clock,
        "among": metric.among,
        "axis": metric.axis,
        "open": {"left_out": 3, "counted": 4, "late": 2 if late_counts else 1}[metric.counts_open],
        "on_time": 1 if late_counts else 2,
        "late": 2 if late_counts else 1,
        "as_of": as_of,
        "period_from": None if period is None else naive_utc(period[0]),
        "period_to": None if period is None else naive_utc(period[1]),
        "target": target,
        "enforce": target if enforce is None else enforce,
        "min_sample": metric.min_sample,
        "nearness": NEAR if metric.strict else -NEAR,
        "higher": metric.better == "higher",
        "parties": tuple(metric.cancelled_by),
        "reasons": tuple(metric.cancelled_for),
        "never": tuple(metric.not_cancelled_for),
        "min_scans": metric.min_scans,
        "patience_days": metric.lag_days or PATIENCE_DAYS,
        "reads_scans": metric.counts == "valid_tracking" or metric.stage in SCANNED_STAGES,
    }


def _statement(metric: Metric, dimensions: Sequence[str], per: dims.Per | None, lines: str | None, first: bool) -> str:
    """Return the SQL of one metric over single-valued dimensions, or over the one dimension `lines`."""
    keys, joins, cells = {"cell_id": "o.cell_id"}, "", "JOIN sla_rate_cells AS q ON q.cell_id = c.cell_id"
    if lines is not None:
        keys, joins, cells = {lines: f"l.{name(lines)}"}, dims.lines_join(lines), ""
    elif metric.counts == "valid_tracking" and "carrier" in dimensions:
        # a parcel has its own carrier, whatever the order's other parcels travel with
        own = {"carrier": "coalesce(p.carrier, p.carrier_as_given)"}
        keys = {d: own.get(d, f"q.{name(d)}") for d in dimensions}
        joins, cells = "JOIN sla_rate_cells AS q ON q.cell_id = o.cell_id", ""
    return mark(
        read_sql("fulfil_analytics.sla", "rate_counts.sql"),
        {
            "into": "CREATE OR REPLACE TEMP TABLE sla_rate_counts AS" if first else "INSERT INTO sla_rate_counts",
            "source": source_of(metric, keys, joins, per),
            "keys": "".join(f", {name(key)}" for key in keys),
            "names": "".join(f", {name(d)}" for d in dimensions),
            "cells": cells,
        },
    )


def _charge(con: duckdb.DuckDBPyConnection, metric: Metric, values: Mapping[str, Value]) -> None:
    """Add up the charges that are a share of each order's amount, of all orders and of each shop."""
    if any(tier.charge_share is not None for tier in metric.tiers):
        text = read_sql("fulfil_analytics.sla", "rate_charges.sql")
        against = 1 if metric.better == "higher" else 2
        con.execute(fill(mark(text, {"source": source_of(metric)}), {**values, "against": against}))


def _falls(metric: Metric, per: dims.Per | None) -> str:
    """Return the name of the stretch of time that an order falls into, under each mode."""
    if per is None:
        return ", ".join(f"CAST(NULL AS VARCHAR) AS p_{mode}" for mode in SLA_MODE)
    moments = {"created": "o.created_at", "stopped": "coalesce(m.stopped_at, {as_of})", "given": "p.given_at"}
    return ", ".join(
        f"strftime(sla_local({moments.get(metric.axis, f'm.due_{mode}')}), {literal(dims.PERIODS[per])}) AS p_{mode}"
        for mode in SLA_MODE
    )


def prepare_rows(
    con: duckdb.DuckDBPyConnection, as_of: dt.datetime, metrics: Sequence[Metric], given: Given | None = None
) -> None:
    """Make the tables that the metrics are gathered in; `given` ones are taken as they are."""
    run_script(con, fill(read_sql("fulfil_analytics.sla", "rate_rows.sql"), {"as_of": as_of}), given)
    table(con, "sla_charges", _CHARGES, [])
    rows = [
        (metric.id, place, metric.better, *(getattr(tier, column) for column in list(_TIERS)[3:]))
        for metric in metrics
        for place, tier in enumerate(metric.tiers)
    ]
    table(con, "sla_tiers", _TIERS, rows)


def tracking_until(con: duckdb.DuckDBPyConnection) -> dt.datetime | None:
    """Return how far the tracking input reaches (UTC)."""
    row = con.execute("SELECT max(greatest(last_scan_at, last_place_at)) FROM journeys").fetchone()
    return None if row is None else row[0]


def missing_days(con: duckdb.DuckDBPyConnection, bounds: tuple[Value, Value], as_of: dt.datetime) -> int:
    """Return how many local days over at `as_of` have no order in a period, where orders come every day."""
    row = con.execute(
        fill(
            read_sql("fulfil_analytics.sla", "rate_missing_days.sql"),
            {"period_from": bounds[0], "period_to": bounds[1], "as_of": as_of, "busy": BUSY_ORDERS_A_DAY},
        )
    ).fetchone()
    return int(row[0]) if row else 0
