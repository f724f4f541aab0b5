"""What types cannot say of a policy: references between the parts of a file, and what can only be a slip."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from fulfil_analytics.errors import PolicyError, suggest
from fulfil_analytics.policy.calendar import holiday_days, window_bounds
from fulfil_analytics.policy.layers import Layers
from fulfil_analytics.policy.model import Line, Metric, Policy, Sourced, Version, Window
from fulfil_analytics.policy.parts import SELECTOR_VALUES


def superseded(policy: Policy) -> Policy:
    """Return `policy` with each version that another one supersedes ended on the day before that one begins."""
    begins = {version.supersedes: version.from_day for version in policy.versions if version.supersedes}
    ended = [
        version.model_copy(update={"until_day": begins[version.id] - dt.timedelta(days=1)})
        if version.id in begins and version.until_day is None
        else version
        for version in policy.versions
    ]
    return policy.model_copy(update={"versions": ended})


class Check:
    """The checks of one policy; each raises :class:`PolicyError` with file, line, key and what to write instead."""

    def __init__(self, policy: Policy, layers: Layers) -> None:
        self.policy = policy
        self.layers = layers

    def all(self) -> None:
        """Raise the first slip found."""
        self.zone()
        self.calendars()
        self.versions()
        self.sources()
        self.unique()
        for number, line in enumerate(self.policy.lines):
            self.line(number, line)
        self.ties()
        for number, window in enumerate(self.policy.windows):
            self.window(number, window)
        self.bands()
        self.metrics()
        for number, metric in enumerate(self.policy.metrics):
            self.metric(number, metric)

    def refuse(self, what: str, remedy: str, *path: str | int) -> PolicyError:
        """Return the error for the key at `path`."""
        file, line = self.layers.place(path)
        return PolicyError(what, file=file, line=line, column=".".join(map(str, path)), remedy=remedy)

    def zone(self) -> None:
        """The zone of local days."""
        try:
            ZoneInfo(self.policy.zone)
        except (KeyError, ValueError, OSError):
            what = f"unknown time zone {self.policy.zone!r}"
            raise self.refuse(what, "Write an IANA name such as America/Los_Angeles", "zone") from None

    def calendars(self) -> None:
        """Rest days and holiday sets."""
        for name, calendar in self.policy.calendars.items():
            if len(set(calendar.rest_weekdays)) == 7:
                remedy = "Leave at least one day of the week to work"
                raise self.refuse("every weekday rests", remedy, "calendar", name, "rest_weekdays")
            try:
                holiday_days(calendar.holidays, calendar.observed, 2026, 2026)
            except (NotImplementedError, KeyError, AttributeError):
                what = f"unknown holiday set {calendar.holidays!r}"
                remedy = "Write a country such as US, or a country and a subdivision such as MY-02"
                raise self.refuse(what, remedy, "calendar", name, "holidays") from None

    def versions(self) -> None:
        """Spans that end before they start, overlap, or supersede nothing."""
        ordered = sorted(enumerate(self.policy.versions), key=lambda item: item[1].from_day)
        for number, version in ordered:
            if version.supersedes:
                known = [earlier.id for earlier in self.policy.versions if earlier.from_day < version.from_day]
                if version.supersedes not in known:
                    what = f"no earlier version {version.supersedes!r} to supersede"
                    raise self.refuse(what, suggest(version.supersedes, known), "version", number, "supersedes")
            if version.until_day is not None and version.until_day < version.from_day:
                what = f"version {version.id!r} ends before it starts"
                raise self.refuse(what, "Put 'until' on or after 'from'", "version", number, "until")
        for (_, earlier), (number, later) in pairwise(ordered):
            if earlier.until_day is None or earlier.until_day >= later.from_day:
                what = f"version {later.id!r} begins before version {earlier.id!r} ends"
                remedy = f"End {earlier.id!r} on {later.from_day - dt.timedelta(days=1)} or earlier"
                raise self.refuse(what, remedy, "version", number, "from")

    def unique(self) -> None:
        """Ids that stand twice."""
        groups: dict[str, Sequence[Version | Line | Window]] = {
            "version": self.policy.versions,
            "line": self.policy.lines,
            "window": self.policy.windows,
        }
        for kind, parts in groups.items():
            seen: set[str] = set()
            for number, part in enumerate(parts):
                if part.id in seen:
                    raise self.refuse(f"{kind} {part.id!r} is there twice", "Rename one", kind, number, "id")
                seen.add(part.id)

    def sources(self) -> None:
        """Sources that no table names."""
        known = self.policy.sources
        groups: dict[str, Sequence[Sourced]] = {
            "version": self.policy.versions,
            "line": self.policy.lines,
            "window": self.policy.windows,
            "metric": self.policy.metrics,
        }
        places: list[tuple[tuple[str | int, ...], Sourced]] = [
            ((kind, number), part) for kind, parts in groups.items() for number, part in enumerate(parts)
        ]
        named: list[tuple[tuple[str | int, ...], Sourced]] = [
            (("calendar", name), part) for name, part in self.policy.calendars.items()
        ]
        if self.policy.capacity is not None:
            named.append((("capacity",), self.policy.capacity))
        for path, part in [*places, *named]:
            for key in part.sources:
                if key not in known:
                    raise self.refuse(f"unknown source {key!r}", suggest(key, known), *path, "sources")

    def line(self, number: int, line: Line) -> None:
        """References and lengths of a line."""
        at = ("line", number)
        known = [version.id for version in self.policy.versions]
        for version in line.versions:
            if version not in known:
                raise self.refuse(f"unknown version {version!r}", suggest(version, known), *at, "versions")
        if line.calendar is not None and line.calendar not in self.policy.calendars:
            what = f"unknown calendar {line.calendar!r}"
            raise self.refuse(what, suggest(line.calendar, self.policy.calendars), *at, "calendar")
        if (line.amount is None) != (line.unit is None):
            raise self.refuse("'amount' and 'unit' belong together", "Write both or neither", *at)
        if line.fixed_at is not None and line.amount is not None:
            raise self.refuse("'fixed_at' and 'amount' exclude each other", "Keep one of them", *at, "fixed_at")
        self.select(number, line)
        self.days(number, line)
        self.hours(number, line)
        if line.handling_min is not None and line.handling_max is not None and line.handling_max < line.handling_min:
            raise self.refuse("'handling_max' is below 'handling_min'", "Swap them", *at, "handling_max")
        if line.start_else == line.start:
            raise self.refuse("'start_else' is 'start' again", "Name another time, or leave it out", *at, "start_else")
        if line.after is not None:
            self.after(number, line)

    def select(self, number: int, line: Line) -> None:
        """Values of selectors whose words are known."""
        for selector, values in line.select.items():
            allowed = SELECTOR_VALUES.get(selector)
            wrong = next((value for value in values if allowed is not None and value not in allowed), None)
            if allowed is not None and wrong is not None:
                what = f"{selector} is never {wrong!r}"
                words = [str(word).lower() if isinstance(word, bool) else word for word in allowed]
                remedy = suggest(str(wrong), words)
                raise self.refuse(what, remedy, "line", number, "select")

    def days(self, number: int, line: Line) -> None:
        """What a line says of days."""
        at = ("line", number)
        counts_days = line.unit == "business_day" or line.handling or line.cutoff is not None
        if (counts_days or line.day_0 != "order_day") and line.calendar is None:
            known_calendars = suggest("", self.policy.calendars)
            raise self.refuse("business days need a 'calendar'", known_calendars, *at)
        if (line.cutoff is None) != (line.amount_after_cutoff is None):
            what = "'cutoff' and 'amount_after_cutoff' belong together"
            raise self.refuse(what, "Write both or neither", *at)
        if line.day_0 != "order_day" and line.handling:
            remedy = "Keep one of them: handling time counts from the order's own day"
            raise self.refuse("'day_0' and 'handling' exclude each other", remedy, *at, "day_0")
        if line.extension_cap is not None and (line.unit not in ("calendar_day", "business_day") or line.is_exact):
            raise self.refuse("'extension_cap' counts whole days", "Use it with a line of days", *at, "extension_cap")
        bare = line.cutoff is None and not line.handling and line.after is None and line.day_0 == "order_day"
        if line.unit == "business_day" and line.amount == 0 and bare:
            what = "0 business days leave orders of a rest day without a deadline"
            raise self.refuse(what, "Write cutoff and amount_after_cutoff as well", *at, "amount")
        if line.is_exact and line.amount is not None and "due_time" in line.model_fields_set:
            remedy = "Leave 'due_time' out, or write rounding = \"end_of_day\""
            raise self.refuse("an exact deadline has no 'due_time'", remedy, *at, "due_time")

    def hours(self, number: int, line: Line) -> None:
        """What a line of hours cannot say."""
        if line.unit == "hour" and (line.handling or line.cutoff is not None or line.day_0 != "order_day"):
            remedy = "Hours are elapsed hours: leave handling, cutoff and day_0 out"
            raise self.refuse("an hour line has no day rules", remedy, "line", number, "unit")

    def after(self, number: int, line: Line) -> None:
        """A line that begins at another stage's deadline."""
        at = ("line", number)
        others = [
            other
            for other in self.policy.lines
            if other.stage == line.after and not set(other.versions).isdisjoint(line.versions)
        ]
        known = dict.fromkeys(
            other.stage for other in self.policy.lines if other.stage != line.stage and other.after is None
        )
        if not others or line.after not in known:
            what = f"no deadline of stage {line.after!r} to begin at"
            raise self.refuse(what, suggest(str(line.after), known), *at, "after")
        if line.handling or line.cutoff is not None or line.fixed_at is not None or line.day_0 != "order_day":
            remedy = "Leave handling, cutoff, fixed_at and day_0 out: they are of the stage before"
            raise self.refuse("'after' only adds to another deadline", remedy, *at, "after")
        if line.unit != "hour" and any(other.is_exact and other.amount is not None for other in others):
            remedy = f'Write hours, or rounding = "end_of_day" in the lines of stage {line.after!r}'
            raise self.refuse("days cannot begin at a deadline to the second", remedy, *at, "unit")
        if line.unit != "hour" and line.is_exact:
            raise self.refuse("days after a deadline end with the day", "Leave 'rounding' out", *at, "rounding")

    def ties(self) -> None:
        """Lines that govern the same orders."""
        seen: dict[Any, str] = {}
        for number, line in enumerate(self.policy.lines):
            chosen = tuple(sorted((key, tuple(sorted(map(str, values)))) for key, values in line.select.items()))
            for version in line.versions:
                key = (line.stage, version, line.priority, chosen)
                if key in seen:
                    what = f"lines {seen[key]!r} and {line.id!r} govern the same orders in version {version!r}"
                    raise self.refuse(what, "Give one a selector or a priority", "line", number, "id")
                seen[key] = line.id

    def window(self, number: int, window: Window) -> None:
        """Spans and effects of a notice."""
        at = ("window", number)
        begins, ends = window_bounds(window, self.policy.zone)
        if ends < begins:
            what = f"window {window.id!r} ends before it starts"
            raise self.refuse(what, "Put 'to' on or after 'from'", *at, "to")
        if window.action == "fixed" and window.fixed_at is None:
            raise self.refuse("action 'fixed' needs 'fixed_at'", "Write the local date and time", *at, "action")
        if window.action != "fixed" and (window.amount is None or window.unit is None):
            what = f"action {window.action!r} needs 'amount' and 'unit'"
            raise self.refuse(what, "Write both", *at, "action")

    def bands(self) -> None:
        """Value bands, and lines that name them."""
        known = {band.id for band in self.policy.value_bands}
        for number, band in enumerate(self.policy.value_bands):
            if band.below_cents is not None and band.below_cents <= band.from_cents:
                what = f"value band {band.id!r} ends before it starts"
                raise self.refuse(what, "Put 'below_cents' above 'from_cents'", "value_band", number, "below_cents")
        for number, line in enumerate(self.policy.lines):
            for value in line.select.get("value_band", []):
                if value not in known:
                    what = f"unknown value band {value!r}"
                    raise self.refuse(what, suggest(str(value), known), "line", number, "select")

    def metric(self, number: int, metric: Metric) -> None:
        """What a metric counts among, and its tiers."""
        at = ("metric", number)
        if metric.counts in ("on_time", "late") and metric.stage is None:
            raise self.refuse(
                f"counts = {metric.counts!r} needs a 'stage'", "Name the stage of the clock", *at, "counts"
            )
        package = metric.counts == "valid_tracking"
        if package != (metric.among == "given") and metric.counts is not None:
            remedy = "Use among = 'given' and axis = 'given' with counts = 'valid_tracking', and with nothing else"
            raise self.refuse("orders and parcels are mixed", remedy, *at, "among")
        if package != (metric.axis == "given") and metric.counts is not None:
            remedy = "Use axis = 'given' with counts = 'valid_tracking', and with nothing else"
            raise self.refuse("orders and parcels are mixed", remedy, *at, "axis")
        if metric.counts == "cancelled" and (metric.among not in ("placed", "confirmed") or metric.axis != "created"):
            remedy = "Use among = 'placed' or 'confirmed', and axis = 'created'"
            raise self.refuse("cancellations are counted among orders by their creation", remedy, *at, "counts")
        if metric.calendar is not None:
            if metric.calendar not in self.policy.calendars:
                what = f"unknown calendar {metric.calendar!r}"
                raise self.refuse(what, suggest(metric.calendar, self.policy.calendars), *at, "calendar")
            if metric.stage is None:
                raise self.refuse("'calendar' needs a 'stage'", "Name the stage of the clock", *at, "calendar")
        if package and metric.entity == "unit":
            raise self.refuse("a number is of a package", "Write entity = 'package'", *at, "entity")
        self.tiers(number, metric)

    def tiers(self, number: int, metric: Metric) -> None:
        """Ranges, points and charges of what follows from a rate."""
        at = ("metric", number)
        for place, tier in enumerate(metric.tiers):
            if tier.above is not None and tier.below is not None and tier.below < tier.above:
                raise self.refuse(f"tier {place + 1} ends before it starts", "Put 'below' above 'above'", *at, "tier")
            charges = [amount for amount in (tier.charge_cents, tier.charge_share) if amount is not None]
            if len(charges) > 1:
                what = "'charge_cents' and 'charge_share' exclude each other"
                raise self.refuse(what, "Keep one of them", *at, "tier")
            if bool(charges) != (tier.currency is not None):
                raise self.refuse("a charge and its 'currency' belong together", "Write both", *at, "tier")
            if tier.points is None and tier.points_days is not None:
                raise self.refuse("'points_days' without 'points'", "Write both", *at, "tier")
            for key in tier.sources:
                if key not in self.policy.sources:
                    raise self.refuse(f"unknown source {key!r}", suggest(key, self.policy.sources), *at, "tier")

    def metrics(self) -> None:
        """Two meanings of a metric on one day."""
        far_past, far_future = dt.date.min, dt.date.max
        spans: dict[str, list[tuple[dt.date, dt.date]]] = {}
        for number, metric in enumerate(self.policy.metrics):
            begins, ends = metric.from_day or far_past, metric.until_day or far_future
            if ends < begins:
                what = f"metric {metric.id!r} ends before it starts"
                raise self.refuse(what, "Put 'until' on or after 'from'", "metric", number, "until")
            if any(begins <= other_end and other_begin <= ends for other_begin, other_end in spans.get(metric.id, [])):
                what = f"metric {metric.id!r} has two meanings on one day"
                raise self.refuse(what, "Part them with 'from' and 'until'", "metric", number, "id")
            spans.setdefault(metric.id, []).append((begins, ends))
