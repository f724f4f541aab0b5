"""Metrics of a policy: what each counts, over which orders, where it bites, and what follows."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from fulfil_analytics.policy.parts import NEAR, CancelReason, Confidence, Part, Party, Share, Sourced, Stage, Trait


class Tier(Part):
    """What follows while a metric stands in a range. All tiers that fit apply: smallest cap, most points.

    Attributes
    ----------
    above, below : float
        The range of the rate; `above` belongs to it when `at_least` says so, `below` when `at_most` does.
    count_at_least : int
        Holds only with so many counted orders.
    points : int
        Violation points.
    cap : float
        Share of the usual orders a day that may still come; `cap_base` says which days are usual.
    points_days : int
        How long the points stay.
    charge_cents, currency : int, str
        Charge for each order that counts against the seller, hundredths of the currency unit.
    charge_share, charge_min_cents, charge_max_cents : float, int, int
        Instead: a share of the order's amount, no less and no more than this.
    days : int
        How long the cap holds.
    """

    above: Share | None = None
    at_least: bool = True
    below: Share | None = None
    at_most: bool = False
    count_at_least: int | None = Field(default=None, ge=1)
    points: int | None = Field(default=None, ge=0)
    points_days: int | None = Field(default=None, ge=1)
    cap: Share | None = None
    cap_base: Literal["average_28", "highest_28"] = "average_28"
    charge_cents: int | None = Field(default=None, ge=0)
    charge_share: Share | None = None
    charge_min_cents: int = Field(default=0, ge=0)
    charge_max_cents: int | None = Field(default=None, ge=0)
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    days: int | None = Field(default=None, ge=1)
    sources: list[str] = []
    confidence: Confidence | None = None
    note: str = ""

    def holds(self, rate: float, count: int) -> bool:
        """Return whether a metric of this rate, with so many counted orders, stands in the tier."""
        if self.above is not None and not (rate >= self.above - NEAR if self.at_least else rate > self.above + NEAR):
            return False
        if self.below is not None and not (rate <= self.below + NEAR if self.at_most else rate < self.below - NEAR):
            return False
        return self.count_at_least is None or count >= self.count_at_least


class Metric(Sourced):
    """A measure: what it counts, over which orders, and where it bites.

    `from` and `until` are days of assessment, not of order creation.

    Attributes
    ----------
    numerator, denominator : str
        The definition in words.
    counts : str
        ``on_time`` or ``late`` orders of the stage; ``cancelled``: orders whose cancellation counts;
        ``valid_tracking``: parcels with a valid number. Absent: the measure is stated here but not computed.
    among : str
        ``judged``: on time, late or overdue; ``stopped``: every order whose stop event happened, whoever fulfils it;
        ``placed``: every order; ``confirmed``: every order that was paid for or needs no payment; ``given``: every
        parcel whose number was given to the platform.
    entity : str
        What one is: an ``order``, a ``package`` (each parcel of the order), or a ``unit`` (each piece ordered).
    open_orders : str
        What an order is that is neither done nor due: ``left_out``, ``counted`` in the denominator alone, or ``late``.
        Absent: counted among ``placed`` and ``confirmed`` orders, left out elsewhere.
    calendar : str
        Calendar by which this metric's own clock counts, where that is not the stage's.
    leaves_out : list of str
        Orders that stand in neither numerator nor denominator.
    cancelled_by : list of str
        Parties whose every cancellation counts.
    cancelled_for : list of str
        Reasons that count, whoever but the buyer cancelled.
    not_cancelled_for : list of str
        Reasons that never count; with ``buyer_request`` no cancellation does that the buyer had asked for.
    min_scans : int
        Carrier scans that make a number valid.
    axis : str
        Time by which an order falls into a period; ``given``: a parcel's number was given.
    window_days, window_starts, lag_days : int, str, int
        Length of the period, the weekday it begins on, and how many days after its last one it is looked at.
    strict : bool
        A rate that is exactly at a limit has missed it.
    relaxed_factor : float
        For a while, the pass mark is this share of the standard one.
    tiers : list of Tier
        What follows from a rate.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    stage: Stage | None = None
    entity: Literal["order", "package", "unit"] = "order"
    numerator: str
    denominator: str
    exclusions: list[str] = []
    counts: Literal["on_time", "late", "cancelled", "valid_tracking"] | None = None
    among: Literal["judged", "stopped", "placed", "confirmed", "given"] = "judged"
    open_orders: Literal["left_out", "counted", "late"] | None = None
    calendar: str | None = None
    leaves_out: list[Trait] = []
    cancelled_by: list[Party] = []
    cancelled_for: list[CancelReason] = []
    not_cancelled_for: list[CancelReason] = []
    min_scans: int = Field(default=1, ge=1)
    axis: Literal["created", "stopped", "due", "given"] = "created"
    window_days: int | None = Field(default=None, ge=1)
    window_starts: Literal["rolling", "mon", "sun"] = "rolling"
    lag_days: int | None = Field(default=None, ge=0)
    min_sample: int = Field(default=1, ge=1)
    better: Literal["higher", "lower"]
    target: Share | None = None
    enforce: Share | None = None
    strict: bool = False
    relaxed_factor: float | None = Field(default=None, gt=0, le=1)
    from_day: dt.date | None = Field(default=None, alias="from")
    until_day: dt.date | None = Field(default=None, alias="until")
    tiers: list[Tier] = Field(default=[], alias="tier")

    @property
    def clock(self) -> str | None:
        """The stage whose clock it reads: its own where it counts by a calendar of its own."""
        return self.stage if self.calendar is None or self.stage is None else f"{self.stage}@{self.id}"

    @property
    def counts_open(self) -> str:
        """What an open order is: ``left_out``, ``counted`` or ``late``."""
        return self.open_orders or ("counted" if self.among in ("placed", "confirmed") else "left_out")

    def keeps(self, rate: float, limit: float) -> bool:
        """Return whether `rate` keeps `limit`."""
        ahead = rate - limit if self.better == "higher" else limit - rate
        return ahead > NEAR if self.strict else ahead >= -NEAR

    def limits(self) -> tuple[float | None, float | None]:
        """Return target and enforcement line as they hold, a temporary relaxation applied.

        A pass mark of 60 % of the standard lets 60 % of the good orders suffice that are otherwise needed: of a rate
        that should be high the limit itself shrinks, of one that should be low its complement does. Where a page can
        be read more strictly, this is the reading that never blames a seller for it.
        """
        return self._relaxed(self.target), self._relaxed(self.enforce)

    def _relaxed(self, limit: float | None) -> float | None:
        if limit is None or self.relaxed_factor is None:
            return limit
        return limit * self.relaxed_factor if self.better == "higher" else 1 - (1 - limit) * self.relaxed_factor
