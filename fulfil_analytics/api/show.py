"""How an audit and a comparison show themselves: one line in a shell, a card in a notebook."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

from fulfil_analytics.report.words import NONE, Words

if TYPE_CHECKING:
    from fulfil_analytics.api.audited import Audit
    from fulfil_analytics.api.compared import Comparison

_STYLE = (
    "<style>.fulfil{font:14px/1.45 system-ui,sans-serif;max-width:60rem}.fulfil table{border-collapse:collapse;"
    "margin:.5rem 0}.fulfil td,.fulfil th{padding:.2rem .7rem;text-align:right;border-bottom:1px solid "
    "rgba(128,128,128,.35)}.fulfil td:first-child,.fulfil th:first-child{text-align:left}"
    ".fulfil .muted{opacity:.75}</style>"
)


def line(audit: Audit) -> str:
    """Return what a shell shows."""
    if audit._store.outdated:
        return f"<Audit {audit.policy.id}, closed>"
    orders, findings, _ = audit._counts()
    cut = f", {audit._chosen}" if audit._chosen.conditions else ""
    moment = f"{audit.as_of:%Y-%m-%d %H:%M} UTC"
    if audit._changed is not None:
        return f"<Audit {audit.policy.id} changed (what if), as of {moment}{cut}: {orders:,} orders>"
    return f"<Audit {audit.policy.id} as of {moment}{cut}: {orders:,} orders, {findings:,} findings>"


def card(audit: Audit) -> str:
    """Return what a notebook shows: what it stands on, the rates, the findings by rule."""
    if audit._store.outdated:
        return f'<div class="fulfil">{html.escape(line(audit))}</div>'
    words = Words(audit.lang, audit.policy.zone)
    orders, _, unseen = audit._counts()
    title = html.escape(
        words("summary.policy", policy=audit.policy.title, as_of=words.moment(audit.as_of), zone=words.zone)
    )
    parts = [f"<strong>{title}</strong>", f"<div>{words.count(orders)} {html.escape(words('chart.orders'))}</div>"]
    if audit._changed is not None:
        parts.append('<div class="muted">what if: deadlines and rates under a changed policy</div>')
    if audit._chosen.conditions:
        parts.append(f'<div class="muted">{html.escape(str(audit._chosen))}</div>')
    if unseen > 0:
        parts.append(f"<div>{unseen} file(s) were loaded since; audit again to judge them</div>")
    parts.append(_rates(audit, words))
    if audit._changed is None:
        parts.append(_findings(audit, words))
    return f'{_STYLE}<div class="fulfil">{"".join(parts)}</div>'


def _rates(audit: Audit, words: Words) -> str:
    from fulfil_analytics.schemas.words import SLA_MODE

    rows = audit._lens.rows(
        "SELECT metric, mode, rate, numerator, denominator FROM rates WHERE slice = '{}'", rated=True
    )
    found = {(row["metric"], row["mode"]): row for row in rows}
    metrics = list(dict.fromkeys(row["metric"] for row in sorted(rows, key=lambda row: str(row["metric"]))))
    cells = [
        [
            words.term("metric", metric),
            *(
                NONE if (row := found.get((metric, mode))) is None else _share(words, row["rate"], row["denominator"])
                for mode in SLA_MODE
            ),
        ]
        for metric in metrics
    ]
    return table(["", *(words.term("mode", mode) for mode in SLA_MODE)], cells)


def _share(words: Words, rate: float | None, among: int) -> str:
    return f"{words.percent(rate)} / {words.count(among)}"


def _findings(audit: Audit, words: Words) -> str:
    rows = audit._lens.rows(
        "SELECT rule_id, min(severity) AS severity, count(*) AS n FROM findings GROUP BY rule_id "
        "ORDER BY n DESC, rule_id"
    )
    cells = [[row["rule_id"], words.term("severity", row["severity"]), words.count(row["n"])] for row in rows]
    heads = [words("column.rule"), words("column.severity"), words("summary.total")]
    return table(heads, cells) if cells else f"<p>{html.escape(words('summary.none'))}</p>"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a small HTML table of texts."""
    head = "".join(f'<th scope="col">{html.escape(cell)}</th>' for cell in heads)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def comparison(pair: Comparison) -> str:
    """Return what a notebook shows of a comparison: the rates that moved, and how many outcomes changed."""
    import polars as pl

    words = Words(pair.before.lang, pair.before.policy.zone)
    moved = pair.rates.filter(pl.col("slice") == "{}", pl.col("change").abs() > 0)
    rates = [
        [
            words.term("metric", row["metric"]),
            words.term("mode", row["mode"]),
            words.percent(row["before"]),
            words.percent(row["after"]),
            f"{row['change'] * 100:+.1f}",
        ]
        for row in moved.iter_rows(named=True)
    ]
    changed = pair.outcomes.group_by("stage", "mode", "before", "after").len().sort("stage", "mode", "before", "after")
    outcomes = [
        [
            words.term("stage", row["stage"]),
            words.term("mode", row["mode"]),
            words.term("outcome", row["before"]),
            words.term("outcome", row["after"]),
            words.count(row["len"]),
        ]
        for row in changed.iter_rows(named=True)
    ]
    heads = ["", "", "A", "B"]
    body = table([*heads, "±"], rates) + table([*heads, "n"], outcomes)
    return f'{_STYLE}<div class="fulfil"><div class="muted">{html.escape(repr(pair))}</div>{body}</div>'
