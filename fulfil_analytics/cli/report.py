"""``fulfil report``: the HTML report of a week, from exports or from the audit a store keeps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fulfil_analytics.cli import common


def report(
    inputs: Annotated[list[str] | None, typer.Argument(metavar="INPUT", help="Exports to read.")] = None,
    week: Annotated[
        str | None,
        typer.Option("--week", metavar="2026-W46", help="ISO week whose orders to report; default: all days."),
    ] = None,
    start: Annotated[str | None, typer.Option("--from", metavar="DAY", help="First local day of the orders.")] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="DAY", help="Last local day of the orders.")] = None,
    shop: Annotated[str | None, typer.Option("--shop", metavar="NAME", help="Only the orders of this shop.")] = None,
    out: Annotated[Path, typer.Option("--out", metavar="FILE.html", help="File to write.")] = Path("report.html"),
    policy: common.Policy = None,
    as_of: common.AsOf = None,
    db: common.Db = None,
    rules: common.Rules = None,
    lang: common.Lang = None,
    pii: common.Pii = None,
    dates: common.Dates = None,
    places: common.Places = None,
    memory: common.Memory = None,
    temp: common.Temp = None,
    line: common.Line = False,
    quiet: common.Quiet = False,
    json: common.Json = False,
) -> None:
    """Write the report of a week, of some days or of all orders as one HTML file that needs no network.

    With --db and no INPUT the audit that the store keeps is reported; it is run first where it no longer holds.

    Example: fulfil report exports/ --week 2026-W46 --out week.html
    """
    from fulfil_analytics.aside import aside
    from fulfil_analytics.audit.kept import kept_or_run
    from fulfil_analytics.audit.manifest import dumps
    from fulfil_analytics.cli.audit import make_options
    from fulfil_analytics.report.line import one_line, told
    from fulfil_analytics.report.outputs import report_of, warm
    from fulfil_analytics.report.view import read_scope

    scope = read_scope(week, start, end, shop)
    warm()
    with common.progress(quiet or json or line) as tell:
        options = make_options(
            policy=policy,
            as_of=as_of,
            db=db,
            rules=rules,
            only=None,
            pii=pii,
            lang=lang,
            dates=dates,
            places=places,
            memory=memory,
            temp=temp,
            progress=tell,
        )
        with kept_or_run(common.inputs_of(inputs, options.config, options.db, stored=True), options) as run:
            tell("writing")
            with aside(out) as fresh:
                facts = report_of(run, fresh, scope)
    if line:
        typer.echo(one_line({**facts, "report": str(out)}))
    elif json:
        typer.echo(dumps({**facts, "report": str(out)}), nl=False)
    elif not quiet:
        common.show(told(facts, str(out), options.lang))
