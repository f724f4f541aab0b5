"""What an order's life breaks by itself: read off its moments and events, after the words of the rule catalogue.

A planted case names the finding it is about; what follows from it (a number that nobody scans is late as well) is
worked out here. It is written after the catalogue and shares nothing with the rule files, and it refuses to say where a
moment lies so near a limit that two honest readings could differ.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from itertools import pairwise

from fulfil_analytics.sample.clock import DAY, END, HOUR, WINDOWS, Calendar, local
from fulfil_analytics.sample.maker import Maker
from fulfil_analytics.sample.model import Event, Order, Parcel

AS_OF = (END, END + 8 * HOUR)
"""The first and the last moment that the truth speaks for."""
_DEADLINES = {"rts": 2, "dispatch": 2, "delivery": 6}
_AUTO_CANCEL = 7
_GRACE = 24 * HOUR
_WARNING = 48 * HOUR
_HASTE = 2 * HOUR
_ZONES = {"same_state": 48 * HOUR, "other_state": 72 * HOUR, "remote": 120 * HOUR}
_NEAR = 2 * HOUR
"""Nearer to a limit of a rule that counts rest days than this, nothing is said: whose midnight counts is open."""
_ENDED = frozenset({"delivered", "attempted", "ready_for_pickup", "returning", "returned", "exception", "lost"})
_LAST_MILE = frozenset({"out_for_delivery", *_ENDED})


class UnclearError(Exception):
    """The truth would depend on how a limit is read, or change during the hours it speaks for."""


Broken = tuple[str, str | None]
"""Rule, and the number it is about where it is about a parcel."""


def broken(maker: Maker, order: Order, rules: Collection[str]) -> set[Broken]:
    """Return which of `rules` the order's life breaks.

    Raises
    ------
    UnclearError
        It is another set at the first than at the last moment of the truth, or too near a limit.
    """
    if order.by_platform:
        return set()
    first, last = ({(rule, of) for rule, of in _Life(maker, order, at).broken() if rule in rules} for at in AS_OF)
    if first != last:
        raise UnclearError(order.order_id)
    return first


def hasty(maker: Maker, order: Order) -> bool:
    """Whether the number was given in the last hours before the dispatch deadline and nobody ever scanned it."""
    if order.by_platform or not order.paid or order.pre_order or order.cancelled:
        return False
    return _Life(maker, order, END).hasty()


class _Life:
    """An order as it stands at one moment."""

    def __init__(self, maker: Maker, order: Order, at: dt.datetime) -> None:
        self._maker = maker
        self._calendar: Calendar = maker.calendar
        self._order = order
        self._at = at

    def broken(self) -> Iterator[Broken]:
        """Yield every broken rule."""
        if self._order.paid and not self._order.pre_order:
            yield from ((f"late_{stage}", None) for stage in _DEADLINES if self._late(stage))
            if self._may_be_cancelled():
                yield "auto_cancel_risk", None
        for parcel in self._order.parcels:
            if self._known(self._order.rts):
                yield from ((rule, parcel.waybill) for rule in self._parcel(parcel))

    def _known(self, moment: dt.datetime | None) -> dt.datetime | None:
        return moment if moment and moment < END else None

    def _covered(self, parcel: Parcel) -> bool:
        order = self._order
        return bool(order.rts and order.rts >= self._maker.tracked_from and parcel.readable and parcel.covered)

    @staticmethod
    def _scans(parcel: Parcel) -> list[Event]:
        return [event for event in parcel.seen if event.status != "label_created" and event.at < END]

    # ------------------------------------------------------------------------------------------------- deadlines

    def _due(self, stage: str) -> dt.datetime:
        day = self._calendar.day_of(self._order.created)
        last = self._calendar.after(day, _DEADLINES[stage])
        longest = max(
            (
                self._calendar.after(last, window.days)
                for window in WINDOWS
                if stage in window.stages and window.first <= day <= window.last
            ),
            default=last,
        )
        told = self._order.platform_due.get(stage)
        return told or local(max(last, longest), 24 - 1 / 3600, self._maker.market.zone)

    def _stop(self, stage: str) -> dt.datetime | None:
        order = self._order
        if stage == "rts" or not order.parcels:
            return self._known({"rts": order.rts, "dispatch": order.shipped, "delivery": order.delivered}[stage])
        stops = [self._left(parcel) if stage == "dispatch" else self._brought(parcel) for parcel in order.parcels]
        if stage == "delivery" and not all(stops):
            return self._known(order.delivered)
        return max(stop for stop in stops if stop) if all(stops) else None

    def _left(self, parcel: Parcel) -> dt.datetime | None:
        scans = self._scans(parcel)
        if self._covered(parcel):
            return scans[0].at if scans else None
        return self._known(self._order.shipped)

    def _brought(self, parcel: Parcel) -> dt.datetime | None:
        if not parcel.readable:
            return None
        return next((scan.at for scan in self._scans(parcel) if scan.status == "delivered"), None)

    def _late(self, stage: str) -> bool:
        due, gone = self._due(stage), self._order.cancelled
        if due >= self._at or (gone and gone <= due):
            return False
        stop = self._stop(stage)
        return stop is None or stop > due

    def _may_be_cancelled(self) -> bool:
        """Whether the order is not even awaiting collection and the platform is about to cancel it."""
        order = self._order
        if order.cancelled or any(map(self._known, (order.rts, order.shipped, order.delivered))):
            return False
        day = self._calendar.after(self._calendar.day_of(order.created), _AUTO_CANCEL)
        return local(day, 24 - 1 / 3600, self._maker.market.zone) <= self._at + _WARNING

    def hasty(self) -> bool:
        """Whether the number was given just before the deadline, is covered, and never scanned within the grace."""
        given, due = self._known(self._order.rts), self._due("dispatch")
        if not given or not due - _HASTE <= given <= due or self._at - given <= _GRACE:
            return False
        return any(self._covered(parcel) and not self._scans(parcel) for parcel in self._order.parcels)

    # --------------------------------------------------------------------------------------------------- parcels

    def _parcel(self, parcel: Parcel) -> Iterator[str]:
        order, scans = self._order, self._scans(parcel)
        given, gone = order.rts or order.created, self._known(order.cancelled)
        never_left = gone and (not scans or scans[0].at >= gone)
        if self._covered(parcel):
            if not never_left and (scans[0].at if scans else self._at) - given > _GRACE:
                yield "stale_tracking" if [event for event in parcel.seen if event.at < END] else "untraceable_waybill"
            if self._contradicts(parcel, scans):
                yield "status_conflict"
        if scans and parcel.readable:
            yield from self._stalls(scans)

    def _contradicts(self, parcel: Parcel, scans: list[Event]) -> bool:
        order = self._order
        shipped, delivered = self._known(order.shipped), self._known(order.delivered)
        brought = [scan.at for scan in scans if scan.status == "delivered"]
        back = [scan.at for scan in scans if scan.status in ("returning", "returned")]
        if order.cancelled and order.cancelled < END:
            return bool(brought) and not back
        if back:
            return bool(delivered) and not brought
        if not scans:
            return bool(shipped and self._at - shipped > _GRACE) or bool(delivered)
        return bool(delivered and brought and abs(delivered - brought[-1]) > _GRACE and not order.to_pickup_point)

    def _stalls(self, scans: list[Event]) -> Iterator[str]:
        order = self._order
        ended = min((m for m in (order.delivered, order.cancelled) if m and m < END), default=None)
        second = next((scan.at for scan in scans if scan.at > scans[0].at), ended)
        if scans[0].status not in _LAST_MILE and (second or self._at) - scans[0].at > _GRACE:
            yield "stalled_after_pickup"
        if any(self._over(a, b, self._zone()) for a, b in self._gaps(scans, ended)):
            yield "transit_stall"
        out = [scan for scan in scans if scan.status == "out_for_delivery"]
        if out:
            then = next((scan.at for scan in scans if scan.at > out[-1].at and scan.status in _ENDED), ended)
            if self._over(out[-1].at, then or self._at, _GRACE):
                yield "delivery_stall"

    def _gaps(self, scans: list[Event], ended: dt.datetime | None) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        last_mile = next((n for n, scan in enumerate(scans) if scan.status in _LAST_MILE), len(scans))
        way = scans[: last_mile + 1]
        yield from ((a.at, b.at) for a, b in pairwise(way) if a.status != "customs")
        if last_mile == len(scans) and way[-1].status != "customs":
            yield way[-1].at, ended or self._at

    def _zone(self) -> dt.timedelta:
        states = {self._order.warehouse.place.state, self._order.buyer.place.state}
        remote = states & self._maker.market.remote
        return _ZONES["remote" if remote else "same_state" if len(states) == 1 else "other_state"]

    def _over(self, start: dt.datetime, end: dt.datetime, limit: dt.timedelta) -> bool:
        rested = self._rest(start, end)
        waited = end - start - rested
        # of other countries' carriers it is not settled on which days they rest
        unsettled = self._maker.market.country != "US" and waited <= limit < waited + rested
        if unsettled or abs(waited - limit) < _NEAR:
            raise UnclearError(self._order.order_id)
        return waited > limit

    def _rest(self, start: dt.datetime, end: dt.datetime) -> dt.timedelta:
        zone = self._maker.market.zone
        rested, day = dt.timedelta(), self._calendar.day_of(start)
        while local(day, 0, zone) < end:
            if not self._calendar.delivers(day):
                rested += max(dt.timedelta(), min(end, local(day + DAY, 0, zone)) - max(start, local(day, 0, zone)))
            day += DAY
        return rested
