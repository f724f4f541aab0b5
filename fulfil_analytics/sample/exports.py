"""Which export an order stands in: the seller's usual ones, a named one in their layout, or the platform's API."""

from __future__ import annotations

import datetime as dt
from contextlib import ExitStack
from pathlib import Path

from fulfil_analytics.sample.clock import END, OLD, OLD_FROM
from fulfil_analytics.sample.files import OrderFiles, Table
from fulfil_analytics.sample.layouts import BY_MARKET
from fulfil_analytics.sample.model import Line, Market, Order, Parcel
from fulfil_analytics.sample.rows import Writer, hidden
from fulfil_analytics.sample.tables import iso

NEWEST = "All order-2026-11-16-07_16"
OLDER = "All order-2026-11-05-07_16"
_API = "orders-api"
_STATES = {
    "unpaid": "unpaid",
    "awaiting_shipment": "to_ship",
    "awaiting_collection": "awaiting_collection",
    "in_transit": "shipped",
    "delivered": "delivered",
    "completed": "completed",
    "cancelled": "cancelled",
}


class Exports:
    """The order exports of a sample: newest and older of each shop, and others where an order asks for them."""

    def __init__(self, folder: Path, market: Market, container: str, stack: ExitStack, *, older: str) -> None:
        self._folder, self._market, self._container, self._stack = folder, market, container, stack
        self._older = older
        self._files: dict[str, OrderFiles] = {}
        self._api: ApiOrders | None = None
        self._at("", NEWEST, container, END)
        if older:
            self._at("", OLDER, older, OLD)

    def add(self, order: Order) -> None:
        """Write the order into the exports that hold it."""
        if order.export == "api":
            self._api = self._api or ApiOrders(self._folder, self._market, self._stack)
            self._api.add(order)
        elif order.export:
            self._at(order.shop, order.export, "csv", END).add(order)
        else:
            self._at(order.shop, NEWEST, self._container, END).add(order)
            if self._older and OLD_FROM <= order.created < OLD:
                self._at(order.shop, OLDER, self._older, OLD).add(order)

    def capped(self) -> list[str]:
        """Return the files that look cut off: they hold exactly as many orders as the platform exports at most."""
        return [
            f"{name.rpartition('/')[0]}/{file}".lstrip("/")
            for name, files in self._files.items()
            for file in files.capped
        ]

    def _at(self, shop: str, stem: str, container: str, at: dt.datetime) -> OrderFiles:
        name = f"{shop}/{stem}"
        if name not in self._files:
            folder = self._folder / shop
            folder.mkdir(exist_ok=True)
            layout = BY_MARKET[self._market.id]
            files = OrderFiles(folder, stem, container, Writer(self._market, layout, at), layout)
            self._files[name] = self._stack.enter_context(files)
        return self._files[name]


class ApiOrders:
    """Orders with what only the platform's API tells: requests to cancel, marks, the platform's own deadlines."""

    def __init__(self, folder: Path, market: Market, stack: ExitStack) -> None:
        self._table: Table | None = None
        self._folder, self._market, self._stack = folder, market, stack

    def add(self, order: Order) -> None:
        """Append one row a line."""
        state = order.state(END)
        for line in order.lines:
            cells = {**self._order(order, state), **self._line(order, line), "updated_at": iso(END)}
            if self._table is None:
                self._table = Table(self._folder, _API, ",".join(cells), self._stack)
            self._table.add(*cells.values())

    def _order(self, order: Order, state: str) -> dict[str, object]:
        buyer, hide = order.buyer, hidden(order, state)
        moments = {
            "created_at": order.created,
            "paid_at": order.paid,
            "rts_at": order.rts,
            "shipped_at": order.shipped,
            "delivered_at": order.delivered,
            "cancel_requested_at": order.cancel_asked,
            "cancelled_at": order.cancelled,
        }
        return {
            "order_id": order.order_id,
            "shop": order.shop,
            "market": self._market.country,
            "order_status": _STATES[state],
            **{name: iso(at) if at and at <= END else "" for name, at in moments.items()},
            "delivery_due_at": iso(order.platform_due["delivery"]) if order.platform_due else "",
            "cancelled_by": order.cancelled_by,
            "cancel_reason": order.cancel_reason,
            "fulfilled_by": "seller",
            "label_by": "seller",
            "warehouse": order.warehouse.name,
            "delivery_option": order.delivery_option,
            "pickup_point": str(order.to_pickup_point).lower(),
            "buyer": "" if hide else buyer.username,
            "recipient": "" if hide else buyer.name,
            "phone": "" if hide else buyer.phone,
            "address": "" if hide else f"{buyer.street} {buyer.unit}".strip(),
            "country": self._market.country,
            "state": buyer.place.state,
            "city": buyer.city,
            "postal_code": buyer.postal_code,
            **{f"is_{mark}": str(mark in order.marks).lower() for mark in ("gift", "exchange", "replacement")},
            "order_amount_cents": 0
            if order.free
            else sum(line.product.price_cents * line.quantity for line in order.lines),
        }

    @staticmethod
    def _line(order: Order, line: Line) -> dict[str, object]:
        parcel: Parcel | None = line.parcel if order.rts and order.rts <= END else None
        product = line.product
        return {
            "sku_id": product.sku_id,
            "seller_sku": product.seller_sku,
            "product_id": product.product_id,
            "product_name": product.name,
            "product_category": product.category,
            "variation": product.variation,
            "quantity": line.quantity,
            "unit_price_cents": 0 if order.free else product.price_cents,
            "package_id": parcel.package_id if parcel else "",
            "waybill": parcel.shown if parcel else "",
            "carrier": parcel.carrier if parcel else "",
        }
