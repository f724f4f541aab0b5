"""Orders, labels and stock that look wrong and are not: the hard negatives that the rule catalogue names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from fulfil_analytics.sample.clock import CLOSED, DAY, END, HOUR, MINUTE, local
from fulfil_analytics.sample.facts_us import PLACES, WAREHOUSES
from fulfil_analytics.sample.innocents import Innocent, LookAlike
from fulfil_analytics.sample.maker import Maker
from fulfil_analytics.sample.model import Order, Stocked

_LONG = {"St": "Street", "Ave": "Avenue", "Rd": "Road", "Ln": "Lane", "Blvd": "Boulevard", "Ct": "Court"}


def label_spelling(maker: Maker) -> Iterator[LookAlike]:
    """The label spells the same person, street, phone and postcode another way."""
    order = maker.ship(maker.order(maker.on("10-28", 9)))
    buyer = order.buyer
    number, *words, kind = buyer.street.split()
    digits = "".join(sign for sign in buyer.phone if sign.isdigit())
    order.label_cells = {
        "recipient": buyer.name.upper(),
        "phone": f"+{digits[0]} {digits[1:4]} {digits[4:7]} {digits[7:]}",
        "address": f"{number} {' '.join(words)} {_LONG[kind]} {buyer.unit}".strip().lower(),
        "postal_code": f"{buyer.postal_code}-0101",
    }
    yield "label_spelling", [order]


def label_of_collection_point(maker: Maker) -> Iterator[LookAlike]:
    """The label bears the address of the collection point."""
    order = maker.order(maker.on("10-29", 9), place=PLACES["60614"])
    order.delivery_option, order.export = "Collection point", "api"
    order.label_cells = {"address": "1 Example Plaza", "postal_code": "60601"}
    yield "label_of_collection_point", [maker.ship(order, to=PLACES["60601"])]


def gift(maker: Maker) -> Iterator[LookAlike]:
    """A gift goes to somebody else than the buyer."""
    order = maker.ship(maker.order(maker.on("10-29", 9)))
    order.marks, order.export = frozenset({"gift"}), "api"
    order.label_name = "Fern Mockford" if order.buyer.name != "Fern Mockford" else "Ivy Mockford"
    yield "gift", [order]


def exchange(maker: Maker) -> Iterator[LookAlike]:
    """An exchange for an order that came back: free, and to the same person."""
    order = maker.ship(maker.order(maker.on("11-02", 9)))
    order.marks, order.export, order.free = frozenset({"exchange"}), "api", True
    yield "exchange", [order]


def own_phone(maker: Maker) -> Iterator[LookAlike]:
    """The buyer's own phone on the label, for the driver."""
    order = maker.ship(maker.order(maker.on("11-03", 9)))
    order.label_text = f"Please call before delivery: {order.buyer.phone}"
    yield "own_phone_on_label", [order]


def numbers_in_note(maker: Maker) -> Iterator[LookAlike]:
    """A note full of numbers that are nobody's."""
    for day, note in (("10-27", "see order {order_id}, box 2 of 3"), ("11-04", "SKU {sku}, 12 x 30 cm, paid 14.99")):
        order = maker.ship(maker.order(maker.on(day, 9)))
        order.note = note.format(order_id=order.order_id, sku=order.lines[0].product.seller_sku)
        yield "numbers_in_note", [order]


def harmless_goods(maker: Maker) -> Iterator[LookAlike]:
    """Goods that only bear the name of what may not be shipped."""
    for day, name in (("10-29", "Fireworks print cotton tote bag"), ("11-03", "Toy handgun, foam, for costumes")):
        order = maker.ship(maker.order(maker.on(day, 9), lines=1))
        order.lines[0].product = replace(order.lines[0].product, name=name)
        yield "harmless_goods", [order]


def stocked(maker: Maker, day: str, *rows: tuple[int, int, dt.datetime | None], quantity: int = 2) -> Order:
    """Return an open order of goods that nobody else orders, and what the stock count says of them."""
    order = maker.order(maker.late_on(day, 9), lines=len(rows))
    pieces = []
    for line, (sellable, on_hand, restock_at) in zip(order.lines, rows, strict=True):
        line.quantity = quantity
        line.product = replace(line.product, seller_sku=maker.rare_sku())
        pieces.append(Stocked(order.warehouse.name, line.product.seller_sku, sellable, on_hand, restock_at))
    order.pieces = tuple(pieces)
    return order


def enough_stock(maker: Maker) -> Iterator[LookAlike]:
    """The stock reaches exactly; the order is packed already; the goods are made after the order."""
    yield "stock_reaches", [stocked(maker, "11-13", (2, 2, None))]
    packed = stocked(maker, "11-14", (0, 0, None))
    maker.give(packed, maker.late_on("11-15", 16), "ups")
    packed.parcels[0].events.clear()
    yield "stock_packed", [maker.carry(packed, maker.late_on("11-15", 17))]
    later = stocked(maker, "11-13", (0, 0, END + 4 * DAY))
    later.pre_order = True
    yield "stock_pre_order", [later]


def partly_shipped(maker: Maker) -> Iterator[LookAlike]:
    """One line left, the other was refunded; one line is packed, and there is time for the other."""
    order = maker.ship(maker.order(maker.on("10-28", 9), lines=2))
    order.lines[1].parcel = None
    order.lines[1].returned = order.lines[1].quantity
    order.refund_asked = order.created + 5 * HOUR
    yield "refunded_line", [order]
    order = maker.order(maker.late_on("11-13", 15), lines=2)
    maker.give(order, maker.late_on("11-15", 17), "usps")
    order.lines[1].parcel = None
    yield "partly_packed", [order]


def answered(maker: Maker) -> Iterator[LookAlike]:
    """Requests to cancel that were granted, overtaken by the shipment, too late, or not yet due."""
    for kind, hours in (("granted", 5), ("overtaken", None), ("after_shipment", None)):
        order = maker.order(maker.on("11-03", 7))
        order.export = "api"
        if kind == "granted":
            order.cancel_asked = order.created + HOUR
            order.cancelled = order.created + (hours or 0) * HOUR
            order.cancelled_by, order.cancel_reason = "Buyer", "No longer needed"
        else:
            maker.ship(order, ship_on=maker.date("11-03"))
            left = order.shipped or order.created
            order.cancel_asked = left - 3 * HOUR if kind == "overtaken" else left + 3 * HOUR
        yield f"request_{kind}", [order]
    order = maker.order(maker.late_on("11-14", 9))
    order.export, order.cancel_asked = "api", maker.late_on("11-15", 14)
    yield "request_not_due", [order]


def same_deadline(maker: Maker) -> Iterator[LookAlike]:
    """The platform's own deadline is the computed one, or half an hour off."""
    for day, minutes in (("10-20", 0), ("10-27", 30)):
        order = maker.ship(maker.order(maker.on(day, 9)))
        order.export = "api"
        last = maker.calendar.after(maker.calendar.day_of(order.created), 6)
        due = local(last, 24 - 1 / 3600) + minutes * MINUTE
        order.platform_due = {"delivery": due}
        yield "same_deadline", [order]


def around_holiday_mode(maker: Maker) -> Iterator[LookAlike]:
    """While the mode was being switched on, after it was off, and at a warehouse that stayed open."""
    closed = CLOSED.house
    for moment, house in (
        (CLOSED.start + 40 * MINUTE, closed),
        (CLOSED.end + 5 * MINUTE, closed),
        (CLOSED.start + 20 * HOUR, WAREHOUSES[0]),
    ):
        order = maker.order(moment + maker.draw.randint(0, 15) * MINUTE, warehouse=house, place=PLACES["89101"])
        yield "around_holiday_mode", [maker.ship(order)]


def sent_back(maker: Maker) -> Iterator[LookAlike]:
    """A return on its way: its number is on no order, but on the return."""
    order = maker.ship(maker.order(maker.on("10-23", 7), place=PLACES["77002"], warehouse=WAREHOUSES[1]), maker="usps")
    delivered = order.delivered or order.created
    order.refund_asked = delivered + 30 * HOUR
    order.lines[0].returned = order.lines[0].quantity
    order.way_back = maker.stray("ups", delivered + 50 * HOUR, WAREHOUSES[1], PLACES["78205"])
    yield "return_parcel", [order]


def long_export(maker: Maker) -> Iterator[LookAlike]:
    """An export that reaches back further than ninety days, and holds orders in its first days."""
    if not maker.once("long_export"):
        return
    days = (dt.date(2026, 7, 28), dt.date(2026, 7, 29), dt.date(2026, 11, 2))
    orders = [maker.ship(maker.order(local(day, 9))) for day in days]
    for order in orders:
        order.export = "Completed order-2026-11-16-07_10"
    yield "long_export", orders


INNOCENT_ORDERS: tuple[Innocent, ...] = (
    label_spelling, label_of_collection_point, gift, exchange, own_phone, numbers_in_note, harmless_goods, enough_stock,
    partly_shipped, answered, same_deadline, around_holiday_mode, sent_back, long_export,
)  # fmt: skip
