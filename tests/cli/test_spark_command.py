"""What ``--engine spark`` refuses before any JVM starts and what it says at the end, and ``load --canonical``."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from test_commands import PLANTED, fulfil

from fulfil_analytics.audit.cluster import SparkRun


@pytest.mark.parametrize(
    ("words", "column"),
    [((), "--out"), (("--out", "o", "--db", "s.duckdb"), "--db"), (("--out", "o", "--since", "x"), "--since")],
)
def test_one_machines_options_are_refused(words: tuple[str, ...], column: str, tmp_path: Path) -> None:
    result = fulfil("audit", tmp_path, "--engine", "spark", *words)
    assert result.returncode == 2
    assert column in result.stderr and len(result.stderr.strip().splitlines()) == 1


def test_load_writes_a_canonical_folder(tmp_path: Path) -> None:
    folder = tmp_path / "canonical"
    assert fulfil("load", PLANTED, "--policy", "tiktok-us", "--canonical", folder).returncode == 0
    assert (folder / "canonical.json").is_file()
    result = fulfil("load", PLANTED, "--policy", "tiktok-us")
    assert result.returncode == 2 and "--canonical" in result.stderr


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """Let a run on Spark be one of four orders with two findings; returns what it was asked for."""
    words: list[tuple[object, ...]] = []

    def done(inputs: list[str], options: object, out: str, spark: object = None, parts: object = None) -> SparkRun:
        words.append((inputs, options.policy, options.as_of, options.only, out))
        counts = {
            "orders": 4,
            "parcels": 3,
            "tracking_events": 17_000,
            "findings": 2,
            "findings_by_severity": {"high": 1, "low": 1},
            "rows": {"in": 30, "loaded": 24, "merged": 5, "quarantined": 1},
        }
        rules = [SimpleNamespace(rule=SimpleNamespace(id=name), status=name) for name in ("done", "failed")]
        manifest = {"as_of": "2026-11-16T08:00:00Z", "counts": counts}
        told = {"running rules": 1.5}
        policy = SimpleNamespace(id="tiktok-us")
        return SparkRun(out, policy, dt.datetime(2026, 11, 16), manifest, rules, {"high": 1}, told)

    monkeypatch.setattr(sys.modules["fulfil_analytics.audit.cluster"], "run_spark_audit", done)
    return words


SPARK = ("audit", "s3a://lake/canonical", "--engine", "spark", "--policy", "tiktok-us", "--out", "s3a://lake/audit")


def test_what_is_asked_of_spark_and_what_is_told(asked: list[tuple[object, ...]]) -> None:
    result = fulfil(*SPARK, "--only", "late_dispatch", "--timings")
    assert asked == [(["s3a://lake/canonical"], "tiktok-us", None, ("late_dispatch",), "s3a://lake/audit")]
    assert (result.returncode, result.stderr) == (0, "")
    for words in (
        "policy tiktok-us, as of 2026-11-16T08:00:00Z, on Spark",
        "rows in 30 = loaded 24 + merged 5 + quarantined 1",
        "orders 4, parcels 3, events 17,000",
        "findings 2: high 1, low 1",
        "rules that failed: failed (coverage.parquet says why)",
        "tables: s3a://lake/audit (each a folder of Parquet files; no report.html",
        "1.50 s  running rules",
    ):
        assert words in result.stdout


@pytest.mark.parametrize(("severity", "status"), [("critical", 0), ("high", 1), ("info", 1)])
def test_exit_status_of_a_run_on_spark(asked: list[tuple[object, ...]], severity: str, status: int) -> None:
    result = fulfil(*SPARK, "--fail-on", severity, "--json")
    assert result.returncode == status
    told = json.loads(result.stdout)
    assert (told["counts"]["findings"], told["out"]) == (2, "s3a://lake/audit")
