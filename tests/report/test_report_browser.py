"""The page in a real browser: every chart draws, the console stays silent, nothing is fetched."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import pytest
from report_store import AS_OF, ZONE

from fulfil_analytics.report import write_report

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome", "chrome") if (found := shutil.which(name))),
    None,
)


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_every_chart_draws_and_the_console_is_silent(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, manifest: dict[str, Any], policy: dict[str, Any]
) -> None:
    path = tmp_path / "report.html"
    write_report(con, path, lang="zh", manifest=manifest, policy=policy, as_of=AS_OF, zone=ZONE)
    assert CHROMIUM is not None
    done = subprocess.run(
        [
            CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            f"--user-data-dir={tmp_path}",
            "--enable-logging=stderr", "--virtual-time-budget=60000", "--dump-dom", path.as_uri(),
        ],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    dom = done.stdout
    assert re.search(r"<html[^>]*data-charts=\"drawn\"", dom), dom[:400]
    assert "data-error" not in dom
    charts = re.findall(r'<div id="(chart-[a-z]+)" class="chart', dom)
    assert len(charts) == 5
    for before, after in zip(charts, [*charts[1:], None], strict=True):
        part = dom.split(f'<div id="{before}"')[1].split(f'<div id="{after}"' if after else "</section>")[0]
        assert 'class="main-svg"' in part, before
        assert html.unescape(part).count("<path") > 3, before
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert console == []
