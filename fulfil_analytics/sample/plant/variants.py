"""Further forms of the kinds, planted where every kind is: other carriers, other places, the other ways to do it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fulfil_analytics.sample.clock import DAY, HOUR, MINUTE
from fulfil_analytics.sample.facts_us import PLACES, WAREHOUSES
from fulfil_analytics.sample.journey import kilometres
from fulfil_analytics.sample.maker import Maker
from fulfil_analytics.sample.model import Event, Order, Place
from fulfil_analytics.sample.plant.case import Case, Expected, Plant, case


def _number(order: Order, number: str) -> Order:
    parcel = order.parcels[0]
    parcel.waybill = parcel.shown = parcel.fed = number
    return order


def _far(maker: Maker, place: Place, least_km: float) -> Place:
    far = [other for other in maker.market.places if kilometres(place, other) > least_km]
    return maker.draw.choice([other for other in far if other.state not in maker.market.remote])


def _scan(at_event: Event, place: Place, hours: float, status: str) -> Event:
    return Event(at_event.at + hours * HOUR, status, place.city, place.state, zone=place.zone)


def duplicate_waybill(maker: Maker) -> Iterator[Case]:
    """Given to the second buyer weeks later, and to more orders of one buyer than may be combined."""
    first = maker.ship(maker.order(maker.on("10-22", 8), place=PLACES["77002"], warehouse=WAREHOUSES[1]), maker="ups")
    other = maker.order(first.created + 3 * DAY, place=PLACES["77019"], warehouse=WAREHOUSES[1])
    other.lines = [type(line)(line.product, line.quantity) for line in first.lines]
    maker.pack_with(other, first)
    other.rts, other.shipped = other.created + HOUR, other.created + 2 * HOUR
    other.delivered = max(other.shipped, first.delivered or other.shipped)
    both = [Expected("duplicate_waybill", order.order_id, order.waybill) for order in (first, other)]
    late = Expected("scan_before_order", other.order_id, other.waybill)
    yield Case("duplicate_waybill", [first, other], [*both, late])
    first = maker.ship(maker.order(maker.on("10-29", 7), lines=1), maker="usps")
    group = [first]
    for number in range(1, 21):
        order = maker.order(first.created + number * MINUTE, buyer=first.buyer, warehouse=first.warehouse, lines=1)
        maker.pack_with(order, first).parcels[0].package_id = first.parcels[0].package_id
        group.append(order)
    parcel = first.parcels[0]
    weight = round(sum(order.weight_g for order in group) * 1.05)
    parcel.events = [replace(event, weight_g=weight) if event.weight_g else event for event in parcel.events]
    yield Case("duplicate_waybill", group, [Expected("duplicate_waybill", o.order_id, o.waybill) for o in group])


def placeholder_waybill(maker: Maker) -> Iterator[Case]:
    """The order's own number, counting down, a word, one digit, the buyer's phone."""
    for kind, number in (
        ("usps", ""),
        ("ups", "9876543210"),
        ("fedex", "TBD"),
        ("usps", "1111111111"),
        ("fedex", "NA"),
    ):
        order = maker.order(maker.on("11-03", 9))
        maker.give(order, maker.on("11-03", 13), kind, label_event=False)
        yield case("placeholder_waybill", _number(order, number or order.order_id), "placeholder_waybill")


def carrier_mismatch(maker: Maker) -> Iterator[Case]:
    """Numbers of one carrier under the name of another."""
    for kind, name in (("ups", "USPS"), ("usps", "FedEx"), ("ups", "FedEx")):
        order = maker.ship(maker.order(maker.on("10-28", 9)), maker=kind)
        order.parcels[0].carrier = name
        yield case("carrier_mismatch", order, "carrier_mismatch")


def destination_mismatch(maker: Maker) -> Iterator[Case]:
    """Delivered anywhere but at the buyer's; said by the postcode, by the city alone, by the state alone."""
    for level in ("postal_code", "city", "state"):
        order = maker.order(maker.on("10-28", 6))
        there = _far(maker, order.buyer.place, 600)
        maker.ship(order, to=there)
        parcel = order.parcels[0]
        city, code = (there.city if level != "state" else ""), (there.postal_code if level == "postal_code" else "")
        parcel.events = [
            replace(event, city=city, postal_code=code) if event.status in ("out_for_delivery", "delivered") else event
            for event in parcel.events
        ]
        if level == "state" and there.state == order.buyer.place.state:
            continue
        yield case("destination_mismatch", order, "destination_mismatch")


def scan_before_order(maker: Maker) -> Iterator[Case]:
    """A finished track, delivered before the order was placed: bought from somebody."""
    order = maker.ship(maker.order(maker.on("10-29", 9)), maker="ups")
    parcel = order.parcels[0]
    early = order.created - 40 * HOUR - parcel.events[1].at
    parcel.events[1:2] = [
        replace(parcel.events[1], at=parcel.events[1].at + early, status="in_transit"),
        parcel.events[1],
    ]
    yield case("scan_before_order", order, "scan_before_order")


def origin_mismatch(maker: Maker) -> Iterator[Case]:
    """Sent from another of the seller's towns than the order says."""
    for house, really in ((0, 1), (1, 2), (2, 1)):
        order = maker.ship(maker.order(maker.on("10-28", 8), warehouse=WAREHOUSES[really]), maker="usps")
        order.warehouse = WAREHOUSES[house]
        yield case("origin_mismatch", order, "origin_mismatch")


def impossible_journey(maker: Maker) -> Iterator[Case]:
    """Over the continent in two hours; scanned elsewhere days after the delivery."""
    order = maker.ship(maker.order(maker.on("11-03", 8)), maker="ups")
    parcel = order.parcels[0]
    start = next(number for number, event in enumerate(parcel.events) if event.status == "departed")
    far = _far(maker, order.warehouse.place, 2600)
    parcel.events.insert(start + 1, _scan(parcel.events[start], far, 1.2, "in_transit"))
    yield case("impossible_journey", order, "impossible_journey")
    order = maker.ship(maker.order(maker.on("10-26", 8)), maker="fedex")
    parcel, place = order.parcels[0], order.buyer.place
    far = _far(maker, place, 900)
    parcel.events.append(_scan(parcel.events[-1], far, 40, "in_transit"))
    yield case("impossible_journey", order, "impossible_journey")


def repeated_pickup(maker: Maker) -> Iterator[Case]:
    """Picked up twice in one town, days apart; picked up in two states on one day."""
    order = maker.order(maker.on("11-02", 7), place=PLACES["75219"], warehouse=WAREHOUSES[1])
    parcel = maker.ship(order, maker="usps").parcels[0]
    first = parcel.events[1]
    later = [replace(event, at=event.at + 44 * HOUR) for event in parcel.events[2:]]
    between = [replace(first, at=first.at + 20 * HOUR, status="in_transit", weight_g=None)]
    parcel.events[2:] = [*between, replace(first, at=first.at + 40 * HOUR, weight_g=None), *later]
    order.delivered = parcel.events[-1].at + MINUTE
    order.completed = order.delivered + 7 * DAY
    yield case("repeated_pickup", order, "repeated_pickup")


def weight_mismatch(maker: Maker) -> Iterator[Case]:
    """An envelope for several things; a stone for a pair of socks."""
    heavy = [good for good in maker.market.products if good.weight_g >= 600]
    light = [good for good in maker.market.products if good.weight_g <= 260]
    for goods, weight in ((heavy, 60), (heavy, 150), (light, 4200)):
        order = maker.order(maker.on("10-28", 9), lines=1)
        order.lines[0].product, order.lines[0].quantity = maker.draw.choice(goods), 1
        yield case("weight_mismatch", maker.ship(order, weight_g=weight), "weight_mismatch")


def recipient_mismatch(maker: Maker) -> Iterator[Case]:
    """The label bears another street, another phone, another town."""
    for cells in (
        {"address": "77 Elsewhere Rd"},
        {"phone": "(+1)206-555-0199"},
        {"address": "9 Elsewhere Ave", "city": "Nome", "state": "AK", "postal_code": "99762"},
    ):
        order = maker.ship(maker.order(maker.on("10-30", 9)))
        order.label_cells = cells
        yield case("recipient_mismatch", order, "recipient_mismatch")


def label_content(maker: Maker) -> Iterator[Case]:
    """Another shop's advert in the languages that sellers write."""
    for text in (
        "加微信 wxid_sample_shop 领红包",
        "Add LINE ID: @sample-shop for 20% off",
        "Order direct next time: https://shop.example.com",
        "Chat WA kami untuk diskon 10%",
        "Telegram t.me/sample_shop",
    ):
        order = maker.ship(maker.order(maker.on("11-03", 9)))
        order.label_text = text
        yield case("label_content", order, "label_content")


def prohibited_goods(maker: Maker) -> Iterator[Case]:
    """Goods that may not be sent, in several words and languages."""
    for name in ("Disposable vape, mint", "Switchblade, 9 cm", "电子烟 薄荷味"):
        order = maker.ship(maker.order(maker.on("10-29", 9), lines=1))
        order.lines[0].product = replace(order.lines[0].product, name=name)
        yield case("prohibited_goods", order, "prohibited_goods")


def exposed_personal_data(maker: Maker) -> Iterator[Case]:
    """A phone number in a note."""
    order = maker.ship(maker.order(maker.on("11-04", 9)))
    order.note = "neighbour takes it, +1 206 555 0134"
    yield case("exposed_personal_data", order, "exposed_personal_data")


def status_conflict(maker: Maker) -> Iterator[Case]:
    """Cancelled and yet delivered; delivered for the platform, returned for the carrier."""
    order = maker.ship(maker.order(maker.on("10-27", 8)), maker="ups")
    order.cancelled = (order.shipped or order.created) + 3 * HOUR
    order.cancelled_by, order.cancel_reason = "Buyer", "No longer needed"
    order.delivered = order.completed = None
    yield case("status_conflict", order)
    order = maker.ship(maker.order(maker.on("10-27", 8), place=PLACES["60601"], warehouse=WAREHOUSES[1]), maker="usps")
    parcel, home = order.parcels[0], WAREHOUSES[1].place
    brought = parcel.events[-1]
    parcel.events[-1:] = [
        replace(brought, status="attempted"),
        replace(brought, status="returning", at=brought.at + 3 * HOUR),
        _scan(brought, home, 40, "returned"),
    ]
    yield case("status_conflict", order)


def auto_cancelled(maker: Maker) -> Iterator[Case]:
    """Given up for the shipping time and for a number that nobody can trace."""
    order = maker.order(maker.on("10-22", 9))
    order.cancelled, order.cancelled_by = maker.on("11-03", 0), "System"
    order.cancel_reason = "Automatically cancelled due to shipping time out"
    yield case("auto_cancelled", order, "auto_cancelled", "seller_fault_cancellation")
    order = maker.order(maker.on("10-22", 9))
    maker.give(order, maker.on("10-22", 14), "usps", label_event=False)
    order.cancelled, order.cancelled_by = maker.on("11-04", 0), "System"
    order.cancel_reason = "Automatically cancelled due to untraceable tracking number"
    yield case("auto_cancelled", order, "auto_cancelled", "seller_fault_cancellation")


def seller_fault_cancellation(maker: Maker) -> Iterator[Case]:
    """A wrong price; an address the seller does not deliver to."""
    for reason in ("Pricing error", "Unable to deliver to buyer address"):
        order = maker.order(maker.on("11-03", 9))
        order.cancelled, order.cancelled_by, order.cancel_reason = order.created + 7 * HOUR, "Seller", reason
        yield case("seller_fault_cancellation", order, "seller_fault_cancellation")


def transit_stall(maker: Maker) -> Iterator[Case]:
    """Days between two hubs, in one state and to another; and never heard of again."""
    for day, code, days in (("10-26", "77002", 4), ("10-26", "60601", 6)):
        order = maker.ship(maker.order(maker.on(day, 6), place=PLACES[code], warehouse=WAREHOUSES[1]), maker="fedex")
        parcel = order.parcels[0]
        gap = next(number for number, event in enumerate(parcel.events) if event.status == "arrived")
        parcel.events[gap:] = [replace(event, at=event.at + days * DAY) for event in parcel.events[gap:]]
        order.delivered = parcel.events[-1].at + MINUTE
        order.completed = order.delivered + 7 * DAY
        yield case("transit_stall", order)
    order = maker.ship(maker.order(maker.on("10-28", 6), place=PLACES["48226"], warehouse=WAREHOUSES[1]), maker="usps")
    parcel = order.parcels[0]
    last = next(number for number, event in enumerate(parcel.events) if event.status == "arrived")
    parcel.events = parcel.events[: last + 1]
    order.delivered = order.completed = None
    yield case("transit_stall", order)


VARIANTS: dict[str, Plant] = {
    plant.__name__: plant
    for plant in (
        duplicate_waybill, placeholder_waybill, carrier_mismatch, destination_mismatch, scan_before_order,
        origin_mismatch, impossible_journey, repeated_pickup, weight_mismatch, recipient_mismatch, label_content,
        prohibited_goods, exposed_personal_data, status_conflict, auto_cancelled, seller_fault_cancellation,
        transit_stall,
    )
}  # fmt: skip
