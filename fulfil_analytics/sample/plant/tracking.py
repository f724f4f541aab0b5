"""Tracks that start late, stop, lead elsewhere, or cannot have happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from fulfil_analytics.sample.clock import DAY, HOUR, MINUTE
from fulfil_analytics.sample.facts_us import PLACES, WAREHOUSES
from fulfil_analytics.sample.maker import Maker
from fulfil_analytics.sample.model import Event, Order
from fulfil_analytics.sample.plant.case import Case, Expected, Plant, case


def stale_tracking(maker: Maker) -> Iterator[Case]:
    """A label and nothing after it; a first scan that came in time for the platform but not within a day."""
    for day in ("11-03", "11-12"):
        order = maker.order(maker.on(day, 7))
        maker.give(order, maker.on(day, 11), "usps")
        yield case("stale_tracking", order, "stale_tracking")
    for day, hour in (("11-02", 29), ("11-12", 28)):
        order = maker.order(maker.on(day, 5))
        maker.give(order, maker.on(day, 7), "ups")
        yield case("stale_tracking", maker.carry(order, maker.on(day, 7) + hour * HOUR), "stale_tracking")


def destination_mismatch(maker: Maker) -> Iterator[Case]:
    """Delivered, and not to the buyer: another city of the state, another state."""
    for day, mine, theirs in (("10-23", "77002", "78205"), ("10-28", "60601", "43215"), ("11-03", "19103", "21201")):
        order = maker.ship(maker.order(maker.on(day, 6), place=PLACES[mine]), to=PLACES[theirs])
        yield case("destination_mismatch", order, "destination_mismatch")


def _cut(order: Order, last: str, *, keep: int = 1) -> Order:
    """End the parcel's track after the `keep`-th event of that status; it is never delivered."""
    parcel = order.parcels[0]
    at = [number for number, event in enumerate(parcel.events) if event.status == last][keep - 1]
    parcel.events = parcel.events[: at + 1]
    order.delivered = order.completed = None
    return order


def stalled_after_pickup(maker: Maker) -> Iterator[Case]:
    """Picked up, then silence."""
    for day in ("11-10", "11-12"):
        order = _cut(maker.ship(maker.order(maker.on(day, 6)), maker="usps"), "picked_up")
        yield case("stalled_after_pickup", order, "stalled_after_pickup")


def transit_stall(maker: Maker) -> Iterator[Case]:
    """A gap of days between two hubs."""
    order = maker.ship(maker.order(maker.on("10-26", 6), place=PLACES["98101"], warehouse=WAREHOUSES[1]), maker="usps")
    parcel = order.parcels[0]
    gap = next(number for number, event in enumerate(parcel.events) if event.status == "arrived")
    parcel.events = [
        *parcel.events[:gap],
        *(replace(event, at=event.at + 5 * DAY) for event in parcel.events[gap:]),
    ]
    delivered = parcel.events[-1].at
    order.delivered, order.completed = delivered + MINUTE, delivered + 7 * DAY
    yield case("transit_stall", order, "transit_stall")


def delivery_stall(maker: Maker) -> Iterator[Case]:
    """Out for delivery, and never heard of again."""
    for day in ("11-02", "11-04"):
        order = _cut(maker.ship(maker.order(maker.on(day, 6)), maker="ups"), "out_for_delivery")
        yield case("delivery_stall", order, "delivery_stall")


def scan_before_order(maker: Maker) -> Iterator[Case]:
    """The parcel was on its way two days before anybody ordered it."""
    order = maker.ship(maker.order(maker.on("11-03", 8)), maker="usps")
    early = order.created - 2 * DAY
    place = order.warehouse.place
    order.parcels[0].events.insert(
        0, Event(early, "picked_up", place.city, place.state, place.postal_code, zone=place.zone)
    )
    yield case("scan_before_order", order, "scan_before_order", "repeated_pickup")


def origin_mismatch(maker: Maker) -> Iterator[Case]:
    """First scanned in another state than the warehouse it left from."""
    order = maker.ship(maker.order(maker.on("10-28", 8), place=PLACES["33130"], warehouse=WAREHOUSES[2]), maker="ups")
    order.warehouse = WAREHOUSES[0]
    yield case("origin_mismatch", order, "origin_mismatch")


def impossible_journey(maker: Maker) -> Iterator[Case]:
    """From coast to coast in an hour."""
    order = maker.ship(maker.order(maker.on("11-03", 8), place=PLACES["10001"], warehouse=WAREHOUSES[2]), maker="usps")
    parcel = order.parcels[0]
    arrived = next(event for event in parcel.events if event.status == "arrived")
    far = PLACES["94110"]
    jump = Event(arrived.at + HOUR, "in_transit", far.city, far.state, far.postal_code, zone=far.zone)
    parcel.events.insert(parcel.events.index(arrived) + 1, jump)
    yield case("impossible_journey", order, "impossible_journey")


def cloned_track(maker: Maker) -> Iterator[Case]:
    """A real parcel's track copied onto another number."""
    first = maker.ship(maker.order(maker.on("10-27", 8), place=PLACES["60614"], warehouse=WAREHOUSES[1]), maker="usps")
    other = maker.order(maker.on("10-27", 9), place=PLACES["60614"], warehouse=WAREHOUSES[1])
    other.lines = [type(line)(line.product, line.quantity) for line in first.lines]
    maker.pack_with(other, first)
    parcel = other.parcels[0]
    parcel.waybill = parcel.shown = parcel.fed = maker.numbers.waybill("usps")
    parcel.events, parcel.tracked = list(first.parcels[0].events), True
    orders = [first, other]
    yield Case("cloned_track", orders, [Expected("cloned_track", order.order_id, order.waybill) for order in orders])


def repeated_pickup(maker: Maker) -> Iterator[Case]:
    """Picked up again, days later, by a track made anew."""
    order = maker.ship(maker.order(maker.on("10-28", 8), place=PLACES["98101"], warehouse=WAREHOUSES[2]), maker="fedex")
    parcel = order.parcels[0]
    number = [event.status for event in parcel.events].index("picked_up") + 3
    parcel.events[number] = replace(parcel.events[number], status="picked_up")
    yield case("repeated_pickup", order, "repeated_pickup")


def status_conflict(maker: Maker) -> Iterator[Case]:
    """Delivered days before the carrier delivered it."""
    order = maker.ship(maker.order(maker.on("10-27", 8), place=PLACES["02108"], warehouse=WAREHOUSES[0]), maker="ups")
    order.delivered = (order.shipped or order.created) + dt.timedelta(minutes=20)
    yield case("status_conflict", order, "status_conflict")


PLANTS: dict[str, Plant] = {
    plant.__name__: plant
    for plant in (
        stale_tracking,
        destination_mismatch,
        stalled_after_pickup,
        transit_stall,
        delivery_stall,
        scan_before_order,
        origin_mismatch,
        impossible_journey,
        cloned_track,
        repeated_pickup,
        status_conflict,
    )
}
