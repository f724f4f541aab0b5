"""The report in one line: for chat webhooks, other programs, and the terminal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fulfil_analytics.report.facts import Row
from fulfil_analytics.report.period import Measured
from fulfil_analytics.report.view import View
from fulfil_analytics.report.words import Lang, Words

if TYPE_CHECKING:
    from rich.console import RenderableType

SEVERITIES = ("critical", "high", "medium", "low", "info")
_FIGURES = ("rate", "numerator", "denominator", "target", "enforce", "status", "headroom")
_LEVELS = ("breach", "watch", "ok", "quiet")


def line_facts(
    seen: View, measured: Measured, head: Row, answers: Sequence[Mapping[str, Any]], urgent: Row, policy: str
) -> dict[str, Any]:
    """Return what a week comes down to, as plain JSON values.

    Parameters
    ----------
    head, urgent : dict
        Rows of ``queries/headline.sql`` and ``queries/urgent.sql``.
    answers : sequence of dict
        What :func:`fulfil_analytics.report.glance.glance` gave.

    Returns
    -------
    dict
        ``text`` (the five answers), ``level`` (``breach``, ``watch``, ``ok`` or ``quiet``: the gravest of them),
        ``answers``, ``period``, ``shop``, ``policy``, ``as_of``, ``orders``, ``metrics`` (rate, limit, status,
        headroom, change in points), ``findings`` by severity, ``due_soon``, ``overdue``, ``suspect_parcels``.
    """
    metrics = {
        row["metric"]: {
            **{
                name: row[name]
                for name in ("rate", "numerator", "denominator", "target", "enforce", "status", "headroom")
            },
            "provisional": row["provisional"],
            "change": _change(row, measured.earlier(row["metric"])),
        }
        for row in measured.now
        if row["mode"] == "effective" and row["slice"] == "{}"
    }
    return {
        "text": "\n".join(f"{item['question']} {item['answer']}" for item in answers),
        "level": min((item["kind"] for item in answers), key=_LEVELS.index),
        "answers": [{name: item[name] for name in ("question", "answer", "kind")} for item in answers],
        "period": seen.scope.name or None,
        "shop": seen.scope.shop,
        "policy": policy,
        "as_of": seen.as_of.isoformat(timespec="seconds") + "Z",
        "orders": head["orders"],
        "metrics": metrics,
        "findings": {level: head[level] for level in SEVERITIES},
        "due_soon": urgent["soon"],
        "overdue": urgent["overdue"],
        "suspect_parcels": head["suspect_parcels"],
    }


def _change(row: Row, before: Row | None) -> float | None:
    if before is None or before["rate"] is None or row["rate"] is None:
        return None
    return round(100 * float(row["rate"] - before["rate"]), 2)


def one_line(facts: Mapping[str, Any]) -> str:
    """Return the facts as one line of JSON."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def told(facts: Mapping[str, Any], path: str, lang: Lang) -> RenderableType:
    """Return what a terminal shows: the five answers, and where the report is."""
    from rich.table import Table
    from rich.text import Text

    style = {"breach": "red", "watch": "yellow", "ok": "green", "quiet": "dim"}
    table = Table.grid(padding=(0, 2))
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    for item in facts["answers"]:
        table.add_row(Text(item["question"], style=style[item["kind"]]), Text(item["answer"]))
    table.add_row(Text(Words(lang).term("look", "report"), style="dim"), Text(path))
    return table
