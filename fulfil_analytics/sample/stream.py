"""Ordinary trade, newest order first, one order at a time: what a seller who does nothing wrong exports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from fulfil_analytics.sample.clock import (
    CAMPAIGN,
    DAY,
    END,
    HOLIDAY,
    HOUR,
    LAST_DAY,
    SLOW_CARRIERS,
    Window,
    local,
)
from fulfil_analytics.sample.maker import Maker
from fulfil_analytics.sample.model import Order

_OPENS = 6
_SECONDS = (24 - _OPENS) * 3600
_EVENING = 17
_SLOW_SHARE = 0.04
_UNPAID_SHOWN = 30 * HOUR
_UNPAID_LIMIT = 48 * HOUR
_ASKED = ("Please leave it on the porch, thank you!", "")
_WRAPPED = ("It is a present", "gift wrap")
_SLOW_TO = dt.date(2026, 11, 4)
"""Last day of creation whose standard delivery deadline has passed by END."""


def ordinary(maker: Maker, count: int, *, slips: bool = False) -> Iterator[Order]:
    """Yield `count` orders spread over the days of the sample, newest first; with `slips` some are late for real."""
    days = (LAST_DAY - maker.first_day).days + 1
    for number in range(count):
        share = (number + maker.draw.random()) / count
        second = int((1 - share) * days * _SECONDS)
        day = maker.first_day + second // _SECONDS * DAY
        moment = local(day, _OPENS + second % _SECONDS / 3600, maker.market.zone)
        yield _order(maker, moment, day, slips=slips)


def _order(maker: Maker, created: dt.datetime, day: dt.date, *, slips: bool) -> Order:
    order = maker.order(created)
    order.message, order.note = maker.draw.choices((("", ""), _ASKED, _WRAPPED), (90, 6, 4))[0]
    kind = maker.draw.random()
    if kind < 0.04 and (END - created < _UNPAID_SHOWN or END - created > _UNPAID_LIMIT):
        return _unpaid(order)
    if kind < 0.08:
        return _changed_mind(maker, order)
    if maker.market.id == "us":
        return _american(maker, order, day, kind, slips=slips)
    return maker.ship(order)


def _american(maker: Maker, order: Order, day: dt.date, kind: float, *, slips: bool) -> Order:
    if kind < 0.12:
        return by_platform(maker, order)
    if kind < 0.14:
        order.pre_order = True
        return maker.ship(order, ship_on=maker.calendar.after(day, 5))
    if kind < 0.15:
        return sample_to_creator(maker, order)
    if slips and _slips(maker, order, day):
        return order
    late_day = _late_under_standard(maker, day)
    if late_day:
        return maker.ship(order, ship_on=late_day)
    maker.ship(order, deliver_on=_late_at_the_door(maker, day))
    if order.delivered and maker.draw.random() < 0.05:
        _send_back(maker, order)
    return order


def _inside(window: Window, day: dt.date) -> bool:
    return window.first <= day <= window.last


def _late_under_standard(maker: Maker, day: dt.date) -> dt.date | None:
    """Return a dispatch day after the standard deadline that a window still allows, for some orders of the window."""
    for window, share in ((HOLIDAY, 0.3), (CAMPAIGN, 0.12)):
        if _inside(window, day) and maker.draw.random() < share:
            return maker.calendar.after(day, 2 + maker.draw.randint(1, window.days))
    return None


def _late_at_the_door(maker: Maker, day: dt.date) -> dt.date | None:
    """Return a delivery day after the standard deadline that the window still allows, for some orders of the window."""
    if not (SLOW_CARRIERS.first <= day <= _SLOW_TO and maker.draw.random() < 0.25):
        return None
    after = maker.calendar.after(day, 6) + DAY
    while not maker.calendar.delivers(after):
        after += DAY
    return min(after, LAST_DAY - DAY)


def _slips(maker: Maker, order: Order, day: dt.date) -> bool:
    """Let some orders be late for real, and say so: a warehouse that gets worse, a carrier in slow weeks."""
    if maker.draw.random() < _slip(maker, order, day):
        _let_slip(maker, order, day)
    elif maker.draw.random() < _SLOW_SHARE and LAST_DAY - 35 * DAY < day < LAST_DAY - 14 * DAY:
        order.slipped = "slow_carrier"
        maker.ship(order, maker="fedex", deliver_on=maker.calendar.after(day, 9))
    return bool(order.slipped)


def _slip(maker: Maker, order: Order, day: dt.date) -> float:
    """Return how likely the order is late: a warehouse that gets worse by the week, above all in the evening."""
    if day > LAST_DAY - 8 * DAY or order.warehouse is not maker.market.warehouses[1]:
        return 0.01
    weeks = (LAST_DAY - day).days / 7
    evening = order.created.astimezone(maker.market.zone).hour >= _EVENING
    return max(0.02, 0.16 - 0.025 * weeks) * (2 if evening else 0.7)


def _let_slip(maker: Maker, order: Order, day: dt.date) -> Order:
    """Ship it days after the deadline, in time for nobody."""
    order.slipped = "slipping_warehouse"
    return maker.ship(order, ship_on=maker.calendar.after(day, 4 + maker.draw.randint(1, 2)))


def _unpaid(order: Order) -> Order:
    order.paid = None
    order.cancelled = order.created + _UNPAID_LIMIT
    order.cancelled_by, order.cancel_reason = "System", "Customer overdue to pay"
    return order


def _changed_mind(maker: Maker, order: Order) -> Order:
    """The buyer cancels within hours, before a number was given."""
    order.cancelled = order.created + dt.timedelta(seconds=maker.draw.randint(1800, 18000))
    order.cancelled_by, order.cancel_reason = "Buyer", "No longer needed"
    return order


def by_platform(maker: Maker, order: Order) -> Order:
    """Let the platform fulfil the order; the seller's tracking feed does not know its parcel."""
    order.by_platform = True
    return maker.ship(order)


def sample_to_creator(maker: Maker, order: Order) -> Order:
    """Make it a free sample; the export shows that by its amounts only."""
    order.free = True
    return maker.ship(order)


def _send_back(maker: Maker, order: Order) -> None:
    asked = (order.delivered or END) + dt.timedelta(seconds=maker.draw.randint(20, 60) * 3600)
    order.refund_asked = asked
    order.lines[0].returned = order.lines[0].quantity
