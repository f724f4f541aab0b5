"""An order's export rows at a moment: what had happened by then, and nothing later."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from fulfil_analytics.sample.clock import END
from fulfil_analytics.sample.layouts import TABBED, Layout
from fulfil_analytics.sample.model import Line, Market, Order

_FREE_SHIPPING_FROM = 35_00
_SHIPPING = 5_99
_TAX_PERCENT = {"US": 8}


def _mask(text: str) -> str:
    """Return the words of `text` with everything but their first character hidden: ``T**** B****``."""
    return " ".join(word[0] + "****" for word in text.split())


def _masked_phone(phone: str) -> str:
    return f"{phone.split('-', maxsplit=1)[0]}-***-{phone[-4:]}"


def hidden(order: Order, state: str) -> bool:
    """Whether the platform hides the recipient of the order in that state."""
    return order.masked or order.by_platform or state in ("unpaid", "cancelled")


class Writer:
    """Turns orders into rows of one layout."""

    def __init__(self, market: Market, layout: Layout, at: dt.datetime) -> None:
        self._market = market
        self._layout = layout
        self._at = at

    @property
    def headers(self) -> list[str]:
        """Header row."""
        return [header for header, _ in self._layout.columns]

    def rows(self, order: Order, *, tabs: bool) -> Iterator[list[str]]:
        """Yield one row a line; with `tabs` ids and times end in a TAB, as in CSV exports."""
        of_order = self._order_cells(order)
        for line in order.lines:
            cells = {**of_order, **self._line_cells(order, line, of_order["state_"])}
            if self._at < END:
                cells.update(order.told_before)
            if tabs:
                cells.update({name: cells.get(name, "") + "\t" for name in TABBED})
            yield [cells.get(meaning, "") for _, meaning in self._layout.columns]

    def _known(self, moment: dt.datetime | None) -> bool:
        return moment is not None and moment <= self._at

    def _time(self, moment: dt.datetime | None) -> str:
        return self._layout.time(moment.astimezone(self._market.zone) if moment and self._known(moment) else None)

    def _order_cells(self, order: Order) -> dict[str, str]:
        state = order.state(self._at)
        status, substatus = self._layout.words[state]
        gone = state == "cancelled"
        return {
            "state_": state,
            "order_id": order.order_id,
            "status": status,
            "substatus": substatus,
            "cancel_type": "Cancel" if gone else "Return/Refund" if self._known(order.refund_asked) else "",
            "pre_order": "Pre-order" if order.pre_order else "Normal",
            "created": self._time(order.created),
            "paid": self._time(order.paid),
            "rts": self._time(order.rts),
            "shipped": self._time(order.shipped),
            "delivered": self._time(order.delivered),
            "cancelled": self._time(order.cancelled),
            "cancelled_by": order.cancelled_by if gone else "",
            "cancel_reason": order.cancel_reason if gone else "",
            "fulfilment": "Fulfillment by TikTok Shop" if order.by_platform else "Fulfillment by seller",
            "warehouse": order.warehouse.name,
            "option_type": "" if order.by_platform else "Shipped by seller",
            "option": order.delivery_option,
            "message": order.message,
            "username": order.buyer.username,
            "country": self._market.country_name,
            "payment": "Credit/debit card",
            "note": order.note,
            **self._address(order, hidden(order, state)),
            **self._amounts(order, state),
        }

    @staticmethod
    def _address(order: Order, hide: bool) -> dict[str, str]:
        buyer = order.buyer
        code = buyer.postal_code
        return {
            "recipient": _mask(buyer.name) if hide else buyer.name,
            "phone": _masked_phone(buyer.phone) if hide else buyer.phone,
            "street": _mask(buyer.street) if hide else buyer.street,
            "unit": _mask(buyer.unit) if hide else buyer.unit,
            "state": buyer.place.state_name,
            "city": buyer.city,
            "district": buyer.place.district,
            "postal_code": code[:3] + "**" if order.masked_postal_code else code,
        }

    def _amounts(self, order: Order, state: str) -> dict[str, str]:
        goods = sum(_after(order, line) for line in order.lines)
        shipping = 0 if order.free or goods >= _FREE_SHIPPING_FROM or self._market.country != "US" else _SHIPPING
        tax = goods * _TAX_PERCENT.get(self._market.country, 0) // 100
        amount = goods + shipping + tax
        back = sum(_after(order, line) // line.quantity * line.returned for line in order.lines)
        refund = amount if state == "cancelled" else back if self._known(order.refund_asked) else 0
        money = self._layout.money
        return {
            "nothing": money(0),
            "shipping": money(shipping),
            "tax": money(tax),
            "amount": money(amount),
            "refund": money(refund) if refund else "",
        }

    def _line_cells(self, order: Order, line: Line, state: str) -> dict[str, str]:
        product, money = line.product, self._layout.money
        parcel = line.parcel if self._known(order.rts) else None
        carrier = parcel.carrier if parcel else ""
        price = 0 if order.free else product.price_cents
        moving = f"Package {order.parcels.index(parcel) + 1}\n{carrier}\n{order.delivery_option}" if parcel else ""
        return {
            "sku_id": line.sku_shown or product.sku_id,
            "seller_sku": product.seller_sku,
            "product_id": product.product_id,
            "product_name": product.name,
            "variation": product.variation,
            "category": product.category,
            "quantity": str(line.quantity),
            "returned": str(line.returned if self._known(order.refund_asked) else 0),
            "price": money(price),
            "before": money(price * line.quantity),
            "discount": money(price * line.quantity - _after(order, line)),
            "after": money(_after(order, line)),
            "weight": f"{product.weight_g * line.quantity / 1000:.3f}",
            "waybill": parcel.shown if parcel else "",
            "carrier": carrier,
            "package_id": parcel.package_id if parcel else "",
            "shipping_information": moving,
        }


def _after(order: Order, line: Line) -> int:
    """Return the line's subtotal: every second order had a tenth off, samples cost nothing."""
    whole = 0 if order.free else line.product.price_cents * line.quantity
    return whole - whole // 10 * (int(order.order_id[-3]) % 2)
