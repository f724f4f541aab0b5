"""``fulfil sample``: made-up exports to try things on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fulfil_analytics.cli import common


def sample(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write into.")],
    orders: Annotated[int, typer.Option("--orders", metavar="N", min=1, help="How many orders.")] = 300,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="The same seed gives the same bytes.")] = 20261116,
    layout: Annotated[str, typer.Option("--layout", metavar="NAME", help="Export layout: us, th, vn, jp.")] = "us",
    xlsx: Annotated[bool, typer.Option("--xlsx", help="Write the orders as XLSX instead of CSV.")] = False,
    clean: Annotated[bool, typer.Option("--clean", help="Plant no violation.")] = False,
    plant: Annotated[
        str, typer.Option("--plant", metavar="WHAT", help="usual: the best-known kinds; all: every kind, many times.")
    ] = "usual",
    weeks: Annotated[
        int | None, typer.Option("--weeks", metavar="N", help="Weeks to spread the orders over, 4 to 12.")
    ] = None,
    shops: Annotated[int, typer.Option("--shops", metavar="N", help="Shops, a folder each.")] = 1,
    quiet: common.Quiet = False,
    json: common.Json = False,
) -> None:
    """Write made-up exports in a real layout, with planted violations and a truth file. No real person is in them.

    Example: fulfil sample try-it --orders 500
    """
    from fulfil_analytics.sample import LAYOUTS, PROFILES, Recipe, generate

    common.one_of(layout, LAYOUTS, "--layout")
    common.one_of(plant, PROFILES, "--plant")
    recipe = Recipe(
        orders=orders,
        seed=seed,
        layout=layout,
        planted=not clean,
        container="xlsx" if xlsx else "csv",
        profile=plant,
        weeks=weeks,
        shops=shops,
    )
    truth = generate(folder, recipe)
    said = f"{folder}: {orders} orders, {len(truth.planted)} planted violations. Next: {_next(folder)} --out out"
    told = {"folder": str(folder), "orders": orders, "planted": len(truth.planted)}
    common.answer(told, said, quiet=quiet, json=json)


def _next(folder: Path) -> str:
    """Return the audit command; settings written beside the exports are found from inside the folder."""
    return f"cd {folder} && fulfil audit ." if (folder / "fulfil.toml").exists() else f"fulfil audit {folder}"
