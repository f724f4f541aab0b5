"""``fulfil sample``: made-up exports to try things on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def sample(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write into.")],
    orders: Annotated[int, typer.Option("--orders", metavar="N", min=1, help="How many orders.")] = 300,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="The same seed gives the same bytes.")] = 20261116,
    layout: Annotated[str, typer.Option("--layout", metavar="NAME", help="Export layout: us, th, vn, jp.")] = "us",
    xlsx: Annotated[bool, typer.Option("--xlsx", help="Write the orders as XLSX instead of CSV.")] = False,
    clean: Annotated[bool, typer.Option("--clean", help="Plant no violation.")] = False,
) -> None:
    """Write made-up exports in a real layout, with planted violations and a truth file. No real person is in them.

    Example: fulfil sample try-it --orders 500
    """
    from fulfil_analytics.cli import common
    from fulfil_analytics.sample import LAYOUTS, generate

    common.one_of(layout, tuple(LAYOUTS), "--layout")
    truth = generate(
        folder, orders=orders, seed=seed, layout=layout, planted=not clean, container="xlsx" if xlsx else "csv"
    )
    typer.echo(
        f"{folder}: {orders} orders, {len(truth.planted)} planted violations. Next: fulfil audit {folder} --out out"
    )
