"""Numbers that are used twice, cannot exist, or lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from fulfil_analytics.sample.clock import MINUTE
from fulfil_analytics.sample.facts_us import PLACES, WAREHOUSES
from fulfil_analytics.sample.maker import Maker
from fulfil_analytics.sample.model import Order, Place
from fulfil_analytics.sample.plant.case import Case, Expected, Plant, case
from fulfil_analytics.sample.waybills import wrong_check


def _again(maker: Maker, first: Order, place: Place, minutes: int) -> Order:
    """Return another buyer's order that was given the first one's number."""
    other = maker.order(first.created + minutes * MINUTE, place=place, warehouse=first.warehouse)
    other.lines = [type(line)(line.product, line.quantity) for line in first.lines]
    return maker.pack_with(other, first)


def duplicate_waybill(maker: Maker) -> Iterator[Case]:
    """One number for buyers who have nothing to do with each other."""
    for day, kind, code, copies in (
        ("10-27", "usps", "60614", 1),
        ("11-03", "ups", "33130", 1),
        ("11-12", "usps", "77019", 2),
    ):
        first = maker.ship(maker.order(maker.on(day, 8), place=PLACES[code], warehouse=WAREHOUSES[1]), maker=kind)
        others = [_again(maker, first, PLACES[code], 7 * number) for number in range(1, copies + 1)]
        orders = [first, *others]
        yield Case("duplicate_waybill", orders, [_duplicate(order) for order in orders])
    # the second buyer lives elsewhere, and the carrier delivered once
    first = maker.ship(maker.order(maker.on("10-22", 8), place=PLACES["75219"], warehouse=WAREHOUSES[1]), maker="fedex")
    other = _again(maker, first, PLACES["98109"], 9)
    elsewhere = Expected("destination_mismatch", other.order_id, other.waybill)
    yield Case("duplicate_waybill", [first, other], [_duplicate(first), _duplicate(other), elsewhere])


def _duplicate(order: Order) -> Expected:
    return Expected("duplicate_waybill", order.order_id, order.waybill)


def _replace_number(order: Order, number: str) -> None:
    parcel = order.parcels[0]
    parcel.waybill = parcel.shown = parcel.fed = number


def invalid_waybill(maker: Maker) -> Iterator[Case]:
    """A wrong check digit that the tracking feed goes along with; a digit lost, after which nobody finds the parcel."""
    for day, kind in (("10-28", "usps"), ("11-04", "ups")):
        order = maker.ship(maker.order(maker.on(day, 10)), maker=kind)
        _replace_number(order, wrong_check(order.waybill))
        yield case("invalid_waybill", order, "invalid_waybill")
    for day, kind in (("11-02", "usps"), ("11-12", "ups")):
        order = maker.order(maker.on(day, 10))
        maker.give(order, maker.on(day, 14), kind, label_event=False)
        _replace_number(order, order.waybill[:8] + order.waybill[9:])
        yield case("invalid_waybill", order, "invalid_waybill")


def untraceable_waybill(maker: Maker) -> Iterator[Case]:
    """A good number that the carrier never heard of."""
    for day, given, kind in (("11-02", "11-02", "usps"), ("11-10", "11-12", "ups"), ("11-12", "11-12", "fedex")):
        order = maker.order(maker.on(day, 9))
        maker.give(order, maker.on(given, 13), kind, label_event=False)
        yield case("untraceable_waybill", order, "untraceable_waybill")
    # the platform believed it: shipped and delivered in the export, unknown to the carrier
    order = maker.order(maker.on("11-03", 9))
    maker.give(order, maker.on("11-03", 13), "usps", label_event=False)
    maker.settle(order, maker.on("11-03", 17), maker.on("11-06", 12))
    yield case("untraceable_waybill", order, "untraceable_waybill")


def placeholder_waybill(maker: Maker) -> Iterator[Case]:
    """A number typed to get past the form."""
    for day, number in (("10-28", "000000000000"), ("11-03", "123456789012"), ("11-05", "TEST")):
        order = maker.order(maker.on(day, 9))
        maker.give(order, maker.on(day, 13), "fedex", label_event=False)
        _replace_number(order, number)
        yield case("placeholder_waybill", order, "placeholder_waybill")


def carrier_mismatch(maker: Maker) -> Iterator[Case]:
    """Another carrier's number: the export says UPS, the parcel travels by post."""
    for day in ("10-28", "11-04"):
        order = maker.ship(maker.order(maker.on(day, 9)), maker="usps")
        order.parcels[0].carrier = "UPS"
        yield case("carrier_mismatch", order, "carrier_mismatch")


def unapproved_carrier(maker: Maker) -> Iterator[Case]:
    """A real carrier with real numbers, which the shop's list of approved carriers does not name."""
    order = maker.ship(maker.order(maker.on("10-29", 9)), maker="usps")
    parcel = order.parcels[0]
    parcel.carrier = parcel.feed = "LaserShip"
    _replace_number(order, maker.numbers.waybill("lasership"))
    yield case("unapproved_carrier", order, "unapproved_carrier")


def batch_anomaly(maker: Maker) -> Iterator[Case]:
    """A dozen numbers uploaded at once just before the deadline, none of them ever scanned."""
    orders = [maker.order(maker.on("11-03", 6 + number)) for number in range(12)]
    for number, order in enumerate(orders):
        maker.give(order, maker.on("11-05", 23) + number * MINUTE, "usps", label_event=False)
    yield Case("batch_anomaly", orders, [])


PLANTS: dict[str, Plant] = {
    "duplicate_waybill": duplicate_waybill,
    "invalid_waybill": invalid_waybill,
    "untraceable_waybill": untraceable_waybill,
    "placeholder_waybill": placeholder_waybill,
    "carrier_mismatch": carrier_mismatch,
    "unapproved_carrier": unapproved_carrier,
    "batch_anomaly": batch_anomaly,
}
