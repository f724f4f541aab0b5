"""``fulfil load``: add exports to a store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fulfil_analytics.cli import common


def load(
    inputs: common.Inputs = None,
    db: Annotated[
        Path | None,
        typer.Option("--db", metavar="FILE", help="Store to load into; made if there is none."),
    ] = None,
    canonical: Annotated[
        Path | None,
        typer.Option(
            "--canonical", metavar="DIR", help="Write the rows, clean and typed, as Parquet for Spark and others."
        ),
    ] = None,
    policy: common.Policy = None,
    pii: common.Pii = None,
    dates: common.Dates = None,
    memory: common.Memory = None,
    temp: common.Temp = None,
    quiet: common.Quiet = False,
    json: common.Json = False,
) -> None:
    """Add exports to a store, or write them as clean Parquet. Loading the same file twice changes nothing.

    Example: fulfil load exports/ --db shop.duckdb
    """
    from fulfil_analytics.audit.manifest import dumps
    from fulfil_analytics.audit.run import run_load
    from fulfil_analytics.cli.audit import make_options
    from fulfil_analytics.errors import UsageError

    with common.progress(quiet or json) as tell:
        options = make_options(
            policy=policy,
            db=db,
            pii=pii,
            dates=dates,
            memory=memory,
            temp=temp,
            lang=None,
            rules=None,
            only=None,
            as_of=None,
            progress=tell,
        )
        if options.db is None and canonical is None:
            raise UsageError("no store is named", column="--db", remedy="Add --db FILE, or --canonical DIR")
        # a store alone is enough to write it out as a canonical folder
        stored = db is not None and canonical is not None
        result = run_load(common.inputs_of(inputs, options.config, options.db, stored=stored), options, canonical)
    if json:
        typer.echo(dumps(result), nl=False)
    elif not quiet:
        from fulfil_analytics.report.outputs import load_summary

        common.show(load_summary(result))
