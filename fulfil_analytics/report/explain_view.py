"""How an explanation looks: in a terminal and as HTML. Both are made of the same lines, so that they say the same."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fulfil_analytics.report.facts import Row
from fulfil_analytics.report.sections import place
from fulfil_analytics.report.terms import plain
from fulfil_analytics.report.words import NONE, Words

if TYPE_CHECKING:
    from markupsafe import Markup
    from rich.console import RenderableType

    from fulfil_analytics.report.explain import Explanation

_LOOK = {"on_time": "green", "late": "red", "overdue": "red", "open": "yellow", "not_applicable": "dim"}
_SEVERE = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan", "info": "dim"}
_DAYS = 6
_DURATION = re.compile(r"(\d+) (hour|calendar_day|business_day)\b")


def fact_lines(found: Explanation) -> list[tuple[str, str]]:
    """Return the facts that are known, name and text."""
    words, row = found.words, found.facts
    amount = (
        None if row["order_amount_cents"] is None else f"{row['order_amount_cents'] / 100:,.2f} {row['currency'] or ''}"
    )
    handling = None
    if row["handling_days"] is not None:
        handling = words(f"duration.{row['handling_unit'] or 'business_day'}", n=row["handling_days"])
    texts = {
        "shop": row["shop"],
        "market": row["market"],
        "order_status": row["order_status"] and words.term("order_status", row["order_status"]),
        "order_type": row["order_type"] and words.term("order_type", row["order_type"]),
        "label_by": row["label_by"] and words.term("label_by", row["label_by"]),
        "order_substatus": row["order_substatus"] and words.term("order_status", row["order_substatus"]),
        **{
            name: row[name]
            for name in (
                "warehouse",
                "delivery_option",
                "service_level",
                "lines",
                "units",
            )
        },
        "handover": row["handover"] and words.term("handover", row["handover"]),
        "amount": amount,
        "destination": ", ".join(row[name] for name in ("city", "state", "postal_code", "country") if row[name]),
        "cancelled_by": row["cancelled_by"] and words.term("party", row["cancelled_by"]),
        "cancel_reason": row["cancel_reason"] and words.term("cancel_reason", row["cancel_reason"]),
        "is_cod": words("fact.yes") if row["is_cod"] else None,
        "handling": handling,
        "damaged": row["damaged"],
        "place": place(words, row),
    }
    return [(words(f"fact.{name}"), str(text)) for name, text in texts.items() if text not in (None, "")]


def parcel(words: Words, row: Row) -> str:
    """Return one parcel in a line."""
    cover = words("explain.covered")
    if not row["covered"]:
        cover = words("explain.not_covered", why=words.term("reason", row["not_covered_why"]))
    scans = words("explain.scans", events=words.count(row["events"] or 0), scans=words.count(row["scans"] or 0))
    return " · ".join([row["waybill"], row["carrier"] or row["carrier_as_given"] or NONE, scans, cover])


def event(words: Words, row: Row) -> tuple[str, str, str, str]:
    """Return a row of the timeline: time, origin, what happened, where it stands."""
    if row["origin"] == "deadline":
        what = words("explain.timeline_due", stage=words.term("stage", row["word"]))
    else:
        what = words.term("event" if row["origin"] == "carrier" else "happened", row["word"])
    where = ", ".join(row[name] for name in ("city", "state", "country") if row[name])
    what = " · ".join(part for part in (what, where, row["waybill"]) if part)
    return words.moment(row["happened_at"]), words.term("origin", row["origin"]), what, place(words, row) or ""


def why(words: Words, found: Mapping[str, Any]) -> list[str]:
    """Return what a clock's ``why`` says, in short lines."""
    lines = []
    if found.get("not_applicable"):
        reason = _not_applicable(words, str(found["not_applicable"]))
        lines.append(words("explain.not_applicable", why=reason))
    rule = [plain(found[key]) for key in ("line", "version", "sources") if found.get(key)]
    if rule:
        sure = words.term("confidence", found["confidence"]) if found.get("confidence") else ""
        lines.append(words("explain.rule_line", line=" · ".join([*rule, sure] if sure else rule)))
    clock = [said(words, plain(found[key])) for key in ("duration", "handling", "calendar") if found.get(key)]
    for end in ("start", "stop"):
        if found.get(end):
            clock.append(words(f"explain.{end}", event=words.term("clock", found[end])))
    if found.get("deadline") == "platform":
        clock.append(words("explain.platform"))
    if clock:
        lines.append(" · ".join(clock))
    lines += [words(f"explain.{key}", days=_days(words, found[key])) for key in ("skipped", "closed") if found.get(key)]
    if found.get("windows"):
        lines.append(words("explain.windows", windows=words.join([_window(words, item) for item in found["windows"]])))
    return lines


def said(words: Words, text: str) -> str:
    """Return a duration or an effect of ``why`` with its unit in the reader's language: ``2 business_day``."""
    return _DURATION.sub(lambda found: words(f"duration.{found[2]}", n=found[1]), text)


def _days(words: Words, days: Sequence[str]) -> str:
    shown = words.join([plain(day) for day in days[:_DAYS]])
    further = len(days) - _DAYS
    return f"{shown} {words('explain.further_skipped', n=further)}" if further > 0 else shown


def _window(words: Words, item: Mapping[str, Any]) -> str:
    name, effect = words.policy(item.get("name")), item.get("effect")
    return f"{name} ({_effect(words, plain(effect))})" if effect else name


def _effect(words: Words, text: str) -> str:
    """Return what a window does, given as ``add 2 business_day`` or ``fixed 2026-11-14 07:59:59 UTC``."""
    action, _, rest = text.partition(" ")
    if action == "fixed":
        return words("window.fixed", due=rest)
    return words(f"window.{action}", amount=said(words, rest)) if action in ("add", "replace") else said(words, text)


def _not_applicable(words: Words, code: str) -> str:
    """Return why a clock does not run; ``release_at_unknown``: nobody knows when what starts it happened."""
    event = code.removesuffix("_unknown")
    known = words.term("clock", event)
    return words("explain.unknown_start", event=known) if known != event else words.term("not_applicable", code)


def grouped_clocks(clocks: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """Return the clocks by stage; modes whose clocks are equal in everything share a row."""
    stages: dict[str, list[Row]] = {}
    for clock in clocks:
        rows = stages.setdefault(clock["stage"], [])
        same = {key: value for key, value in clock.items() if key != "mode"}
        twin = next((row for row in rows if {k: v for k, v in row.items() if k != "modes"} == same), None)
        if twin:
            twin["modes"].append(clock["mode"])
        else:
            rows.append({**same, "modes": [clock["mode"]]})
    return list(stages.items())


def evidence(row: Row) -> str:
    """Return what decided a finding, in one line."""
    return " · ".join(f"{key} {plain(value)}" for key, value in row["evidence"].items()) if row["evidence"] else ""


_EXCUSED_BY = {
    "is_combined": "combined_by",
    "is_split": "split_by",
    "is_rebilled": "earlier_export",
    "cancelled_before_collection": "no_scan_before",
}


def excuses(found: Explanation) -> list[str]:
    """Return the excuses that hold for the order, each with how that is known."""
    lines = []
    for name in found.excuses:
        source = _EXCUSED_BY.get(name, "export_says")
        reason = found.facts.get(source, source)
        lines.append(f"{found.words.term('excuse', name)} ({found.words.term('excuse_reason', reason)})")
    return lines


def finding_lines(words: Words, row: Row) -> list[str]:
    """Return what stands below a finding: what decided, where that is, what explains it, what a reviewer said."""
    stands = " · ".join(part for part in (place(words, row), row["finding_id"]) if part)
    lines = [evidence(row), stands, row["root_rule"] and words("explain.root", rule=row["root_rule"])]
    if row["verdict"]:
        said = {"reason": row["verdict_reason"], "author": row["verdict_by"], "at": words.moment(row["verdict_at"])}
        lines.append(words("explain.verdict", verdict=words.term("verdict", row["verdict"]), **said))
    return [line for line in [*lines, *_innocent(words, row)] if line]


def _innocent(words: Words, row: Row) -> list[str]:
    """Return the innocent explanations of a finding, those that the case fits first; each with what trying it gave."""
    rank = {"possible": 0, "cannot_tell": 1, "not_tested": 2, "ruled_out": 3}
    items = sorted(row["explanations"], key=lambda item: rank.get(str(item.get("result")), 4))
    return [
        words("table.reason", reason=words.term("innocent", item.get("result")), value=item.get("says"))
        for item in items
    ]


def to_rich(found: Explanation) -> RenderableType:
    """Return an explanation as rich renderables."""
    from rich.console import Group
    from rich.padding import Padding
    from rich.rule import Rule
    from rich.table import Table
    from rich.text import Text

    words = found.words

    def title(key: str) -> Rule:
        return Rule(Text(words(key), style="bold"), align="left", style="dim")

    head = Table.grid(padding=(0, 2))
    for name, text in fact_lines(found):
        head.add_row(Text(name, style="dim"), Text(text))
    timeline = Table.grid(padding=(0, 2))
    for row in found.timeline:
        when, origin, what, stands = event(words, row)
        style = {"deadline": "yellow", "carrier": "cyan"}.get(row["origin"], "")
        timeline.add_row(Text(when), Text(origin, style="dim"), Text(what, style=style), Text(stands, style="dim"))
    excused = Text("\n".join(excuses(found)) or words("explain.no_excuses"))
    parts: list[RenderableType] = [
        Rule(Text(words("explain.title", order=found.order_id), style="bold"), align="left"),
        head,
        title("explain.findings"),
        _findings_rich(found),
        title("explain.excuses"),
        excused,
        title("explain.clocks"),
        _clocks_rich(found),
        title("explain.parcels"),
        Text("\n".join(parcel(words, row) for row in found.parcels) or NONE),
        title("explain.timeline"),
        timeline,
        Text(words("explain.times", zone=words.zone), style="dim"),
    ]
    return Padding(Group(*parts), (0, 1))


def _findings_rich(found: Explanation) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    words = found.words
    if not found.findings:
        return Text(words("explain.no_findings"))
    blocks = []
    for row in found.findings:
        text = Text()
        text.append(words.term("severity", row["severity"]), style=_SEVERE.get(row["severity"], ""))
        text.append(f" {row['rule_id']} ", style="bold")
        text.append(f"({words.term('evidence', row['evidence_class'])}) ", style="dim")
        text.append(row["message"])
        for line in finding_lines(words, row):
            text.append(f"\n  {line}", style="dim")
        blocks.append(text)
    return Group(*blocks)


def _clocks_rich(found: Explanation) -> RenderableType:
    from rich.text import Text

    words = found.words
    if not found.clocks:
        return Text(words("explain.no_clocks"))
    text = Text()
    for stage, rows in grouped_clocks(found.clocks):
        text.append(words.term("stage", stage), style="bold")
        text.append(f"  {words('column.clock_start')} {words.moment(rows[0]['clock_start'])}\n", style="dim")
        for row in rows:
            text.append(f"  {words.term('outcome', row['outcome'])}", style=_LOOK.get(row["outcome"], ""))
            text.append(f"  {words.join([words.term('mode', mode) for mode in row['modes']])}", style="cyan")
            for name in ("due_at", "stopped_at"):
                if row[name] is not None:
                    label = words("column.due" if name == "due_at" else f"column.{name}")
                    text.append(f" · {label} ", style="dim")
                    text.append(words.moment(row[name]))
            text.append("\n")
            for line in why(words, row["why"]):
                text.append(f"    {line}\n", style="dim")
    text.rstrip()
    return text


def to_html(found: Explanation, top: int = 2) -> str:
    """Return an explanation as a fragment of HTML that begins with a heading of level `top`; all data is escaped."""
    from fulfil_analytics.report.page import asset, environment

    words = found.words
    template = environment().get_template("explain.html.j2")
    return template.render(
        t=words,
        css=asset("explain.css"),
        top=top,
        order=found.order_id,
        policy=words.policy(found.policy.get("title") or found.policy.get("id") or ""),
        facts=fact_lines(found),
        findings=[{**row, "lines": finding_lines(words, row)} for row in found.findings],
        excuses=excuses(found),
        parcels=[parcel(words, row) for row in found.parcels],
        clocks=_clocks_html(found),
        timeline=[(row["origin"], *event(words, row)) for row in found.timeline],
    )


def _clocks_html(found: Explanation) -> Markup:
    from markupsafe import Markup

    from fulfil_analytics.report.tables import chip, left, stack, table

    words = found.words
    body = [
        [
            words.term("stage", stage),
            stack(words.join([words.term("mode", mode) for mode in row["modes"]]), *why(words, row["why"])),
            *(words.moment(row[name]) for name in ("clock_start", "due_at", "stopped_at")),
            chip(row["outcome"], words.term("outcome", row["outcome"])),
        ]
        for stage, rows in grouped_clocks(found.clocks)
        for row in rows
    ]
    columns = left("stage", "mode", "clock_start", "due", "stopped_at", "outcome")
    return (
        table(words, "table-clocks", columns, body) if body else Markup("<p>{}</p>").format(words("explain.no_clocks"))
    )
