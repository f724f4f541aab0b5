"""What the commands show and write of a finished run."""

from __future__ import annotations

import importlib
import threading
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fulfil_analytics.report.explain import Explanation, explain
from fulfil_analytics.report.files import write_findings_csv
from fulfil_analytics.report.page import environment, write_report
from fulfil_analytics.report.period import period_rates
from fulfil_analytics.report.plotly_js import plotly_script
from fulfil_analytics.report.summary import console_summary
from fulfil_analytics.report.view import Scope
from fulfil_analytics.report.words import NONE, Lang, Words
from fulfil_analytics.report.workbook import write_findings_xlsx

if TYPE_CHECKING:
    import duckdb
    from rich.console import RenderableType

    from fulfil_analytics.audit.run import Run
    from fulfil_analytics.audit.since import Since
    from fulfil_analytics.report.appeal import Appeal


def warm() -> None:
    """Import what writing will need, in the background: the database works outside Python's lock meanwhile."""
    threading.Thread(target=_import_all, daemon=True).start()


def _import_all() -> None:
    importlib.import_module("xlsxwriter")
    environment().get_template("page.html.j2")
    plotly_script()


def write_outputs(run: Run, folder: Path) -> None:
    """Write ``findings.csv``, ``findings.xlsx`` and ``report.html`` into `folder`."""
    # the lists are packed outside Python's lock, while the report is put together
    with run.store.con.cursor() as beside, ThreadPoolExecutor(1) as lane:
        beside.execute("SET TimeZone = 'UTC'")
        lists = lane.submit(_write_lists, beside, folder, run.options.lang)
        report_of(run, folder / "report.html")
        lists.result()


def _write_lists(con: duckdb.DuckDBPyConnection, folder: Path, lang: Lang) -> None:
    write_findings_csv(con, folder / "findings.csv")
    write_findings_xlsx(con, folder / "findings.xlsx", lang)


def report_of(run: Run, path: Path, scope: Scope | None = None) -> dict[str, Any]:
    """Write the HTML report of a run, over all its orders or those of `scope`; return what it comes down to.

    Raises
    ------
    UsageError
        No order is of the shop that `scope` names.
    OSError
        The file cannot be written.
    """
    chosen = scope or Scope()
    words = Words(run.options.lang)
    named = " · ".join(part for part in (words("page.title"), chosen.shop, chosen.name) if part)
    return write_report(
        run.store.con,
        path,
        lang=run.options.lang,
        manifest=run.manifest,
        as_of=run.as_of,
        zone=run.policy.zone,
        policy=run.policy.model_dump(),
        title=named,
        scope=chosen,
        measured=period_rates(run.store.con, run.policy, run.as_of, chosen),
        accuracy=accuracy(),
    )


def accuracy() -> dict[str, Any]:
    """Return how exact the rules were measured to be (``accuracy.toml``); empty where nothing was measured."""
    from importlib.resources import files

    file = files("fulfil_analytics.report").joinpath("accuracy.toml")
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def explain_order(run: Run, order_id: str) -> Explanation:
    """Return what is known of one order of the run.

    Raises
    ------
    UsageError
        No order has this number; the nearest ones are named.
    """
    return explain(run.store.con, order_id, lang=run.options.lang, zone=run.policy.zone, policy=run.policy.model_dump())


def appeal_of(run: Run, order_id: str, documents: Path | None = None) -> Appeal:
    """Return the appeal of one order of the run; `documents` is a folder of the seller's own.

    Raises
    ------
    UsageError
        No order has this number, or `documents` is no folder.
    """
    from fulfil_analytics.policy.appeals import load_appeals
    from fulfil_analytics.report.appeal import appeal
    from fulfil_analytics.resources import rules_folder

    folders = [rules_folder(), *run.options.config.rules, *run.options.rules]
    return appeal(
        run.store.con,
        order_id,
        lang=run.options.lang,
        zone=run.policy.zone,
        policy=run.policy.model_dump(),
        as_of=run.as_of,
        appeals=load_appeals(folders, run.policy.id),
        documents=documents,
    )


def summary(
    run: Run, out: Path | None, *, timings: bool = False, since: Since | None = None, packed: bool = False
) -> RenderableType:
    """Return what ``fulfil audit`` prints: the sum of rows, the rates, the worst findings, where to look."""
    from rich.console import Group
    from rich.text import Text

    shown_paths = {**_PATHS, **({"pack": "pack.zip"} if packed else {})}
    paths = [] if out is None else [(name, str(out / file)) for name, file in shown_paths.items()]
    shown = console_summary(
        run.store.con,
        run.manifest,
        lang=run.options.lang,
        zone=run.policy.zone,
        as_of=run.as_of,
        policy=run.policy.model_dump(),
        paths=paths,
    )
    if run.touched is not None:
        words = Words(run.options.lang)
        told = {"orders": words.count(run.touched.orders), "of": words.count(run.touched.of)}
        shown = Group(shown, Text(words("summary.touched", **told), style="dim"))
    if since is not None:
        shown = Group(shown, since_summary(since, run.options.lang))
    if not timings:
        return shown
    lines = [f"{seconds:8.2f} s  {step}" for step, seconds in run.timings.items()]
    slowest = sorted(run.rule_seconds.items(), key=lambda item: (-item[1], item[0]))
    lines += [f"{seconds:14.3f} s  {rule_id}" for rule_id, seconds in slowest]
    return Group(shown, Text("\n".join(lines)))


def line_of(run: Run) -> dict[str, Any]:
    """Return what a run comes down to, see :func:`fulfil_analytics.report.line.line_facts`."""
    from fulfil_analytics.report import change, glance
    from fulfil_analytics.report.line import line_facts
    from fulfil_analytics.report.page import CHANGED_STAGES
    from fulfil_analytics.report.view import view

    rates = period_rates(run.store.con, run.policy, run.as_of, Scope())
    with view(run.store.con, as_of=run.as_of, lang=run.options.lang, zone=run.policy.zone) as seen:
        head, urgent = seen.one("headline"), seen.one("urgent")
        moved = [change.change(seen, stage) for stage in CHANGED_STAGES]
        titles = glance.rule_titles(seen.words, run.manifest)
        answers = glance.glance(seen, rates, moved, head, urgent, titles)
        return line_facts(seen, rates, head, answers, urgent, run.policy.id)


def since_summary(since: Since, lang: Lang) -> RenderableType:
    """Return what changed since an earlier audit: the counts, by rule, and the gravest new findings."""
    from rich.console import Group
    from rich.rule import Rule
    from rich.table import Table
    from rich.text import Text

    words = Words(lang)
    counts = {name: words.count(number) for name, number in since.counts.items()}
    table = Table.grid(padding=(0, 2))
    for row in since.by_rule:
        parts = [f"{words.count(row[name])} {words(f'since.{name}')}" for name in since.counts if row[name]]
        table.add_row(Text(row["rule_id"]), Text(words.join(parts)))
    new = Table.grid(padding=(0, 2))
    for row in since.worst:
        new.add_row(Text(words.term("severity", row["severity"])), Text(row["order_id"] or NONE), Text(row["message"]))
    title = Rule(Text(words("since.title"), style="bold"), align="left", style="dim")
    return Group(title, Text(words("since.counts", folder=since.folder, **counts)), table, new)


_PATHS = {"report": "report.html", "findings": "findings.xlsx", "everything": "manifest.json"}


def load_summary(result: dict[str, Any]) -> RenderableType:
    """Return what ``fulfil load`` prints."""
    from rich.text import Text

    rows, loaded, already = result["rows"], len(result["loaded"]), len(result["already"])
    lines = [
        f"{loaded} file(s) loaded, {already} known already, {len(result['skipped'])} passed over",
        "rows in {in:,} = loaded {loaded:,} + merged {merged:,} + quarantined {quarantined:,}".format(**rows),
        *(f"passed over: {item['file']} ({item['why']})" for item in result["skipped"]),
    ]
    return Text("\n".join(lines))
