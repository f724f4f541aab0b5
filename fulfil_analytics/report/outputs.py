"""What the commands show and write of a finished run."""

from __future__ import annotations

import importlib
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fulfil_analytics.report.explain import Explanation, explain
from fulfil_analytics.report.files import write_findings_csv, write_findings_xlsx
from fulfil_analytics.report.page import write_report
from fulfil_analytics.report.summary import console_summary

if TYPE_CHECKING:
    from rich.console import RenderableType

    from fulfil_analytics.audit.run import Run


def warm() -> None:
    """Import what writing will need, in the background: the database works outside Python's lock meanwhile."""
    threading.Thread(target=_import_all, daemon=True).start()


def _import_all() -> None:
    for module in ("plotly.graph_objects", "plotly.offline", "great_tables", "jinja2", "xlsxwriter"):
        importlib.import_module(module)


def write_outputs(run: Run, folder: Path) -> None:
    """Write ``findings.csv``, ``findings.xlsx`` and ``report.html`` into `folder`."""
    con, lang = run.store.con, run.options.lang
    write_findings_csv(con, folder / "findings.csv")
    write_findings_xlsx(con, folder / "findings.xlsx", lang)
    write_report(
        con,
        folder / "report.html",
        lang=lang,
        manifest=run.manifest,
        as_of=run.as_of,
        zone=run.policy.zone,
        policy=run.policy.model_dump(),
    )


def explain_order(run: Run, order_id: str) -> Explanation:
    """Return what is known of one order of the run.

    Raises
    ------
    UsageError
        No order has this number; the nearest ones are named.
    """
    return explain(run.store.con, order_id, lang=run.options.lang, zone=run.policy.zone, policy=run.policy.model_dump())


def summary(run: Run, out: Path | None, *, timings: bool = False) -> RenderableType:
    """Return what ``fulfil audit`` prints: the sum of rows, the rates, the worst findings, where to look."""
    from rich.console import Group
    from rich.text import Text

    paths = [] if out is None else [(name, str(out / file)) for name, file in _PATHS.items()]
    shown = console_summary(
        run.store.con,
        run.manifest,
        lang=run.options.lang,
        zone=run.policy.zone,
        as_of=run.as_of,
        policy=run.policy.model_dump(),
        paths=paths,
    )
    if not timings:
        return shown
    lines = [f"{seconds:8.2f} s  {step}" for step, seconds in run.timings.items()]
    return Group(shown, Text("\n".join(lines)))


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
