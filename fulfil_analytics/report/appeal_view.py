"""How an appeal looks, in a terminal and as a page; both are made of the same lines, so that they say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fulfil_analytics.report.explain_view import event, excuses, fact_lines, finding_lines, parcel, why
from fulfil_analytics.report.facts import Row
from fulfil_analytics.report.sections import place
from fulfil_analytics.report.words import NONE, Words

if TYPE_CHECKING:
    from rich.console import RenderableType

    from fulfil_analytics.report.appeal import Appeal, Case


def statement(words: Words, case: Case) -> str:
    """Return what happened in one sentence, with local and UTC times."""
    clock = case.clock
    key = "appeal.overdue" if clock["stopped_at"] is None else "appeal.late"
    late = case.cause["late_seconds"] if case.cause else None
    if late is None and clock["stopped_at"] is not None:
        late = (clock["stopped_at"] - clock["due_at"]).total_seconds()
    return words(
        key,
        stage=words.term("stage", clock["stage"]),
        due=both(words, clock["due_at"]),
        stopped=both(words, clock["stopped_at"]),
        late=words.span(late),
    )


def both(words: Words, moment: Any) -> str:
    """Return a moment in local time and in UTC."""
    return NONE if moment is None else f"{words.moment(moment)} ({moment:%Y-%m-%d %H:%M:%S} UTC)"


def clause_lines(words: Words, case: Case) -> list[str]:
    """Return the clause: line and version, how the deadline was found, the pages that say so and how sure that is."""
    clause = case.clause
    lines = [
        words("appeal.clause", line=clause["line"] or NONE, version=clause["version"] or NONE)
        + (f" · {words.term('confidence', clause['confidence'])}" if clause["confidence"] else ""),
        *why(
            words, {key: value for key, value in case.clock["why"].items() if key not in ("line", "version", "sources")}
        ),
    ]
    if clause["note"]:
        lines.append(words.policy(clause["note"]))
    for source in clause["sources"]:
        told = [source["title"], source["address"], source["dated"] and words("appeal.dated", day=source["dated"])]
        told.append(source["read"] and words("appeal.read", day=source["read"]))
        lines.append(f"{source['key']}: " + " · ".join(part for part in told if part))
    standard = case.standard
    if standard is not None and standard["outcome"] != case.clock["outcome"]:
        lines.append(words("appeal.standard", outcome=words.term("outcome", standard["outcome"])))
    return lines


def cause_lines(words: Words, cause: Row | None) -> list[str]:
    """Return whose clock failed: the verdict, then each stretch with its length and what it overran by."""
    from fulfil_analytics.report.appeal import STRETCHES

    if cause is None:
        return [words("appeal.no_cause")]
    lines = [
        words(
            "appeal.cause",
            cause=words.term("cause", cause["cause"] or "not_known"),
            who=words.term("answers", cause["answers"] or "open"),
        )
    ]
    for name in STRETCHES:
        if cause[f"{name}_seconds"] is not None:
            over = cause[f"{name}_over"]
            said = words("appeal.stretch", stretch=words.term("cause", name), took=words.span(cause[f"{name}_seconds"]))
            lines.append(said + (words("appeal.over", over=words.span(over)) if over else ""))
    return lines


def until_lines(words: Words, case: Case) -> list[str]:
    """Return until when an appeal is taken."""
    until = case.until
    if until is None:
        return [words("appeal.no_deadline")]
    key = "appeal.left" if until["days_left"] >= 0 else "appeal.over_since"
    lines = [words(key, day=until["day"], n=abs(until["days_left"]), days=until["days"])]
    if until["again_days"]:
        lines.append(words("appeal.again", n=until["again_days"]))
    if until["note"]:
        lines.append(until["note"])
    lines.append(words.join(until["sources"]) + f" · {words.term('confidence', until['confidence'])}")
    return lines


def document(words: Words, item: dict[str, Any]) -> tuple[bool, str, str]:
    """Return a document: whether it is there, its name, and where it stands or how to add it."""
    where = item["where"]
    if where is None:
        hint = "appeal.add" if not item["shown_by"] else "appeal.add_or_export"
        return False, item["title"], words(hint, id=item["id"])
    if "file" in where:
        return True, item["title"], words("appeal.attached", file=where["file"], sha256=where["sha256"][:16])
    stands = [both(words, where["happened_at"]), place(words, where)]
    return True, item["title"], " · ".join(part for part in stands if part)


def timeline(words: Words, rows: list[Row]) -> list[tuple[str, str, str, str, str, str]]:
    """Return the timeline: origin, local time, UTC, origin in words, what happened, where it stands."""
    found = []
    for row in rows:
        when, origin, what, stands = event(words, row)
        found.append((row["origin"], when, f"{row['happened_at']:%Y-%m-%d %H:%M:%S}", origin, what, stands))
    return found


def to_rich(found: Appeal) -> RenderableType:
    """Return an appeal as rich renderables."""
    from rich.console import Group
    from rich.padding import Padding
    from rich.rule import Rule
    from rich.table import Table
    from rich.text import Text

    order, words = found.explanation, found.explanation.words

    def title(text: str) -> Rule:
        return Rule(Text(text, style="bold"), align="left", style="dim")

    parts: list[RenderableType] = [title(words("appeal.title", order=order.order_id))]
    head = Table.grid(padding=(0, 2))
    for name, text in fact_lines(order):
        head.add_row(Text(name, style="dim"), Text(text))
    parts.append(head)
    if not found.cases:
        parts.append(Text(words("appeal.nothing")))
    for case in found.cases:
        parts.append(title(words.term("stage", case.clock["stage"])))
        parts.append(Text(statement(words, case), style="bold"))
        for key, lines in _blocks(words, case):
            parts.append(Text(words(key), style="cyan"))
            parts += [Text(f"  {line}") for line in lines]
        parts.append(Text(words("appeal.documents"), style="cyan"))
        parts += [*_grounds_rich(words, case), Text("")]
    if found.general and found.cases:
        parts.append(Text(words("appeal.general"), style="yellow"))
    parts.append(title(words("explain.timeline")))
    table = Table.grid(padding=(0, 2))
    for origin, local, utc, _, what, stands in timeline(words, order.timeline):
        style = {"deadline": "yellow", "carrier": "cyan"}.get(origin, "")
        table.add_row(Text(local), Text(utc, style="dim"), Text(what, style=style), Text(stands, style="dim"))
    parts += [table, Text(words("appeal.times", zone=words.zone), style="dim")]
    return Padding(Group(*parts), (0, 1))


def _blocks(words: Words, case: Case) -> list[tuple[str, list[str]]]:
    return [
        ("appeal.clause_title", clause_lines(words, case)),
        ("appeal.cause_title", cause_lines(words, case.cause)),
        ("appeal.until_title", until_lines(words, case)),
    ]


def _grounds_rich(words: Words, case: Case) -> list[RenderableType]:
    from rich.text import Text

    if not case.grounds:
        return [Text("  " + words("appeal.no_ground"))]
    lines: list[RenderableType] = []
    for ground in case.grounds:
        lines.append(Text(f"  {ground['title']} ({words.term('confidence', ground['confidence'])})"))
        for item in ground["documents"]:
            there, name, where = document(words, item)
            mark = words("appeal.present" if there else "appeal.missing")
            lines.append(Text.assemble("    ", (mark, "green" if there else "red"), f" {name} ", (where, "dim")))
    return lines


def to_page(found: Appeal) -> str:
    """Return an appeal as a page of its own; everything from the data is escaped."""
    from fulfil_analytics.report.page import asset, environment

    order, words = found.explanation, found.explanation.words
    cases = [
        {
            "stage": words.term("stage", case.clock["stage"]),
            "outcome": case.clock["outcome"],
            "outcome_word": words.term("outcome", case.clock["outcome"]),
            "statement": statement(words, case),
            "blocks": [(words(key), lines) for key, lines in _blocks(words, case)],
            "grounds": [
                {**ground, "documents": [document(words, item) for item in ground["documents"]]}
                for ground in case.grounds
            ],
        }
        for case in found.cases
    ]
    return (
        environment()
        .get_template("appeal.html.j2")
        .render(
            t=words,
            css=asset("explain.css"),
            order=order.order_id,
            policy=words.policy(order.policy.get("title") or order.policy.get("id") or ""),
            as_of=both(words, found.as_of),
            facts=fact_lines(order),
            cases=cases,
            general=found.general,
            findings=[{**row, "lines": finding_lines(words, row)} for row in order.findings],
            excuses=excuses(order),
            parcels=[parcel(words, row) for row in order.parcels],
            timeline=timeline(words, order.timeline),
            files=found.files,
        )
    )
