"""Orders that were handled too late or not at all."""

from __future__ import annotations

from collections.abc import Iterator

from fulfil_analytics.sample.clock import CLOSED, DAY, END, HOUR, MINUTE, local
from fulfil_analytics.sample.facts_us import PLACES
from fulfil_analytics.sample.innocent_orders import stocked
from fulfil_analytics.sample.maker import Maker
from fulfil_analytics.sample.plant.case import Case, Plant, case


def late_dispatch(maker: Maker) -> Iterator[Case]:
    """Scanned after the deadline; never given a number; past even the holiday's longer deadline; cancelled too late."""
    for day, shipped in (("10-22", "10-27"), ("11-03", "11-06"), ("10-26", "10-30")):
        order = maker.order(maker.on(day, 9))
        yield case("late_dispatch", maker.ship(order, ship_on=maker.date(shipped)))
    for day in ("11-04", "11-06"):
        yield case("late_dispatch", maker.order(maker.on(day, 11)))
    order = maker.order(maker.on("10-29", 11))
    order.cancelled = maker.on("11-04", 11)
    order.cancelled_by, order.cancel_reason = "Buyer", "No longer needed"
    yield case("late_dispatch", order)


def late_delivery(maker: Maker) -> Iterator[Case]:
    """Dispatched in time, at the door days too late."""
    order = maker.ship(maker.order(maker.on("10-22", 9)), deliver_on=maker.date("11-04"))
    yield case("late_delivery", order)


def auto_cancelled(maker: Maker) -> Iterator[Case]:
    """Nobody collected it in time and the platform gave up."""
    order = maker.order(maker.on("10-22", 9))
    order.cancelled = maker.on("11-03", 0)
    order.cancelled_by = "System"
    order.cancel_reason = "Automatically cancelled due to collection time out"
    yield case("auto_cancelled", order, "auto_cancelled", "seller_fault_cancellation")


def unpaid_open(maker: Maker) -> Iterator[Case]:
    """Still unpaid after days, and still open."""
    order = maker.order(END - 4 * DAY)
    order.paid = None
    yield case("unpaid_open", order, "unpaid_open")


def seller_fault_cancellation(maker: Maker) -> Iterator[Case]:
    """The seller had none left."""
    order = maker.order(maker.on("11-03", 9))
    order.cancelled = order.created + 6 * HOUR
    order.cancelled_by, order.cancel_reason = "Seller", "Out of stock"
    yield case("seller_fault_cancellation", order, "seller_fault_cancellation")


def late_rts(maker: Maker) -> Iterator[Case]:
    """The number came a day too late, or not at all."""
    order = maker.order(maker.on("10-27", 9))
    maker.give(order, local(maker.calendar.after(maker.calendar.day_of(order.created), 3), 9), "usps")
    yield case("late_rts", maker.carry(order, (order.rts or order.created) + 8 * HOUR))
    yield case("late_rts", maker.order(maker.on("10-28", 11)))


def auto_cancel_risk(maker: Maker) -> Iterator[Case]:
    """Open for more than a week: the platform is about to cancel it, or should have."""
    for day in ("11-03", "11-04", "11-05"):
        yield case("auto_cancel_risk", maker.order(maker.late_on(day, 13)))


def oversold(maker: Maker) -> Iterator[Case]:
    """Nothing to sell, too little, new stock too late, only what is reserved, and in time but nobody knows how much."""
    for sellable, on_hand, restock_at in (
        (0, 0, None),
        (1, 1, None),
        (1, 1, END + 20 * DAY),
        (1, 5, None),
        (0, 0, END + 9 * HOUR),
    ):
        order = stocked(maker, "11-13", (sellable, on_hand, restock_at))
        yield case("oversold", order, "oversold")


def holiday_mode_order(maker: Maker) -> Iterator[Case]:
    """An order for a warehouse that had been declared closed."""
    for hours in (2, 20):
        moment = CLOSED.start + hours * HOUR + maker.draw.randint(0, 300) * MINUTE
        order = maker.order(moment, warehouse=CLOSED.house, place=PLACES["84101"])
        yield case("holiday_mode_order", maker.ship(order), "holiday_mode_order", waybill=False)


def cancellation_unanswered(maker: Maker) -> Iterator[Case]:
    """The buyer asked to cancel and heard nothing for days: shipped in spite of it, and still open."""
    order = maker.order(maker.on("11-03", 7))
    order.export, order.cancel_asked = "api", order.created + 2 * HOUR
    maker.give(order, maker.on("11-04", 13), "ups")
    yield case("cancellation_unanswered", maker.carry(order, maker.on("11-04", 17)), "cancellation_unanswered")
    order = maker.order(maker.on("11-10", 9))
    order.export, order.cancel_asked = "api", order.created + 2 * HOUR
    yield case("cancellation_unanswered", order, "cancellation_unanswered")


PLANTS: dict[str, Plant] = {
    plant.__name__: plant
    for plant in (
        late_dispatch,
        late_rts,
        late_delivery,
        auto_cancel_risk,
        auto_cancelled,
        unpaid_open,
        seller_fault_cancellation,
        oversold,
        holiday_mode_order,
        cancellation_unanswered,
    )
}
