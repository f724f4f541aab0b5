"""Exports that are cut off or contradict each other, and numbers that are on no order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from fulfil_analytics.sample.clock import HOUR, local
from fulfil_analytics.sample.facts_us import PLACES, WAREHOUSES
from fulfil_analytics.sample.maker import Maker
from fulfil_analytics.sample.plant.case import Case, Expected, Plant, case

_CUT = "Completed order-2026-11-16-07_05"


def conflicting_records(maker: Maker) -> Iterator[Case]:
    """The older export knows another time of payment, another quantity, another delivery."""
    order = maker.ship(maker.order(maker.late_on("11-02", 9)))
    paid = (order.paid or order.created) + 3 * HOUR
    order.told_before = {"paid": maker.american(paid)}
    yield case("conflicting_records", order, "conflicting_records")
    order = maker.ship(maker.order(maker.late_on("11-03", 9), lines=1))
    order.told_before = {"quantity": str(order.lines[0].quantity + 3)}
    yield case("conflicting_records", order, "conflicting_records")
    order = maker.ship(maker.order(maker.late_on("10-30", 7), place=PLACES["77002"], warehouse=WAREHOUSES[1]))
    delivered = order.delivered or order.created
    order.told_before = {"delivered": maker.american(delivered - 9 * HOUR)}
    yield case("conflicting_records", order, "conflicting_records")


def truncated_export(maker: Maker) -> Iterator[Case]:
    """An export that reaches back further than the platform gives, with nothing in its first days."""
    if not maker.once("truncated_export"):
        return
    orders = [maker.ship(maker.order(local(day, 9))) for day in (dt.date(2026, 7, 30), dt.date(2026, 11, 2))]
    for order in orders:
        order.export = _CUT
    yield Case("truncated_export", orders, [Expected("truncated_export", None, None, file=f"{_CUT}.csv")])


def unmatched_tracking(maker: Maker) -> Iterator[Case]:
    """The carrier carried a parcel that no order knows."""
    for day, kind, house in (("10-28", "usps", 0), ("11-04", "ups", 1)):
        warehouse = WAREHOUSES[house]
        stray = maker.stray(kind, maker.on(day, 17), warehouse, maker.draw.choice(maker.market.places))
        yield Case("unmatched_tracking", [], [Expected("unmatched_tracking", None, stray.waybill)], [stray])


def platform_deadline_disagrees(maker: Maker) -> Iterator[Case]:
    """The platform gives a week more for the delivery than its policy does."""
    for day in ("10-20", "10-27"):
        order = maker.ship(maker.order(maker.on(day, 9)))
        order.export = "api"
        last = maker.calendar.after(maker.calendar.day_of(order.created), 11)
        order.platform_due = {"delivery": local(last, 24 - 1 / 3600)}
        yield case("platform_deadline_disagrees", order, "platform_deadline_disagrees", waybill=False)


PLANTS: dict[str, Plant] = {
    plant.__name__: plant
    for plant in (conflicting_records, truncated_export, unmatched_tracking, platform_deadline_disagrees)
}
