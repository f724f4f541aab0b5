"""``fulfil forget`` and ``fulfil purge``: take a person, or everything before a date, out of a store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fulfil_analytics.cli import common

if TYPE_CHECKING:
    from fulfil_analytics.store.remove import Removed

Store = Annotated[Path, typer.Option("--db", metavar="FILE", help="Store to take them out of.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")]


def forget(
    db: Store,
    buyer: Annotated[
        list[str] | None,
        typer.Option("--buyer", metavar="VALUE", help="Name, account or phone of the person; may be given again."),
    ] = None,
    order: Annotated[
        list[str] | None, typer.Option("--order", metavar="ID", help="Order to remove; may be given again.")
    ] = None,
    dry_run: DryRun = False,
    quiet: common.Quiet = False,
    json: common.Json = False,
) -> None:
    """Remove a person from a store: their orders, labels, returns and tracking. No byte of them stays in the file.

    Example: fulfil forget --buyer "+1 213 555 0100" --db shop.duckdb
    """
    from fulfil_analytics.config import find_config
    from fulfil_analytics.errors import UsageError
    from fulfil_analytics.privacy import load_key
    from fulfil_analytics.store.remove import forget_buyer, forget_orders

    if bool(buyer) == bool(order):
        raise UsageError(
            "a person or an order is needed, not both", column="--buyer, --order", remedy="See: fulfil forget --help"
        )
    if buyer:
        removed = forget_buyer(db, buyer, load_key(find_config().key_file), dry_run=dry_run)
    else:
        removed = forget_orders(db, order or [], dry_run=dry_run)
    _show(removed, dry_run=dry_run, quiet=quiet, json=json)


def purge(
    db: Store,
    before: Annotated[
        str, typer.Option("--before", metavar="DATE", help="Orders made before this moment go (UTC, e.g. 2026-01-31).")
    ],
    dry_run: DryRun = False,
    quiet: common.Quiet = False,
    json: common.Json = False,
) -> None:
    """Remove everything before a date from a store: retention. No byte of it stays in the file.

    Example: fulfil purge --before 2026-01-01 --db shop.duckdb
    """
    import datetime as dt

    from fulfil_analytics.errors import UsageError
    from fulfil_analytics.store.remove import purge as remove_before

    try:
        moment = dt.datetime.fromisoformat(before)
    except ValueError:
        raise UsageError(
            "this is not a date", column="--before", remedy="Write it like 2026-01-31 or 2026-01-31T09:30Z"
        ) from None
    if moment.tzinfo is not None:
        moment = moment.astimezone(dt.UTC).replace(tzinfo=None)
    _show(remove_before(db, moment, dry_run=dry_run), dry_run=dry_run, quiet=quiet, json=json)


def _show(removed: Removed, *, dry_run: bool, quiet: bool, json: bool) -> None:
    if json:
        from fulfil_analytics.audit.manifest import dumps

        typer.echo(dumps({"orders": removed.orders, "rows": removed.rows, "removed": not dry_run}), nl=False)
    elif not quiet:
        rows = ", ".join(f"{count:,} {table}" for table, count in removed.rows.items()) or "nothing"
        what = "order" if removed.orders == 1 else "orders"
        typer.echo(f"{'would remove' if dry_run else 'removed'} {removed.orders:,} {what}: {rows}")
        if removed.rows and not dry_run:
            typer.echo(
                "The next audit of the store works findings and rates out anew. Reports and folders written before, "
                "and the exports themselves, still hold what was removed: delete them or write them again."
            )
