"""A finished run, handed over as the commands do."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from report_store import AS_OF, ZONE
from rich.console import Console

from fulfil_analytics.report.outputs import explain_order, load_summary, summary, write_outputs


@pytest.fixture
def run(con: duckdb.DuckDBPyConnection, manifest: dict[str, Any], policy: dict[str, Any]) -> Any:
    """As much of `fulfil_analytics.audit.run.Run` as the reports use."""
    return SimpleNamespace(
        store=SimpleNamespace(con=con),
        policy=SimpleNamespace(zone=ZONE, metrics=[], model_dump=lambda: policy),
        as_of=AS_OF,
        options=SimpleNamespace(lang="zh"),
        touched=None,
        manifest=manifest,
        timings={"loading": 1.0},
        rule_seconds={"late_dispatch": 0.5},
    )


def test_a_run_leaves_its_files_in_its_language(run: Any, tmp_path: Path) -> None:
    write_outputs(run, tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {"findings.csv", "findings.xlsx", "report.html"}
    assert "履约报告" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_run_is_summed_up_and_an_order_of_it_explained(run: Any, con: duckdb.DuckDBPyConnection) -> None:
    console = Console(width=100, file=io.StringIO(), color_system=None)
    console.print(summary(run, Path("out"), timings=True))
    console.print(summary(run, None))
    (order,) = con.execute("SELECT min(order_id) FROM orders").fetchall()[0]
    console.print(explain_order(run, order))
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert text.count("out/report.html") == 1
    assert text.count("1.00 s  loading") == 1
    assert f"订单 {order}" in text


def test_a_load_says_what_it_took_and_what_it_passed_over() -> None:
    rows = {"in": 5000, "loaded": 4990, "merged": 7, "quarantined": 3}
    console = Console(width=100, file=io.StringIO(), color_system=None)
    files = {"loaded": ["a.csv"], "already": [], "skipped": [{"file": "[/]c.txt", "why": "no format fits"}]}
    console.print(load_summary({**files, "rows": rows}))
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert "[/]c.txt (no format fits)" in text
    assert "4,990" in text
