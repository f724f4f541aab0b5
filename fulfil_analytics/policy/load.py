"""Reading policy files, refusing what cannot be meant, and choosing the policy that orders themselves show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from fulfil_analytics.errors import PolicyError, suggest
from fulfil_analytics.policy.calendar import holiday_days, utc
from fulfil_analytics.policy.layers import Layers, read_layers
from fulfil_analytics.policy.model import LAST_SECOND, Line, Metric, Policy, Sourced, Version, Window

CLEAR_SHARE = 0.8
"""Share of orders from which on a policy's markets count as clear."""


def load_policies(folders: Sequence[Path]) -> dict[str, Policy]:
    """Read every ``*.toml`` of the folders.

    Returns
    -------
    dict
        Policy id to policy, sorted by id.

    Raises
    ------
    PolicyError
        A file does not say what a policy must say, or two files have the same id.
    """
    policies: dict[str, Policy] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.toml")):
            policy = load_policy(path)
            if policy.id in policies:
                raise PolicyError(
                    f"policy {policy.id!r} is defined twice, here and in {policies[policy.id].file}",
                    file=policy.file,
                    line=1,
                    column="id",
                    remedy="Give one of them another id",
                )
            policies[policy.id] = policy
    return dict(sorted(policies.items()))


def load_policy(path: Path) -> Policy:
    """Read and check one policy file; with ``base`` it is laid over the policy of that id.

    Raises
    ------
    PolicyError
        With file, line, key and the words that are allowed.
    """
    layers = read_layers(path)
    try:
        policy = Policy.model_validate({**layers.data, "file": layers.file, "sha256": layers.sha256})
    except ValidationError as problem:
        raise _translated(problem, layers) from None
    _Check(policy, layers).all()
    return policy


def choose_policy(policies: Mapping[str, Policy], markets: Mapping[str, int]) -> Policy:
    """Return the policy of the market that most orders show.

    Parameters
    ----------
    policies : mapping
        As from :func:`load_policies`.
    markets : mapping
        Recipient country to number of orders.

    Raises
    ------
    PolicyError
        No policy's markets hold at least four fifths of the orders, or two policies claim them.
    """
    known = ", ".join(sorted(policies)) or "none"
    remedy = f"Name the policy with --policy. Known: {known}"
    total = sum(markets.values())
    shares = {name: sum(n for m, n in markets.items() if p.for_market(m)) for name, p in policies.items()}
    best = max(shares.values(), default=0)
    if total == 0 or best < CLEAR_SHARE * total:
        seen = ", ".join(f"{m} {n}" for m, n in sorted(markets.items(), key=lambda item: (-item[1], item[0]))[:5])
        raise PolicyError(f"the orders show no clear market ({seen or 'no order names one'})", remedy=remedy)
    fitting = sorted(name for name, share in shares.items() if share == best)
    if len(fitting) > 1:
        raise PolicyError(f"several policies are made for this market: {', '.join(fitting)}", remedy=remedy)
    return policies[fitting[0]]


def _translated(problem: ValidationError, layers: Layers) -> PolicyError:
    """Turn pydantic's first complaint into one line with file, line, key and allowed words."""
    # a misspelt key also makes its rightful name missing: the misspelling is the news
    error = min(problem.errors(include_url=False), key=lambda found: found["type"] != "extra_forbidden")
    path = [part for part in error["loc"] if part not in ("[key]", "datetime", "date", "bool", "str")]
    key = ".".join(str(part) for part in path)
    kind, context = error["type"], error.get("ctx", {})
    allowed: list[str] = []
    if kind == "extra_forbidden":
        what, allowed = "unknown key", _keys_at(path[:-1])
    elif kind == "missing":
        what, path = f"key {path[-1]!r} is missing", path[:-1]
    elif kind in ("literal_error", "enum"):
        expected = str(context.get("expected", ""))
        allowed = [word.strip("' ") for word in expected.replace(" or ", ", ").split(",")]
        what = f"{error['input']!r} is not allowed here"
    else:
        what = error["msg"][:1].lower() + error["msg"][1:]
    remedy = suggest(str(error["input"] if kind == "literal_error" else path[-1] if path else ""), allowed)
    file, line = layers.place(path)
    return PolicyError(
        what,
        file=file,
        line=line,
        column=key or None,
        remedy=remedy if allowed else "Correct this key; rules/policies/README.md explains each",
    )


def _keys_at(path: Sequence[int | str]) -> list[str]:
    """Return the keys allowed in the table at `path`, as the file writes them."""
    model: type[BaseModel] = Policy
    for part in path:
        for name, field in model.model_fields.items():
            if part in (name, field.alias):
                model = next((a for a in _inner(field.annotation) if isinstance(a, type)), model)
    own = {"file", "sha256"} if model is Policy else set()
    return [field.alias or name for name, field in model.model_fields.items() if name not in own]


def _inner(annotation: Any) -> list[Any]:
    arguments = [inner for argument in get_args(annotation) for inner in _inner(argument)]
    own = isinstance(annotation, type) and not get_args(annotation) and issubclass(annotation, BaseModel)
    return [*arguments, annotation] if own else arguments


class _Check:
    """What types cannot say: references between the parts of a file, and what can only be a slip."""

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
        try:
            ZoneInfo(self.policy.zone)
        except (KeyError, ValueError, OSError):
            what = f"unknown time zone {self.policy.zone!r}"
            raise self.refuse(what, "Write an IANA name such as America/Los_Angeles", "zone") from None

    def calendars(self) -> None:
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
        ordered = sorted(enumerate(self.policy.versions), key=lambda item: item[1].from_day)
        for number, version in ordered:
            if version.until_day is not None and version.until_day < version.from_day:
                what = f"version {version.id!r} ends before it starts"
                raise self.refuse(what, "Put 'until' on or after 'from'", "version", number, "until")
        for (_, earlier), (number, later) in pairwise(ordered):
            if earlier.until_day is None or earlier.until_day >= later.from_day:
                what = f"version {later.id!r} begins before version {earlier.id!r} ends"
                remedy = f"End {earlier.id!r} on {later.from_day - dt.timedelta(days=1)} or earlier"
                raise self.refuse(what, remedy, "version", number, "from")

    def unique(self) -> None:
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
        counts_days = line.unit == "business_day" or line.handling or line.cutoff is not None
        if counts_days and line.calendar is None:
            known_calendars = suggest("", self.policy.calendars)
            raise self.refuse("business days need a 'calendar'", known_calendars, *at)
        if line.unit == "hour" and (line.handling or line.cutoff is not None or "due_time" in line.model_fields_set):
            remedy = "Hours are elapsed hours: leave handling, cutoff and due_time out"
            raise self.refuse("an hour line has no day rules", remedy, *at, "unit")
        if (line.cutoff is None) != (line.amount_after_cutoff is None):
            what = "'cutoff' and 'amount_after_cutoff' belong together"
            raise self.refuse(what, "Write both or neither", *at)
        if line.handling_min is not None and line.handling_max is not None and line.handling_max < line.handling_min:
            raise self.refuse("'handling_max' is below 'handling_min'", "Swap them", *at, "handling_max")
        if line.extension_cap is not None and line.unit not in ("calendar_day", "business_day"):
            raise self.refuse("'extension_cap' counts days", "Use it with a line of days", *at, "extension_cap")
        if line.unit == "business_day" and line.amount == 0 and line.cutoff is None and not line.handling:
            what = "0 business days leave orders of a rest day without a deadline"
            raise self.refuse(what, "Write cutoff and amount_after_cutoff as well", *at, "amount")

    def ties(self) -> None:
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
        for place, tier in enumerate(metric.tiers):
            if tier.above is not None and tier.below is not None and tier.below < tier.above:
                raise self.refuse(f"tier {place + 1} ends before it starts", "Put 'below' above 'above'", *at, "tier")
            if (tier.charge_cents is None) != (tier.currency is None):
                raise self.refuse("'charge_cents' and 'currency' belong together", "Write both", *at, "tier")
            for key in tier.sources:
                if key not in self.policy.sources:
                    raise self.refuse(f"unknown source {key!r}", suggest(key, self.policy.sources), *at, "tier")

    def metrics(self) -> None:
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


def window_bounds(window: Window, zone: str) -> tuple[dt.datetime, dt.datetime]:
    """Return first and last moment of a window as UTC; a plain date means the whole local day."""
    begins, ends = window.from_at, window.to_at
    if not isinstance(begins, dt.datetime):
        begins = dt.datetime.combine(begins, dt.time())
    if not isinstance(ends, dt.datetime):
        ends = dt.datetime.combine(ends, LAST_SECOND)
    return utc(begins, zone), utc(ends, zone)
