"""``fulfil explain``: one order, everything that is known of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fulfil_analytics.cli import common


def explain(
    order_id: Annotated[str, typer.Argument(metavar="ORDER_ID", help="The platform's order number.")],
    inputs: Annotated[list[str] | None, typer.Argument(metavar="[INPUT...]", help="Exports to read.")] = None,
    policy: common.Policy = None,
    as_of: common.AsOf = None,
    db: common.Db = None,
    rules: common.Rules = None,
    lang: common.Lang = None,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write a page instead of text.")] = None,
    pii: common.Pii = None,
    dates: common.Dates = None,
    json: common.Json = False,
) -> None:
    """Show one order: its timeline, its clocks under each SLA mode, the evidence of each finding.

    Example: fulfil explain 576461413038785752 exports/
    """
    from fulfil_analytics.aside import write_text
    from fulfil_analytics.audit.manifest import dumps
    from fulfil_analytics.audit.run import run_audit
    from fulfil_analytics.cli.audit import make_options
    from fulfil_analytics.report.outputs import explain_order

    with common.progress(json) as tell:
        options = make_options(
            policy=policy, as_of=as_of, db=db, rules=rules, only=None, lang=lang, pii=pii, dates=dates, progress=tell
        )
        with run_audit(common.inputs_of(inputs, options.config, options.db, stored=True), options) as run:
            page = explain_order(run, order_id)
            if html is not None:
                write_text(html, page.to_html())
                typer.echo(f"written: {html}")
            elif json:
                typer.echo(dumps(page.to_dict()), nl=False)
            else:
                common.show(page.to_rich())
