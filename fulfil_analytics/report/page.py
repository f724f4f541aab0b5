"""The HTML report: one file that needs no network, today or in ten years.

The page carries plotly once, compressed; the browser unpacks it. A content security policy names every script by its
hash and forbids everything else, so that nothing in the data can run and nothing can be fetched, even if
escaping failed.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fulfil_analytics.report import change as changes
from fulfil_analytics.report import charts, glance, sections, sections_proof, sections_time, terms
from fulfil_analytics.report.facts import Row
from fulfil_analytics.report.line import line_facts
from fulfil_analytics.report.period import Measured, stored_rates
from fulfil_analytics.report.plotly_js import plotly_script, script_hash
from fulfil_analytics.report.tables import left, right, table
from fulfil_analytics.report.view import Scope, View, view
from fulfil_analytics.report.words import NONE, Lang, Words

if TYPE_CHECKING:
    import duckdb
    import jinja2
    from markupsafe import Markup

WORST = 10
"""Findings a rule shows at most; nobody reads a thousand, and the file has a size to keep."""
WORST_OF_ALL = 160
"""Findings shown of all rules together."""
OPEN = 40
"""Clocks shown that run out soon."""
SOON_HOURS = 48
"""How far ahead the forecast looks."""
CHANGED_STAGES = ("dispatch", "delivery")
"""Stages whose change is explained and whose trend is drawn."""


def write_report(  # noqa: PLR0913 - all but the first two go by name
    con: duckdb.DuckDBPyConnection,
    path: Path,
    *,
    lang: Lang,
    manifest: Mapping[str, Any],
    as_of: dt.datetime,
    zone: str,
    policy: Mapping[str, Any],
    title: str | None = None,
    scope: Scope | None = None,
    measured: Measured | None = None,
    accuracy: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
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
        ``title``, one or one a language, and ``after``), ``policy`` (``sha256``), ``skipped`` (``file``, ``why``).
    as_of : datetime
        The moment the audit speaks for, UTC without zone.
    zone : str
        IANA zone in which times are shown and days begin.
    policy : mapping
        The plain values of a :class:`fulfil_analytics.policy.Policy`: ``policy.model_dump()``.
    title : str, optional
        Heading; by default the one of the language.
    scope : Scope, optional
        Days and shop to speak of; all by default.
    measured : Measured, optional
        The rates of those days; by default those that the audit wrote.
    accuracy : mapping, optional
        Measured recall and precision of the rules, as in ``accuracy.toml``.

    Returns
    -------
    dict
        What it comes down to, see :func:`fulfil_analytics.report.line.line_facts`.

    Raises
    ------
    OSError
        The file cannot be written.
    UsageError
        No order is of the shop that `scope` names.
    """
    with view(con, as_of=as_of, lang=lang, zone=zone, scope=scope, policy=policy) as seen:
        rates = measured or stored_rates(seen.con)
        head, urgent = seen.one("headline"), seen.one("urgent")
        moved = [changes.change(seen, stage) for stage in CHANGED_STAGES]
        titles = glance.rule_titles(seen.words, manifest)
        answers = glance.glance(seen, rates, moved, head, urgent, titles)
        context = {"glance": answers, "cards": glance.cards(seen.words, rates), "title": title}
        text = _render(seen, manifest, rates, head, moved, {**context, "accuracy": accuracy or {}})
        facts = line_facts(seen, rates, head, answers, urgent, str(policy.get("id")))
    path.write_text(text, encoding="utf-8", newline="\n")
    return facts


def _render(
    seen: View,
    manifest: Mapping[str, Any],
    measured: Measured,
    head: Row,
    moved: Sequence[changes.Change],
    given: Mapping[str, Any],
) -> str:
    words = seen.words
    figures = _figures(seen, moved)
    drawn = [figure for group in figures.values() for figure in group]
    script = asset("page.js")
    context = {
        "t": words,
        "css": asset("page.css"),
        **given,
        "title": given["title"] or words("page.title"),
        "facts": _facts(seen, head, manifest),
        "figures": figures,
        "data_tables": {figure.id: _data_table(words, figure) for figure in drawn},
        "version": manifest.get("fulfil_analytics", NONE),
        "as_of": words.moment(seen.as_of),
        "script": script,
        "data": _script_json(
            {
                "figures": [{"id": figure.id, **figure.figure.to_json()} for figure in drawn],
                "left": words("open.left_now", left="{left}"),
                "past": words("open.past_now", left="{left}"),
                "units": [words("unit.d"), words("unit.h"), words("unit.min")],
            }
        ),
        "plotly": plotly_script()[0] if drawn else "",
        "hashes": [script_hash(script.encode()), *([plotly_script()[1]] if drawn else [])],
        **_changed(seen, moved),
        **_times(seen, measured),
        **_found(seen, manifest, head),
        **_proved(seen, manifest, given["accuracy"]),
        **_method(seen, manifest, head),
    }
    return environment().get_template("page.html.j2").render(context)


def _figures(seen: View, moved: Sequence[changes.Change]) -> dict[str, list[charts.Chart]]:
    """Return the charts by the section they stand in."""
    found = {
        "change": [charts.change(seen, change.stage, change) for change in moved if change.points is not None],
        "trend": [charts.on_time(seen, stage) for stage in CHANGED_STAGES],
        "time": [charts.durations(seen), charts.lateness(seen), charts.outcomes(seen), charts.carriers(seen)],
    }
    return {section: [chart for chart in group if chart is not None] for section, group in found.items()}


def _data_table(words: Words, figure: charts.Chart) -> Markup:
    """Return the numbers behind a chart as a table."""
    names = [f"c{place}" for place in range(len(figure.heads))]
    columns = [*left(names[0]), *right(*names[1:])]
    heads = dict(zip(names, figure.heads, strict=True))
    return table(words, f"{figure.id}-data", columns, figure.data, labels=heads)


def _changed(seen: View, moved: Sequence[changes.Change]) -> dict[str, Any]:
    words, before = seen.words, seen.compared.before()
    causes = seen.rows("late_causes")
    return {
        "compared": words("change.compared", now=seen.compared.name, before=before.name),
        "changes": [(words.term("stage", change.stage), changes.sentences(words, change)) for change in moved],
        "cause_sentences": changes.cause_sentences(words, causes),
        "causes": sections_time.late_causes(words, causes),
    }


def _times(seen: View, measured: Measured) -> dict[str, Any]:
    words = seen.words
    return {
        "rates": sections.rates(words, measured.now),
        "slices": sections.slices(words, measured.now, cap=12),
        "modes": sections_time.mode_changes(words, seen.rows("mode_changes", cap=30)),
        "open": sections_time.open_soon(words, sections_time.forecast(seen, OPEN)),
        "open_groups": sections_time.open_groups(words, seen.rows("forecast_groups", cap=12)),
        "hours": SOON_HOURS,
    }


def _found(seen: View, manifest: Mapping[str, Any], head: Row) -> dict[str, Any]:
    """Return the table of rules, for each rule the table of its worst findings, and the batches."""
    words, titles = seen.words, glance.rule_titles(seen.words, manifest)
    by_rule = seen.rows("findings_by_rule")
    cap = max(3, min(WORST, WORST_OF_ALL // max(1, len(by_rule))))
    worst = {
        rule: list(found)
        for rule, found in groupby(seen.rows("findings_worst", cap=cap, by_rule=True), key=lambda row: row["rule_id"])
    }
    blocks = [
        {
            "anchor": f"rule-{place}",
            "rule": row["rule_id"],
            "title": titles.get(row["rule_id"]),
            "total": words.count(row["findings"]),
            "grade": row["worst"],
            "explained": words("findings.explained", n=words.count(row["explained"])) if row["explained"] else None,
            "table": sections.worst(words, f"worst-{place}", worst[row["rule_id"]]),
        }
        for place, row in enumerate(by_rule, start=1)
    ]
    second = tuple(rule["rule_id"] for rule in manifest.get("rules", []) if rule.get("after"))
    return {
        "overview": sections.rules_overview(words, by_rule, titles),
        "worst": blocks,
        "batches": sections_proof.batches(words, seen.rows("batches", rules=second or ("",), cap=30)),
    }


def _proved(seen: View, manifest: Mapping[str, Any], accuracy: Mapping[str, Any]) -> dict[str, Any]:
    words, coverage = seen.words, seen.rows("coverage")
    return {
        "excuses": sections_proof.excuses(words, seen.rows("excuses"), coverage),
        "untested": sections_proof.not_testable(words, coverage),
        "coverage": sections.coverage(words, coverage),
        "proofs": sections_proof.proofs(words, seen.rows("proofs")),
        "accuracy": sections_proof.accuracy(words, accuracy, [rule["rule_id"] for rule in manifest.get("rules", [])]),
        "quarantine": sections.quarantine(words, seen.rows("quarantine", cap=60)),
    }


def _method(seen: View, manifest: Mapping[str, Any], head: Row) -> dict[str, Any]:
    words, policy = seen.words, seen.policy
    windows = terms.touching(terms.all_windows(seen), head["created_from"], head["created_to"])
    return {
        "windows": terms.windows(words, windows),
        "lines": terms.lines(words, policy),
        "sources": terms.sources(words, policy),
        "policy": policy,
        "policy_lead": terms.lead(words, policy, (manifest.get("policy") or {}).get("sha256", NONE)),
        "inputs": sections.inputs(words, seen.rows("inputs")),
        "sum": _sum(words, head),
        "skipped": sections.skipped(words, manifest),
        "rule_files": sections.rule_files(words, manifest, glance.rule_titles(words, manifest)),
    }


def _facts(seen: View, head: Row, manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the lines below the heading: who, when, by which policy."""
    words, policy = seen.words, seen.policy
    period = words("page.period", start=words.day(head["created_from"]), end=words.day(head["created_to"]))
    shops = head["shops"] or []
    shown = words.join(shops[:4]) + (words("page.more_shops", n=len(shops) - 4) if len(shops) > 4 else "")
    counts = words(
        "page.order_counts",
        orders=words.count(head["orders"]),
        cancelled=words.count(head["cancelled_orders"]),
        platform=words.count(head["platform_orders"]),
    )
    found = [
        (words("page.days"), seen.scope.name),
        (words("page.shop"), shown),
        (words("page.market"), words.join(head["markets"] or [])),
        (words("page.orders_created"), period if head["created_from"] else ""),
        (words("page.orders"), counts),
        (words("page.policy"), words.policy(policy.get("title") or policy.get("id") or "")),
        (words("page.as_of"), f"{words.moment(seen.as_of)} ({words.zone})"),
    ]
    return [(name, text) for name, text in found if text]


def _sum(words: Words, head: Row) -> str:
    """Return the sum that must close: rows in = loaded + merged + quarantined."""
    names = ("files", "rows_in", "rows_loaded", "rows_merged", "rows_quarantined")
    return words("inputs.sum", **{name: words.count(head[name]) for name in names})


def _script_json(value: object) -> str:
    """Return JSON that may stand inside a script element, whatever text it holds."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


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
