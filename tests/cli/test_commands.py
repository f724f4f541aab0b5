"""The commands as a user types them: exit status, what is printed, and the words of each error."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from fulfil_analytics.cli.main import run
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.rulebook import Rulebook, load_rules

ROOT = Path(__file__).resolve().parents[2]
PLANTED = ROOT / "data" / "sample" / "planted"


class Said(NamedTuple):
    """What a command left: its exit status and its words."""

    returncode: int
    stdout: str
    stderr: str


def fulfil(*words: object) -> Said:
    """Run a command in this process: the import of the libraries is paid once."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["fulfil", *map(str, words)])
        patch.setenv("NO_COLOR", "1")
        patch.setenv("COLUMNS", "120")
        try:
            run()
            status = 0
        except SystemExit as end:
            status = int(end.code or 0)
    return Said(status, out.getvalue(), err.getvalue())


@pytest.fixture(scope="module")
def audited(planted_store: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Said, Path]:
    folder = tmp_path_factory.mktemp("out")
    db = shutil.copy(planted_store, tmp_path_factory.mktemp("audited") / "shop.duckdb")
    return fulfil("audit", PLANTED, "--policy", "tiktok-us", "--db", db, "--out", folder), folder


def test_audit_prints_a_summary_and_leaves_a_folder(audited: tuple[Said, Path]) -> None:
    result, folder = audited
    assert (result.returncode, result.stderr) == (0, "")
    for words in ("Standard", "Holiday", "duplicate_waybill", "report.html", "quarantined"):
        assert words in result.stdout
    assert "\x1b[" not in result.stdout
    assert (folder / "report.html").stat().st_size > 100_000


def test_python_m_does_the_same() -> None:
    command = [sys.executable, "-m", "fulfil_analytics", "--version"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert said.stdout.startswith("fulfil ")


def test_without_a_policy_the_market_of_the_orders_decides(audited: tuple[Said, Path]) -> None:
    result = fulfil("audit", PLANTED, "--only", "stale_tracking", "--fail-on", "high")
    assert result.returncode == 1  # by a finding, which --fail-on asked for
    assert "No --policy was given: tiktok-us was chosen by the market that the orders show." in result.stdout
    assert "No --policy was given" not in audited[0].stdout


def test_without_findings_fail_on_gives_exit_status_zero() -> None:
    assert fulfil("audit", ROOT / "data/sample/clean", "--quiet", "--fail-on", "low").returncode == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("audit", "no-such-folder"), "no-such-folder"),
        (("audit", PLANTED, "--policy", "tiktok-uss"), "Did you mean tiktok-us?"),
        (("audit", PLANTED, "--fail-on", "hihg"), "Did you mean high?"),
        (("audit", PLANTED, "--as-of", "yesterday"), "Write it like 2026-11-16"),
        (("audit", PLANTED, "--only", "stale_trackin"), "stale_tracking"),
        (
            ("report", "--db", "no-such-store.duckdb", "--out", "x.html"),
            "no-such-store.duckdb: there is no store of this",
        ),
        (("audit", "--db", "no-such-store.duckdb"), "Make one with: fulfil load INPUT --db FILE"),
        (("load", "--db", "no-such-store.duckdb"), "no INPUT is named"),
        (("rules", "show", "nothing_like_it"), "Known:"),
        (("policies", "show", "tiktok"), "tiktok-us"),
    ],
)
def test_wrong_words_get_one_line_and_exit_two(words: tuple[object, ...], said: str) -> None:
    result = fulfil(*words)
    assert result.returncode == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr


def test_loading_twice_changes_nothing(tmp_path: Path) -> None:
    db = tmp_path / "shop.duckdb"
    first = json.loads(fulfil("load", PLANTED, "--db", db, "--json").stdout)
    second = json.loads(fulfil("load", PLANTED, "--db", db, "--json").stdout)
    assert second["loaded"] == []
    assert sorted(second["already"]) == sorted(first["loaded"])
    assert second["rows"] == first["rows"]


def test_explain_shows_one_order_and_suggests_the_nearest_for_a_wrong_one(planted_store: Path, tmp_path: Path) -> None:
    db = shutil.copy(planted_store, tmp_path / "shop.duckdb")
    truth = json.loads((PLANTED / "truth.json").read_text(encoding="utf-8"))
    order = next(case["order_id"] for case in truth["planted"] if case["rule_id"] == "stale_tracking")
    result = fulfil("explain", order, "--db", db, "--policy", "tiktok-us")
    assert result.returncode == 0
    assert order in result.stdout
    assert "stale_tracking" in result.stdout
    wrong = fulfil("explain", order[:-1] + "x", "--db", db, "--policy", "tiktok-us")
    assert wrong.returncode == 2
    assert order in wrong.stderr


def test_rules_test_runs_every_example(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two of the shipped rules: each example of every rule is a test of its own in ``tests/rules``."""
    asked: list[Path] = []

    def two(folders: list[Path]) -> Rulebook:
        asked.extend(folders)
        return load_rules(folders).only(("late_rts", "stale_tracking"))

    monkeypatch.setattr("fulfil_analytics.rulebook.load_rules", two)
    result = fulfil("rules", "test")
    examples = sum(len(rule.examples) for rule in two([rules_folder()]))
    assert examples > 5
    assert (result.returncode, result.stdout) == (0, f"2 rules, {examples} examples, 0 failed\n")
    assert set(asked) == {rules_folder()}


def test_a_new_rule_passes_its_own_examples_and_is_never_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = fulfil("rules", "new", "my_check")
    assert (made.returncode, made.stderr) == (0, "")
    assert fulfil("rules", "test", "my_rules").returncode == 0
    again = fulfil("rules", "new", "my_check")
    assert again.returncode == 2
    assert "is there already" in again.stderr


def test_sample_is_audited_as_it_says(tmp_path: Path) -> None:
    made = fulfil("sample", tmp_path / "try", "--orders", "40", "--seed", "7")
    assert made.returncode == 0
    assert "fulfil audit" in made.stdout
    assert fulfil("audit", tmp_path / "try", "--quiet", "--only", "late_rts").returncode == 0


def test_a_verdict_survives_the_next_audit_and_is_shown_everywhere(planted_store: Path, tmp_path: Path) -> None:
    store, out = Path(shutil.copy(planted_store, tmp_path / "shop.duckdb")), tmp_path / "out"
    audit = ("audit", "--db", store, "--only", "duplicate_waybill", "--out", out, "--fail-on", "high")
    assert fulfil(*audit).returncode == 1
    assert "No verdict is kept" in fulfil("review", "--db", store).stdout
    with duckdb.connect(str(store)) as con:
        found = con.execute("SELECT finding_id, order_id FROM findings ORDER BY finding_id").fetchall()
    chosen = [word for finding_id, _ in found for word in ("--finding", finding_id)]
    verdict = ("--verdict", "excused", "--reason", "one household", "--author", "Ada")
    assert fulfil("review", "--db", store, *chosen, *verdict).returncode == 0
    assert fulfil(*audit).returncode == 0  # excused: it fails nothing any more, and is still there
    listed = fulfil("review", "--db", store).stdout.splitlines()
    assert listed[0].startswith(f"{found[0][0]}  excused  duplicate_waybill")
    assert listed[1].endswith(" UTC, Ada: one household")
    shown = fulfil("explain", found[0][1], "--db", store).stdout
    assert "excused by Ada" in " ".join(shown.split())
    assert found[0][0] in shown
    rows = duckdb.sql(f"SELECT verdict FROM '{out}/findings.parquet'").fetchall()
    assert rows == [("excused",)] * len(found)
    risks = duckdb.sql(f"SELECT DISTINCT risk, findings_excused > 0 FROM '{out}/orders.parquet' WHERE findings > 0")
    assert risks.fetchall() == [("none", True)]
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert {row["author"] for row in manifest["reviews"]} == {"Ada"}
    wrong = fulfil("review", "--db", store, "--finding", "F0", *verdict)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "no finding F0" in wrong.stderr
