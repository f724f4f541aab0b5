"""``fulfil reconcile``: why the platform's figure differs from ours."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fulfil_analytics.cli import common

if TYPE_CHECKING:
    import polars as pl

    from fulfil_analytics.sla.reconcile import Reconciliation

SHOWN = 10
"""Orders of each part on a terminal; ``--json`` holds them all."""

OURS = {
    "cancelled": "ours: the seller's paid orders created that week, and those cancelled at fault",
    "valid_tracking": "ours: parcels given that week whose tracking is known, and valid ones",
    "on_time": "ours: orders created that week and due, and those on time",
}
WORDS = {
    "never_done": "orders overdue or cancelled late, never done: the platform counts done ones only",
    "by_stopped_time": "the platform puts an order into the week in which it was done, we: created",
    "by_due_time": "the platform puts an order into the week in which it was due, we: created",
    "platform_fulfilled": "orders the platform fulfilled: in its denominator only",
    "cancelled": "orders cancelled in time",
    "nothing_left_to_do": "orders already done when the clock started",
    "open": "orders not due yet",
    "unpaid": "orders never paid for",
    "left_out": "orders that the definition leaves out",
    "longer_period": "the platform looks at a period of another length that ends with the week",
    "unnamed_reasons": "if cancellations whose reason the export does not name count against the seller",
    "by_cancelled_time": "if the platform puts a cancellation into the week in which it happened",
    "waiting_not_valid": "if parcels whose scans may still come count as not valid",
    "uncovered_valid": "if the platform saw scans of parcels that the tracking input does not cover",
    "uncovered_not_valid": "if the platform saw no scans of parcels that the tracking input does not cover",
    "form_ignored": "if a scanned number is valid whatever its form",
    "fewer_scans_enough": "if a single scan makes a number valid",
    "days_in_utc": "if the platform cuts its week at midnight UTC",
    "without_windows": "if the platform does not grant the extensions and holidays",
    "lag_known_then": "if the figure was made before later events came in",
    "lag_earlier_period": "if the figure speaks of the earlier period that its lag shows",
}


def reconcile(
    metric: Annotated[
        str, typer.Option("--metric", metavar="M", help="Metric of the policy, e.g. late_dispatch_rate.")
    ],
    platform: Annotated[str, typer.Option("--platform", metavar="4.3%", help="What the platform shows.")],
    week: Annotated[str, typer.Option("--week", metavar="2026-W46", help="ISO week that the figure speaks of.")],
    inputs: Annotated[list[str] | None, typer.Argument(metavar="INPUT", help="Exports to read.")] = None,
    orders: Annotated[
        Path | None, typer.Option("--orders", metavar="FILE", help="The orders that the platform counts, as CSV.")
    ] = None,
    policy: common.Policy = None,
    as_of: common.AsOf = None,
    db: common.Db = None,
    pii: common.Pii = None,
    dates: common.Dates = None,
    quiet: common.Quiet = False,
    json: common.Json = False,
) -> None:
    """Explain the gap between the platform's figure and ours, part by part, with the orders behind each.

    Example: fulfil reconcile exports/ --metric late_dispatch_rate --platform 4.3% --week 2026-W46
    """
    from fulfil_analytics.audit.manifest import dumps
    from fulfil_analytics.audit.run import run_deadlines
    from fulfil_analytics.cli.audit import make_options
    from fulfil_analytics.sla.figures import read_percent, read_week
    from fulfil_analytics.sla.order_list import read_order_list
    from fulfil_analytics.sla.reconcile import reconcile as explain

    figure, span = read_percent(platform), read_week(week)
    with common.progress(quiet or json) as tell:
        options = make_options(
            policy=policy, as_of=as_of, db=db, rules=None, only=None, lang=None, pii=pii, dates=dates, progress=tell
        )
        with run_deadlines(common.inputs_of(inputs, options.config, options.db, stored=True), options) as run:
            listed = None if orders is None else read_order_list(run.store.con, orders)
            result = explain(run.store.con, run.policy, run.as_of, metric, figure, span, listed)
    if json:
        typer.echo(dumps(reconcile_dict(result)), nl=False)
    elif not quiet:
        common.show(reconcile_view(result))


def reconcile_dict(result: Reconciliation) -> dict[str, Any]:
    """Return a reconciliation as plain data."""
    missing = result.missing
    return {
        "metric": result.metric.id,
        "first_day": str(result.first_day),
        "last_day": str(result.last_day),
        "platform": result.platform.share,
        "ours": {"numerator": result.numerator, "denominator": result.denominator, "rate": result.ours},
        "parts": [
            {
                "part": part.id,
                "basis": part.basis,
                "numerator": part.numerator,
                "denominator": part.denominator,
                "rate": part.share,
                "points": part.points,
                "orders": part.orders.to_dicts(),
            }
            for part in result.parts
        ],
        "remainder": result.remainder,
        "explained": result.explained,
        "missing_days": {
            "days": [str(day) for day in missing.days],
            "orders": missing.orders,
            "low": missing.low,
            "high": missing.high,
        },
        "listed": None if result.listed is None else _plain(result.listed),
    }


def _plain(frame: pl.DataFrame) -> list[dict[str, Any]]:
    from polars import Datetime
    from polars import selectors as cs

    return frame.with_columns(cs.by_dtype(Datetime).dt.strftime("%Y-%m-%dT%H:%M:%SZ")).to_dicts()


def reconcile_view(result: Reconciliation) -> Any:
    """Return a reconciliation as something rich can print."""
    from rich.console import Group
    from rich.table import Table

    head = f"{result.metric.title}, {result.first_day} to {result.last_day}"
    table = Table("", "orders", "rate", "points", title=head, title_justify="left", box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    counted = f"{result.numerator}/{result.denominator}"
    start = OURS.get(result.metric.counts or "", "ours: orders created that week and due, late or never done")
    table.add_row(start, counted, _share(result.ours), "")
    for part in result.parts:
        mark = "? " if part.basis == "assumption" else ""
        words = WORDS.get(part.id, part.id)
        table.add_row(mark + words, f"{part.numerator}/{part.denominator}", _share(part.share), _points(part.points))
    if result.remainder is not None:
        why = "below the platform's last digit" if result.explained else "not explained"
        table.add_row(f"remainder, {why}", "", "", _points(result.remainder))
    table.add_row("the platform's", "", _share(result.platform.share), "")
    parts: list[Any] = [table]
    if any(part.basis == "assumption" for part in result.parts):
        parts.append("? is an assumption that would explain it, not a fact of the policy.")
    if result.ours is None:
        parts.append("The exports hold nothing of that week that counts here: export it, or name another week.")
    parts += _missing_lines(result)
    for part in result.parts:
        parts += _behind(part.id, part.orders.select("order_id", "kind", "was", "becomes"))
    if result.listed is not None:
        differing = result.listed.filter(result.listed["counted_by"] != "both")
        parts += ["", f"Counted by both: {result.listed.height - differing.height} orders"]
        parts += _behind("the platform's list", differing.select("order_id", "counted_by", "reason", "outcome"))
    return Group(*parts)


def _missing_lines(result: Reconciliation) -> list[str]:
    missing = result.missing
    if not missing.days or missing.low is None or missing.high is None:
        return []
    days = ", ".join(map(str, missing.days))
    return [
        f"Not in the exports: {days}, about {missing.orders} orders. With them the figure lies between "
        f"{missing.low:.1%} and {missing.high:.1%}. Export these days and run again."
    ]


def _behind(name: str, frame: pl.DataFrame) -> list[Any]:
    from rich.table import Table

    if frame.is_empty():
        return []
    table = Table(*frame.columns, box=None, pad_edge=False)
    table.columns[0].no_wrap = True
    for row in frame.head(SHOWN).iter_rows():
        table.add_row(*(str(value or "–") for value in row))
    more = f" ({SHOWN} of {frame.height} shown; --json holds all)" if frame.height > SHOWN else ""
    return ["", f"{name}{more}", table]


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2%}"


def _points(value: float) -> str:
    return f"{100 * value:+.2f} pp"
