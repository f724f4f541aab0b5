"""Everything of a sample folder that is not the order export: tracking, labels, catalogue, stock, windows, returns."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from fulfil_analytics.sample.clock import END, HOUR, WINDOWS, Closed, local
from fulfil_analytics.sample.files import Table
from fulfil_analytics.sample.maker import Maker
from fulfil_analytics.sample.model import Event, Market, Order, Parcel, Stocked, Warehouse

_WORDS = {
    "label_created": "Shipping label created, awaiting item",
    "picked_up": "Picked up",
    "departed": "Departed facility",
    "arrived": "Arrived at facility",
    "in_transit": "Processed at facility",
    "customs": "Held by customs",
    "out_for_delivery": "Out for delivery",
    "attempted": "Delivery attempted, refused or nobody there",
    "returning": "On its way back to the sender",
    "returned": "Returned to the sender",
    "delivered": "Delivered",
}
_UPPER = frozenset({"USPS"})


class Tracking:
    """The carrier's events of every parcel the seller's tracking feed knows."""

    def __init__(self, folder: Path, market: Market, stack: ExitStack) -> None:
        header = (
            "tracking_number,carrier,event_time,status,description,location,city,state,postal_code,country,weight_g"
        )
        self._table = Table(folder, "tracking", header, stack)
        self._market = market

    def add(self, order: Order) -> None:
        """Append the events of the order's parcels up to the sample's end."""
        for parcel in order.parcels:
            self.add_parcel(parcel)
        if order.way_back:
            self.add_parcel(order.way_back)

    def add_parcel(self, parcel: Parcel) -> None:
        """Append the events of a parcel up to the sample's end."""
        for event in parcel.events if parcel.tracked else ():
            if event.at < END:
                self._add(parcel, event)

    def _add(self, parcel: Parcel, event: Event) -> None:
        # one carrier tells local time with its offset, the others UTC
        zone = event.zone if parcel.feed in _UPPER else None
        when = event.at.astimezone(zone or dt.UTC).isoformat()
        city = event.city.upper() if parcel.feed in _UPPER else event.city
        self._table.add(
            parcel.fed,
            parcel.feed,
            when.replace("+00:00", "Z"),
            event.status,
            _WORDS[event.status],
            "",
            city,
            event.state,
            event.postal_code,
            self._market.country if city else "",
            event.weight_g,
        )


class Labels:
    """One shipping label a parcel."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        header = "order_id,tracking_number,recipient,phone,address,city,state,postal_code,country,label_text"
        self._table = Table(folder, "labels", header, stack)

    def add(self, order: Order) -> None:
        """Append the labels of the order's parcels."""
        if order.rts is None or order.rts > END or order.by_platform:
            return
        buyer = order.buyer
        for parcel in order.parcels:
            cells = {
                "recipient": order.label_name or buyer.name,
                "phone": buyer.phone,
                "address": f"{buyer.street} {buyer.unit}".strip(),
                "city": buyer.city,
                "state": buyer.place.state,
                "postal_code": buyer.postal_code,
                "country": "US",
                "label_text": order.label_text,
            }
            self._table.add(order.order_id, parcel.waybill, *{**cells, **order.label_cells}.values())


class Returns:
    """The platform's export of returns and refunds."""

    def __init__(self, folder: Path, maker: Maker, stack: ExitStack) -> None:
        header = (
            "Return Order ID,Order ID,Order Amount,Order Status,Order Substatus,Payment Method,SKU ID,Seller SKU,"
            "Product Name,SKU Name,Buyer Username,Return Type,Time Requested,Return Reason,Return unit price,"
            "Return Quantity,Return Logistics Tracking ID,Return Status,Return Sub Status,Refund Time,Dispute Status,"
            "Appeal Status,Compensation Status,Compensation Amount,Buyer Note"
        )
        self._table = Table(folder, "Return-Refund orders", header, stack)
        self._maker = maker

    def add(self, order: Order) -> None:
        """Append the order's return, if it was asked for by the sample's end."""
        if order.refund_asked is None or order.refund_asked > END:
            return
        product = order.lines[0].product
        self._table.add(
            self._maker.numbers.return_id(),
            order.order_id,
            "",
            "Completed",
            "Completed",
            "",
            product.sku_id,
            product.seller_sku,
            product.name,
            product.variation,
            order.buyer.username,
            "Return and refund",
            f"{order.refund_asked.astimezone(self._maker.market.zone):%Y-%m-%d}",
            "No longer needed",
            f"{product.price_cents / 100:.2f}",
            order.lines[0].returned,
            order.way_back.waybill if order.way_back else "",
            *[""] * 8,
        )


class Stock:
    """Counts what is still to be shipped, so that the stock export covers it."""

    def __init__(self) -> None:
        self._open: Counter[tuple[str, str]] = Counter()
        self._pieces: list[Stocked] = []

    def add(self, order: Order) -> None:
        """Count the units of an order that still needs them; what its own rows of the stock say is taken as it is."""
        if order.pieces:
            self._pieces += order.pieces
            return
        if not order.by_platform and order.state(END) in ("unpaid", "awaiting_shipment", "awaiting_collection"):
            for line in order.lines:
                self._open[order.warehouse.name, line.product.seller_sku] += line.quantity

    def write(self, folder: Path, market: Market) -> None:
        """Write the stock export: always more sellable than open."""
        with ExitStack() as stack:
            header = "warehouse,seller_sku,on_hand,reserved,sellable,restock_at,taken_at"
            table = Table(folder, "inventory", header, stack)
            taken = iso(END - 2 * HOUR)
            for number, house in enumerate(market.warehouses):
                for product in market.products:
                    wanted = self._open[house.name, product.seller_sku]
                    sellable = wanted + 40 + 15 * number
                    table.add(house.name, product.seller_sku, sellable + 5, 5, sellable, None, taken)
            for piece in self._pieces:
                reserved, again = piece.on_hand - piece.sellable, piece.restock_at and iso(piece.restock_at)
                table.add(piece.warehouse, piece.seller_sku, piece.on_hand, reserved, piece.sellable, again, taken)


def iso(moment: dt.datetime) -> str:
    """Return a UTC moment as the templates write it."""
    return moment.isoformat().replace("+00:00", "Z")


def write_catalogue(folder: Path, market: Market, more: tuple[Warehouse, ...] = ()) -> None:
    """Write products and warehouses."""
    with ExitStack() as stack:
        products = Table(folder, "products", "seller_sku,product_name,category,weight_g", stack)
        for product in market.products:
            products.add(product.seller_sku, product.name, product.category, product.weight_g)
        header = "warehouse,city,state,postal_code,country,latitude,longitude,time_zone"
        houses = Table(folder, "warehouses", header, stack)
        for house in (*market.warehouses, *more):
            place = house.place
            houses.add(
                house.name,
                place.city,
                place.state,
                place.postal_code,
                market.country,
                place.latitude,
                place.longitude,
                place.zone.key,
            )


def write_windows(folder: Path, market: Market, closed: Closed | None = None) -> None:
    """Write the platform's notices of longer deadlines."""
    header = (
        "mode,reason,name,from,to,stage,market,warehouse,handover,action,amount,unit,fixed_at,opted_in,automatic,"
        "reference"
    )
    with ExitStack() as stack:
        table = Table(folder, "sla_windows", header, stack)
        for window in WINDOWS:
            # blank means rts and dispatch
            stage = "" if window.stages == ("rts", "dispatch") else window.stages[0]
            first = local(window.first, 0).astimezone(market.zone)
            last = local(window.last, 24 - 1 / 3600).astimezone(market.zone)
            table.add(
                "extension",
                window.reason,
                window.name,
                first.isoformat(),
                last.isoformat(),
                stage,
                market.country,
                "",
                "",
                "add",
                window.days,
                "business_day",
                "",
                "false" if window.automatic else "true",
                "true" if window.automatic else "false",
                window.reference,
            )
        if closed:
            start, end = (moment.astimezone(market.zone).isoformat() for moment in (closed.start, closed.end))
            place = ("", market.country, closed.house.name)
            table.add("holiday", "", closed.name, start, end, *place, *[""] * 5, "true", "false", "")
