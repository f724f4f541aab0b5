"""What a policy file says, typed. One file is one market's policy; its versions are dated by order creation.

A policy is data: a new market, a new notice or a changed deadline is an edit of a file in ``rules/policies``, never of
code. ``rules/policies/README.md`` explains every key to the person who edits.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Stage = Literal[
    "rts",
    "dispatch",
    "collection",
    "delivery",
    "auto_cancel_rts",
    "auto_cancel_collection",
    "cancellation_answer",
    "payment",
]
Unit = Literal["hour", "calendar_day", "business_day"]
Start = Literal["created_at", "paid_at", "release_at", "rts_at", "shipped_at", "dispatched_at", "cancel_requested_at"]
Event = Literal[
    "paid_at",
    "rts_at",
    "shipped_at",
    "dispatch_scan_at",
    "dispatched_at",
    "delivery_scan_at",
    "delivered_at",
    "received_at",
    "cancelled_at",
]
PlatformDeadline = Literal[
    "rts_due_at", "collection_due_at", "delivery_due_at", "auto_cancel_rts_at", "auto_cancel_collection_at"
]
Selector = Literal[
    "market",
    "shop",
    "order_type",
    "handover",
    "label_by",
    "delivery_option",
    "service_level",
    "warehouse",
    "state",
    "is_cod",
    "is_sample",
    "pickup_point",
    "platform_fulfilled",
]
Confidence = Literal["sure", "likely", "unverified"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Share = Annotated[float, Field(ge=0, le=1)]

LAST_SECOND = dt.time(23, 59, 59)


class Part(BaseModel):
    """Base of all parts: an unknown key is an error, a part never changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Sourced(Part):
    """A statement with the pages it rests on."""

    sources: list[str]
    confidence: Confidence
    note: str = ""


class Source(Part):
    """A page that was read."""

    title: str
    address: str = ""
    dated: str = ""
    read: str = Field(pattern=r"^\d{4}-\d{2}(-\d{2})?$")


class Calendar(Sourced):
    """Which local days are business days.

    Attributes
    ----------
    rest_weekdays : list of str
        Weekdays that never count.
    holidays : str
        Country of the holiday set (``US``, or with a subdivision ``MY-02``); empty means no holidays.
    observed : bool
        Whether the substitute day of a holiday on a weekend rests too.
    add, remove : list of date
        Days that rest although the set does not name them, and the reverse.
    """

    rest_weekdays: list[Weekday]
    holidays: str = Field(default="", pattern=r"^([A-Z]{2}(-[A-Za-z0-9]+)?)?$")
    observed: bool = True
    add: list[dt.date] = []
    remove: list[dt.date] = []


class Version(Sourced):
    """A stretch of order-creation days (local, both ends included) in which lines hold."""

    id: Id
    title: str
    from_day: dt.date = Field(alias="from")
    until_day: dt.date | None = Field(default=None, alias="until")


class Line(Sourced):
    """One deadline: for whom, from which event, how long, stopped by what.

    The most specific line governs an order: highest `priority`, then most selectors, then first in the file.

    Attributes
    ----------
    select : dict
        Column of ``orders`` to accepted values; an order without a value is not accepted.
    start : str
        Column of ``orders`` that starts the clock; its local day is day 0.
    stop : list of str
        Columns whose earliest time stops the clock.
    proof : list of str
        Columns that show that the stop happened no later than then; they can prove on time, never late.
    moot : list of str
        Columns that, when earlier than the start, leave nothing to do.
    amount, unit : int, str
        How long. Days end at `due_time`; hours are elapsed hours. Both absent: only the platform's own deadline is
        known.
    handling : bool
        The order's own handling time runs first.
    handling_default : int
        Handling time in business days where the order names none.
    cutoff, amount_after_cutoff : time, int
        From this local time on, and on rest days, `amount_after_cutoff` counts instead of `amount`.
    fixed_at : datetime
        A fixed local moment instead of a length of time.
    platform_due : str
        Column that holds the platform's own deadline; it wins in mode ``effective``.
    includes : list of str
        Orders that are otherwise left out.
    only_when_started : bool
        Orders without the start event have no row at all, instead of a row that says "not applicable".
    assessed : bool
        The platform measures the seller on it.
    """

    id: Id
    stage: Stage
    versions: list[str] = Field(min_length=1)
    select: dict[Selector, list[str | bool]] = {}
    priority: int = 0
    start: Start = "created_at"
    stop: list[Event] = Field(min_length=1)
    proof: list[Event] = []
    moot: list[Event] = []
    amount: int | None = Field(default=None, ge=0, le=3660)
    unit: Unit | None = None
    calendar: str | None = None
    handling: bool = False
    handling_default: int | None = Field(default=None, ge=0, le=365)
    cutoff: dt.time | None = None
    amount_after_cutoff: int | None = Field(default=None, ge=0, le=3660)
    due_time: dt.time = LAST_SECOND
    fixed_at: dt.datetime | None = None
    platform_due: PlatformDeadline | None = None
    includes: list[Literal["unpaid", "platform_fulfilled"]] = []
    only_when_started: bool = False
    assessed: bool = True


class Window(Sourced):
    """A platform notice: orders created in it (local, both ends included) have another deadline."""

    id: Id
    title: str
    mode: Literal["extension", "force_majeure"] = "extension"
    reason: Literal["holiday", "campaign", "ticket"]
    from_at: dt.datetime | dt.date = Field(alias="from")
    to_at: dt.datetime | dt.date = Field(alias="to")
    stages: list[Stage] = ["rts", "dispatch"]
    market: Country | None = None
    warehouse: str | None = None
    handover: Literal["pickup", "dropoff"] | None = None
    action: Literal["add", "replace", "fixed"]
    amount: int | None = Field(default=None, ge=0, le=3660)
    unit: Unit | None = None
    fixed_at: dt.datetime | None = None
    automatic: bool = False


class Metric(Sourced):
    """A measure: what it counts, over which orders, and where it bites.

    `from` and `until` are days of assessment, not of order creation.

    Attributes
    ----------
    numerator, denominator : str
        The definition in words.
    counts : str
        ``on_time`` or ``late`` orders; absent: the measure is stated here but not computed from deadlines.
    among : str
        ``judged``: orders on time, late or overdue; ``stopped``: every order whose stop event happened, whoever
        fulfils it.
    axis : str
        Time by which an order falls into a period.
    window_days, window_starts, lag_days : int, str, int
        Length of the period, the weekday it begins on, and how many days after its last one it is looked at.
    relaxed_factor : float
        A share of the limit that is enough for a while.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    stage: Stage | None = None
    entity: Literal["order", "package", "unit"] = "order"
    numerator: str
    denominator: str
    exclusions: list[str] = []
    counts: Literal["on_time", "late"] | None = None
    among: Literal["judged", "stopped"] = "judged"
    axis: Literal["created", "stopped", "due"] = "created"
    window_days: int | None = Field(default=None, ge=1)
    window_starts: Literal["rolling", "mon", "sun"] = "rolling"
    lag_days: int | None = Field(default=None, ge=0)
    min_sample: int = Field(default=1, ge=1)
    better: Literal["higher", "lower"]
    target: Share | None = None
    enforce: Share | None = None
    relaxed_factor: float | None = Field(default=None, gt=0, le=1)
    from_day: dt.date | None = Field(default=None, alias="from")
    until_day: dt.date | None = Field(default=None, alias="until")


class Policy(Part):
    """A market's policy as read from one file.

    Attributes
    ----------
    markets : list of str
        Recipient countries it is chosen for; empty: only by name.
    zone : str
        IANA zone of its local days, cut-offs and times without offset.
    holiday_reading : str
        ``closed``: the seller's own holiday mode gives no relief; ``buffer``: days inside it do not count.
    rule_parameters : dict
        Rule id to parameter to value.
    file, sha256 : str
        Where it was read from, and the SHA-256 of the bytes.
    """

    id: Id
    title: str
    platform: str
    region: str = ""
    markets: list[Country] = []
    zone: str
    holiday_reading: Literal["closed", "buffer"] = "closed"
    notes: list[str] = []
    sources: dict[str, Source] = Field(alias="source")
    calendars: dict[str, Calendar] = Field(alias="calendar")
    versions: list[Version] = Field(alias="version", min_length=1)
    lines: list[Line] = Field(alias="line", min_length=1)
    windows: list[Window] = Field(default=[], alias="window")
    metrics: list[Metric] = Field(default=[], alias="metric")
    rule_parameters: dict[str, dict[str, int | float | str | list[str]]] = {}
    file: str = ""
    sha256: str = ""

    @property
    def market(self) -> str:
        """The countries it is chosen for, comma separated; empty when it is chosen by name only."""
        return ", ".join(self.markets)

    def for_market(self, market: str) -> bool:
        """Return whether the policy is the one of `market` (ISO 3166 country)."""
        return market in self.markets

    def stages(self) -> list[Stage]:
        """Return the stages that any version knows, in the order of the file."""
        return list(dict.fromkeys(line.stage for line in self.lines))

    def lines_of(self, version: str) -> Iterator[Line]:
        """Yield the lines that hold in a version."""
        return (line for line in self.lines if version in line.versions)

    def metric(self, name: str, day: dt.date) -> Metric | None:
        """Return the metric `name` as it stands on a day of assessment (local), or ``None``."""
        for metric in self.metrics:
            begun = metric.from_day is None or metric.from_day <= day
            ended = metric.until_day is not None and metric.until_day < day
            if metric.id == name and begun and not ended:
                return metric
        return None
