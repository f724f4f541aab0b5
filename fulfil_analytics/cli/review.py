"""``fulfil review``: a person's verdict on a finding, kept across runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, cast

import typer

from fulfil_analytics.cli import common

VERDICTS = ("upheld", "excused")


def review(
    db: Annotated[Path, typer.Option("--db", metavar="FILE", help="Store that holds the audit.")],
    finding: Annotated[
        list[str] | None, typer.Option("--finding", metavar="ID", help="Finding to judge; may be given again.")
    ] = None,
    verdict: Annotated[str | None, typer.Option("--verdict", metavar="upheld|excused", help="What you say.")] = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why, in a few words.")] = None,
    author: Annotated[
        str | None,
        typer.Option("--author", metavar="NAME", help="Who says so; default: the name you are logged in by."),
    ] = None,
    quiet: common.Quiet = False,
    json: common.Json = False,
) -> None:
    """Keep a verdict on a finding. It never deletes the finding; the next audit of the store shows it again.

    Without --finding, list the verdicts kept so far.

    Example: fulfil review --db shop.duckdb --finding F0a1b2c3d4e5f607 --verdict excused --reason "moved, chat 11-05"
    """
    import datetime as dt

    from fulfil_analytics.audit.manifest import dumps
    from fulfil_analytics.audit.reviews import Verdict, reviews
    from fulfil_analytics.audit.reviews import review as keep
    from fulfil_analytics.errors import UsageError
    from fulfil_analytics.store import open_store

    common.one_of(verdict, VERDICTS, "--verdict")
    for given, option in ((verdict, "--verdict"), (reason, "--reason")):
        if finding and given is None:
            raise UsageError("a verdict on a finding needs it", column=option, remedy="See: fulfil review --help")
        if given is not None and not finding:
            raise UsageError("a verdict needs a finding", column="--finding", remedy="Its id stands in findings.csv")
    with open_store(db, must_exist=True) as store:
        if finding:
            at = dt.datetime.now(dt.UTC).replace(tzinfo=None)
            name = author or _login()
            kept = keep(store, finding, cast("Verdict", verdict), reason=reason or "", author=name, at=at)
            if not json:
                for one in kept if not quiet else ():
                    typer.echo(f"{one['finding_id']} {verdict}: {one['rule_id']}, {one['message']}")
                return
        found = reviews(store)
    if json:
        typer.echo(dumps({"reviews": found}), nl=False)
    elif not quiet:
        _show(found)


def _login() -> str:
    import getpass

    from fulfil_analytics.errors import UsageError

    try:
        return getpass.getuser()
    except OSError:
        raise UsageError("nobody is logged in by a name", column="--author", remedy="Say who judges") from None


def _show(found: list[dict[str, Any]]) -> None:
    from rich.text import Text

    if not found:
        typer.echo("No verdict is kept in this store yet.")
        return
    lines = []  # seven columns fit into no terminal: an order number and an id alone take half of it
    for row in found:
        note = row["verdict"] if row["raised"] else f"{row['verdict']} (no longer raised)"
        lines.append("  ".join(text for text in (row["finding_id"], note, row["rule_id"], row["order_id"]) if text))
        lines.append(f"    {row['reviewed_at']:%Y-%m-%d %H:%M} UTC, {row['author']}: {row['reason']}")
    common.show(Text("\n".join(lines)))
