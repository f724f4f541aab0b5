"""``fulfil rates --policy A@DAY,B@DAY``: the same orders under several rule sets side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace as changed
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from fulfil_analytics.cli import common

if TYPE_CHECKING:
    import polars as pl

    from fulfil_analytics.audit.options import Options
    from fulfil_analytics.sla.replay import Replay

SHOWN = 30
"""Changed orders on a terminal; ``--json`` holds them all."""


def is_replay(policy: str | None) -> bool:
    """Return whether the value of ``--policy`` asks for a replay.

    Examples
    --------
    >>> is_replay("tiktok-us"), is_replay("tiktok-us@2025,tiktok-us"), is_replay(None)
    (False, True, False)
    """
    return policy is not None and ("," in policy or ("@" in policy and not policy.endswith(".toml")))


def replay_command(
    inputs: Sequence[str],
    policy_text: str,
    options: Options,
    *,
    mode: str = "standard",
    quiet: bool = False,
    json: bool = False,
) -> None:
    """Judge the same orders under the rule sets of `policy_text` and print what differs.

    Parameters
    ----------
    policy_text : str
        Rule sets, comma separated: ``tiktok-us@2025-10,tiktok-us@2026-03`` (see
        :func:`fulfil_analytics.sla.rule_sets.rule_sets`).
    options : Options
        Those of the command; its policy is replaced by that of the first rule set, whose zone reads the inputs.
    mode : str
        SLA mode under which orders are compared.
    quiet, json : bool
        Print nothing, or everything as JSON instead of tables.

    Raises
    ------
    UsageError, PolicyError
        A rule set that does not exist, or fewer than two.
    """
    import typer

    from fulfil_analytics.audit.manifest import dumps
    from fulfil_analytics.audit.run import run_deadlines
    from fulfil_analytics.policy import load_policies
    from fulfil_analytics.resources import rules_folder
    from fulfil_analytics.sla.replay import replay
    from fulfil_analytics.sla.rule_sets import rule_sets

    sets = rule_sets(policy_text, load_policies([rules_folder() / "policies"]))
    with run_deadlines(inputs, changed(options, policy=sets[0].named)) as run:
        options.progress("replaying")
        result = replay(run.store.con, sets, run.as_of, mode)
    if json:
        typer.echo(dumps(replay_dict(result)), nl=False)
    elif not quiet:
        common.show(replay_view(result))


def replay_dict(result: Replay) -> dict[str, Any]:
    """Return a replay as plain data."""
    from polars import Datetime
    from polars import selectors as cs

    text = cs.by_dtype(Datetime).dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "rule_sets": result.labels,
        "mode": result.mode,
        "rates": result.rates.to_dicts(),
        "verdicts": result.verdicts.to_dicts(),
        "changes": result.changes.with_columns(text).to_dicts(),
    }


def replay_view(result: Replay) -> Any:
    """Return a replay as something rich can print: rates side by side, then each step with its reasons and orders."""
    import polars as pl
    from rich.console import Group

    parts: list[Any] = [_rates(result)]
    for before, after in pairwise(result.labels):
        changes = result.changes.filter(pl.col("before") == before, pl.col("after") == after)
        parts += ["", f"{before} → {after}: {changes.height} verdicts change"]
        if not changes.is_empty():
            parts += [_reasons(changes), _orders(changes)]
        if changes.height > SHOWN:
            parts.append(f"{SHOWN} of {changes.height} shown; --json holds all.")
    return Group(*parts)


def _rates(result: Replay) -> Any:
    table = _table("metric", *result.labels, title=f"Rates, {result.mode}")
    cells: dict[str, dict[str, str]] = {}
    for row in result.rates.iter_rows(named=True):
        cells.setdefault(row["metric"], {})[row["rule_set"]] = _rate(row)
    for metric, said in cells.items():
        table.add_row(metric, *(said.get(label, "–") for label in result.labels))
    return table


def _rate(row: dict[str, Any]) -> str:
    if row["rate"] is None:
        return "nothing judged"
    limit = "" if row["enforce"] is None else f" (limit {row['enforce']:.1%}: {row['status']})"
    return f"{row['numerator']}/{row['denominator']} {row['rate']:.1%}{limit}"


def _reasons(changes: pl.DataFrame) -> Any:
    import polars as pl

    keys = ["stage", "outcome_before", "outcome_after", "difference", "was", "becomes"]
    counted = changes.group_by(keys, maintain_order=True).agg(pl.len().alias("orders"))
    table = _table("orders", "stage", "verdict", "because of")
    for row in counted.sort("orders", descending=True, maintain_order=True).iter_rows(named=True):
        because = f"{row['difference']}: {row['was']} → {row['becomes']}"
        table.add_row(str(row["orders"]), row["stage"], _verdict(row), because)
    return table


def _orders(changes: pl.DataFrame) -> Any:
    table = _table("order", "stage", "verdict", "due before", "due after (UTC)")
    table.columns[0].no_wrap = True
    for row in changes.head(SHOWN).iter_rows(named=True):
        dues = (_moment(row["due_before"]), _moment(row["due_after"]))
        table.add_row(row["order_id"], row["stage"], _verdict(row), *dues)
    return table


def _table(*heads: str, title: str | None = None) -> Any:
    from rich.table import Table

    return Table(*heads, title=title, title_justify="left", box=None, pad_edge=False)


def _verdict(row: dict[str, Any]) -> str:
    return f"{row['outcome_before']} → {row['outcome_after']}"


def _moment(value: Any) -> str:
    return "–" if value is None else value.strftime("%m-%d %H:%M:%S")
