"""Calendars: which local days count, and when each of them begins and ends in UTC."""

from __future__ import annotations

import datetime as dt
import os
import re
import threading
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from fulfil_analytics.policy.model import LAST_SECOND, WEEKDAYS, Calendar, Window
from fulfil_analytics.resources import cache_folder, installed

_SET = re.compile(r"[A-Z]{2,3}(-[A-Z0-9]{1,8})?")

FIRST_YEAR, LAST_YEAR = 1990, 2100
"""Years a calendar can be asked for: what lies outside is a damaged date, not an order."""


class Day(NamedTuple):
    """One local day of a calendar.

    Attributes
    ----------
    day : date
        The local day.
    begins_at, ends_at : datetime
        00:00:00 and 23:59:59 local, as UTC without zone.
    is_business : bool
        Whether it counts as a business day.
    business_index : int
        How many business days the calendar has up to and including this day.
    """

    day: dt.date
    begins_at: dt.datetime
    ends_at: dt.datetime
    is_business: bool
    business_index: int


def utc(moment: dt.datetime, zone: str) -> dt.datetime:
    """Return a local time without zone as UTC without zone; a time with offset keeps its own."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    return aware.astimezone(dt.UTC).replace(tzinfo=None)


@lru_cache(maxsize=64)
def holiday_days(holidays: str, observed: bool, first_year: int, last_year: int) -> frozenset[dt.date]:
    """Return the public holidays of a set such as ``US`` or ``MY-02``.

    They come through a cache: the package that knows them loads those of all countries, which costs more than all else
    that is read of a policy.

    Raises
    ------
    NotImplementedError
        The set is unknown.
    """
    if not holidays:
        return frozenset()
    kept = _kept(holidays, observed, first_year, last_year)
    found = None if kept is None else _read(kept)
    if found is None:
        found = _asked(holidays, observed, first_year, last_year)
        if kept is not None:
            _keep(kept, found)
    return found


def _asked(holidays: str, observed: bool, first_year: int, last_year: int) -> frozenset[dt.date]:
    from holidays import country_holidays

    country, _, subdivision = holidays.partition("-")
    years = range(first_year, last_year + 1)
    return frozenset(country_holidays(country, subdiv=subdivision or None, years=years, observed=observed))


def _kept(holidays: str, observed: bool, first_year: int, last_year: int) -> Path | None:
    """Return the file of the cache, one for each version of the package; None for a name that is no file's."""
    if not _SET.fullmatch(holidays):
        return None
    which = f"{holidays}-{first_year}-{last_year}{'-observed' if observed else ''}"
    return cache_folder() / f"holidays-{installed('holidays')}-{which}.txt"


def _read(file: Path) -> frozenset[dt.date] | None:
    """Return what the cache holds; None where it holds nothing, or not all that was written."""
    try:
        *days, end = file.read_text(encoding="ascii").split()
        return frozenset(map(dt.date.fromisoformat, days)) if end == f"{len(days)}." else None
    except (OSError, ValueError):
        return None


def _keep(file: Path, days: frozenset[dt.date]) -> None:
    """Write the cache; one that cannot be written costs time, nothing else."""
    fresh = file.with_suffix(f".{os.getpid()}.{threading.get_ident()}.tmp")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text("\n".join([*map(str, sorted(days)), f"{len(days)}."]), encoding="ascii")
        fresh.replace(file)
    except OSError:
        fresh.unlink(missing_ok=True)


def calendar_days(calendar: Calendar, zone: str, first_year: int, last_year: int) -> list[Day]:
    """Return every day of the years asked for, in order.

    Parameters
    ----------
    calendar : Calendar
        Rest days and holidays.
    zone : str
        IANA zone whose days are meant.
    first_year, last_year : int
        Both included; clamped to 1990 to 2100.

    Returns
    -------
    list of Day
        In order, without gaps. A day of `calendar.remove` is a business day even on a weekend.
    """
    first_year, last_year = max(first_year, FIRST_YEAR), min(last_year, LAST_YEAR)
    resting = {number for number, name in enumerate(WEEKDAYS) if name in calendar.rest_weekdays}
    holidays = holiday_days(calendar.holidays, calendar.observed, first_year, last_year)
    off, removed = holidays | set(calendar.add), set(calendar.remove)
    rows: list[Day] = []
    index = 0
    for day, begins_at, ends_at in day_bounds(zone, first_year, last_year):
        is_business = day in removed or (day.weekday() not in resting and day not in off)
        index += is_business
        rows.append(Day(day, begins_at, ends_at, is_business, index))
    return rows


@lru_cache(maxsize=16)
def day_bounds(zone: str, first_year: int, last_year: int) -> tuple[tuple[dt.date, dt.datetime, dt.datetime], ...]:
    """Return each local day of the years with its first and last second as UTC."""
    rows: list[tuple[dt.date, dt.datetime, dt.datetime]] = []
    day = dt.date(first_year, 1, 1)
    begins_at = utc(dt.datetime.combine(day, dt.time()), zone)
    while day.year <= last_year:
        tomorrow = day + dt.timedelta(days=1)
        next_begins_at = utc(dt.datetime.combine(tomorrow, dt.time()), zone)
        # 23:59:59 local is one second before the next midnight, on days of 23 and 25 hours as well
        rows.append((day, begins_at, next_begins_at - dt.timedelta(seconds=1)))
        day, begins_at = tomorrow, next_begins_at
    return tuple(rows)


@lru_cache(maxsize=16)
def offset_changes(zone: str, first_year: int, last_year: int) -> tuple[list[tuple[dt.datetime, int]], int]:
    """Return how far a zone's wall time is from UTC, and when that changes.

    Returns
    -------
    list of (datetime, int)
        Until this moment (UTC, excluded) wall time is so many seconds ahead of UTC.
    int
        Seconds ahead after the last change.
    """
    place = ZoneInfo(zone)

    def ahead(moment: dt.datetime) -> int:
        offset = moment.replace(tzinfo=dt.UTC).astimezone(place).utcoffset()
        return int(offset.total_seconds()) if offset is not None else 0

    changes: list[tuple[dt.datetime, int]] = []
    moment, end = dt.datetime(first_year, 1, 1), dt.datetime(last_year + 1, 1, 2)
    step = dt.timedelta(days=7)
    while moment < end:
        if ahead(moment) != ahead(moment + step):
            before, after = moment, moment + step
            while after - before > dt.timedelta(seconds=1):
                middle = before + dt.timedelta(seconds=(after - before).total_seconds() // 2)
                before, after = (middle, after) if ahead(middle) == ahead(moment) else (before, middle)
            changes.append((after, ahead(moment)))
        moment += step
    return changes, ahead(moment)


def window_bounds(window: Window, zone: str) -> tuple[dt.datetime, dt.datetime]:
    """Return first and last moment of a window as UTC; a plain date means the whole local day."""
    return first_moment(window.from_at, zone), last_moment(window.to_at, zone)


def first_moment(day: dt.datetime | dt.date, zone: str) -> dt.datetime:
    """Return a local moment, or the first of a local day, as UTC."""
    return utc(day if isinstance(day, dt.datetime) else dt.datetime.combine(day, dt.time()), zone)


def last_moment(day: dt.datetime | dt.date, zone: str) -> dt.datetime:
    """Return a local moment, or the last of a local day, as UTC."""
    return utc(day if isinstance(day, dt.datetime) else dt.datetime.combine(day, LAST_SECOND), zone)
