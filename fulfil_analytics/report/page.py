"""The HTML report: one file that needs no network, today or in ten years.

The page carries plotly once, compressed; the browser unpacks it. A content security policy names every script by its
hash and forbids everything else, so that nothing in the data can run and nothing can be fetched, even if
escaping failed.
"""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fulfil_analytics.report import charts, sections, terms
from fulfil_analytics.report.facts import Row, one, rows
from fulfil_analytics.report.tables import Cell
from fulfil_analytics.report.words import NONE, Lang, Words

if TYPE_CHECKING:
    import duckdb
    import jinja2
    from markupsafe import Markup

WORST = 50
"""Findings a rule shows; a great table costs about 2 ms a row, and nobody reads a thousand."""
SOON_HOURS = 48
"""How far ahead an open order counts as about to breach."""
STAGES = ("dispatch", "delivery")


def write_report(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    *,
    lang: Lang,
    manifest: Mapping[str, Any],
    as_of: dt.datetime,
    zone: str,
    policy: Mapping[str, Any],
    title: str | None = None,
) -> None:
    """Write the report as one self-contained HTML file.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
        Holds the tables of :mod:`fulfil_analytics.schemas` and ``parcel_events``; read only.
    path : Path
        The file to write.
    lang : {"en", "zh"}
        Language of the page. Findings keep the language they were written in.
    manifest : mapping
        ``fulfil_analytics`` (version), ``rules`` (``rule_id``, ``family``, ``sha256``, ``parameters``, and optionally
        ``title``, one or one a language), ``policy`` (``sha256``), ``skipped`` (``file``, ``why``).
    as_of : datetime
        The moment the audit speaks for, UTC without zone.
    zone : str
        IANA zone in which times are shown and days begin.
    policy : mapping
        The plain values of a :class:`fulfil_analytics.policy.Policy`: ``policy.model_dump()``.
    title : str, optional
        Heading; by default the one of the language.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    words = Words(lang, zone)
    page = _render(con, words, manifest, as_of, policy, title)
    path.write_text(page, encoding="utf-8", newline="\n")


def _render(
    con: duckdb.DuckDBPyConnection,
    words: Words,
    manifest: Mapping[str, Any],
    as_of: dt.datetime,
    policy: Mapping[str, Any],
    title: str | None,
) -> str:
    titles = _titles(words, manifest)
    head = one(con, "headline")
    totals = rows(con, "rates_total")
    windows = rows(con, "windows") + terms.policy_windows(policy)
    windows = terms.touching(windows, head["created_from"], head["created_to"])
    figures = _figures(con, words, totals, windows)
    script = asset("page.js")
    context = {
        "t": words,
        "css": asset("page.css"),
        "title": title or words("page.title"),
        "facts": _facts(words, head, as_of, policy),
        "cards": _cards(words, head, totals),
        "rates": sections.rates(words, totals),
        "slices": sections.slices(words, rows(con, "rates_slices", cap=15)),
        "figures": figures,
        "overview": None,
        "worst": [],
        "open": sections.open_soon(words, rows(con, "open_soon", as_of=as_of, hours=SOON_HOURS, cap=WORST)),
        "hours": SOON_HOURS,
        "coverage": sections.coverage(words, rows(con, "coverage")),
        "quarantine": sections.quarantine(words, rows(con, "quarantine", cap=100)),
        "windows": terms.windows(words, windows),
        "lines": terms.lines(words, policy),
        "sources": terms.sources(words, policy),
        "policy": policy,
        "reading": words.term("holiday_reading", policy.get("holiday_reading")),
        "inputs": sections.inputs(words, rows(con, "inputs")),
        "sum": _sum(words, head),
        "skipped": sections.skipped(words, manifest),
        "rule_files": sections.rule_files(words, manifest, titles),
        "version": manifest.get("fulfil_analytics", NONE),
        "policy_sha256": (manifest.get("policy") or {}).get("sha256", NONE),
        "as_of": words.moment(as_of),
        "script": script,
        "data": _script_json(
            {"figures": [{"id": figure.id, **charts.as_json(figure.figure)} for figure in figures]} if figures else {}
        ),
        "plotly": _plotly()[0] if figures else "",
        "hashes": [_hash(script), *([_plotly()[1]] if figures else [])],
    }
    context["overview"], context["worst"] = _findings(con, words, titles)
    return environment().get_template("page.html.j2").render(context)


def _titles(words: Words, manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return rule id to its title, where the manifest has it."""
    found = {}
    for rule in manifest.get("rules", []):
        text = rule.get("title")
        text = text.get(words.lang) if isinstance(text, Mapping) else text
        if text:
            found[rule["rule_id"]] = str(text)
    return found


def _findings(
    con: duckdb.DuckDBPyConnection, words: Words, titles: Mapping[str, str]
) -> tuple[Markup, list[dict[str, object]]]:
    """Return the table of rules, and for each rule the table of its worst findings."""
    by_rule = rows(con, "findings_by_rule")
    worst = {
        rule: list(found)
        for rule, found in groupby(rows(con, "findings_worst", cap=WORST, by_rule=True), key=lambda row: row["rule_id"])
    }
    blocks = [
        {
            "anchor": f"rule-{place}",
            "rule": row["rule_id"],
            "title": titles.get(row["rule_id"]),
            "total": words.count(row["findings"]),
            "explained": words("findings.explained", n=words.count(row["explained"])) if row["explained"] else None,
            "table": sections.worst(words, f"worst-{place}", worst[row["rule_id"]]),
        }
        for place, row in enumerate(by_rule, start=1)
    ]
    return sections.rules_overview(words, by_rule, titles), blocks


def _figures(
    con: duckdb.DuckDBPyConnection, words: Words, totals: Sequence[Row], windows: Sequence[Row]
) -> list[charts.Chart]:
    targets = {row["metric"]: row["target"] for row in totals if row["mode"] == "effective"}
    shaded = [window for window in windows if terms.in_force(window)]
    days = rows(con, "by_day", zone=words.zone, stages=STAGES, modes=charts.MODES)
    found = [
        *(charts.by_day(words, stage, days, shaded, targets.get(f"on_time_{stage}")) for stage in STAGES),
        charts.outcomes(words, rows(con, "outcomes", stages=STAGES, cap=14), STAGES),
        charts.durations(words, rows(con, "durations")),
        charts.lateness(words, rows(con, "lateness", zone=words.zone, cap=14)),
    ]
    return [chart for chart in found if chart is not None]


def _facts(words: Words, head: Row, as_of: dt.datetime, policy: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the lines below the heading: who, when, by which policy."""
    period = words("page.period", start=words.day(head["created_from"]), end=words.day(head["created_to"]))
    found = [
        (words("page.shop"), words.join(head["shops"] or [])),
        (words("page.market"), words.join(head["markets"] or [])),
        (words("page.orders_created"), period if head["created_from"] else ""),
        (words("page.policy"), f"{policy.get('title') or policy.get('id') or ''}"),
        (words("page.as_of"), f"{words.moment(as_of)} ({words.zone})"),
    ]
    return [(name, text) for name, text in found if text]


def _cards(words: Words, head: Row, totals: Sequence[Row]) -> list[dict[str, Cell | None]]:
    rate = {(row["metric"], row["mode"]): row for row in totals}
    cards: list[dict[str, Cell | None]] = [
        {
            "name": words("card.orders"),
            "value": words.count(head["orders"]),
            "note": words(
                "card.orders_note",
                cancelled=words.count(head["cancelled_orders"]),
                platform=words.count(head["platform_orders"]),
            ),
            "kind": "",
        }
    ]
    for stage in STAGES:
        row = rate.get((f"on_time_{stage}", "effective"))
        standard = rate.get((f"on_time_{stage}", "standard"))
        cards.append(
            {
                "name": words(f"card.on_time_{stage}"),
                "value": words.percent(row["rate"]) if row else NONE,
                "note": words("card.on_time_note", standard=words.percent(standard["rate"]) if standard else NONE),
                "kind": f"status-{row['status']}" if row and row["status"] else "",
            }
        )
    grave = head["critical"] + head["high"]
    return [
        *cards,
        {
            "name": words("card.findings"),
            "value": words.count(head["findings"]),
            "note": words(
                "card.findings_note", grave=words.count(grave), orders=words.count(head["orders_with_findings"])
            ),
            "kind": "status-breach" if grave else "",
        },
        {
            "name": words("card.open"),
            "value": words.count(head["open_orders"]),
            "note": words("card.open_note"),
            "kind": "",
        },
        {
            "name": words("card.untested"),
            "value": words.count(head["rules_not_testable"] + head["rules_failed"]),
            "note": words("card.untested_note", rules=words.count(head["rules"])),
            "kind": "status-watch" if head["rules_not_testable"] + head["rules_failed"] else "",
        },
    ]


def _sum(words: Words, head: Row) -> str:
    """Return the sum that must close: rows in = loaded + merged + quarantined."""
    return words(
        "inputs.sum",
        **{
            name: words.count(head[name])
            for name in ("files", "rows_in", "rows_loaded", "rows_merged", "rows_quarantined")
        },
    )


def _script_json(value: object) -> str:
    """Return JSON that may stand inside a script element, whatever text it holds."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _hash(script: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() + "'"


@cache
def _plotly() -> tuple[str, str]:
    """Return plotly.js, gzipped, as base64 text, and the hash by which the page lets it run."""
    from plotly.offline import get_plotlyjs

    source = get_plotlyjs()
    return base64.b64encode(gzip.compress(source.encode(), 9, mtime=0)).decode(), _hash(source)


@cache
def asset(name: str) -> str:
    """Return a text file of ``page/``."""
    return files("fulfil_analytics.report").joinpath(f"page/{name}").read_text(encoding="utf-8")


@cache
def environment() -> jinja2.Environment:
    """Return the templates of ``page/``; everything they print is escaped unless it is Markup."""
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FunctionLoader(asset),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
