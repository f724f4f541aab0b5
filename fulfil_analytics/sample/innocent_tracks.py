"""Parcels whose numbers, ways and places look wrong and are not: the hard negatives that the rule catalogue names."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterator
from dataclasses import replace

from fulfil_analytics.sample.clock import DAY, HOUR, MINUTE, local
from fulfil_analytics.sample.facts_us import PLACES, WAREHOUSES
from fulfil_analytics.sample.innocents import Innocent, LookAlike, respelled_events, weigh_together
from fulfil_analytics.sample.maker import Maker
from fulfil_analytics.sample.model import Event, Order, Parcel, Place, Warehouse

_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def _number(parcel: Parcel, number: str) -> None:
    parcel.waybill = parcel.shown = parcel.fed = number


def _first(parcel: Parcel, status: str) -> int:
    return next(n for n, event in enumerate(parcel.events) if event.status == status)


def _later(parcel: Parcel, start: int, by: dt.timedelta) -> None:
    parcel.events[start:] = [replace(event, at=event.at + by) for event in parcel.events[start:]]


def _settle(order: Order) -> Order:
    """Let the platform learn of the last scan a minute later."""
    delivered = order.parcels[0].events[-1].at + MINUTE
    order.delivered, order.completed = delivered, delivered + 7 * DAY
    return order


def _scan(at: dt.datetime, status: str, place: Place, postal_code: str = "") -> Event:
    return Event(at, status, place.city, place.state, postal_code, zone=place.zone)


def full_width(maker: Maker) -> Iterator[LookAlike]:
    """The number in full-width characters, as an input method leaves it."""
    for day, kind in (("10-26", "ups"), ("11-03", "fedex")):
        order = maker.ship(maker.order(maker.on(day, 11)), maker=kind)
        order.parcels[0].shown = order.waybill.translate(_FULL_WIDTH)
        yield "full_width_number", [order]


def carrier_alias(maker: Maker) -> Iterator[LookAlike]:
    """The carrier under another of its names."""
    for day, kind, name in (("10-26", "ups", "United Parcel Service"), ("11-03", "usps", "US Postal Service")):
        order = maker.ship(maker.order(maker.on(day, 9)), maker=kind)
        order.parcels[0].carrier = name
        yield "carrier_alias", [order]


def zeros_inside(maker: Maker) -> Iterator[LookAlike]:
    """A real number with many zeros, as if a spreadsheet had rounded it, but not at its end."""
    order = maker.ship(maker.order(maker.on("10-29", 13)), maker="usps")
    _number(order.parcels[0], maker.numbers.waybill("usps", "94001000000000"))
    yield "zeros_inside_number", [order]


def recycled(maker: Maker) -> Iterator[LookAlike]:
    """The carrier uses a number again after more than the look-back."""
    early = maker.first_day + 5 * DAY
    later = early + 40 * DAY
    if later > maker.date("11-04"):
        return
    first = maker.ship(maker.order(local(early, 9), place=PLACES["77002"], warehouse=WAREHOUSES[1]), maker="fedex")
    second = maker.ship(maker.order(local(later, 9), place=PLACES["78205"], warehouse=WAREHOUSES[1]), maker="fedex")
    _number(second.parcels[0], first.waybill)
    yield "recycled_number", [first, second]


def not_covered(maker: Maker) -> Iterator[LookAlike]:
    """A carrier of which the tracking input has no row: nothing can be said about its parcels."""
    order = maker.ship(maker.order(maker.on("10-28", 9)), maker="usps")
    parcel = order.parcels[0]
    parcel.carrier, parcel.tracked, parcel.covered = "Veho", False, False
    _number(parcel, f"1V{order.waybill[-10:]}")
    yield "carrier_not_covered", [order]


def scan_within_grace(maker: Maker) -> Iterator[LookAlike]:
    """The label is a day older than the number, and the scan was uploaded in the last hour of the grace."""
    order = maker.order(maker.on("11-02", 7))
    maker.give(order, maker.on("11-03", 15), "ups")
    order.parcels[0].events[0] = replace(order.parcels[0].events[0], at=order.created + 20 * MINUTE)
    given = order.rts or order.created
    yield "scan_within_grace", [maker.carry(order, given + 23 * HOUR + 20 * MINUTE)]


def picked_up_just_now(maker: Maker) -> Iterator[LookAlike]:
    """Picked up hours ago; the next scan is not due yet."""
    order = maker.order(maker.late_on("11-13", 18))
    maker.give(order, maker.late_on("11-15", 12), "ups")
    yield "picked_up_just_now", [maker.carry(order, maker.late_on("11-15", 20))]


def customs_hold(maker: Maker) -> Iterator[LookAlike]:
    """Customs kept the parcel for days, and the carrier says so."""
    order = maker.order(maker.on("10-26", 6), place=PLACES["77019"], warehouse=WAREHOUSES[1])
    parcel = maker.ship(order, maker="usps").parcels[0]
    at = _first(parcel, "arrived") + 1
    _later(parcel, at, 4 * DAY)
    hold = parcel.events[at - 1]
    parcel.events.insert(at, replace(hold, at=hold.at + 2 * HOUR, status="customs", weight_g=None))
    yield "customs_hold", [_settle(order)]


def rest_days(maker: Maker) -> Iterator[LookAlike]:
    """Nobody scans on a Sunday: between two hubs, and on the way to the door."""
    for on_the_way in (True, False):
        order = maker.order(maker.on("10-29", 20), place=PLACES["78205"], warehouse=WAREHOUSES[1])
        friday, monday = maker.date("10-30"), maker.date("11-02")
        parcel = maker.ship(order, maker="ups", ship_on=friday, deliver_on=monday).parcels[0]
        parcel.events = [event for event in parcel.events if event.status != "in_transit"]
        if not on_the_way:
            out = _first(parcel, "out_for_delivery")
            saturday = local(maker.date("10-31"), 14)
            parcel.events[out] = replace(parcel.events[out], at=saturday)
            parcel.events[out + 1] = replace(parcel.events[out + 1], at=local(monday, 8.5))
        yield "rest_days", [_settle(order)]


def air(maker: Maker) -> Iterator[LookAlike]:
    """Coast to coast in one night: that is how fast air services are."""
    order = maker.order(maker.on("11-03", 7), place=PLACES["90012"], warehouse=WAREHOUSES[2])
    parcel = maker.ship(order, maker="ups").parcels[0]
    departed, coast = _first(parcel, "departed"), PLACES["90012"]
    landed = parcel.events[departed].at + 6 * HOUR
    out = local(landed.astimezone(coast.zone).date() + DAY, 8, coast.zone)
    parcel.events[departed + 1 :] = [
        _scan(landed, "arrived", coast),
        replace(parcel.events[-2], at=out),
        replace(parcel.events[-1], at=out + 3 * HOUR),
    ]
    yield "air_speed", [_settle(order)]


def clock_skew(maker: Maker) -> Iterator[LookAlike]:
    """Two clocks of one carrier: delivered ten minutes before it went out."""
    order = maker.ship(maker.order(maker.on("11-02", 9)), maker="ups")
    parcel = order.parcels[0]
    out = parcel.events[_first(parcel, "out_for_delivery")]
    parcel.events[-1] = replace(parcel.events[-1], at=out.at - 10 * MINUTE)
    yield "clock_skew", [_settle(order)]


def refused(maker: Maker) -> Iterator[LookAlike]:
    """The buyer refused the parcel and it goes all the way back."""
    order = maker.order(maker.on("10-26", 6), place=PLACES["60601"], warehouse=WAREHOUSES[1])
    parcel = maker.ship(order, maker="ups").parcels[0]
    tried, home = parcel.events[-1], WAREHOUSES[1].place
    parcel.events[-1:] = [
        replace(tried, status="attempted"),
        replace(tried, status="returning", at=tried.at + 5 * HOUR),
        _scan(tried.at + 38 * HOUR, "arrived", home),
        _scan(tried.at + 60 * HOUR, "returned", home, home.postal_code),
    ]
    order.delivered = order.completed = None
    order.cancelled = tried.at + 6 * HOUR
    order.cancelled_by, order.cancel_reason = "System", "Package rejected"
    yield "refused_and_returned", [order]


def out_again(maker: Maker) -> Iterator[LookAlike]:
    """Nobody at home; out again the next day."""
    order = maker.order(maker.on("11-02", 6), place=PLACES["77019"], warehouse=WAREHOUSES[1])
    parcel = maker.ship(order, maker="usps").parcels[0]
    out, brought = parcel.events[-2:]
    parcel.events[-1:] = [
        replace(brought, status="attempted"),
        replace(out, at=out.at + DAY),
        replace(brought, at=brought.at + DAY),
    ]
    yield "out_again", [_settle(order)]


def neighbouring_hub(maker: Maker) -> Iterator[LookAlike]:
    """The carrier's first hub lies across the state line, near the warehouse."""
    for day, hub in (("10-27", "10001"), ("11-03", "19103")):
        order = maker.ship(maker.order(maker.on(day, 9), place=PLACES["21201"], warehouse=WAREHOUSES[2]), maker="fedex")
        parcel, place = order.parcels[0], PLACES[hub]
        parcel.events = [
            replace(event, city=place.city, state=place.state, postal_code="")
            if (event.city, event.state) == ("Edison", "NJ")
            else event
            for event in parcel.events
        ]
        yield "neighbouring_hub", [order]


def unknown_warehouse(maker: Maker) -> Iterator[LookAlike]:
    """It left from a warehouse of which no input says where it stands."""
    order = maker.order(maker.on("10-28", 9), place=PLACES["87102"], warehouse=Warehouse("Overflow", PLACES["85004"]))
    yield "unknown_warehouse", [maker.ship(order)]


def travelled_together(maker: Maker) -> Iterator[LookAlike]:
    """Two parcels of one order, scanned together all the way."""
    order = maker.order(maker.on("11-03", 9), lines=2)
    rts, picked_up = maker.plan(order, "UPS")
    first, second = maker.give(order, rts, "ups"), maker.give(order, rts, "ups")
    order.lines[0].parcel = first
    maker.carry(order, picked_up, parcel=first)
    second.events = [
        replace(event, weight_g=event.weight_g and order.lines[1].product.weight_g * order.lines[1].quantity + 40)
        for event in first.events
    ]
    yield "travelled_together", [order]


def one_truck(maker: Maker) -> Iterator[LookAlike]:
    """Six buyers' parcels on one truck: collected, gone and arrived at the same moments."""
    orders: list[Order] = []
    for number in range(6):
        order = maker.order(maker.on("11-03", 7) + number * MINUTE, place=PLACES["60614"], warehouse=WAREHOUSES[1])
        rts, picked_up = maker.plan(order, "FedEx", maker.date("11-03"))
        maker.give(order, rts, "fedex")
        maker.carry(order, picked_up)
        if orders:
            parcel, load = order.parcels[0], orders[0].parcels[0].events
            parcel.events[1:4] = [
                replace(event, weight_g=mine.weight_g)
                for event, mine in zip(load[1:4], parcel.events[1:4], strict=True)
            ]
        orders.append(order)
    yield "one_truck", orders


def scanned_next_morning(maker: Maker) -> Iterator[LookAlike]:
    """Accepted at the counter in the evening and scanned as picked up once more in the morning, in the same town."""
    order = maker.order(maker.on("11-02", 7), place=PLACES["64105"], warehouse=WAREHOUSES[1])
    parcel = maker.ship(order, maker="usps").parcels[0]
    at = _first(parcel, "picked_up")
    _later(parcel, at + 1, 17 * HOUR)
    parcel.events.insert(at + 1, replace(parcel.events[at], at=parcel.events[at].at + 16 * HOUR, weight_g=None))
    yield "scanned_next_morning", [_settle(order)]


def state_only(maker: Maker) -> Iterator[LookAlike]:
    """The carrier names only the state of the delivery."""
    order = maker.ship(maker.order(maker.on("10-30", 9), place=PLACES["33602"]))
    respelled_events(order.parcels[0], "")
    yield "state_only", [order]


def po_box(maker: Maker) -> Iterator[LookAlike]:
    """A post-office box: delivered at the post office, under another postcode of the city."""
    buyer = maker.buyer(PLACES["10001"])
    order = maker.order(maker.on("11-03", 9), buyer=replace(buyer, street="PO Box 4711", unit=""))
    yield "po_box", [maker.ship(order, to=PLACES["10282"])]


def forwarder(maker: Maker) -> Iterator[LookAlike]:
    """Five buyers at one address, that of a freight forwarder: a parcel and a number each."""
    address = maker.buyer(PLACES["33130"])
    orders = []
    for number in range(5):
        buyer = maker.buyer(PLACES["33130"])
        buyer = replace(buyer, street=address.street, unit=f"Suite {number + 1}")
        orders.append(maker.ship(maker.order(maker.on("10-29", 8) + number * HOUR, buyer=buyer)))
    yield "freight_forwarder", orders


def composed_letters(maker: Maker) -> Iterator[LookAlike]:
    """The city with its accent as a letter of its own, the postcode in full-width digits."""
    city, code = unicodedata.normalize("NFD", "San José"), "95112".translate(_FULL_WIDTH)
    order = maker.order(maker.on("10-28", 9), buyer=maker.buyer(PLACES["95112"], city=city, postal_code=code))
    yield "composed_letters", [maker.ship(order)]


def twenty_in_one(maker: Maker) -> Iterator[LookAlike]:
    """Twenty orders of one buyer in one parcel: as many as may be combined."""
    first = maker.ship(maker.order(maker.on("10-29", 7), lines=1), maker="usps")
    group = [first]
    for number in range(1, 20):
        order = maker.order(first.created + number * MINUTE, buyer=first.buyer, warehouse=first.warehouse, lines=1)
        maker.pack_with(order, first).parcels[0].package_id = first.parcels[0].package_id
        group.append(order)
    weigh_together(group)
    yield "twenty_combined", group


def joined_later(maker: Maker) -> Iterator[LookAlike]:
    """Ordered after the parcel had left and told by the same number: the buyer's two orders travel together."""
    first = maker.order(maker.on("11-03", 7), lines=1, place=PLACES["10001"], warehouse=WAREHOUSES[0])
    maker.ship(first, maker="ups")
    scan = next(event.at for event in first.parcels[0].events if event.status == "picked_up")
    order = maker.order(scan + 30 * HOUR, buyer=first.buyer, warehouse=first.warehouse, lines=1)
    maker.pack_with(order, first).parcels[0].package_id = first.parcels[0].package_id
    order.rts = order.created + 20 * MINUTE
    order.shipped = order.created + 25 * MINUTE
    weigh_together([first, order])
    yield "joined_later", [first, order]


def last_hour(maker: Maker) -> Iterator[LookAlike]:
    """Scanned half an hour before the deadline ends in the shop's zone, when it is the next day elsewhere."""
    order = maker.order(maker.on("11-02", 20), place=PLACES["96813"], warehouse=WAREHOUSES[0])
    day = maker.calendar.after(maker.calendar.day_of(order.created), 2)
    maker.give(order, local(day, 15), "usps")
    yield "last_hour", [maker.carry(order, local(day, 23.5))]


def clocks_go_back(maker: Maker) -> Iterator[LookAlike]:
    """Ordered in the night in which the clocks go back, which has one hour twice."""
    for day, hour in (("10-31", 23.4), ("11-01", 0.4), ("11-01", 1.4), ("11-01", 2.6)):
        order = maker.order(maker.late_on(day, hour))
        yield "clocks_go_back", [maker.ship(order)]


def number_replaced(maker: Maker) -> Iterator[LookAlike]:
    """The seller corrected the number: the older export shows the first one, which nobody used."""
    order = maker.ship(maker.order(maker.late_on("11-03", 7), lines=1), maker="usps", ship_on=dt.date(2026, 11, 4))
    order.told_before = {"waybill": maker.numbers.waybill("usps")}
    yield "number_replaced", [order]


INNOCENT_TRACKS: tuple[Innocent, ...] = (
    full_width, carrier_alias, zeros_inside, recycled, not_covered, scan_within_grace, picked_up_just_now, customs_hold,
    rest_days, air, clock_skew, refused, out_again, neighbouring_hub, unknown_warehouse, travelled_together, one_truck,
    scanned_next_morning, state_only, po_box, forwarder, composed_letters, twenty_in_one, joined_later, last_hour,
    clocks_go_back, number_replaced,
)  # fmt: skip
