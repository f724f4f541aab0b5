"""What a rate may be sliced by: nothing personal, nothing with a value an order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from fulfil_analytics.errors import UsageError, suggest
from fulfil_analytics.sql import literal, name

if TYPE_CHECKING:
    import duckdb

Per = Literal["day", "week", "month"]
PERIODS: dict[str, str] = {"day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m"}
"""Stretch of time to the format of its name; weeks are ISO weeks, all of them local."""

_ORDER = (
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
_MADE = {
    "hour": "strftime(sla_local(o.created_at), '%H')",
    "weekday": "lower(strftime(sla_local(o.created_at), '%a'))",
    "carrier": "k.carrier",
}
LINES = {"sku": "coalesce(seller_sku, sku_id)", "category": "product_category"}
"""Dimensions of which an order can have several values: it counts once in the slice of each."""

DIMENSIONS = (*_ORDER, *_MADE, *LINES)


def check_dimensions(dimensions: Sequence[str]) -> None:
    """Raise :class:`UsageError` for a dimension that is not one."""
    for dimension in dimensions:
        if dimension not in DIMENSIONS:
            what = f"orders cannot be sliced by {dimension}"
            raise UsageError(what, column="dimensions", remedy=suggest(dimension, DIMENSIONS))


def named(con: duckdb.DuckDBPyConnection, dimensions: Sequence[str]) -> list[str]:
    """Return the single-valued dimensions of `dimensions` that at least one order names."""
    asked = [dimension for dimension in dict.fromkeys(dimensions) if dimension not in LINES]
    stored = [dimension for dimension in asked if dimension in _ORDER]
    if not stored:
        return asked
    row = con.execute(f"SELECT {', '.join(f'count({name(d)})' for d in stored)} FROM orders").fetchone() or ()
    empty = {dimension for dimension, count in zip(stored, row, strict=True) if not count}
    return [dimension for dimension in asked if dimension not in empty]


def columns_of(dimensions: Sequence[str]) -> str:
    """Return the columns of ``rate_orders.sql``, each led by a comma."""
    return "".join(f", {_MADE.get(d, f'o.{name(d)}')} AS {name(d)}" for d in dimensions)


def carrier_join(dimensions: Sequence[str]) -> str:
    """Return the join that gives an order its carrier, where that is asked for."""
    if "carrier" not in dimensions:
        return ""
    return (
        "LEFT JOIN (SELECT order_id, CASE WHEN count(DISTINCT coalesce(carrier, carrier_as_given)) > 1 THEN 'several' "
        "ELSE min(coalesce(carrier, carrier_as_given)) END AS carrier FROM parcels GROUP BY order_id) AS k "
        "ON k.order_id = o.order_id"
    )


def lines_join(dimension: str) -> str:
    """Return the join that gives an order its several values of a dimension of :data:`LINES`."""
    return (
        f"JOIN (SELECT DISTINCT order_id, {LINES[dimension]} AS {name(dimension)} FROM order_lines) AS l "
        "ON l.order_id = o.order_id"
    )


def slices(dimensions: Sequence[str], per: Per | None, total: bool) -> tuple[str, str]:
    """Return the grouping sets, and the expression that spells the slice of a row.

    Parameters
    ----------
    total : bool
        Whether the set of all orders is among them.
    """
    time = [] if per is None else ["period"]
    sets = [*([time] if total else []), *([d, *time] for d in dimensions)]
    spelled = []
    for group in sets:
        pairs = ", ".join(f"{literal(per or '' if key == 'period' else key)}, {key}" for key in group)
        flags = " AND ".join(f"grouping({d}) = {0 if d in group else 1}" for d in dimensions) or "TRUE"
        spelled.append(f" WHEN {flags} THEN " + (f"CAST(json_object({pairs}) AS VARCHAR)" if pairs else "'{}'"))
    return ", ".join(
        f"(metric, mode{''.join(f', {key}' for key in group)})" for group in sets
    ), f"CASE{''.join(spelled)} END"
