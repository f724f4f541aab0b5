"""Identifiers that a spreadsheet damaged on the way."""

from __future__ import annotations

from collections.abc import Iterator

from fulfil_analytics.sample.maker import Maker
from fulfil_analytics.sample.model import Order
from fulfil_analytics.sample.plant.case import Case, Plant, case


def _untracked(order: Order) -> Order:
    """Take the parcel out of the tracking input: a number nobody can read is looked up by nobody."""
    order.parcels[0].tracked = order.parcels[0].readable = False
    return order


def damaged_identifier(maker: Maker) -> Iterator[Case]:
    """Scientific notation (twice the same text), digits lost to zeros, a decimal tail; one SKU number."""
    damages = (
        ("10-22", "usps", lambda number: "9.40014E+21"),
        ("11-05", "usps", lambda number: "9.40014E+21"),
        ("10-27", "usps", lambda number: number[:15] + "0000000"),
        ("10-28", "fedex", lambda number: number + ".0"),
    )
    for day, kind, damage in damages:
        order = _untracked(maker.ship(maker.order(maker.on(day, 12)), maker=kind))
        order.parcels[0].shown = damage(order.waybill)
        yield case("damaged_identifier", order, "damaged_identifier", waybill=False)
    order = maker.ship(maker.order(maker.on("10-29", 12), lines=1))
    order.lines[0].sku_shown = "1.72941E+18"
    yield case("damaged_identifier", order, "damaged_identifier", waybill=False)


PLANTS: dict[str, Plant] = {"damaged_identifier": damaged_identifier}
