from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from fulfil_analytics.policy import Calendar, calendar, calendar_days
from fulfil_analytics.policy.calendar import offset_changes

WEEK = {"sources": [], "confidence": "sure", "rest_weekdays": ["sat", "sun"]}


def business(calendar, zone="America/Los_Angeles", year=2026):
    return {row.day for row in calendar_days(calendar, zone, year, year) if row.is_business}


def test_observed_days_rest_only_where_the_file_says_so():
    friday, saturday = dt.date(2026, 7, 3), dt.date(2026, 7, 4)
    assert friday not in business(Calendar(holidays="US", observed=True, **WEEK))
    assert friday in business(Calendar(holidays="US", observed=False, **WEEK))
    assert saturday not in business(Calendar(holidays="US", observed=False, **WEEK))


def test_the_federal_holidays_of_a_year():
    resting = {day for day in (dt.date(2025, 1, 1) + dt.timedelta(n) for n in range(365)) if day.weekday() < 5}
    resting -= business(Calendar(holidays="US", **WEEK), year=2025)
    assert sorted(f"{day:%m-%d}" for day in resting) == [
        "01-01", "01-20", "02-17", "05-26", "06-19", "07-04", "09-01", "10-13", "11-11", "11-27", "12-25",
    ]  # fmt: skip


def test_added_days_rest_and_removed_days_work_even_on_a_weekend():
    add, remove = dt.date(2026, 2, 17), dt.date(2026, 2, 14)
    days = business(Calendar(add=[add], remove=[remove, dt.date(2026, 7, 3)], holidays="US", **WEEK))
    assert add not in days
    assert remove in days
    assert dt.date(2026, 7, 3) in days


def test_the_business_index_counts_up_to_and_including_the_day():
    rows = calendar_days(Calendar(**WEEK), "Asia/Tokyo", 2026, 2026)
    index = {row.day: row.business_index for row in rows}
    assert index[dt.date(2026, 1, 1)] == 1
    assert [index[dt.date(2026, 1, day)] for day in (2, 3, 4, 5)] == [2, 2, 2, 3]
    assert len(rows) == 365


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/Los_Angeles", dt.date(2026, 3, 8), 23),
        ("America/Los_Angeles", dt.date(2026, 11, 1), 25),
        ("America/Los_Angeles", dt.date(2026, 11, 2), 24),
        ("Australia/Lord_Howe", dt.date(2026, 10, 4), 23.5),
        ("Asia/Ho_Chi_Minh", dt.date(2026, 3, 8), 24),
    ],
)
def test_days_are_as_long_as_their_zone_makes_them(zone, day, hours):
    row = next(row for row in calendar_days(Calendar(**WEEK), zone, 2026, 2026) if row.day == day)
    assert row.ends_at - row.begins_at == dt.timedelta(hours=hours) - dt.timedelta(seconds=1)
    local = row.ends_at.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone))
    assert (local.date(), local.time()) == (day, dt.time(23, 59, 59))


def test_years_are_clamped():
    rows = calendar_days(Calendar(**WEEK), "UTC", 1, 1990)
    assert (rows[0].day, rows[-1].day) == (dt.date(1990, 1, 1), dt.date(1990, 12, 31))
    assert calendar_days(Calendar(**WEEK), "UTC", 2101, 2200) == []


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Europe/Dublin", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"])
def test_offsets_agree_with_the_zone_at_every_hour(zone):
    changes, last = offset_changes(zone, 2024, 2026)
    moment = dt.datetime(2024, 1, 1)
    while moment.year < 2027:
        told = next((offset for until, offset in changes if moment < until), last)
        meant = moment.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone)).utcoffset()
        assert dt.timedelta(seconds=told) == meant, moment
        moment += dt.timedelta(minutes=30)


def test_holidays_come_from_the_cache_only_where_all_of_them_stand_in_it(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    asked = calendar._asked("US", True, 2025, 2026)
    read = calendar.holiday_days.__wrapped__
    assert read("US", True, 2025, 2026) == asked
    (kept,) = (tmp_path / "fulfil").iterdir()
    monkeypatch.setattr(calendar, "_asked", lambda *_: frozenset({dt.date(2026, 1, 1)}))
    assert read("US", True, 2025, 2026) == asked
    for broken in ("", "2026-01-01\n", kept.read_text()[:-9], "x\n1."):
        kept.write_text(broken)
        assert read("US", True, 2025, 2026) == {dt.date(2026, 1, 1)}
    assert read("us", True, 2025, 2026) == {dt.date(2026, 1, 1)}
    assert len(list((tmp_path / "fulfil").iterdir())) == 1
