"""Whose orders make a batch: counted over all orders of a sample, the ordinary ones too."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection

from fulfil_analytics.sample.clock import END
from fulfil_analytics.sample.maker import Maker
from fulfil_analytics.sample.model import Order

_LEAST, _PERCENT = 10, 5
HARD = frozenset(
    {
        "carrier_mismatch",
        "cloned_track",
        "destination_mismatch",
        "duplicate_waybill",
        "impossible_journey",
        "invalid_waybill",
        "placeholder_waybill",
        "recipient_mismatch",
        "scan_before_order",
        "stale_tracking",
        "status_conflict",
        "unapproved_carrier",
        "untraceable_waybill",
    }
)
"""Rules of false shipment whose evidence stands by itself."""
_Batch = tuple[str, str, dt.date, str]


class Batches:
    """Counts orders and affected orders of each shop's day, of each product's day, and of hasty uploads."""

    def __init__(self, maker: Maker) -> None:
        self._maker = maker
        self._orders: Counter[_Batch] = Counter()
        self._hit: defaultdict[_Batch, list[str]] = defaultdict(list)

    def add(self, order: Order, rules: Collection[str], *, hasty: bool = False) -> None:
        """Count an order with the rules it breaks; `hasty`: its number came just before the deadline, for nothing."""
        if order.by_platform:
            return
        given = order.rts if order.rts and order.rts < END and order.parcels else None
        day = self._maker.calendar.day_of(given or order.created)
        shop = ("shop", order.shop, day, "")
        products = {("product", order.shop, day, line.product.product_id) for line in order.lines}
        upload = ("upload", order.shop, day, "")
        self._orders.update([shop, upload, *products])
        if not HARD.isdisjoint(rules):
            for batch in (shop, *products):
                self._hit[batch].append(order.order_id)
        if hasty:
            self._hit[upload].append(order.order_id)

    def members(self) -> set[str]:
        """Return the orders that are part of a batch."""
        return {
            order
            for batch, hit in self._hit.items()
            if len(hit) > _LEAST and 100 * len(hit) > _PERCENT * self._orders[batch]
            for order in hit
        }
