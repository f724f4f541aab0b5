"""A planted case and what must be found in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from fulfil_analytics.sample.maker import Maker
from fulfil_analytics.sample.model import Order, Parcel


class Expected(NamedTuple):
    """A finding that must be raised; order is null for a finding on a file, waybill where none is known."""

    rule_id: str
    order_id: str | None
    waybill: str | None
    why: str = ""
    """Kind of case that it was planted with."""
    file: str | None = None


@dataclass(frozen=True)
class Case:
    """Orders of one planted violation; those that no rule may flag stand in `orders` too.

    `expects` names what cannot be read off an order's life: what follows from it (a number nobody scans is late as
    well) is worked out by `sample.plant.life`.
    """

    kind: str
    orders: list[Order]
    expects: list[Expected]
    strays: list[Parcel] = field(default_factory=list)
    """Parcels of the tracking input that are on no order."""
    innocent: bool = False
    """Whether it only looks like a violation."""


Plant = Callable[[Maker], Iterator[Case]]


def case(kind: str, order: Order, *rules: str, waybill: bool = True) -> Case:
    """Return the case of one order on which `rules` fire; `waybill` false when its number is not usable."""
    number = order.waybill if waybill and order.parcels else None
    return Case(kind, [order], [Expected(rule, order.order_id, number) for rule in rules])
