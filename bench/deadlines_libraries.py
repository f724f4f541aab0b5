"""Deadlines a second of the usual Python libraries, as JSON; run by ``bench.deadlines`` in a venv of its own.

Each is asked for what it can do: the moment two US working days after an order, holidays left out. None of them knows
of stages, modes, windows or why.
"""

from __future__ import annotations

import datetime as dt
import json
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from typing import Any
from zoneinfo import ZoneInfo

import businesstimedelta as b
import holidays
import numpy as np
import pandas as pd
import pytz
from business_duration import businessDuration
from pandas.tseries.offsets import CustomBusinessDay
from workalendar.usa import UnitedStates

COUNT = 20_000
ZONE = "America/Los_Angeles"
START = dt.datetime(2026, 1, 5)
MOMENTS = [START + dt.timedelta(seconds=(number * 7919 * 61) % (300 * 86400)) for number in range(COUNT)]
US = holidays.country_holidays("US", years=[2026, 2027])


def businesstimedelta_() -> Callable[[], Any]:
    """Two working days as business hours, moment by moment."""
    day = b.WorkDayRule(
        start_time=dt.time(0), end_time=dt.time(23, 59, 59), working_days=[0, 1, 2, 3, 4], tz=pytz.timezone(ZONE)
    )
    rules = b.Rules([day, b.HolidayRule(US, tz=pytz.timezone(ZONE))])
    two = b.BusinessTimeDelta(rules, hours=47, seconds=3598)
    moments = [moment.replace(tzinfo=dt.UTC) for moment in MOMENTS]
    return lambda: [moment + two for moment in moments]


def workalendar_() -> Callable[[], Any]:
    """Two working days after the local day, moment by moment."""
    calendar, zone = UnitedStates(), ZoneInfo(ZONE)
    end = dt.time(23, 59, 59)

    def due(moment: dt.datetime) -> dt.datetime:
        local = moment.replace(tzinfo=dt.UTC).astimezone(zone).date()
        day = calendar.add_working_days(local, 2)
        return dt.datetime.combine(day, end, tzinfo=zone).astimezone(dt.UTC)

    return lambda: [due(moment) for moment in MOMENTS]


def business_duration_() -> Callable[[], Any]:
    """It measures a span, it finds no deadline: the working hours from an order to its dispatch."""
    ends = [moment + dt.timedelta(hours=60) for moment in MOMENTS]
    some = list(zip(MOMENTS, ends, strict=True))[: COUNT // 10]

    def spans() -> list[Any]:
        return [
            businessDuration(
                startdate=a, enddate=b, starttime=dt.time(0), endtime=dt.time(23, 59, 59), holidaylist=US, unit="hour"
            )
            for a, b in some
        ]

    return spans


def pandas_() -> Callable[[], Any]:
    """Two custom business days after the local day, the whole column at once as far as it goes."""
    two = CustomBusinessDay(2, holidays=sorted(US))
    column = pd.Series(pd.to_datetime(MOMENTS)).dt.tz_localize("UTC")

    def dues() -> Any:
        days = column.dt.tz_convert(ZONE).dt.tz_localize(None).dt.normalize()
        later = days + two
        return (later + pd.Timedelta(hours=23, minutes=59, seconds=59)).dt.tz_localize(ZONE).dt.tz_convert("UTC")

    return dues


def numpy_() -> Callable[[], Any]:
    """Dates alone, the whole column at once: no time of day, no zone. A floor, not a library of business hours."""
    off = np.array(sorted(US), dtype="datetime64[D]")
    days = np.array(MOMENTS * 50, dtype="datetime64[D]")
    return lambda: np.busday_offset(days, 2, roll="backward", holidays=off)


LIBRARIES = {
    "businesstimedelta": (businesstimedelta_, COUNT),
    "workalendar": (workalendar_, COUNT),
    "business-duration": (business_duration_, COUNT // 10),
    "pandas": (pandas_, COUNT),
    "numpy": (numpy_, COUNT * 50),
}


def main() -> None:
    """Print library to version and deadlines a second, by the clock and of CPU; the best of three runs."""
    warnings.simplefilter("ignore")
    found = {}
    for name, (make, count) in LIBRARIES.items():
        run = make()
        spent, busy = [], []
        for _ in range(3):
            began, worked = time.perf_counter(), time.process_time()
            run()
            spent.append(time.perf_counter() - began)
            busy.append(time.process_time() - worked)
        found[name] = {
            "version": version(name),
            "a_second": round(count / min(spent)),
            "a_cpu_second": round(count / min(busy)),
        }
    print(json.dumps(found))  # noqa: T201


if __name__ == "__main__":
    main()
