"""Facts about an order that a policy line may choose by, and times that are not columns of ``orders``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import NamedTuple

from fulfil_analytics.policy.model import Policy
from fulfil_analytics.sql import fill, literal, name, read_sql

SELECTED = {
    "market": "market",
    "origin": "origin",
    "shop": "shop",
    "order_type": "order_type",
    "handover": "handover",
    "label_by": "label_by",
    "delivery_option": "delivery_option",
    "service_level": "service_level",
    "warehouse": "warehouse",
    "warehouse_state": "warehouse_state",
    "state": "state",
    "category": "category",
    "carrier": "carrier",
    "is_cod": "is_cod",
    "is_sample": "is_sample",
    "pickup_point": "pickup_point",
    "platform_fulfilled": "platform_shipped",
    "above_capacity": "above_capacity",
    "value_band": "value_band",
}
"""Selector to its column in ``sla_profiles``."""


class _Join(NamedTuple):
    """A table that is joined only when a policy asks for one of its columns."""

    alias: str
    columns: tuple[str, ...]


_JOINS = (
    _Join("warehouse", ("origin", "warehouse_state")),
    _Join("category", ("category",)),
    _Join("carrier", ("carrier",)),
    _Join("journey", ("first_event_at", "first_scan_at", "attempted_at")),
    _Join("refund", ("refund_requested_at", "refunded_at")),
)
_ALIAS = {column: join.alias for join in _JOINS for column in join.columns if column.endswith("_at")}


def column(time: str) -> str:
    """Return a time as ``orders.sql`` names it: a column of ``orders``, or of a table joined to it."""
    return f"{_ALIAS.get(time, 'o')}.{name(time)}"


def expression(selector: str, policy: Policy) -> str:
    """Return the expression over ``orders`` and the tables joined to it that gives a selector's value."""
    if selector in ("category", "carrier"):
        return _accepted(selector, policy)
    if selector == "warehouse_state":
        return "warehouse.state"
    made = {"above_capacity": _above_capacity, "value_band": _value_band, "origin": _origin}.get(selector)
    return f"o.{name(selector)}" if made is None else made(policy)


def joins(columns: Collection[str], policy: Policy, as_of: dt.datetime) -> str:
    """Return the joins that facts and times need, none for those that are columns of ``orders``."""
    needed = [join.alias for join in _JOINS if not set(join.columns).isdisjoint(columns)]
    text = ""
    for alias in needed:
        template = read_sql("fulfil_analytics.sla", f"join_{alias}.sql")
        places = _places(alias, policy) if alias in ("category", "carrier") else ""
        text += fill(template, {"as_of": as_of}).replace("/*places*/", places)
    return text


def _named(selector: str, policy: Policy) -> list[str]:
    """Return the values of a selector that lines name, those of the line that would govern first."""
    order = sorted(enumerate(policy.lines), key=lambda item: (-item[1].priority, -len(item[1].select), item[0]))
    chosen = (values for _, line in order for key, values in line.select.items() if key == selector)
    return list(dict.fromkeys(str(value) for values in chosen for value in values))


def _places(selector: str, policy: Policy) -> str:
    return "".join(f" WHEN {literal(v)} THEN {n}" for n, v in enumerate(_named(selector, policy)))


def _accepted(selector: str, policy: Policy) -> str:
    """Return an order's value of a selector of which it can have several: the one that governs before the others."""
    cases = "".join(f" WHEN {n} THEN {literal(v)}" for n, v in enumerate(_named(selector, policy)))
    return f"CASE {selector}.place{cases} END"


def _origin(policy: Policy) -> str:
    home = "o.market" if policy.seller_country is None else literal(policy.seller_country)
    return (
        "CASE WHEN warehouse.country IS NULL OR o.market IS NULL THEN NULL "
        "WHEN warehouse.country <> o.market THEN 'cross_border' "
        f"WHEN o.market = {home} THEN 'domestic' ELSE 'overseas_warehouse' END"
    )


def _above_capacity(policy: Policy) -> str:
    """Return whether an order came after as many others of its day as the seller said it can handle."""
    capacity = policy.capacity
    if capacity is None:
        return "FALSE"
    return (
        "NOT o.platform_fulfilled AND row_number() OVER ("
        f"PARTITION BY o.platform_fulfilled, o.{name(capacity.per)}, CAST(sla_local(o.created_at) AS DATE) "
        f"ORDER BY o.created_at, o.order_id) > {literal(capacity.orders_a_day)}"
    )


def _value_band(policy: Policy) -> str:
    cases = "".join(
        f" WHEN o.currency = {literal(band.currency)} AND o.order_amount_cents >= {literal(band.from_cents)}"
        + ("" if band.below_cents is None else f" AND o.order_amount_cents < {literal(band.below_cents)}")
        + f" THEN {literal(band.id)}"
        for band in policy.value_bands
    )
    return f"CASE{cases} END" if cases else "CAST(NULL AS VARCHAR)"
