"""Makes a sample folder: the exports of a made-up seller and the truth about them."""

from __future__ import annotations

import heapq
import json
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from fulfil_analytics.errors import UsageError, suggest
from fulfil_analytics.sample.clock import END, OLD, OLD_FROM
from fulfil_analytics.sample.facts_abroad import JP, TH, VN
from fulfil_analytics.sample.facts_us import US
from fulfil_analytics.sample.files import OrderFiles
from fulfil_analytics.sample.innocents import INNOCENTS
from fulfil_analytics.sample.layouts import BY_MARKET
from fulfil_analytics.sample.maker import Maker
from fulfil_analytics.sample.model import Order
from fulfil_analytics.sample.plant import PLANTS, USUAL, Expected
from fulfil_analytics.sample.rows import Writer
from fulfil_analytics.sample.stream import ordinary
from fulfil_analytics.sample.tables import Labels, Returns, Stock, Tracking, write_catalogue, write_windows

_MARKETS = {"us": US, "us-xlsx": US, "th": TH, "vn": VN, "jp": JP}
LAYOUTS = tuple(_MARKETS)
CONTAINERS = ("csv", "xlsx")
NEWEST = "All order-2026-11-16-07_16"
OLDER = "All order-2026-11-05-07_16"
_ORDERS_A_ROUND = 3000
"""For each so many orders every case is planted once more."""


class _Takes(Protocol):
    def add(self, order: Order) -> None: ...


@dataclass
class Truth:
    """What is true about a sample folder.

    Attributes
    ----------
    folder : Path
        Where the files stand.
    orders : int
        Orders in the newest export.
    layout : str
        Which export layout was written.
    planted : list of Expected
        Every finding that the rules in `rules` must raise, and no other.
    rules : list of str
        Rules that `planted` is complete for: those of the planted kinds and those that must stay silent.
    innocents : dict of str to list of str
        Kind of look-alike to the order numbers concerned.
    """

    folder: Path
    orders: int
    layout: str
    planted: list[Expected] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    innocents: dict[str, list[str]] = field(default_factory=dict)

    def write(self) -> None:
        """Write ``truth.json`` into the folder."""
        truth = {
            "about": "What is true about the made-up exports beside this file: the findings that must be raised, and "
            "orders that only look like violations. True for every as-of moment from as_of to as_of_to.",
            "as_of": "2026-11-16T08:00:00Z",
            "as_of_to": "2026-11-16T16:00:00Z",
            "layout": self.layout,
            "orders": self.orders,
            "rules": self.rules,
            "planted": [found._asdict() for found in self.planted],
            "innocents": self.innocents,
        }
        text = json.dumps(truth, indent=1, ensure_ascii=False) + "\n"
        (self.folder / "truth.json").write_bytes(text.encode())


def generate(
    folder: Path,
    *,
    orders: int = 300,
    seed: int = 20261116,
    layout: str = "us",
    planted: bool = True,
    container: str = "csv",
    kinds: Collection[str] = USUAL,
) -> Truth:
    """Write made-up exports into `folder`; the same arguments give the same bytes.

    Parameters
    ----------
    folder : Path
        Made when absent; files of the same names are replaced.
    orders : int
        Orders in the newest export, at least 1. Look-alikes and violations take at most half of them.
    seed : int
        Another seed, another sample; not negative.
    layout : str
        One of `LAYOUTS`. ``us`` writes every kind of input; the others an order export and a tracking file.
    planted : bool
        Plant violations; only layout ``us`` can.
    container : str
        ``csv`` or ``xlsx``, the form of the newest export.
    kinds : collection of str
        Kinds of violation to plant, named after the rules they are planted for (keys of `sample.plant.PLANTS`).

    Returns
    -------
    Truth
        What must be found; also written as ``truth.json``.

    Raises
    ------
    UsageError
        An unknown layout, container or kind, or a number out of range.
    """
    _check(orders, seed, layout, container, kinds)
    container = "xlsx" if layout == "us-xlsx" else container
    folder.mkdir(parents=True, exist_ok=True)
    maker = Maker(_MARKETS[layout], seed)
    truth = Truth(folder, orders, layout)
    whole = layout == "us"
    special = _special(maker, orders, kinds if planted else (), truth) if whole else []
    stream = heapq.merge(special, ordinary(maker, orders - len(special)), key=lambda order: order.created, reverse=True)
    _write(folder, maker, stream, container, whole=whole)
    truth.planted.sort(key=lambda found: (found.rule_id, found.order_id or "", found.waybill or ""))
    truth.rules = sorted({*USUAL, *kinds, "truncated_export"})
    truth.write()
    return truth


def _check(orders: int, seed: int, layout: str, container: str, kinds: Collection[str]) -> None:
    words = [("layout", layout, LAYOUTS), ("container", container, CONTAINERS)]
    words += [("kinds", kind, tuple(PLANTS)) for kind in sorted(kinds)]
    for name, word, known in words:
        if word not in known:
            raise UsageError(f"unknown word {word!r}", column=name, remedy=suggest(word, known))
    if orders < 1:
        raise UsageError(f"{orders} orders cannot be made", column="orders", remedy="Give 1 or more")
    if seed < 0:
        raise UsageError(f"seed {seed} is negative", column="seed", remedy="Give 0 or more")


def _special(maker: Maker, orders: int, kinds: Collection[str], truth: Truth) -> list[Order]:
    """Return planted and innocent-looking orders, newest first: whole cases, as half of `orders` has room for."""
    room = orders // 2
    made: list[Order] = []
    for _ in range(1 + orders // _ORDERS_A_ROUND):
        for group, expects, kind in _cases(maker, kinds):
            if len(made) + len(group) > room:
                continue
            made += group
            truth.planted += expects
            if not expects:
                truth.innocents.setdefault(kind, []).extend(order.order_id for order in group)
    return sorted(made, key=lambda order: order.created, reverse=True)


def _cases(maker: Maker, kinds: Collection[str]) -> Iterator[tuple[list[Order], list[Expected], str]]:
    for kind in PLANTS:
        if kind in kinds:
            for planted in PLANTS[kind](maker):
                yield planted.orders, planted.expects, kind
    for innocent in INNOCENTS:
        for kind, group in innocent(maker):
            yield group, [], kind


def _write(folder: Path, maker: Maker, stream: Iterator[Order], container: str, *, whole: bool) -> None:
    market = maker.market
    layout = BY_MARKET[market.id]
    with ExitStack() as stack:
        newest = stack.enter_context(OrderFiles(folder, NEWEST, container, Writer(market, layout, END), layout))
        tables: list[_Takes] = [newest, Tracking(folder, market, stack)]
        older, stock = None, Stock()
        if whole:
            older = stack.enter_context(OrderFiles(folder, OLDER, "xlsx", Writer(market, layout, OLD), layout))
            tables += [Labels(folder, stack), Returns(folder, maker, stack), stock]
        for order in stream:
            for table in tables:
                table.add(order)
            if older and OLD_FROM <= order.created < OLD:
                older.add(order)
    if whole:
        stock.write(folder, market)
        write_catalogue(folder, market)
        write_windows(folder, market)
