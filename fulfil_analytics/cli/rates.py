"""``fulfil rates``: on-time rates and platform metrics by any dimension, and what a rate leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from fulfil_analytics.cli import common, complete

if TYPE_CHECKING:
    from fulfil_analytics.audit.run import Run

PERIODS = ("day", "week", "month")
MODES = ("standard", "holiday", "extension", "effective")
SHOWN = 20
"""Orders listed on a terminal; ``--json`` holds them all."""


def rates(
    inputs: Annotated[list[str] | None, typer.Argument(metavar="INPUT", help="Exports to read.")] = None,
    policy: Annotated[
        str | None,
        typer.Option(
            "--policy",
            metavar="ID",
            help="Policy to judge by, or a policy file; several, as ID@DAY,ID@DAY, judge the same orders side by side.",
        ),
    ] = None,
    as_of: common.AsOf = None,
    db: common.Db = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by",
            metavar="DIM",
            help="Slice by this, e.g. carrier; may be given again.",
            autocompletion=complete.dimensions,
        ),
    ] = None,
    per: Annotated[str | None, typer.Option("--per", metavar="day|week|month", help="Split by local time.")] = None,
    metric: Annotated[
        list[str] | None, typer.Option("--metric", metavar="M", help="Only this metric; may be given again.")
    ] = None,
    mode: Annotated[
        str | None, typer.Option("--mode", metavar="standard|holiday|extension|effective", help="Only this SLA mode.")
    ] = None,
    changes: Annotated[bool, typer.Option("--changes", help="List the orders whose outcome a mode changes.")] = False,
    appeals: Annotated[
        bool,
        typer.Option("--appeals", help="Show penalties, and the fewest appeals that bring --metric under its line."),
    ] = False,
    upheld: Annotated[
        list[str] | None, typer.Option("--upheld", metavar="ORDER_ID", help="As if this order were upheld on appeal.")
    ] = None,
    pii: common.Pii = None,
    dates: common.Dates = None,
    memory: common.Memory = None,
    temp: common.Temp = None,
    quiet: common.Quiet = False,
    json: common.Json = False,
) -> None:
    """Show on-time rates under every SLA mode and the platform's metrics, with limit, headroom and penalty.

    Example: fulfil rates exports/ --by warehouse --per week --metric late_dispatch_rate
    """
    from fulfil_analytics.audit.manifest import dumps
    from fulfil_analytics.audit.run import run_deadlines
    from fulfil_analytics.cli.audit import make_options
    from fulfil_analytics.cli.replay import is_replay, replay_command

    common.one_of(per, PERIODS, "--per")
    common.one_of(mode, MODES, "--mode")
    _check(by or [], metric or [], appeals=appeals or bool(upheld))
    with common.progress(quiet or json) as tell:
        options = make_options(
            policy=policy,
            as_of=as_of,
            db=db,
            rules=None,
            only=None,
            lang=None,
            pii=pii,
            dates=dates,
            memory=memory,
            temp=temp,
            progress=tell,
        )
        if is_replay(policy):
            replay_command(
                common.inputs_of(inputs, options.config, options.db, stored=True),
                policy or "",
                options,
                mode=mode or "standard",
                quiet=quiet,
                json=json,
            )
            return
        with run_deadlines(common.inputs_of(inputs, options.config, options.db, stored=True), options) as run:
            tell("counting")
            result = _result(run, by or [], per, metric or [], mode, changes=changes)
            if appeals or upheld:
                result["outlooks"] = _outlooks(run, metric or [], mode or "effective", upheld or [])
    if json:
        typer.echo(dumps(result), nl=False)
    elif not quiet:
        common.show(_view(result))


def _check(by: list[str], metrics: list[str], *, appeals: bool) -> None:
    from fulfil_analytics.errors import UsageError, suggest
    from fulfil_analytics.sla.dimensions import DIMENSIONS

    for dimension in by:
        if dimension not in DIMENSIONS:
            what = f"orders cannot be sliced by {dimension}"
            raise UsageError(what, column="--by", remedy=suggest(dimension, DIMENSIONS))
    if appeals and not metrics:
        raise UsageError(
            "appeals are of a metric", column="--metric", remedy="Add --metric late_dispatch_rate, or another"
        )


def _result(
    run: Run, by: list[str], per: str | None, metrics: list[str], mode: str | None, *, changes: bool
) -> dict[str, Any]:
    """Return the rates with their details as plain data; times are ISO 8601, UTC."""
    from fulfil_analytics.errors import UsageError, suggest
    from fulfil_analytics.sla import build_rates
    from fulfil_analytics.sla.metrics import metric_ids

    for metric in metrics:
        if metric not in metric_ids(run.policy):
            what = f"policy {run.policy.id} does not compute {metric}"
            raise UsageError(what, column="--metric", remedy=suggest(metric, metric_ids(run.policy)))
    build_rates(run.store.con, run.policy, run.as_of, dimensions=by, per=per, metrics=metrics)  # type: ignore[arg-type]
    modes = MODES if mode is None else (mode,)
    result: dict[str, Any] = {
        "policy": run.policy.id,
        "as_of": f"{run.as_of:%Y-%m-%dT%H:%M:%SZ}",
        "zone": run.policy.zone,
        "holiday_reading": run.policy.holiday_reading,
        "rates": _rows(run, "rates_shown", modes),
    }
    if changes:
        result["changes"] = _rows(run, "mode_changes_shown", modes)
    return result


def _rows(run: Run, query: str, modes: tuple[str, ...]) -> list[dict[str, Any]]:
    import json as reader

    from fulfil_analytics.sql import fill, read_sql

    cursor = run.store.con.execute(fill(read_sql("fulfil_analytics.sla", f"{query}.sql"), {"modes": modes}))
    names = [column[0] for column in cursor.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for row in rows:
        for key, value in row.items():
            if key in ("slice", "reasons"):
                row[key] = reader.loads(value)
            elif hasattr(value, "isoformat"):
                row[key] = f"{value:%Y-%m-%dT%H:%M:%SZ}"
    return rows


def _outlooks(run: Run, metrics: list[str], mode: str, upheld: list[str]) -> list[dict[str, Any]]:
    from dataclasses import asdict

    from fulfil_analytics.sla import outlook

    found = [
        asdict(outlook(run.store.con, run.policy, run.as_of, metric, mode=mode, upheld=upheld)) for metric in metrics
    ]
    for standing in (one[when] for one in found for when in ("now", "after")):
        standing["points_until"] = standing["points_until"] and str(standing["points_until"])
    return found


def _view(result: dict[str, Any]) -> Any:
    from rich.console import Group

    reading = result["holiday_reading"]
    head = f"{result['policy']}, as of {result['as_of']}; seller's own holiday mode is read as {reading}"
    parts: list[Any] = [head]
    for metric, rows in _grouped(result["rates"], "metric").items():
        parts += ["", _limit_line(metric, rows, result["zone"]), _rate_table(rows), *_notes(rows)]
    if any(row["provisional"] for row in result["rates"]):
        parts += ["", "~ is provisional: not final yet, and what it can still become stands below the table."]
    if "changes" in result:
        parts += ["", *_change_table(result["changes"])]
    for found in result.get("outlooks", []):
        parts += ["", *_outlook_lines(found)]
    return Group(*parts)


def _grouped(rows: list[dict[str, Any]], key: str) -> dict[Any, list[dict[str, Any]]]:
    found: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row[key], []).append(row)
    return found


def _limit_line(metric: str, rows: list[dict[str, Any]], zone: str) -> str:
    """Return the heading of a metric: what is asked for, over which orders; days are those of the policy's zone."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    row = rows[0]
    said = [metric]
    if row["target"] is not None:
        said.append(f"target {_share(row['target'])}")
    if row["enforce"] is not None and row["enforce"] != row["target"]:
        said.append(f"enforced at {_share(row['enforce'])}")
    if row["period_start"] is not None:
        first, last = (
            datetime.fromisoformat(row[end]).astimezone(ZoneInfo(zone)) for end in ("period_start", "period_end")
        )
        said.append(f"{first:%Y-%m-%d} to {last:%Y-%m-%d} {zone}")
    return ", ".join(said)


def _rate_table(rows: list[dict[str, Any]]) -> Any:
    """Return one line a slice, the modes side by side."""
    modes = list(dict.fromkeys(row["mode"] for row in rows))
    table = _table("", *modes)
    for column in table.columns[1:]:
        column.justify = "right"
    for row in rows:
        row["slice_name"] = ", ".join(f"{k} {'–' if v is None else v}" for k, v in row["slice"].items()) or "all"
    for name, found in _grouped(rows, "slice_name").items():
        by_mode = {row["mode"]: row for row in found}
        whole = not found[0]["slice"]
        table.add_row(name, *(_cell(by_mode.get(mode), whole=whole) for mode in modes))
        if whole and found[0]["target"] is not None:
            table.add_row("", *(_status(by_mode.get(mode)) for mode in modes))
    return table


def _cell(row: dict[str, Any] | None, *, whole: bool) -> str:
    if row is None or row["rate"] is None:
        return "–"
    standing = "" if whole or row["status"] in (None, "ok") else f" {row['status'].replace('_', ' ')}"
    return f"{row['numerator']}/{row['denominator']} {_share(row['rate'])}{'~' if row['provisional'] else ''}{standing}"


def _status(row: dict[str, Any] | None) -> str:
    if row is None or row["status"] is None:
        return ""
    return str(row["status"]).replace("_", " ") + ("" if row["headroom"] is None else f", room {row['headroom']}")


def _notes(rows: list[dict[str, Any]]) -> list[str]:
    """Return ranges and penalties, each once for the modes and slices that share it."""
    said: dict[str, list[str]] = {}
    for row in rows:
        where = row["mode"] if not row["slice"] else f"{row['mode']} {row['slice_name']}"
        if row["provisional"] and not row["slice"] and row["lowest"] is not None:
            why = ", ".join(reason.replace("_", " ") for reason in row["reasons"])
            words = f"can still become {_share(row['lowest'])} to {_share(row['highest'])} ({why})"
            said.setdefault(words, []).append(where)
        if _penalty(row):
            said.setdefault(f"would bring {_penalty(row)}", []).append(where)
    modes = len({row["mode"] for row in rows})
    return [f"  {'' if len(where) == modes > 1 else ', '.join(where) + ': '}{words}" for words, where in said.items()]


def _change_table(rows: list[dict[str, Any]]) -> list[Any]:
    table = _table("order", "stage", "under standard", "under", "outcome", "because of")
    table.columns[0].no_wrap = True
    for row in rows[:SHOWN]:
        table.add_row(
            row["order_id"],
            row["stage"],
            row["outcome_standard"],
            row["mode"],
            row["outcome"],
            row["changed_by"] or "–",
        )
    more = [f"{SHOWN} of {len(rows)} shown; --json holds all."] if len(rows) > SHOWN else []
    return [f"{len(rows)} outcomes that a mode changes", table, *more]


def _outlook_lines(found: dict[str, Any]) -> list[str]:
    lines = [f"{found['metric']} under {found['mode']}: {_standing(found['now'])}"]
    if found["upheld"]:
        lines.append(f"with {len(found['upheld'])} order(s) upheld on appeal: {_standing(found['after'])}")
    if found["needed"] is None:
        lines.append("no line to come under is published")
    elif found["needed"] == 0:
        lines.append("no appeal is needed to be within the line")
    else:
        lines.append(
            f"{found['needed']} appeal(s) upheld bring it within {_share(found['limit'])}; the most promising first:"
        )
        lines.append(", ".join(found["appeals"][:SHOWN]) + (" …" if len(found["appeals"]) > SHOWN else ""))
    return lines


def _standing(now: dict[str, Any]) -> str:
    counted = f"{now['numerator']}/{now['denominator']} = {_share(now['rate'])}"
    return f"{counted}, {_penalty(now) or 'no penalty published'}"


def _penalty(row: dict[str, Any]) -> str:
    said = []
    if row["points"] is not None:
        until = "" if row["points_until"] is None else f" until {str(row['points_until'])[:10]}"
        said.append(f"{row['points']} points{until}")
    if row["cap_share"] is not None:
        days = f" for {row['cap_days']} days" if row.get("cap_days") else ""
        said.append(f"at most {row['order_cap']} orders a day ({row['cap_share']:.0%} of the usual){days}")
    if row["charge_cents"] is not None:
        said.append(f"{row['charge_cents'] / 100:.2f} {row['currency']}")
    return ", ".join(said)


def _table(*heads: str) -> Any:
    from rich.table import Table

    return Table(*heads, box=None, pad_edge=False)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2%}"
