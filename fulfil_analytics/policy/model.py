"""What a policy file says, typed. One file is one market's policy; its versions are dated by order creation.

A policy is data: a new market, a new notice or a changed deadline is an edit of a file in ``rules/policies``, never of
code. ``rules/policies/README.md`` explains every key to the person who edits.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from fulfil_analytics.policy.metric import Metric, Tier
from fulfil_analytics.policy.parts import (
    LAST_SECOND,
    NEAR,
    WEEKDAYS,
    CancelReason,
    Country,
    Event,
    Id,
    Part,
    PlatformDeadline,
    Selector,
    Source,
    Sourced,
    Stage,
    Start,
    Unit,
    Until,
    Weekday,
)

__all__ = [
    "LAST_SECOND",
    "NEAR",
    "WEEKDAYS",
    "Band",
    "Calendar",
    "CancelReason",
    "Capacity",
    "Event",
    "Line",
    "Metric",
    "Part",
    "Policy",
    "Source",
    "Sourced",
    "Stage",
    "Tier",
    "Version",
    "Window",
]


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
    """A stretch of order-creation days (local, both ends included) in which lines hold.

    Attributes
    ----------
    supersedes : str
        An earlier version that ends on the day before this one begins, unless it says itself when it ends.
    """

    id: Id
    title: str
    from_day: dt.date = Field(alias="from")
    until_day: dt.date | None = Field(default=None, alias="until")
    supersedes: str = ""


class Line(Sourced):
    """One deadline: for whom, from which event, how long, stopped by what.

    The most specific line governs an order: highest `priority`, then most selectors, then first in the file.

    Attributes
    ----------
    select : dict
        Column of ``orders`` to accepted values; an order without a value is not accepted.
    start, start_else : str
        Time that starts the clock, and the one that does where the first is not known; its local day is day 0.
    after : str
        Stage at whose deadline this one's time begins, mode by mode; `start` is then that of the stage's own line.
    stop : list of str
        Times of which the earliest stops the clock.
    proof : list of str
        Times that show that the stop happened no later than then; they can prove on time, never late.
    moot : list of str
        Times that, when earlier than the start, leave nothing to do.
    amount, unit : int, str
        How long. Both absent: only the platform's own deadline is known.
    rounding : str
        ``exact``: to the second, days at the time of day at which the clock started; ``end_of_day``: at `due_time` of
        the last day. By default hours are exact and days end.
    day_0 : str
        ``order_day``: the order's own day, business day or not; ``next_business_day``: the day itself, or the business
        day after an order on a rest day; ``counts``: a business day on which an order comes is the first one counted.
    grace_minutes : int
        So long after the deadline what is done still counts as on time; the deadline shown stays as published.
    handling : bool
        The order's own handling time runs first.
    handling_default : int
        Handling time in business days where the order names none.
    handling_min, handling_max : int
        The order's own handling time counts as no less and no more than this.
    extension_cap : int
        Windows together give no more than so many units of `unit` on top of the standard deadline.
    cutoff, amount_after_cutoff : time, int
        From this local time on, and on rest days, `amount_after_cutoff` counts instead of `amount`.
    fixed_at : datetime
        A fixed local moment instead of a length of time; a plain date ends with its last second.
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
    start_else: Start | None = None
    after: Stage | None = None
    stop: list[Event] = Field(min_length=1)
    proof: list[Event] = []
    moot: list[Event] = []
    amount: int | None = Field(default=None, ge=0, le=3660)
    unit: Unit | None = None
    calendar: str | None = None
    handling: bool = False
    handling_default: int | None = Field(default=None, ge=0, le=365)
    handling_min: int | None = Field(default=None, ge=0, le=365)
    handling_max: int | None = Field(default=None, ge=0, le=365)
    extension_cap: int | None = Field(default=None, ge=0, le=3660)
    cutoff: dt.time | None = None
    amount_after_cutoff: int | None = Field(default=None, ge=0, le=3660)
    due_time: dt.time = LAST_SECOND
    rounding: Literal["exact", "end_of_day"] | None = None
    day_0: Literal["order_day", "next_business_day", "counts"] = "order_day"
    grace_minutes: int = Field(default=0, ge=0, le=43200)
    fixed_at: Until | None = None
    platform_due: PlatformDeadline | None = None
    includes: list[Literal["unpaid", "platform_fulfilled"]] = []
    only_when_started: bool = False
    assessed: bool = True

    @property
    def is_exact(self) -> bool:
        """Whether the deadline is to the second: so long after the clock's own start."""
        return (self.rounding or ("exact" if self.unit == "hour" else "end_of_day")) == "exact"


class Window(Sourced):
    """A platform notice: orders created in it (local, both ends included) have another deadline.

    Attributes
    ----------
    states, warehouse_states : list of str
        Areas: recipient's states, or those that orders leave from; empty means everywhere.
    automatic : bool
        Holds for every seller. Otherwise it holds from `opted_in_at` on, which a file of one's own states.
    opt_in_until : date or datetime
        An opting in after this (local) is too late.
    proof : str
        Number of the notice or ticket.
    """

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
    states: list[str] = []
    warehouse_states: list[str] = []
    action: Literal["add", "replace", "fixed"]
    amount: int | None = Field(default=None, ge=0, le=3660)
    unit: Unit | None = None
    fixed_at: Until | None = None
    automatic: bool = False
    opted_in_at: dt.datetime | dt.date | None = None
    opt_in_until: dt.datetime | dt.date | None = None
    proof: str = ""


class Capacity(Sourced):
    """How many orders a day the seller has stated it can handle; the orders after them are ``above_capacity``.

    Attributes
    ----------
    orders_a_day : int
        Seller-fulfilled orders of one local day, by time of creation.
    per : str
        What has the capacity of its own.
    """

    orders_a_day: int = Field(ge=1)
    per: Literal["shop", "warehouse"] = "shop"


class Band(Part):
    """A range of order values, hundredths of the currency unit: from `from_cents` up to below `below_cents`."""

    id: Id
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    from_cents: int = Field(default=0, ge=0)
    below_cents: int | None = Field(default=None, ge=1)


class Policy(Part):
    """A market's policy as read from one file.

    Attributes
    ----------
    base : str
        Policy that this one is laid over; empty for one that stands alone.
    markets : list of str
        Recipient countries it is chosen for; empty: only by name.
    zone : str
        IANA zone of its local days, cut-offs and times without offset.
    seller_country : str
        Country of the sellers it speaks of, where that is not the market's: tells orders from an overseas warehouse
        (in the buyer's country) from domestic ones.
    holiday_reading : str
        ``closed``: the seller's own holiday mode gives no relief; ``buffer``: days inside it do not count.
    stacking : str
        Of several windows the ``latest`` deadline counts, or those that add time are one after the other (``sum``).
    rule_parameters : dict
        Rule id to parameter to value.
    file, sha256 : str
        Where it was read from, and the SHA-256 of the bytes.
    """

    id: Id
    title: str
    platform: str
    base: str = ""
    region: str = ""
    markets: list[Country] = []
    zone: str
    seller_country: Country | None = None
    holiday_reading: Literal["closed", "buffer"] = "closed"
    stacking: Literal["latest", "sum"] = "latest"
    notes: list[str] = []
    sources: dict[str, Source] = Field(alias="source")
    capacity: Capacity | None = None
    value_bands: list[Band] = Field(default=[], alias="value_band")
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
