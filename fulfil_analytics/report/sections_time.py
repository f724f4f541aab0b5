"""The tables about time: what runs out soon, whose clock failed, what the modes change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from markupsafe import Markup

from fulfil_analytics.report.facts import Row
from fulfil_analytics.report.tables import Cell, chip, code, left, right, stack, table
from fulfil_analytics.report.view import View
from fulfil_analytics.report.words import NONE, Words


def forecast(seen: View, cap: int) -> list[Row]:
    """Return the `cap` most urgent clocks with what stands beside them: waybills, and when standard has them due."""
    rows = seen.rows("forecast", cap=cap)
    if not rows:
        return []
    more = seen.rows("forecast_more", orders=tuple(dict.fromkeys(row["order_id"] for row in rows)))
    due = {(row["order_id"], row["stage"]): row["standard_due_at"] for row in more}
    waybills = {row["order_id"]: row["waybills"] for row in more}
    return [
        {
            **row,
            "standard_due_at": due.get((row["order_id"], row["stage"])),
            "waybills": waybills.get(row["order_id"]),
        }
        for row in rows
    ]


def open_soon(words: Words, rows: Sequence[Row]) -> Markup:
    """Return the clocks that run out soon, with a countdown and the share of like orders that still made it."""
    total = rows[0]["total"] if rows else 0
    note = words("open.note")
    if total > len(rows):
        note = f"{words('open.capped', shown=words.count(len(rows)), total=words.count(total))} {note}"
    body = [
        [
            stack(code(row["order_id"]), row["waybills"] and code(row["waybills"])),
            words.term("stage", row["stage"]),
            stack(words.moment(row["due_at"]), _standard(words, row)),
            countdown(words, row["due_at"], row["seconds_left"]),
            made_it(words, row),
            stack(row["warehouse"] or NONE, row["carrier"]),
            words.moment(row["auto_cancel_at"]),
        ]
        for row in rows
    ]
    columns = [*left("order", "stage", "due"), *right("left"), *left("made_it", "warehouse", "auto_cancel")]
    return table(words, "table-open", columns, body, note=note)


def countdown(words: Words, due_at: dt.datetime, seconds: float) -> Cell:
    """Return what was left at the as-of moment; the page's script adds what is left as it is read."""
    return Markup('<time class="countdown" datetime="{}">{}</time>').format(
        due_at.isoformat(timespec="seconds") + "Z", words.span(seconds)
    )


def made_it(words: Words, row: Row) -> Cell:
    """Return the share of like orders that were still done in time, and on whom it rests."""
    if row["share"] is None:
        return words.term("basis", row["basis"])
    kind = "status-breach" if row["share"] < 0.5 else "status-watch" if row["share"] < 0.9 else "status-ok"
    counts = f"{words.count(row['made_it'])} / {words.count(row['still_open'])}"
    return stack(chip(kind, words.percent(row["share"], 0)), counts, words.term("basis", row["basis"]))


def _standard(words: Words, row: Row) -> str | None:
    standard: dt.datetime | None = row["standard_due_at"]
    if standard is None or standard == row["due_at"]:
        return None
    return words("open.standard_due", due=words.moment(standard))


def open_groups(words: Words, rows: Sequence[Row]) -> Markup:
    """Return those clocks by stage and warehouse."""
    body: list[list[Cell]] = [
        [
            words.term("stage", row["stage"]),
            row["warehouse"] or NONE,
            words.count(row["orders"]),
            words.moment(row["next_due_at"]),
            NONE if row["likely_late"] is None else words.number(row["likely_late"]),
            words.count(row["unknown"]) if row["unknown"] else "",
        ]
        for row in rows
    ]
    columns = [*left("stage", "warehouse"), *right("orders"), *left("next_due"), *right("likely_late", "no_share")]
    return table(words, "table-open-groups", columns, body)


def late_causes(words: Words, rows: Sequence[Row]) -> Markup:
    """Return whose clock failed."""
    body: list[list[Cell]] = [
        [
            words.term("stage", row["stage"]),
            words.term("cause", row["cause"] or "not_known"),
            words.term("answers", row["answers"] or "open"),
            words.count(row["orders"]),
            words.count(row["overdue"]) if row["overdue"] else "",
            words.span(row["median_late"]),
            words.span(row["most_late"]),
            stack(row["warehouse"] or NONE, row["carrier"]),
        ]
        for row in rows
    ]
    columns = [
        *left("stage", "cause", "answers"),
        *right("orders", "overdue", "median_late", "most_late"),
        *left("mostly"),
    ]
    return table(words, "table-causes", columns, body, note=words("causes.note"))


def mode_changes(words: Words, rows: Sequence[Row]) -> Markup:
    """Return the outcomes that a mode changes, and by what."""
    body: list[list[Cell]] = [
        [
            words.term("stage", row["stage"]),
            words.term("mode", row["mode"]),
            stack(words.term("outcome", row["outcome_standard"]) + " → " + words.term("outcome", row["outcome"])),
            words.policy(row["changed_by"] or NONE),
            words.count(row["orders"]),
            code(row["example"]),
        ]
        for row in rows
    ]
    columns = [*left("stage", "mode", "outcome_changes", "changed_by"), *right("orders"), *left("example")]
    return table(words, "table-modes", columns, body)
