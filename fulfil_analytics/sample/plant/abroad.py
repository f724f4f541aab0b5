"""Cases that any market can have: no place, warehouse or deadline of one country is in them.

Places are left out: without a postal file of the country no rule can compare them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fulfil_analytics.sample.clock import DAY, END, HOUR, MINUTE
from fulfil_analytics.sample.innocents import LookAlike
from fulfil_analytics.sample.maker import Maker
from fulfil_analytics.sample.model import Order, Place
from fulfil_analytics.sample.plant.case import Case, Expected, case

RULES = frozenset(
    {
        "cloned_track",
        "damaged_identifier",
        "delivery_stall",
        "duplicate_waybill",
        "placeholder_waybill",
        "scan_before_order",
        "seller_fault_cancellation",
        "stale_tracking",
        "stalled_after_pickup",
        "status_conflict",
        "unpaid_open",
        "untraceable_waybill",
    }
)
"""Rules that the truth is complete for where a market's policy and places are not modelled."""


def _home(maker: Maker) -> Place:
    return maker.market.warehouses[0].place


def _away(maker: Maker) -> Place:
    """Return a place in another state than the warehouse's."""
    return maker.draw.choice([place for place in maker.market.places if place.state != _home(maker).state])


def _cut(order: Order, last: str) -> Order:
    parcel = order.parcels[0]
    at = next(number for number, event in enumerate(parcel.events) if event.status == last)
    parcel.events = parcel.events[: at + 1]
    order.delivered = order.completed = None
    return order


def numbers(maker: Maker) -> Iterator[Case]:
    """Numbers that are used twice, copied, made up, lead nowhere, or were damaged by a spreadsheet."""
    first = maker.ship(maker.order(maker.on("11-02", 8), place=_away(maker)))
    other = maker.order(first.created + 9 * MINUTE, place=first.buyer.place, warehouse=first.warehouse)
    maker.pack_with(other, first)
    both = [first, other]
    yield Case("duplicate_waybill", both, [Expected("duplicate_waybill", o.order_id, o.waybill) for o in both])
    first = maker.ship(maker.order(maker.on("10-27", 8), place=_away(maker)))
    other = maker.order(first.created + 9 * MINUTE, place=first.buyer.place, warehouse=first.warehouse)
    maker.pack_with(other, first)
    parcel, kind = other.parcels[0], next(k for name, k, _ in maker.market.carriers if name == first.parcels[0].carrier)
    parcel.waybill = parcel.shown = parcel.fed = maker.numbers.waybill(kind)
    parcel.events, parcel.tracked, parcel.first = list(first.parcels[0].events), True, None
    both = [first, other]
    yield Case("cloned_track", both, [Expected("cloned_track", o.order_id, o.waybill) for o in both])
    for kind, number in (("placeholder_waybill", "000000000000"), ("untraceable_waybill", ""), ("stale_tracking", "")):
        order = maker.order(maker.on("11-03", 9))
        maker.give(order, maker.on("11-03", 13), label_event=kind == "stale_tracking")
        parcel = order.parcels[0]
        if number:
            parcel.waybill = parcel.shown = parcel.fed = number
        yield case(kind, order, kind)
    order = maker.ship(maker.order(maker.on("10-28", 12)))
    order.parcels[0].tracked = order.parcels[0].readable = False
    order.parcels[0].shown = "9.40014E+21"
    yield case("damaged_identifier", order, "damaged_identifier", waybill=False)


def tracks(maker: Maker) -> Iterator[Case]:
    """Tracks that stop, start too early, or say something else than the export."""
    yield case("stalled_after_pickup", _cut(maker.ship(maker.order(maker.on("11-03", 6))), "picked_up"))
    yield case("delivery_stall", _cut(maker.ship(maker.order(maker.on("10-28", 6))), "out_for_delivery"))
    order = maker.ship(maker.order(maker.on("10-27", 8), place=_away(maker)))
    order.delivered = (order.delivered or order.created) + 3 * DAY
    yield case("status_conflict", order)
    order = maker.ship(maker.order(maker.on("11-03", 8)))
    early = replace(order.parcels[0].events[1], at=order.created - 50 * HOUR, status="arrived")
    order.parcels[0].events.insert(0, early)
    yield case("scan_before_order", order, "scan_before_order")


def handling(maker: Maker) -> Iterator[Case]:
    """Unpaid for days, and cancelled by the seller."""
    order = maker.order(END - 4 * DAY)
    order.paid = None
    yield case("unpaid_open", order, "unpaid_open")
    order = maker.order(maker.on("11-03", 9))
    order.cancelled = order.created + 6 * HOUR
    order.cancelled_by, order.cancel_reason = "Seller", "Out of stock"
    yield case("seller_fault_cancellation", order, "seller_fault_cancellation")


def look_alikes(maker: Maker) -> Iterator[LookAlike]:
    """Combined and split parcels, other spellings, a cancellation in time, a grace not over."""
    first = maker.ship(maker.order(maker.on("10-28", 8)))
    more = maker.order(first.created + 4 * MINUTE, buyer=first.buyer, warehouse=first.warehouse, lines=1)
    maker.pack_with(more, first).parcels[0].package_id = first.parcels[0].package_id
    yield "combined", [first, more]
    order = maker.order(maker.on("10-27", 10), lines=2)
    rts, picked_up = maker.plan(order, maker.market.carriers[0][0])
    one, two = (maker.give(order, rts, maker.market.carriers[0][1]) for _ in range(2))
    order.lines[0].parcel = one
    maker.carry(order, picked_up, parcel=one)
    yield "split", [maker.carry(order, picked_up, parcel=two)]
    order = maker.ship(maker.order(maker.on("10-29", 10)))
    order.parcels[0].shown = order.waybill.lower()
    yield "number_spelling", [order]
    order = maker.order(maker.on("10-29", 7))
    maker.give(order, maker.on("10-29", 10))
    order.cancelled, order.cancelled_by, order.cancel_reason = maker.on("10-29", 15), "Buyer", "No longer needed"
    yield "cancelled_before_collection", [order]
    order = maker.order(END - 20 * HOUR)
    maker.give(order, END - 9 * HOUR, label_event=False)
    yield "grace_not_over", [order]
    buyer = maker.buyer(_away(maker))
    order = maker.order(maker.on("11-02", 9), buyer=replace(buyer, city=buyer.city.upper()))
    yield "city_spelling", [maker.ship(order)]


PLANTS = (numbers, tracks, handling)
