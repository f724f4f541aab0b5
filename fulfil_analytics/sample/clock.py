"""The sample's calendar and the moments that everything else is laid around."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from fulfil_analytics.sample.facts_us import PACIFIC, PLACES
from fulfil_analytics.sample.model import Warehouse

FIRST_DAY = dt.date(2026, 10, 20)
LAST_DAY = dt.date(2026, 11, 15)
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)


def local(day: dt.date, hour: float, zone: ZoneInfo = PACIFIC) -> dt.datetime:
    """Return the UTC moment of a local day and decimal hour."""
    midnight = dt.datetime.combine(day, dt.time(), zone)
    return (midnight + dt.timedelta(seconds=round(hour * 3600))).astimezone(dt.UTC)


END = local(LAST_DAY + DAY, 0)
"""Nothing in the sample is later: the moment the newest export and the tracking input speak of."""
OLD = local(dt.date(2026, 11, 5), 0)
"""The moment of the older export, which holds the orders created from OLD_FROM on."""
OLD_FROM = local(dt.date(2026, 10, 30), 0)


@dataclass(frozen=True)
class Window:
    """A platform notice: orders created on these days have `days` more business days for `stages`."""

    name: str
    reason: str
    first: dt.date
    last: dt.date
    stages: tuple[str, ...]
    days: int
    automatic: bool
    reference: str


HOLIDAY = Window(
    "Veterans Day dispatch extension",
    "holiday",
    dt.date(2026, 11, 6),
    dt.date(2026, 11, 10),
    ("rts", "dispatch"),
    2,
    False,
    "SAMPLE-NOTICE-1",
)
SLOW_CARRIERS = Window(
    "Veterans Day delivery extension",
    "holiday",
    dt.date(2026, 10, 30),
    dt.date(2026, 11, 10),
    ("delivery",),
    2,
    False,
    "SAMPLE-NOTICE-2",
)
CAMPAIGN = Window(
    "Autumn campaign",
    "campaign",
    dt.date(2026, 10, 26),
    dt.date(2026, 10, 27),
    ("rts", "dispatch"),
    1,
    True,
    "SAMPLE-NOTICE-3",
)
WINDOWS = (HOLIDAY, SLOW_CARRIERS, CAMPAIGN)


@dataclass(frozen=True)
class Closed:
    """The seller's own holiday mode at one warehouse."""

    name: str
    house: Warehouse
    start: dt.datetime
    end: dt.datetime


CLOSED = Closed(
    "Stocktaking",
    Warehouse("Las Vegas NV", PLACES["89101"]),
    local(dt.date(2026, 10, 23), 18),
    local(dt.date(2026, 10, 26), 8),
)
"""Written only where every kind of case is."""


@dataclass(frozen=True)
class Calendar:
    """Business days of a market: Monday to Friday without its holidays."""

    zone: ZoneInfo
    holidays: frozenset[dt.date]

    def business(self, day: dt.date) -> bool:
        """Whether `day` is a business day."""
        return day.weekday() < 5 and day not in self.holidays

    def after(self, day: dt.date, count: int = 1) -> dt.date:
        """Return the `count`-th business day strictly after `day`."""
        while count:
            day += DAY
            count -= self.business(day)
        return day

    def delivers(self, day: dt.date) -> bool:
        """Whether carriers deliver on `day`: no Sunday, no holiday."""
        return day.weekday() < 6 and day not in self.holidays

    def day_of(self, moment: dt.datetime) -> dt.date:
        """Return the market's date of a moment."""
        return moment.astimezone(self.zone).date()


@lru_cache(maxsize=4096)
def truck(warehouse: str, carrier: str, day: dt.date, zone: ZoneInfo, *, morning: bool) -> dt.datetime:
    """Return when the carrier's truck collects at a warehouse: one moment for all parcels it takes."""
    draw = random.Random(f"{warehouse}/{carrier}/{day}/{morning}")  # noqa: S311 - made-up data
    return local(day, draw.uniform(9, 10) if morning else draw.uniform(16, 18.5), zone)
