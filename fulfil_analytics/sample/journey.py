"""A parcel's way from the warehouse to a door, as a chain of carrier events less than a day apart."""

from __future__ import annotations

import datetime as dt
import math
import random
from functools import lru_cache
from zoneinfo import ZoneInfo

from fulfil_analytics.sample.clock import DAY, HOUR, MINUTE, Calendar, local
from fulfil_analytics.sample.model import Event, Market, Place

_ROAD_KM_H = 75
_DETOUR = 1.2
_AIR_KM_H = 550
_LEG_HOURS = 13


def kilometres(a: Place, b: Place) -> float:
    """Return the great-circle distance."""
    phi, psi = math.radians(a.latitude), math.radians(b.latitude)
    half = math.sin((psi - phi) / 2) ** 2
    half += math.cos(phi) * math.cos(psi) * math.sin(math.radians(b.longitude - a.longitude) / 2) ** 2
    return 12_742 * math.asin(math.sqrt(half))


@lru_cache(maxsize=16384)
def _stops(market: Market, origin: Place, to: Place) -> tuple[tuple[Place, float], ...]:
    """Return the places of the way with the hours of the leg that leads to each, the destination last."""
    whole = kilometres(origin, to)
    if {origin.state, to.state} & market.remote:
        return ((to, whole / _AIR_KM_H + 4),)
    legs = math.ceil(whole * _DETOUR / _ROAD_KM_H / _LEG_HOURS) or 1
    road = [place for place in market.places if place.state not in market.remote]
    way = [origin]
    for step in range(1, legs):
        part = step / legs
        latitude = origin.latitude + part * (to.latitude - origin.latitude)
        longitude = origin.longitude + part * (to.longitude - origin.longitude)
        hub = min(road, key=lambda p: (p.latitude - latitude) ** 2 + (p.longitude - longitude) ** 2)
        if hub not in (way[-1], to):
            way.append(hub)
    way.append(to)
    pairs = zip(way, way[1:], strict=False)
    return tuple((b, kilometres(a, b) * _DETOUR / _ROAD_KM_H + 0.5) for a, b in pairs)


class Way:
    """The events of one parcel while they are being made."""

    def __init__(self, draw: random.Random, market: Market, calendar: Calendar) -> None:
        self._draw = draw
        self._market = market
        self._calendar = calendar
        self.events: list[Event] = []
        self._now = dt.datetime.min.replace(tzinfo=dt.UTC)

    def _scan(
        self, at: dt.datetime, status: str, place: Place, postal_code: str = "", weight_g: int | None = None
    ) -> None:
        self._now = at
        self.events.append(Event(at, status, place.city, place.state, postal_code, weight_g, place.zone))

    def _wait(self, low: float, high: float) -> dt.datetime:
        return self._now + dt.timedelta(seconds=round(self._draw.uniform(low, high) * 3600))

    def collect(self, at: dt.datetime, place: Place, weight_g: int) -> None:
        """Scan the parcel when the truck takes it and when it leaves town."""
        self._scan(at, "picked_up", place, place.postal_code, weight_g)
        self._scan(self._wait(1.5, 4), "departed", place)

    def carry(self, origin: Place, to: Place) -> None:
        """Scan it at each place of the way up to the town of delivery."""
        stops = _stops(self._market, origin, to)
        for number, (place, hours) in enumerate(stops, 1):
            self._scan(self._wait(hours, hours * 1.05), "arrived", place)
            if number < len(stops):
                self._scan(self._wait(1.5, 4), "departed", place)

    def deliver(self, to: Place, postal_code: str, on: dt.date | None = None) -> None:
        """Scan it out for delivery and delivered, on the first day that fits or on `on`."""
        day = self._now.astimezone(to.zone).date()
        start = self._draw.uniform(6.5, 8.75)
        while (
            local(day, start, to.zone) < self._now + HOUR
            or not self._calendar.delivers(day)
            or (on is not None and day < on)
        ):
            day += DAY
        out = local(day, start, to.zone)
        while out - self._now > 18 * HOUR:
            self._scan(self._wait(9, 15), "in_transit", to)
        self._scan(out, "out_for_delivery", to, postal_code)
        self._scan(self._wait(1, 9), "delivered", to, postal_code)

    @property
    def delivered(self) -> dt.datetime:
        """Moment of the last event."""
        return self._now


def label(rts: dt.datetime, draw: random.Random, zone: ZoneInfo) -> Event:
    """Return the event of the label's making, minutes before the number was given to the platform."""
    return Event(rts - draw.randint(1, 9) * MINUTE, "label_created", zone=zone)
