"""``fulfil explain``: one order, everything that is known of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fulfil_analytics.cli import common


def explain(
    order_id: Annotated[str, typer.Argument(metavar="ORDER_ID", help="The platform's order number.")],
    inputs: Annotated[list[str] | None, typer.Argument(metavar="INPUT", help="Exports to read.")] = None,
    policy: common.Policy = None,
    as_of: common.AsOf = None,
    db: common.Db = None,
    rules: common.Rules = None,
    lang: common.Lang = None,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write a page instead of text.")] = None,
    appeal: Annotated[
        bool,
        typer.Option("--appeal", help="Show what an appeal needs: clause, whose clock failed, documents, days left."),
    ] = False,
    documents: Annotated[
        Path | None,
        typer.Option("--documents", metavar="DIR", help="Your own documents for the appeal, named after their ids."),
    ] = None,
    pii: common.Pii = None,
    dates: common.Dates = None,
    memory: common.Memory = None,
    quiet: common.Quiet = False,
    json: common.Json = False,
) -> None:
    """Show one order: its timeline, its clocks under each SLA mode, the evidence of each finding.

    With --db and no INPUT the audit that the store keeps is asked, which takes less than a second.

    Example: fulfil explain 576461413038785752 --db shop.duckdb --appeal --html appeal.html
    """
    from fulfil_analytics.aside import write_text
    from fulfil_analytics.audit.kept import kept_or_run
    from fulfil_analytics.cli.audit import make_options
    from fulfil_analytics.errors import UsageError
    from fulfil_analytics.report.outputs import appeal_of, explain_order

    if documents is not None and not appeal:
        raise UsageError("documents belong to an appeal", column="--documents", remedy="Add --appeal")
    with common.progress(quiet or json) as tell:
        options = make_options(
            policy=policy,
            as_of=as_of,
            db=db,
            rules=rules,
            only=None,
            lang=lang,
            pii=pii,
            dates=dates,
            memory=memory,
            progress=tell,
        )
        with kept_or_run(common.inputs_of(inputs, options.config, options.db, stored=True), options) as run:
            shown = appeal_of(run, order_id, documents) if appeal else explain_order(run, order_id)
            if html is not None:
                write_text(html, shown.to_page())
            if json:
                common.answer(shown.to_dict(), None, quiet=quiet, json=True)
            elif not quiet:
                common.answer(None, shown.to_rich() if html is None else f"written: {html}", quiet=False, json=False)
