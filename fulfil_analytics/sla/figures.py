"""Figures and weeks as people write them."""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

from fulfil_analytics.errors import UsageError

_PERCENT = re.compile(r"\s*(\d{1,3})(?:[.,](\d{1,6}))?\s*[%％]\s*\Z")
_WEEK = re.compile(r"(\d{4})-?W(\d{2})\Z")


class Figure(NamedTuple):
    """A share as printed.

    Attributes
    ----------
    share : float
        0 to 1.
    half_digit : float
        Half of the last digit printed: how far the true share may be from it.
    """

    share: float
    half_digit: float


def read_percent(text: str, option: str = "--platform") -> Figure:
    """Return the share that ``4.3%`` or ``4,3 %`` means.

    Raises
    ------
    UsageError
        It is not a percentage from 0 to 100.
    """
    found = _PERCENT.match(text)
    digits = len(found[2] or "") if found else 0
    value = float(f"{found[1]}.{found[2] or 0}") if found else -1.0
    if not 0 <= value <= 100:
        raise UsageError(f"{text!r} is not a percentage", column=option, remedy="Write it as the platform does: 4.3%")
    return Figure(value / 100, 0.5 * 10**-digits / 100)


def read_week(text: str, option: str = "--week") -> tuple[dt.date, dt.date]:
    """Return Monday and Sunday of an ISO week.

    Raises
    ------
    UsageError
        It is not a week of that year.

    Examples
    --------
    >>> read_week("2026-W46")
    (datetime.date(2026, 11, 9), datetime.date(2026, 11, 15))
    """
    found = _WEEK.match(text)
    if found is not None:
        try:
            monday = dt.date.fromisocalendar(int(found[1]), int(found[2]), 1)
        except ValueError:
            pass
        else:
            return monday, monday + dt.timedelta(days=6)
    raise UsageError(f"{text!r} is not a week", column=option, remedy="Write an ISO week such as 2026-W46")
