"""Orders that look like violations and are none. Each function yields (kind, orders)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from fulfil_analytics.sample.clock import DAY, HOUR, MINUTE, local
from fulfil_analytics.sample.facts_us import PLACES, WAREHOUSES
from fulfil_analytics.sample.maker import Maker
from fulfil_analytics.sample.model import Buyer, Event, Order, Parcel
from fulfil_analytics.sample.stream import by_platform, sample_to_creator

LookAlike = tuple[str, list[Order]]
Innocent = Callable[[Maker], Iterator[LookAlike]]


def respelled_events(parcel: Parcel, city: str, *, postal_code: str = "") -> None:
    """Let the carrier spell the delivery's city its own way, with another or no postcode."""
    parcel.events = [
        replace(event, city=city, postal_code=postal_code)
        if event.status in ("out_for_delivery", "delivered")
        else event
        for event in parcel.events
    ]


def combined(maker: Maker) -> Iterator[LookAlike]:
    """One buyer, one address, several orders, one parcel."""
    for day, orders in (("10-28", 2), ("11-05", 3)):
        first = maker.ship(maker.order(maker.on(day, 8)), maker="usps")
        group = [first]
        for number in range(1, orders):
            more = maker.order(
                maker.on(day, 8) + number * 4 * MINUTE, buyer=first.buyer, warehouse=first.warehouse, lines=1
            )
            maker.pack_with(more, first)
            more.parcels[0].package_id = first.parcels[0].package_id
            group.append(more)
        weigh_together(group)
        yield "combined", group


def weigh_together(group: list[Order]) -> None:
    """Let the carrier weigh what all orders of the parcel hold."""
    parcel = group[0].parcels[0]
    weight = round(sum(order.weight_g for order in group) * 1.05)
    parcel.events = [replace(event, weight_g=weight) if event.weight_g else event for event in parcel.events]


def split(maker: Maker) -> Iterator[LookAlike]:
    """One order, two parcels with numbers of their own."""
    for day in ("10-27", "11-04"):
        order = maker.order(maker.on(day, 10), lines=2)
        rts, picked_up = maker.plan(order, "UPS")
        first = maker.give(order, rts, "ups")
        second = maker.give(order, rts, "ups")
        order.lines[0].parcel = first
        maker.carry(order, picked_up, parcel=first)
        maker.carry(order, picked_up, parcel=second)
        yield "split", [order]


def spelling(maker: Maker) -> Iterator[LookAlike]:
    """The same number written in two ways by the export and the carrier."""
    for day, kind in (("10-23", "ups"), ("10-29", "usps"), ("11-05", "fedex"), ("11-12", "ups")):
        order = maker.ship(maker.order(maker.on(day, 11)), maker=kind)
        parcel = order.parcels[0]
        number = parcel.waybill
        blanks = " ".join(number[i : i + 4] for i in range(0, len(number), 4))
        parcel.shown, parcel.fed = {
            "10-23": (number.lower(), number),
            "10-29": (blanks, number),
            "11-05": (blanks.replace(" ", "-"), number),
            "11-12": (number, blanks.lower()),
        }[day]
        yield "number_spelling", [order]


def neighbouring_postcode(maker: Maker) -> Iterator[LookAlike]:
    """Delivered under another postcode of the same city."""
    for day, mine, theirs in (("10-26", "90012", "90026"), ("11-03", "10001", "10282"), ("11-04", "75201", "75219")):
        order = maker.order(maker.on(day, 7), place=PLACES[mine])
        yield "neighbouring_postcode", [maker.ship(order, to=PLACES[theirs])]


def city_spelling(maker: Maker) -> Iterator[LookAlike]:
    """The city written differently, and no postcode from the carrier to settle it."""
    spellings = (
        ("10-22", "63103", "St. Louis", "SAINT LOUIS"),
        ("10-28", "76102", "Ft. Worth", "FORT WORTH"),
        ("11-02", "10016", "NYC", "NEW YORK"),
        ("11-04", "95112", "San José", "SAN JOSE"),
    )
    for day, code, exported, scanned in spellings:
        order = maker.order(maker.on(day, 12), buyer=maker.buyer(PLACES[code], city=exported))
        maker.ship(order)
        respelled_events(order.parcels[0], scanned)
        yield "city_spelling", [order]


def postcode_plus_four(maker: Maker) -> Iterator[LookAlike]:
    """ZIP+4 on one side, five digits on the other."""
    order = maker.order(maker.on("10-30", 9), buyer=maker.buyer(PLACES["60601"], postal_code="60601-2310"))
    yield "postcode_plus_four", [maker.ship(order)]
    order = maker.ship(maker.order(maker.on("11-03", 9), place=PLACES["98101"]))
    respelled_events(order.parcels[0], "SEATTLE", postal_code="98101-1420")
    yield "postcode_plus_four", [order]


def pickup_point(maker: Maker) -> Iterator[LookAlike]:
    """Delivered to a collection point of the buyer's city."""
    for day, mine, theirs in (("10-29", "60614", "60601"), ("11-03", "98109", "98101")):
        order = maker.order(maker.on(day, 15), place=PLACES[mine])
        order.delivery_option = "Collection point"
        yield "pickup_point", [maker.ship(order, to=PLACES[theirs])]


def cancelled_before_collection(maker: Maker) -> Iterator[LookAlike]:
    """A number was given, then the buyer cancelled; nobody ever scanned the parcel."""
    for day, labelled in (("10-29", True), ("11-12", False)):
        order = maker.order(maker.on(day, 7))
        maker.give(order, maker.on(day, 10), "usps", label_event=labelled)
        order.cancelled = maker.on(day, 15)
        order.cancelled_by, order.cancel_reason = "Buyer", "No longer needed"
        yield "cancelled_before_collection", [order]


def platform(maker: Maker) -> Iterator[LookAlike]:
    """The platform fulfils: not the seller's parcel, and not in the seller's tracking."""
    for day in ("10-26", "11-09"):
        yield "platform_fulfilled", [by_platform(maker, maker.order(maker.on(day, 18)))]


def free_goods(maker: Maker) -> Iterator[LookAlike]:
    """A sample to a creator, and a replacement for an order delivered before: both cost nothing."""
    yield "sample", [sample_to_creator(maker, maker.order(maker.on("10-30", 14)))]
    first = maker.ship(maker.order(maker.on("10-23", 8), warehouse=WAREHOUSES[0], place=PLACES["92101"]), maker="ups")
    again = maker.order(maker.on("11-04", 8), buyer=first.buyer, warehouse=first.warehouse)
    again.lines = [replace(line, parcel=None) for line in first.lines]
    yield "replacement", [first, sample_to_creator(maker, again)]


def grace_not_over(maker: Maker) -> Iterator[LookAlike]:
    """The number was given hours ago; the carrier still has time."""
    for hour, labelled in ((17.5, False), (18.2, True)):
        order = maker.order(maker.late_on("11-14", hour))
        maker.give(order, maker.late_on("11-15", hour), "usps", label_event=labelled)
        yield "grace_not_over", [order]


def handover(maker: Maker) -> Iterator[LookAlike]:
    """A carrier that hands over to the post carries the post's number."""
    for day, carrier, feed in (("10-27", "UPS SurePost", "UPS SurePost"), ("11-02", "FedEx SmartPost", "USPS")):
        order = maker.ship(maker.order(maker.on(day, 13)), maker="usps")
        order.parcels[0].carrier, order.parcels[0].feed = carrier, feed
        yield "handover_number", [order]


def masked(maker: Maker) -> Iterator[LookAlike]:
    """Two buyers who look the same because the platform masked both."""
    pair = [maker.ship(maker.order(maker.on("10-28", hour), place=PLACES["60601"]), maker="usps") for hour in (9, 10)]
    for order in pair:
        order.buyer = replace(order.buyer, name="Maple Sampleton")
        order.masked = True
    pair[1].masked_postal_code = True
    yield "masked_recipient", pair


def before_tracking(maker: Maker) -> Iterator[LookAlike]:
    """The number was given before the tracking input begins."""
    for hour in (7, 8):
        order = maker.order(local(maker.first_day, hour))
        yield "before_tracking", [maker.ship(order, ship_on=maker.first_day + DAY)]


def same_digits(maker: Maker) -> Iterator[LookAlike]:
    """Two carriers happen to use the same digits."""
    first = maker.ship(maker.order(maker.on("10-29", 8)), maker="fedex")
    second = maker.ship(maker.order(maker.on("11-02", 8)), maker="fedex")
    parcel = second.parcels[0]
    parcel.waybill = parcel.shown = parcel.fed = first.waybill
    parcel.carrier = parcel.feed = "SpeedX"
    yield "same_digits_two_carriers", [first, second]


def repeated_digits(maker: Maker) -> Iterator[LookAlike]:
    """A real number in which one digit repeats for a while."""
    for day, kind, start in (("10-23", "usps", "940011111111111"), ("11-05", "fedex", "7777777")):
        order = maker.ship(maker.order(maker.on(day, 16)), maker=kind)
        parcel = order.parcels[0]
        parcel.waybill = parcel.shown = parcel.fed = maker.numbers.waybill(kind, start)
        yield "repeated_digits", [order]


def scanned_twice(maker: Maker) -> Iterator[LookAlike]:
    """Two pick-up scans at one hub within the hour."""
    order = maker.ship(maker.order(maker.on("11-03", 14)), maker="ups")
    parcel = order.parcels[0]
    first = next(event for event in parcel.events if event.status == "picked_up")
    again: Event = replace(first, at=first.at + 40 * MINUTE, weight_g=None)
    parcel.events.insert(parcel.events.index(first) + 1, again)
    yield "scanned_twice", [order]


def bought_twice(maker: Maker) -> Iterator[LookAlike]:
    """One buyer orders again and gets a second parcel with its own number."""
    buyer: Buyer = maker.buyer(PLACES["30303"])
    orders = [maker.ship(maker.order(maker.on("11-02", 9) + gap, buyer=buyer)) for gap in (0 * HOUR, DAY)]
    yield "bought_twice", orders


def own_tracking_link(maker: Maker) -> Iterator[LookAlike]:
    """The label carries the carrier's own tracking link."""
    order = maker.ship(maker.order(maker.on("11-04", 19)), maker="usps")
    order.label_text = f"USPS GROUND ADVANTAGE https://tools.usps.com/go/TrackConfirmAction?tLabels={order.waybill}"
    yield "own_tracking_link", [order]


INNOCENTS: tuple[Innocent, ...] = (
    combined,
    split,
    spelling,
    neighbouring_postcode,
    city_spelling,
    postcode_plus_four,
    pickup_point,
    cancelled_before_collection,
    platform,
    free_goods,
    grace_not_over,
    handover,
    masked,
    before_tracking,
    same_digits,
    repeated_digits,
    scanned_twice,
    bought_twice,
    own_tracking_link,
)
