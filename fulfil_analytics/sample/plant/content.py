"""What is in the parcel, on the label and in the notes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fulfil_analytics.sample.maker import Maker
from fulfil_analytics.sample.plant.case import Case, Plant, case


def weight_mismatch(maker: Maker) -> Iterator[Case]:
    """The carrier weighed an envelope."""
    for day in ("10-28", "11-03"):
        order = maker.order(maker.on(day, 9))
        order.lines = order.lines[:1]
        order.lines[0].product = next(good for good in maker.market.products if good.weight_g > 900)
        yield case("weight_mismatch", maker.ship(order, weight_g=40), "weight_mismatch")


def recipient_mismatch(maker: Maker) -> Iterator[Case]:
    """The label names somebody else."""
    order = maker.ship(maker.order(maker.on("10-30", 9)))
    order.label_name = "Rowan Mockford" if order.buyer.name != "Rowan Mockford" else "Fern Mockford"
    yield case("recipient_mismatch", order, "recipient_mismatch")


def label_content(maker: Maker) -> Iterator[Case]:
    """A flyer of another shop printed on the label."""
    order = maker.ship(maker.order(maker.on("11-03", 9)))
    order.label_text = "10 % off, write to us on WhatsApp https://shop.example.com/again"
    yield case("label_content", order, "label_content")


def prohibited_goods(maker: Maker) -> Iterator[Case]:
    """Goods that may not be shipped."""
    order = maker.ship(maker.order(maker.on("10-29", 9), lines=1))
    good = order.lines[0].product
    order.lines[0].product = replace(good, name="Firecrackers, box of ten", category="Fireworks", variation="Red")
    yield case("prohibited_goods", order, "prohibited_goods")


def exposed_personal_data(maker: Maker) -> Iterator[Case]:
    """A mail address in a note."""
    order = maker.ship(maker.order(maker.on("11-04", 9)))
    order.note = "ask hazel.testwell@example.com about the colour"
    yield case("exposed_personal_data", order, "exposed_personal_data")


def short_shipment(maker: Maker) -> Iterator[Case]:
    """Two things ordered, one sent."""
    for day in ("10-28", "11-03"):
        order = maker.order(maker.on(day, 9), lines=2)
        # the heavier line travels: the weight alone must not give it away
        order.lines.sort(key=lambda line: -line.product.weight_g * line.quantity)
        maker.ship(order).lines[1].parcel = None
        order.parcels[0].events = [
            replace(event, weight_g=event.weight_g and order.lines[0].product.weight_g * order.lines[0].quantity + 50)
            for event in order.parcels[0].events
        ]
        yield case("short_shipment", order, "short_shipment", waybill=False)


PLANTS: dict[str, Plant] = {
    plant.__name__: plant
    for plant in (
        weight_mismatch,
        recipient_mismatch,
        label_content,
        prohibited_goods,
        exposed_personal_data,
        short_shipment,
    )
}
