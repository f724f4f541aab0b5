"""Planted and innocent-looking orders, with what is true about them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TypeVar

from fulfil_analytics.sample.innocents import Innocent
from fulfil_analytics.sample.maker import Maker
from fulfil_analytics.sample.model import Order, Parcel
from fulfil_analytics.sample.plant import Expected, Plant
from fulfil_analytics.sample.plant.batches import Batches
from fulfil_analytics.sample.plant.case import Case
from fulfil_analytics.sample.plant.life import UnclearError, broken, hasty
from fulfil_analytics.sample.truth import Truth

_T = TypeVar("_T")
_ORDERS_A_ROUND = 3000
"""For each so many orders every usual case is planted once more."""
_MOST = 20_000
"""Special orders at most: they are held in memory."""


class Special:
    """As many whole cases as there is room for.

    Attributes
    ----------
    orders : list of Order
        Orders of the cases.
    strays : list of Parcel
        Tracked parcels that are on no order.
    """

    def __init__(self, maker: Maker, truth: Truth, batches: Batches, shops: int = 1) -> None:
        self._maker, self._truth, self._batches = maker, truth, batches
        self._shops = shops
        self.orders: list[Order] = []
        self.strays: list[Parcel] = []

    def fill(self, orders: int, plants: Collection[Plant], innocents: Collection[Innocent], *, dense: bool) -> None:
        """Plant into a sample of `orders`; `dense` fills half of it, in ever new variations.

        Parameters
        ----------
        orders : int
            Orders of the sample.
        plants : collection of callable
            Makers of violations.
        innocents : collection of callable
            Makers of look-alikes.
        dense : bool
            Whether cases are made until there is no room.
        """
        room = min(orders // 2, _MOST)
        for _ in range(_MOST if dense else 1 + orders // _ORDERS_A_ROUND):
            before = len(self.orders)
            for case in _cases(self._maker, plants, innocents, dense):
                if len(self.orders) + len(case.orders) <= room:
                    self._add(case)
            if len(self.orders) == before:
                return

    def ordinary(self, orders: Iterator[Order]) -> Iterator[Order]:
        """Pass ordinary orders on, counted; those that somebody let slip are true findings as well."""
        for order in orders:
            self._place(order)
            found = broken(self._maker, order, self._truth.rules) if order.slipped else set()
            why = order.slipped
            self._truth.planted += [Expected(rule, order.order_id, of, why) for rule, of in sorted(found, key=str)]
            self._batches.add(order, {rule for rule, _ in found})
            yield order

    def _place(self, *orders: Order) -> None:
        """Put the orders of a case into one shop; the same shop for the same order number."""
        if self._shops > 1:
            for order in orders:
                order.shop = f"shop-{int(orders[0].order_id) // 10 % self._shops + 1}"

    def _add(self, case: Case) -> None:
        """Take the case in, unless what is true of it is not clear, or an innocent broke a rule after all."""
        try:
            follow = {order.order_id: broken(self._maker, order, self._truth.rules) for order in case.orders}
        except UnclearError:
            return
        found = {(e.rule_id, e.order_id or e.waybill or e.file): e for e in case.expects}
        for order_id, rules in follow.items():
            for rule, waybill in sorted(rules, key=str):
                found.setdefault((rule, order_id), Expected(rule, order_id, waybill))
        if case.innocent and found:
            return
        self._place(*case.orders)
        self.orders += case.orders
        self.strays += case.strays
        shop = case.orders[0].shop if case.orders else ""
        self._truth.planted += [
            e._replace(why=case.kind, file=f"{shop}/{e.file}" if e.file and shop else e.file) for e in found.values()
        ]
        for order in case.orders:
            mine = {rule for rule, about in found if about == order.order_id}
            self._batches.add(order, mine, hasty=hasty(self._maker, order))
        if case.innocent:
            self._truth.innocents.setdefault(case.kind, []).extend(order.order_id for order in case.orders)


def _cases(maker: Maker, plants: Collection[Plant], innocents: Collection[Innocent], dense: bool) -> Iterator[Case]:
    for plant in plants:
        yield from _varied(maker, plant, dense)
    for innocent in innocents:
        for kind, group in _varied(maker, innocent, dense):
            yield Case(kind, group, [], innocent=True)


def _varied(maker: Maker, make: Callable[[Maker], Iterator[_T]], dense: bool) -> Iterator[_T]:
    if dense:
        maker.vary()
    for made in make(maker):
        yield made
        if dense:
            maker.vary()
