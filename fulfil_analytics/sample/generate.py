"""Makes a sample folder: the exports of a made-up seller and the truth about them."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from fulfil_analytics.sample.clock import CLOSED
from fulfil_analytics.sample.exports import Exports
from fulfil_analytics.sample.innocent_orders import INNOCENT_ORDERS
from fulfil_analytics.sample.innocent_tracks import INNOCENT_TRACKS
from fulfil_analytics.sample.innocents import INNOCENTS, Innocent
from fulfil_analytics.sample.maker import Maker
from fulfil_analytics.sample.model import Order, Parcel
from fulfil_analytics.sample.plant import PLANTS, Expected, Plant, abroad
from fulfil_analytics.sample.plant.batches import Batches
from fulfil_analytics.sample.plant.variants import VARIANTS
from fulfil_analytics.sample.recipe import Recipe
from fulfil_analytics.sample.special import Special
from fulfil_analytics.sample.stream import ordinary
from fulfil_analytics.sample.tables import Labels, Returns, Stock, Tracking, write_catalogue, write_windows
from fulfil_analytics.sample.truth import Truth

_APPROVED = 'approved = ["usps", "ups", "fedex", "ups-surepost", "fedex-smartpost", "speedx", "veho"]'


class _Takes(Protocol):
    def add(self, order: Order) -> None: ...


def generate(folder: Path, recipe: Recipe | None = None, **told: Any) -> Truth:
    """Write made-up exports into `folder`; the same arguments give the same bytes.

    Parameters
    ----------
    folder : Path
        Made when absent; files of the same names are replaced.
    recipe : Recipe, optional
        What to make.
    **told
        Fields of `Recipe` that are other than in `recipe`.

    Returns
    -------
    Truth
        What must be found; also written as ``truth.json``.

    Raises
    ------
    UsageError
        An unknown word, or a number out of range; nothing is written.
    """
    recipe = replace(recipe or Recipe(), **told)
    recipe.check()
    folder.mkdir(parents=True, exist_ok=True)
    maker = Maker(recipe.market, recipe.seed, recipe.weeks)
    truth = Truth(folder, recipe.orders, recipe.layout, rules=sorted(PLANTS if recipe.whole else abroad.RULES))
    batches = Batches(maker)
    special = Special(maker, truth, batches, recipe.shops)
    special.fill(recipe.orders, *_cases(recipe), dense=recipe.everything)
    made = sorted(special.orders, key=lambda order: order.created, reverse=True)
    slips = recipe.planted and recipe.weeks is not None
    rest = special.ordinary(ordinary(maker, recipe.orders - len(made), slips=slips))
    stream = heapq.merge(made, rest, key=lambda order: order.created, reverse=True)
    capped = _write(folder, maker, stream, special.strays, recipe)
    if recipe.whole:
        truth.planted += [Expected("truncated_export", None, None, "cap", file) for file in capped]
        truth.planted += [Expected("batch_anomaly", order, None, "batch") for order in sorted(batches.members())]
    truth.write()
    return truth


def _cases(recipe: Recipe) -> tuple[list[Plant], tuple[Innocent, ...]]:
    """Return what to plant; of other markets than the American only the cases that any market can have."""
    if recipe.whole:
        more = INNOCENT_TRACKS + INNOCENT_ORDERS if recipe.everything else ()
        plants = [PLANTS[kind] for kind in recipe.chosen]
        if recipe.everything:
            plants += [VARIANTS[kind] for kind in recipe.chosen if kind in VARIANTS]
        return plants, (*INNOCENTS, *more)
    if not recipe.everything:
        return [], ()
    return list(abroad.PLANTS) if recipe.planted else [], (abroad.look_alikes,)


def _write(folder: Path, maker: Maker, stream: Iterator[Order], strays: list[Parcel], recipe: Recipe) -> list[str]:
    """Write all files; return the exports that look cut off."""
    market = maker.market
    with ExitStack() as stack:
        tracking, stock = Tracking(folder, market, stack), Stock()
        exports = Exports(folder, market, recipe.newest, stack, older=recipe.older)
        tables: list[_Takes] = [exports, tracking]
        if recipe.whole:
            tables += [Labels(folder, stack), Returns(folder, maker, stack), stock]
        for order in stream:
            for table in tables:
                table.add(order)
        for parcel in strays:
            tracking.add_parcel(parcel)
    if recipe.whole:
        stock.write(folder, market)
        write_catalogue(folder, market, (CLOSED.house,) if recipe.everything else ())
        write_windows(folder, market, CLOSED if recipe.everything else None)
    settings = _settings(recipe)
    if settings:
        (folder / "fulfil.toml").write_text("\n".join(settings) + "\n", encoding="utf-8")
    return exports.capped()


def _settings(recipe: Recipe) -> list[str]:
    """Return the lines of the sample's ``fulfil.toml``; empty when it needs none."""
    lines = []
    if recipe.shops > 1:
        lines += ["[shops]", *(f'shop-{number} = "shop-{number}/*"' for number in range(1, recipe.shops + 1))]
    if recipe.whole and recipe.everything:
        lines += ["[parameters.unapproved_carrier]", _APPROVED]
    return ["# Settings of this made-up seller; found when fulfil runs in this folder.", *lines] if lines else []
