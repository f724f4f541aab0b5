"""The tables of the report, one function each: rows of a query in, HTML out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from fulfil_analytics.report import glance
from fulfil_analytics.report.facts import Row
from fulfil_analytics.report.tables import Cell, Column, chip, code, left, right, stack, table
from fulfil_analytics.report.terms import plain
from fulfil_analytics.report.words import NONE, Words, listed, parsed
from fulfil_analytics.schemas.words import SEVERITY, SLA_MODE

MOST = 40
"""Rows of a list of files at most; the manifest has them all."""


def rates(words: Words, rows: Sequence[Row]) -> Markup:
    """Return every metric under the four modes side by side (rows of ``queries/rates_all.sql``)."""
    by_metric: dict[str, dict[str, Row]] = {}
    for row in rows:
        if row["slice"] == "{}":
            by_metric.setdefault(row["metric"], {})[row["mode"]] = row
    body = []
    for metric, modes in by_metric.items():
        judge = modes.get("effective") or next(iter(modes.values()))
        body.append(
            [
                stack(words.term("metric", metric), target(words, judge), _span(words, judge)),
                *(rate_cell(words, modes.get(mode)) for mode in SLA_MODE),
                stack(status(words, judge["status"]), glance.penalty(words, judge)),
                headroom(words, judge["headroom"]),
            ]
        )
    columns = [Column("metric"), *(Column(mode, "right") for mode in SLA_MODE), *left("status"), *right("headroom")]
    heads = {mode: words.term("mode", mode) for mode in SLA_MODE}
    return table(words, "table-rates", columns, body, note=words("rates.note"), labels=heads)


def _span(words: Words, row: Row) -> str | None:
    """Return the days a metric was measured over."""
    if row["period_start"] is None or row["period_end"] is None:
        return None
    return words("page.period", start=words.day(row["period_start"]), end=words.day(row["period_end"]))


def target(words: Words, row: Row) -> str | None:
    """Return what the platform asks for, in a few words; None when it asks for nothing."""
    parts = []
    if row["target"] is not None:
        parts.append(words("rates.target", value=words.limit(row["target"])))
    if row["enforce"] is not None:
        parts.append(words("rates.enforce", value=words.limit(row["enforce"])))
    return words.join(parts) if parts else None


def rate_cell(words: Words, row: Row | None) -> Cell:
    """Return a rate with its counts and its interval; what is not final yet carries ``~`` and what it can become."""
    if row is None or row["rate"] is None:
        return NONE
    counts = f"{words.count(row['numerator'])} / {words.count(row['denominator'])}"
    final = "" if not row["provisional"] else "~"
    span = None
    if row["provisional"] and row["lowest"] is not None and row["lowest"] != row["highest"]:
        span = words("rates.can_become", low=words.percent(row["lowest"]), high=words.percent(row["highest"]))
    return stack(Markup("<b>{}{}</b>").format(final, words.percent(row["rate"])), counts, interval(words, row), span)


def interval(words: Words, row: Row) -> str | None:
    """Return the Wilson interval of a rate."""
    if row["ci_low"] is None or row["ci_high"] is None:
        return None
    return f"{words.percent(row['ci_low'])} – {words.percent(row['ci_high'])}"


def status(words: Words, value: str | None) -> Cell:
    """Return a rate's status."""
    return NONE if value is None else chip(f"status-{value}", words.term("status", value))


def headroom(words: Words, orders: int | None) -> Cell:
    """Return how many more late orders the limit bears."""
    if orders is None:
        return NONE
    return words("rates.headroom" if orders >= 0 else "rates.over", n=words.count(abs(orders)))


def slices(words: Words, rows: Sequence[Row], cap: int) -> Markup:
    """Return the effective rates by one dimension, a row a value and a column a metric, standard below.

    `rows` are those of ``queries/rates_all.sql``; of each dimension the `cap` values with the most orders are shown,
    and none where there is one value only.
    """
    parts: dict[tuple[str, str | None], dict[str, Row]] = {}
    standard = {(row["metric"], row["slice"]): row["rate"] for row in rows if row["mode"] == "standard"}
    for row in rows:
        named = json.loads(row["slice"])
        if row["mode"] == "effective" and len(named) == 1:
            both = {**row, "standard_rate": standard.get((row["metric"], row["slice"]))}
            parts.setdefault(next(iter(named.items())), {})[row["metric"]] = both
    sized = sorted(parts, key=lambda part: (-max(row["denominator"] for row in parts[part].values()), str(part[1])))
    kinds = Counter(dimension for dimension, _ in sized)
    shown = [
        part
        for dimension in sorted(kinds)
        if kinds[dimension] > 1
        for part in [part for part in sized if part[0] == dimension][:cap]
    ]
    metrics = [m for m in dict.fromkeys(row["metric"] for row in rows) if any(m in parts[part] for part in shown)]
    body = [
        [
            stack(value or NONE, words.term("dimension", dimension)),
            *(_slice_cell(words, parts[dimension, value].get(metric)) for metric in metrics),
        ]
        for dimension, value in shown
    ]
    names = {f"metric{place}": words.term("metric", metric) for place, metric in enumerate(metrics)}
    columns = [Column("slice"), *right(*names)]
    return table(words, "table-slices", columns, body, note=words("rates.slices_note"), labels=names)


def _slice_cell(words: Words, row: Row | None) -> Cell:
    if row is None or row["rate"] is None:
        return NONE
    return stack(
        Markup("{} <b>{}</b>").format(
            status(words, row["status"]) if row["status"] else "", words.percent(row["rate"])
        ),
        f"{words.count(row['numerator'])} / {words.count(row['denominator'])}",
        words("rates.slice_standard", value=words.percent(row["standard_rate"])),
    )


def rules_overview(words: Words, rows: Sequence[Row], titles: Mapping[str, str]) -> Markup:
    """Return the findings by rule and severity."""
    body = [
        [
            stack(
                Markup('<a href="#rule-{}"><code>{}</code></a>').format(place, row["rule_id"]),
                titles.get(row["rule_id"]),
            ),
            words.term("family", row["family"]),
            words.count(row["findings"]),
            words.count(row["orders"]),
            *(chip(level, words.count(row[level])) if row[level] else "" for level in SEVERITY),
            words.count(row["explained"]) if row["explained"] else "",
            words.count(row["excused"]) if row["excused"] else "",
        ]
        for place, row in enumerate(rows, start=1)
    ]
    columns = [*left("rule", "family"), *right("findings", "orders", *SEVERITY, "explained", "excused_by_reviewer")]
    heads = {level: words.term("severity", level) for level in SEVERITY}
    return table(words, "table-findings", columns, body, note=words("findings.note"), labels=heads)


def worst(words: Words, identity: str, rows: Sequence[Row]) -> Markup:
    """Return the worst findings of one rule, roots first."""
    total = rows[0]["of_rule"] if rows else 0
    note = (
        words("findings.capped", shown=words.count(len(rows)), total=words.count(total)) if total > len(rows) else None
    )
    body = [
        [
            chip(row["severity"], words.term("severity", row["severity"])),
            stack(
                code(row["order_id"]) if row["order_id"] else NONE,
                row["waybill"] and code(row["waybill"]),
                row["warehouse"],
            ),
            stack(row["message"], *_relation(words, row)),
            words.moment(row["occurred_at"]),
            stack(words.term("evidence", row["evidence_class"]), place(words, row)),
        ]
        for row in rows
    ]
    return table(words, identity, left("severity", "order", "finding", "when", "evidence"), body, note=note)


def _relation(words: Words, row: Row) -> Iterable[str | None]:
    """Return what explains a finding, what it explains, and what a reviewer said."""
    yield words("findings.explained_by", rule=row["root_rule"]) if row["is_explained"] else None
    if row["explains"]:
        yield words("findings.explains", n=words.count(row["explains"]), rules=words.join(row["explains_rules"]))
    yield words("findings.verdict", verdict=words.term("verdict", row["verdict"])) if row["verdict"] else None


def place(words: Words, row: Row) -> str | None:
    """Return where in the inputs a row stands."""
    if row["source_file"] is None:
        return None
    if not row["source_line"]:
        return str(row["source_file"])
    return words("table.place", file=row["source_file"], line=row["source_line"])


def coverage(words: Words, rows: Sequence[Row]) -> Markup:
    """Return what each rule could judge, and why it could not judge the rest."""
    body = [
        [
            stack(code(row["rule_id"]), words.term("family", row["family"])),
            chip("coverage-empty", words("coverage.empty"))
            if row["status"] == "done" and not row["in_scope"]
            else chip(f"coverage-{row['status']}", words.term("coverage_status", row["status"])),
            words.term("grain", row["grain"]),
            *(words.count(row[name]) for name in ("in_scope", "tested", "flagged", "excused", "not_testable")),
            Markup("<br>").join(reasons(words, row["why"])),
        ]
        for row in rows
    ]
    columns = [
        *left("rule", "coverage", "grain"),
        *right("in_scope", "tested", "flagged", "excused", "not_testable"),
        *left("why"),
    ]
    return table(words, "table-coverage", columns, body, note=words("coverage.note"))


def reasons(words: Words, why: str | None, kind: str | None = None) -> list[str]:
    """Return the reasons of a coverage row as short lines: ``carrier not covered: 5``.

    `why` is JSON: reason to count, or the text of an error. Where the reasons stand below ``excused`` and
    ``not_testable``, `kind` picks one of the two.
    """
    found = parsed(why)
    nested = {key: value for key, value in found.items() if isinstance(value, dict)}
    flat = {key: value for key, value in found.items() if key not in nested}
    for key, value in nested.items():
        if kind in (None, key):
            flat.update(value)
    ordered = sorted(flat.items(), key=lambda item: (-item[1] if isinstance(item[1], int) else 0, item[0]))
    return [_reason(words, reason, value) for reason, value in ordered]


def _reason(words: Words, reason: str, value: Any) -> str:
    missing, _, column = reason.partition(" ")
    text = words("table.no_value", column=column) if missing == "missing" and column else words.term("reason", reason)
    shown = words.count(value) if isinstance(value, int) else str(value)
    return words("table.reason", reason=text, value=shown)


def quarantine(words: Words, rows: Sequence[Row]) -> Markup:
    """Return what was not taken, by reason."""
    total = rows[0]["total"] if rows else 0
    note = (
        words("quarantine.capped", shown=words.count(len(rows)), total=words.count(total))
        if total > len(rows)
        else None
    )
    body = [
        [
            words.term("quarantine_scope", row["scope"]),
            words.term("reason", row["reason"]),
            code(row["column_name"]) if row["column_name"] else NONE,
            code(row["found"]) if row["found"] else NONE,
            words.count(row["times"]),
            stack(
                row["source_file"],
                words("quarantine.lines", first=row["first_line"], last=row["last_line"])
                if row["times"] > 1
                else words("quarantine.line", line=row["first_line"]),
            ),
        ]
        for row in rows
    ]
    columns = [*left("taken", "reason", "column", "found"), *right("times"), *left("file")]
    return table(words, "table-quarantine", columns, body, note=note)


def inputs(words: Words, rows: Sequence[Row]) -> Markup:
    """Return the ledger of input files."""
    body = [
        [
            stack(row["source_file"], Markup('<code class="hash">{}</code>').format(row["sha256"])),
            stack(words.term("kind", row["kind"]), row["format"]),
            words.moment(row["exported_at"]),
            *(words.count(row[name]) for name in ("rows_in", "rows_loaded", "rows_merged", "rows_quarantined")),
            words.join(listed(row["unknown_columns"])) or NONE,
        ]
        for row in rows[:MOST]
    ]
    columns = [
        *left("file", "kind", "exported_at"),
        *right("rows_in", "rows_loaded", "rows_merged", "rows_quarantined"),
        *left("unknown_columns"),
    ]
    note = words("inputs.note")
    if len(rows) > MOST:
        note = f"{words('inputs.capped', shown=MOST, total=words.count(len(rows)))} {note}"
    return table(words, "table-inputs", columns, body, note=note)


def skipped(words: Words, manifest: Mapping[str, Any]) -> Markup | None:
    """Return the files that were passed over; None when none was."""
    body = [[str(item.get("file", "")), str(item.get("why", ""))] for item in manifest.get("skipped", [])[:MOST]]
    return table(words, "table-skipped", left("file", "why"), body) if body else None


def _parameters(rule: Mapping[str, Any]) -> list[str]:
    return [f"{name} = {plain(value) or NONE}" for name, value in sorted((rule.get("parameters") or {}).items())]


def rule_files(words: Words, manifest: Mapping[str, Any], titles: Mapping[str, str]) -> Markup:
    """Return the rules that ran, with the hash of each file and its parameters."""
    body = [
        [
            stack(code(rule["rule_id"]), titles.get(rule["rule_id"])),
            words.term("family", rule.get("family")),
            words.join(_parameters(rule)) or NONE,
            Markup('<code class="hash">{}</code>').format(rule.get("sha256", NONE)),
        ]
        for rule in manifest.get("rules", [])
    ]
    return table(words, "table-rules", left("rule", "family", "parameters", "sha256"), body)
