"""The tables about how far the audit's word reaches: what files can prove, how exact rules are, what excuses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from fulfil_analytics.report.facts import Row
from fulfil_analytics.report.sections import place
from fulfil_analytics.report.tables import Cell, chip, code, left, right, stack, table
from fulfil_analytics.report.words import NONE, Words, listed_json, parsed

_ANSWER = {"prove": "status-ok", "suggest": "status-watch", "cannot": "status-breach"}


def proofs(words: Words, rows: Sequence[Row]) -> Markup:
    """Return what the files can prove of each kind of false shipment, and what would let them prove more."""
    body: list[list[Cell]] = [
        [
            row["title"],
            chip(_ANSWER.get(row["answer"], ""), words.term("proof", row["answer"])),
            words("proof.judged", tested=words.count(row["tested"]), in_scope=words.count(row["in_scope"])),
            words.count(row["flagged"]) if row["flagged"] else "",
            Markup(", ").join(code(way.get("rule_id", "")) for way in listed_json(row["ways"])),
            stack(*_needs(words, row)),
        ]
        for row in rows
    ]
    columns = [*left("kind_of_false", "answer", "judged"), *right("flagged"), *left("rules", "would_help")]
    return table(words, "table-proofs", columns, body, note=words("proof.note"))


def _needs(words: Words, row: Row) -> list[Cell]:
    needs: list[Cell] = [
        words("proof.need", title=item.get("title", ""), then=words.term("proof_then", item.get("then")))
        for item in listed_json(row["further"])
    ]
    return [*needs, words("proof.outside", what=row["outside"])] if row["outside"] else needs or [NONE]


def accuracy(words: Words, measured: Mapping[str, Any], rules: Sequence[str]) -> Markup | None:
    """Return the measured recall and precision of each rule (``accuracy.toml``); None where none was measured.

    A rule of `rules` that was not measured says so: silence would read as perfection.
    """
    found = measured.get("rules") or {}
    if not found:
        return None
    body: list[list[Cell]] = [
        [
            stack(code(rule), words.term("evidence", row.get("evidence_class"))),
            *(_measure(words, row, name) for name in ("recall", "precision")),
            words.count(row.get("planted")),
            words.count(row.get("found")),
            words.count(row.get("extra")),
        ]
        for rule, row in sorted(found.items())
    ]
    about = measured.get("measured") or {}
    note = words(
        "accuracy.note",
        samples=words.count(about.get("samples")),
        orders=words.count(about.get("orders")),
        innocents=words.count(about.get("look_alikes")),
        accused=words.count(about.get("hard_findings_on_look_alikes")),
        version=about.get("tool_version", NONE),
    )
    missing = [rule for rule in rules if rule not in found]
    if missing:
        note += " " + words("accuracy.not_measured", rules=words.join(missing))
    columns = [*left("rule"), *right("recall", "precision", "planted", "found_of_planted", "false_alarms")]
    return table(words, "table-accuracy", columns, body, note=note)


def _measure(words: Words, row: Mapping[str, Any], name: str) -> Cell:
    low, high = row.get(f"{name}_low"), row.get(f"{name}_high")
    return stack(words.percent(row.get(name)), None if low is None else f"{words.percent(low)} – {words.percent(high)}")


def excuses(words: Words, orders: Sequence[Row], coverage: Sequence[Row]) -> Markup:
    """Return what excused: traits of orders, and reasons by which rules dropped what they had found."""
    body: list[list[Cell]] = [
        [words.term("excuse", row["excuse"]), words("excuses.orders"), words.count(row["orders"]), NONE]
        for row in orders
    ]
    reasons: dict[str, list[tuple[str, int]]] = {}
    for row in coverage:
        for reason, count in (parsed(row["why"]).get("excused") or {}).items():
            reasons.setdefault(reason, []).append((row["rule_id"], count))
    for reason, rules in sorted(reasons.items(), key=lambda item: -sum(count for _, count in item[1])):
        total = sum(count for _, count in rules)
        told = Markup(", ").join(Markup("{} {}").format(code(rule), words.count(count)) for rule, count in rules)
        body.append([words.term("reason", reason), words("excuses.findings"), words.count(total), told])
    columns = [*left("excuse", "what"), *right("times"), *left("rules")]
    return table(words, "table-excuses", columns, body, note=words("excuses.note"))


def batches(words: Words, rows: Sequence[Row]) -> Markup:
    """Return the findings about many parcels at once, each with the values that decided."""
    body: list[list[Cell]] = [
        [
            chip(row["severity"], words.term("severity", row["severity"])),
            stack(row["message"], *_values(row)),
            stack(row["warehouse"] or NONE, row["carrier"], row["shop"]),
            words.moment(row["occurred_at"]),
            stack(code(row["order_id"]) if row["order_id"] else NONE, place(words, row)),
        ]
        for row in rows
    ]
    return table(words, "table-batches", left("severity", "finding", "where", "when", "example"), body)


def _values(row: Row) -> Iterable[str]:
    found = parsed(row["evidence"])
    if found:
        yield " · ".join(f"{key} {value}" for key, value in found.items() if value not in (None, ""))


def not_testable(words: Words, rows: Sequence[Row]) -> Markup:
    """Return why rules could not judge, the reason that stopped most first."""
    reasons: dict[str, list[tuple[str, int, int]]] = {}
    for row in rows:
        for reason, count in (parsed(row["why"]).get("not_testable") or {}).items():
            reasons.setdefault(reason, []).append((row["rule_id"], count, row["in_scope"]))
    body: list[list[Cell]] = []
    for reason, rules in sorted(reasons.items(), key=lambda item: (-len(item[1]), -max(n for _, n, _ in item[1]))):
        told = Markup(", ").join(
            Markup("{} {}").format(code(rule), words("coverage.of", n=words.count(n), of=words.count(of)))
            for rule, n, of in sorted(rules, key=lambda item: -item[1])
        )
        body.append([_reason(words, reason), words.count(len(rules)), told])
    columns = [*left("reason"), *right("rules_count"), *left("rules")]
    return table(words, "table-untested", columns, body)


def _reason(words: Words, reason: str) -> str:
    missing, _, column = reason.partition(" ")
    return words("table.no_value", column=column) if missing == "missing" and column else words.term("reason", reason)
