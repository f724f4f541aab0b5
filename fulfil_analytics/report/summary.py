"""What ``fulfil audit`` prints when it is done: the audit on one screen, a hundred columns wide."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fulfil_analytics.report.facts import Row
from fulfil_analytics.report.sections import reasons
from fulfil_analytics.report.view import View, view
from fulfil_analytics.report.words import NONE, Lang, Words, listed, listed_json
from fulfil_analytics.schemas.words import SEVERITY, SLA_MODE

if TYPE_CHECKING:
    import duckdb
    from rich.console import RenderableType
    from rich.table import Table

WIDTH = 100
WORST = 10
PASSED = 3
UNTESTED = 12
ONE_LINE = 11
"""Signs of a count and its whole that stand on one line: four such columns fit into a terminal of eighty."""
_SEVERE = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan", "info": "dim"}
_STATUS = {"ok": "green", "watch": "yellow", "breach": "red", "too_few": "dim"}
_PROOF = {"prove": "green", "suggest": "yellow", "cannot": "dim"}


def console_summary(
    con: duckdb.DuckDBPyConnection,
    manifest: Mapping[str, Any],
    *,
    lang: Lang,
    zone: str,
    as_of: dt.datetime,
    policy: Mapping[str, Any],
    paths: Sequence[tuple[str, str]] = (),
) -> RenderableType:
    """Return the summary of an audit as rich renderables; print it with any console (``NO_COLOR`` is rich's own).

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
        Holds the tables of :mod:`fulfil_analytics.schemas`; read only.
    manifest : mapping
        ``skipped``: files passed over (``file``, ``why``).
    lang, zone
        Language and IANA time zone of what is shown.
    as_of : datetime
        The moment the audit speaks for, UTC without zone.
    policy : mapping
        ``id`` and ``title``.
    paths : sequence of (str, str), optional
        What was written: what it is (a word of the vocabulary ``look``), where it is.
    """
    with view(con, as_of=as_of, lang=lang, zone=zone, policy=policy) as seen:
        return _summary(seen, manifest, paths)


def _summary(seen: View, manifest: Mapping[str, Any], paths: Sequence[tuple[str, str]]) -> RenderableType:
    from rich.console import Group
    from rich.constrain import Constrain
    from rich.rule import Rule
    from rich.text import Text

    words = seen.words
    head = seen.one("headline")

    def title(text: str) -> Rule:
        return Rule(Text(text, style="bold"), align="left", style="dim")

    parts: list[RenderableType] = [*_opening(words, head, manifest, seen.as_of, seen.policy)]
    rates = seen.rows("rates_total")
    if rates:
        parts += [title(words("summary.on_time")), _rates(words, rates)]
    found = seen.rows("findings_by_rule")
    untested = _untested(words, seen.rows("coverage"))
    if found:
        worst = seen.rows("orders_worst", cap=WORST)
        parts += [title(words("summary.findings")), _findings(words, found)]
        if worst:
            parts += [title(_worst_title(words, worst)), _worst(words, worst)]
    else:
        parts += [
            title(words("section.findings")),
            Text(words("summary.none_untested" if untested else "summary.none")),
        ]
    proofs = seen.rows("proofs")
    if proofs:
        parts += [title(words("summary.proofs")), _proofs(words, proofs)]
    parts += [title(words("summary.untested")), Text("\n".join(untested) or words("summary.all_tested"))]
    if paths:
        parts += [title(words("summary.look")), _paths(words, paths)]
    return Constrain(Group(*parts), WIDTH)


def _opening(
    words: Words, head: Row, manifest: Mapping[str, Any], as_of: dt.datetime, policy: Mapping[str, Any]
) -> list[RenderableType]:
    from rich.text import Text

    name = words.policy(policy.get("title") or policy.get("id") or NONE)
    counts = ("orders", "parcels", "events")
    sums = ("rows_in", "rows_loaded", "rows_merged", "rows_quarantined")
    lines: list[RenderableType] = [
        Text(words("summary.policy", policy=name, as_of=words.moment(as_of), zone=words.zone), style="bold"),
        *(
            [Text(words("summary.policy_by_orders", policy=policy.get("id") or NONE), style="dim")]
            if manifest.get("policy", {}).get("chosen_by") == "orders"
            else []
        ),
        Text(
            f"{words('summary.files', files=words.count(head['files']))} · "
            + words("summary.rows", **{field: words.count(head[field]) for field in sums})
        ),
        Text(words("summary.shape", **{field: words.count(head[field]) for field in counts})),
    ]
    passed = manifest.get("skipped", [])
    told = [f"{item.get('file', '')} ({item.get('why', '')})" for item in passed[:PASSED]]
    if len(passed) > PASSED:  # the gravest stand first, and these have said why
        rest = [str(item.get("file", "")) for item in passed[PASSED:]]
        told.append(words.join(rest[:PASSED]) + (" …" if len(rest) > PASSED else ""))
    lines += [Text(words("summary.skipped", files=files), style="yellow") for files in told]
    return lines


def _table(*columns: tuple[str, str]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="dim")
    for head, justify in columns:
        right = justify == "right"  # numbers: one that is broken in two is another number
        table.add_column(head, justify="right" if right else "left", overflow="fold", no_wrap=right)
    return table


def _rates(words: Words, found: Sequence[Row]) -> Table:
    from rich.text import Text

    modes: dict[str, dict[str, Row]] = {}
    for row in found:
        modes.setdefault(row["metric"], {})[row["mode"]] = row
    table = _table(
        ("", "left"), *((words.term("mode", mode), "right") for mode in SLA_MODE), (words("column.status"), "left")
    )
    for metric, by_mode in modes.items():
        judge = by_mode.get("effective") or next(iter(by_mode.values()))
        status = judge["status"]
        table.add_row(
            Text(words.term("metric", metric)),
            *(_rate(words, by_mode.get(mode)) for mode in SLA_MODE),
            Text(words.term("status", status) if status else "", style=_STATUS.get(status, "")),
        )
    return table


def _rate(words: Words, row: Row | None) -> str:
    if row is None or row["rate"] is None:
        return NONE
    hits, of = words.count(row["numerator"]), f"/{words.count(row['denominator'])}"
    return "\n".join((words.percent(row["rate"]), *([hits + of] if len(hits + of) <= ONE_LINE else [hits, of])))


def _findings(words: Words, found: Sequence[Row]) -> Table:
    from rich.text import Text

    levels = [level for level in SEVERITY if any(row[level] for row in found)]
    table = _table(
        (words("column.rule"), "left"),
        *((words.term("severity", level), "right") for level in levels),
        (words("summary.total"), "right"),
        (words("column.explained"), "right"),
    )
    for row in found:
        table.add_row(
            Text(row["rule_id"]),
            *(Text(words.count(row[level]) if row[level] else "", style=_SEVERE[level]) for level in levels),
            words.count(row["findings"]),
            words.count(row["explained"]) if row["explained"] else "",
        )
    if len(found) > 1:
        table.add_section()
        totals = [words.count(sum(row[name] for row in found)) for name in [*levels, "findings", "explained"]]
        table.add_row(words("summary.total"), *totals, style="bold")
    return table


def _worst_title(words: Words, worst: Sequence[Row]) -> str:
    total = worst[0]["of_all"]
    if total <= len(worst):
        return words("summary.worst")
    return words("summary.worst_of", shown=len(worst), total=words.count(total))


def _worst(words: Words, worst: Sequence[Row]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    for row in worst:
        grade = Text(words.term("severity", row["risk"]), style=_SEVERE.get(row["risk"], ""))
        further = listed(row["further_rules"])
        also = f" {words('summary.also', rules=words.join(further))}" if further else ""
        table.add_row(grade, Text(row["order_id"]), Text(row["reason"] + also))
    return table


def _proofs(words: Words, found: Sequence[Row]) -> Table:
    """Return one row a kind of false shipment: what the files can say of it, and what would make them say more."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    for row in found:
        needs = [str(item["title"]) for item in listed_json(row["further"])]
        share = words("summary.proofs_share", tested=words.count(row["tested"]), in_scope=words.count(row["in_scope"]))
        partly = row["tested"] < row["in_scope"] and row["tested"]
        lines = [row["title"] + (words("summary.aside", text=share) if partly else "")]
        if needs:
            lines.append(words("summary.proofs_needs", needs=words.join(needs)))
        answer = Text(words.term("proof", row["answer"]), style=_PROOF.get(row["answer"], ""))
        table.add_row(answer, Text("\n".join(lines)))
    return table


def _untested(words: Words, coverage: Sequence[Row]) -> list[str]:
    """Return one line a rule that could not judge everything, the whole ones first."""
    lines = []
    for row in coverage:
        why = words.join(reasons(words, row["why"], "not_testable")[:3])
        if row["status"] == "failed":
            lines.append(words("summary.failed", rule=row["rule_id"], why=why))
        elif row["status"] == "not_testable":
            lines.append(words("summary.untested_whole", rule=row["rule_id"], why=why))
        elif row["not_testable"]:
            counts = {"n": words.count(row["not_testable"]), "in_scope": words.count(row["in_scope"])}
            lines.append(words("summary.untested_partly", rule=row["rule_id"], why=why, **counts))
    if len(lines) > UNTESTED:
        lines = [*lines[:UNTESTED], words("summary.more", n=len(lines) - UNTESTED)]
    empty = [row["rule_id"] for row in coverage if row["status"] == "done" and not row["in_scope"]]
    if empty:
        lines.append(words("summary.untested_empty", n=words.count(len(empty)), rules=words.join(empty)))
    return lines


def _paths(words: Words, paths: Sequence[tuple[str, str]]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    for what, where in paths:
        table.add_row(Text(words.term("look", what), style="dim"), Text(where))
    return table
