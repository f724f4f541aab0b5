"""Replay and reconcile as a user meets them: what is printed, as tables and as JSON."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from fulfil_analytics.audit.options import Options
from fulfil_analytics.audit.run import Run, run_deadlines
from fulfil_analytics.cli.reconcile import reconcile_dict, reconcile_view
from fulfil_analytics.cli.replay import is_replay, replay_command, replay_dict, replay_view
from fulfil_analytics.errors import UsageError
from fulfil_analytics.policy import load_policies
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.sla.figures import read_percent, read_week
from fulfil_analytics.sla.reconcile import reconcile
from fulfil_analytics.sla.replay import replay
from fulfil_analytics.sla.rule_sets import rule_sets
from tests.cli.test_commands import PLANTED, fulfil

US = "tiktok-us@2025-10,tiktok-us@2026-01"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("tiktok-us", False), (None, False), ("a,b", True), ("tiktok-us@2025", True), ("my@home.toml", False)],
)
def test_a_comma_or_an_at_sign_asks_for_a_replay(text, expected):
    assert is_replay(text) is expected


@pytest.fixture(scope="module")
def db(planted_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copy(planted_store, tmp_path_factory.mktemp("replay") / "shop.duckdb"))


@pytest.fixture(scope="module")
def run(planted_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    path = shutil.copy(planted_store, tmp_path_factory.mktemp("run") / "shop.duckdb")
    with run_deadlines([], Options(policy="tiktok-us", db=Path(path))) as opened:
        yield opened


def printed(renderable: object) -> str:
    console = Console(width=80, file=io.StringIO(), color_system=None)
    console.print(renderable)
    return console.file.getvalue()


def test_a_replay_lists_what_changed_and_why(run):
    result = replay(run.store.con, rule_sets(US, load_policies([rules_folder() / "policies"])), run.as_of)
    text = printed(replay_view(result))
    assert f"{US.replace(',', ' → ')}: 12 verdicts change" in text
    assert "stop_event: rts_at → dispatched_at" in text
    assert "576408955131974502" in text  # whole, in eighty columns
    plain = json.loads(json.dumps(replay_dict(result)))
    assert plain["rule_sets"] == US.split(",")
    assert {row["difference"] for row in plain["changes"]} == {"stop_event"}
    changed = {row["order_id"]: row for row in plain["changes"]}["576408955131974502"]
    assert (changed["outcome_before"], changed["outcome_after"]) == ("on_time", "overdue")
    assert changed["due_after"] == "2026-11-06T07:59:59Z"


def test_a_replay_is_one_option_of_rates(db):
    result = fulfil("rates", "--db", db, "--policy", US, "--json")
    assert (result.returncode, result.stderr) == (0, "")
    assert len(json.loads(result.stdout)["changes"]) == 12


def test_a_replay_of_one_rule_set_is_refused_before_anything_is_read():
    with pytest.raises(UsageError, match="at least two"):
        replay_command(["/nowhere"], "tiktok-us@2025", Options())


def test_reconcile_prints_the_parts_with_their_orders(run):
    listed = pl.DataFrame({"order_id": ["576410330603821775", "999999999999999999"]})
    figure, week = read_percent("4.3%"), read_week("2026-W44")
    result = reconcile(run.store.con, run.policy, run.as_of, "late_dispatch_rate", figure, week, listed)
    text = printed(reconcile_view(result))
    for word in ("never_done", "not explained", "576449146327170347", "not_in_the_exports", "4.30%"):
        assert word in text
    assert json.loads(json.dumps(reconcile_dict(result)))["listed"][0]["counted_by"] in ("both", "ours", "platform")


def test_reconcile_says_that_a_week_is_not_in_the_exports(run):
    result = reconcile(
        run.store.con, run.policy, run.as_of, "late_dispatch_rate", read_percent("4.3%"), read_week("2026-W20")
    )
    assert result.ours is None
    assert "The exports hold nothing of that week" in printed(reconcile_view(result))


def test_reconcile_gives_everything_as_json(tmp_path):
    listed = tmp_path / "platform.csv"
    listed.write_text("Order ID\n576410330603821775\n999999999999999999\n", encoding="utf-8")
    words = ("--metric", "late_dispatch_rate", "--platform", "4.3%", "--week", "2026-W44", "--orders", listed)
    shown = fulfil("reconcile", PLANTED, *words, "--json")
    assert (shown.returncode, shown.stderr) == (0, "")
    result = json.loads(shown.stdout)
    total = result["ours"]["rate"] + sum(part["points"] for part in result["parts"]) + result["remainder"]
    assert total == pytest.approx(result["platform"]) == pytest.approx(0.043)
    assert result["explained"] is False
    assert {row["order_id"] for row in result["listed"]} >= {"576410330603821775", "999999999999999999"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--metric", "late_dispatch_rate", "--platform", "4", "--week", "2026-W44"), "Write it as the platform does"),
        (("--metric", "late_dispatch_rate", "--platform", "4%", "--week", "44"), "2026-W46"),
    ],
)
def test_wrong_words_get_one_line_before_anything_is_read(words, said):
    result = fulfil("reconcile", "/nowhere", *words)
    assert (result.returncode, result.stdout) == (2, "")
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
