"""Orders that were handled too late or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from fulfil_analytics.sample.clock import DAY, END, HOUR
from fulfil_analytics.sample.innocents import on
from fulfil_analytics.sample.maker import Maker
from fulfil_analytics.sample.plant.case import Case, Plant, case


def late_dispatch(maker: Maker) -> Iterator[Case]:
    """Scanned after the deadline; never given a number; past even the holiday's longer deadline; cancelled too late."""
    for day, shipped in (("10-22", "10-27"), ("11-03", "11-06"), ("10-26", "10-30")):
        order = maker.order(on(day, 9))
        maker.ship(order, ship_on=dt.date.fromisoformat(f"2026-{shipped}"))
        yield case("late_dispatch", order, "late_dispatch")
    for day in ("11-04", "11-06"):
        yield case("late_dispatch", maker.order(on(day, 11)), "late_dispatch")
    order = maker.order(on("10-29", 11))
    order.cancelled = on("11-04", 11)
    order.cancelled_by, order.cancel_reason = "Buyer", "No longer needed"
    yield case("late_dispatch", order, "late_dispatch")


def late_delivery(maker: Maker) -> Iterator[Case]:
    """Dispatched in time, at the door days too late."""
    order = maker.ship(maker.order(on("10-22", 9)), deliver_on=dt.date(2026, 11, 4))
    yield case("late_delivery", order, "late_delivery")


def auto_cancelled(maker: Maker) -> Iterator[Case]:
    """Nobody collected it in time and the platform gave up."""
    order = maker.order(on("10-22", 9))
    order.cancelled = on("11-03", 0)
    order.cancelled_by = "System"
    order.cancel_reason = "Automatically cancelled due to collection time out"
    yield case("auto_cancelled", order, "auto_cancelled", "seller_fault_cancellation", "late_dispatch", "late_rts")


def unpaid_open(maker: Maker) -> Iterator[Case]:
    """Still unpaid after days, and still open."""
    order = maker.order(END - 4 * DAY)
    order.paid = None
    yield case("unpaid_open", order, "unpaid_open")


def seller_fault_cancellation(maker: Maker) -> Iterator[Case]:
    """The seller had none left."""
    order = maker.order(on("11-03", 9))
    order.cancelled = order.created + 6 * HOUR
    order.cancelled_by, order.cancel_reason = "Seller", "Out of stock"
    yield case("seller_fault_cancellation", order, "seller_fault_cancellation")


PLANTS: dict[str, Plant] = {
    plant.__name__: plant
    for plant in (late_dispatch, late_delivery, auto_cancelled, unpaid_open, seller_fault_cancellation)
}
