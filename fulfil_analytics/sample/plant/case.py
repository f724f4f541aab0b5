"""A planted case and what must be found in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from fulfil_analytics.sample.maker import Maker
from fulfil_analytics.sample.model import Order


class Expected(NamedTuple):
    """A finding that must be raised; order is null for a finding on a file, waybill where none is known."""

    rule_id: str
    order_id: str | None
    waybill: str | None


@dataclass(frozen=True)
class Case:
    """Orders of one planted violation; those that no rule may flag stand in `orders` too."""

    kind: str
    orders: list[Order]
    expects: list[Expected]


Plant = Callable[[Maker], Iterator[Case]]


def case(kind: str, order: Order, *rules: str, waybill: bool = True) -> Case:
    """Return the case of one order on which exactly `rules` fire; `waybill` false when its number is not usable."""
    number = order.waybill if waybill and order.parcels else None
    return Case(kind, [order], [Expected(rule, order.order_id, number) for rule in rules])
