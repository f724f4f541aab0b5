"""In what two lines of rules differ, facet by facet, and a line with one facet of another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from fulfil_analytics.policy.model import LAST_SECOND, Calendar, Line, Policy

IN_FACETS: dict[str, tuple[str, ...]] = {
    "stop_event": ("stop", "proof"),
    "clock_start": ("start", "start_else", "after", "only_when_started", "moot"),
    "length": ("amount", "unit", "due_time", "rounding", "fixed_at"),
    "cut_off": ("cutoff", "amount_after_cutoff"),
    "handling_time": ("handling", "handling_default"),
}
"""Facet to the keys of a line that belong together; every other key is a facet of its own."""

NOT_DECIDING = frozenset(
    {"id", "stage", "versions", "select", "priority", "sources", "confidence", "note", "assessed", "calendar"}
)
"""Keys that name, prove or choose a line; the calendar is compared by what it says, not by its name."""

CALENDAR, ZONE, NOTICES = "calendar", "time_zone", "notices"


class Difference(NamedTuple):
    """One facet in which the governing lines of two rule sets differ.

    Attributes
    ----------
    facet : str
        Stable name.
    was, becomes : str
        What each rule set says.
    """

    facet: str
    was: str
    becomes: str


def differences(before: Policy, a: Line, after: Policy, b: Line, *, notices: bool) -> Iterator[Difference]:
    """Yield the facets in which line `a` of one policy differs from line `b` of another.

    Parameters
    ----------
    notices : bool
        Whether windows count under the mode that is compared.
    """
    keys = [key for key in Line.model_fields if key not in NOT_DECIDING]
    grouped = {key for group in IN_FACETS.values() for key in group}
    facets = {**IN_FACETS, **{key: (key,) for key in keys if key not in grouped}}
    for facet, group in facets.items():
        if any(getattr(a, key) != getattr(b, key) for key in group):
            yield Difference(facet, _said(a, group), _said(b, group))
    was, becomes = _calendar_of(before, a), _calendar_of(after, b)
    if _days(was) != _days(becomes):
        yield Difference(CALENDAR, _calendar_said(was), _calendar_said(becomes))
    if before.zone != after.zone:
        yield Difference(ZONE, before.zone, after.zone)
    if notices and (before.windows, before.holiday_reading) != (after.windows, after.holiday_reading):
        yield Difference(NOTICES, _notices_said(before), _notices_said(after))


def with_facet(facet: str, before: Policy, after: Policy, pairs: Sequence[tuple[str, str]]) -> Policy:
    """Return `before` with one facet of each line taken from the line of `after` that it is paired with.

    Parameters
    ----------
    pairs : sequence of (str, str)
        Line id of `before`, line id of `after`; each line of `before` at most once.
    """
    partner = dict(pairs)
    theirs = {line.id: line for line in after.lines}
    calendars = dict(before.calendars)
    lines = []
    for line in before.lines:
        other = theirs.get(partner.get(line.id, ""))
        lines.append(line if other is None else _mixed(facet, line, other, after, calendars))
    changed: dict[str, Any] = {"lines": lines, "calendars": calendars}
    if facet == ZONE:
        changed["zone"] = after.zone
    if facet == NOTICES:
        changed |= {"windows": after.windows, "holiday_reading": after.holiday_reading}
    return before.model_copy(update=changed)


def _mixed(facet: str, line: Line, other: Line, after: Policy, calendars: dict[str, Calendar]) -> Line:
    taken = {key: getattr(other, key) for key in IN_FACETS.get(facet, (facet,)) if key in Line.model_fields}
    # a length in business days means nothing without a calendar to count by
    needs_days = line.calendar is None and (taken.get("unit") == "business_day" or taken.get("handling"))
    if facet == CALENDAR or needs_days:
        taken["calendar"] = None
        if other.calendar is not None:
            taken["calendar"] = f"{other.calendar} of the other"
            calendars[taken["calendar"]] = after.calendars[other.calendar]
    return line.model_copy(update=taken)


def _calendar_of(policy: Policy, line: Line) -> Calendar | None:
    return None if line.calendar is None else policy.calendars[line.calendar]


def _days(calendar: Calendar | None) -> tuple[Any, ...]:
    if calendar is None:
        return ()
    return (set(calendar.rest_weekdays), calendar.holidays, calendar.observed, set(calendar.add), set(calendar.remove))


def _said(line: Line, keys: Sequence[str]) -> str:
    if keys == IN_FACETS["length"]:
        return _length(line)
    # the first key of these says it all
    shown = keys[:1] if keys in (IN_FACETS["stop_event"], IN_FACETS["clock_start"]) else keys
    values = (getattr(line, key) for key in shown)
    words = (" or ".join(map(str, v)) if isinstance(v, list) else str(v) for v in values if v is not None)
    return " ".join(words) or "none"


def _length(line: Line) -> str:
    if line.fixed_at is not None:
        return f"until {line.fixed_at}"
    if line.amount is None:
        return "none published"
    until = "" if line.due_time == LAST_SECOND else f" until {line.due_time}"
    return f"{line.amount} {line.unit}{until}"


def _calendar_said(calendar: Calendar | None) -> str:
    if calendar is None:
        return "every day counts"
    rest = " ".join(calendar.rest_weekdays) or "no weekday"
    return f"rest {rest}" + (f", holidays {calendar.holidays}" if calendar.holidays else "")


def _notices_said(policy: Policy) -> str:
    return f"{len(policy.windows)} notices, holiday mode {policy.holiday_reading}"
