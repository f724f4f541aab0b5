"""What sample to make."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from fulfil_analytics.errors import UsageError, suggest
from fulfil_analytics.sample.facts_abroad import JP, TH, VN
from fulfil_analytics.sample.facts_us import US
from fulfil_analytics.sample.model import Market
from fulfil_analytics.sample.plant import PLANTS, USUAL

_MARKETS = {"us": US, "us-xlsx": US, "th": TH, "vn": VN, "jp": JP}
LAYOUTS = tuple(_MARKETS)
CONTAINERS = ("csv", "xlsx")
PROFILES = ("usual", "all")
_WEEKS = range(4, 13)
_SHOPS = range(1, 10)
_WORKBOOK_ORDERS = 20_000


@dataclass(frozen=True)
class Recipe:
    """What sample to make; the same recipe gives the same bytes.

    Attributes
    ----------
    orders : int
        Orders in the newest exports, at least 1. Look-alikes and violations take at most half of them.
    seed : int
        Another seed, another sample; not negative.
    layout : str
        One of `LAYOUTS`. ``us`` writes every kind of input; the others an order export and a tracking file.
    planted : bool
        Plant violations. Other layouts than ``us`` have them with profile ``all`` only, and only kinds that any market
        can have.
    container : str
        ``csv`` or ``xlsx``, the form of the newest export.
    profile : str
        ``usual``: the best-known kinds, a few of each. ``all``: every kind and every look-alike, in as many variations
        as half of the orders has room for.
    kinds : collection of str, optional
        Kinds of violation to plant, named after the rules they are planted for (keys of `sample.plant.PLANTS`); by
        default those of the profile.
    weeks : int, optional
        Weeks that the orders are spread over, 4 to 12; by default the last 27 days. Over weeks things change: one
        warehouse slips, and in some weeks one carrier is slow.
    shops : int
        Shops, 1 to 9. Two and more have a folder each.
    """

    orders: int = 300
    seed: int = 20261116
    layout: str = "us"
    planted: bool = True
    container: str = "csv"
    profile: str = "usual"
    kinds: Collection[str] | None = None
    weeks: int | None = None
    shops: int = 1

    @property
    def market(self) -> Market:
        """The market of the layout."""
        return _MARKETS[self.layout]

    @property
    def whole(self) -> bool:
        """Whether every kind of input is written."""
        return self.layout == "us"

    @property
    def everything(self) -> bool:
        """Whether every kind of case is planted."""
        return self.profile == "all"

    @property
    def chosen(self) -> list[str]:
        """Kinds to plant, in the order of `PLANTS`."""
        kinds = self.kinds if self.kinds is not None else PLANTS if self.everything else USUAL
        return [kind for kind in PLANTS if kind in kinds] if self.planted else []

    @property
    def newest(self) -> str:
        """Form of the newest export."""
        return "xlsx" if self.layout == "us-xlsx" else self.container

    @property
    def older(self) -> str:
        """Form of the older export, empty for none; a big workbook takes longer to write than all the rest."""
        if not self.whole:
            return ""
        return "xlsx" if self.orders <= _WORKBOOK_ORDERS else "csv"

    def check(self) -> None:
        """Refuse what cannot be made.

        Raises
        ------
        UsageError
            An unknown word, or a number out of range.
        """
        words = [("layout", self.layout, LAYOUTS), ("container", self.container, CONTAINERS)]
        words += [("profile", self.profile, PROFILES)]
        words += [("kinds", kind, tuple(PLANTS)) for kind in sorted(self.kinds or ())]
        for name, word, known in words:
            if word not in known:
                raise UsageError(f"unknown word {word!r}", column=name, remedy=suggest(word, known))
        if self.orders < 1:
            raise UsageError(f"{self.orders} orders cannot be made", column="orders", remedy="Give 1 or more")
        if self.seed < 0:
            raise UsageError(f"seed {self.seed} is negative", column="seed", remedy="Give 0 or more")
        if self.weeks is not None and self.weeks not in _WEEKS:
            raise UsageError(f"{self.weeks} weeks cannot be made", column="weeks", remedy="Give 4 to 12")
        if self.shops not in _SHOPS:
            raise UsageError(f"{self.shops} shops cannot be made", column="shops", remedy="Give 1 to 9")
