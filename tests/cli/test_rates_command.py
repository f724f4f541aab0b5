"""``fulfil rates`` as a user types it."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.cli.test_commands import fulfil


@pytest.fixture(scope="module")
def store(planted_store, tmp_path_factory):
    return shutil.copy(planted_store, tmp_path_factory.mktemp("store") / "shop.duckdb")


def test_rates_of_a_store_by_carrier_and_week(store):
    said = fulfil(
        "rates", "--db", store, "--policy", "tiktok-us", "--by", "carrier", "--per", "week",
        "--metric", "on_time_dispatch",
        "--changes", "--json",
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    result = json.loads(said.stdout)
    assert {row["metric"] for row in result["rates"]} == {"on_time_dispatch"}
    assert {row["mode"] for row in result["rates"]} == {"standard", "holiday", "extension", "effective"}
    weeks = [row for row in result["rates"] if list(row["slice"]) == ["week"] and row["mode"] == "effective"]
    carriers = [row for row in result["rates"] if "carrier" in row["slice"] and row["mode"] == "effective"]
    assert sum(row["denominator"] for row in weeks) == sum(row["denominator"] for row in carriers) > 0
    assert {row["mode"] for row in result["changes"]} >= {"holiday", "extension"}
    assert all(row["outcome"] != row["outcome_standard"] for row in result["changes"])


def test_appeals_are_shown_with_what_they_change(store):
    said = fulfil(
        "rates", "--db", store, "--policy", "tiktok-us", "--metric", "late_dispatch_rate", "--mode", "standard",
        "--metric", "on_time_delivery_rate", "--appeals",
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    assert "late_dispatch_rate under standard" in said.stdout
    # a week from Monday to Sunday, by the days of the policy's zone
    assert "2026-10-26 to 2026-11-01 America/Los_Angeles" in said.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--by", "warehous"], "Did you mean warehouse"),
        (["--by", "phone_key"], "cannot be sliced"),
        (["--metric", "late_dispatch"], "Did you mean late_dispatch_rate"),
        (["--per", "year"], "year is not possible"),
        (["--mode", "normal"], "normal is not possible"),
        (["--appeals"], "--metric"),
        (["--upheld", "1"], "--metric"),
    ],
)
def test_wrong_words_are_refused_with_the_right_ones(store, words, says):
    said = fulfil("rates", "--db", store, "--policy", "tiktok-us", *words)
    assert said.returncode == 2
    assert says in said.stderr
    assert said.stderr.count("\n") == 1


def test_a_policy_file_of_ones_own(store, tmp_path):
    own = tmp_path / "mine.toml"
    own.write_text(
        'id = "mine"\ntitle = "Mine"\nbase = "tiktok-us"\n[[line]]\nid = "dispatch-scan"\namount = 30\n',
        encoding="utf-8",
    )
    words = ["rates", "--db", store, "--metric", "on_time_dispatch", "--mode", "standard", "--json"]
    base = json.loads(fulfil(*words, "--policy", "tiktok-us").stdout)["rates"][0]
    said = fulfil(*words, "--policy", own)
    assert said.returncode == 0, said.stderr
    mine = json.loads(said.stdout)
    assert mine["policy"] == "mine"
    assert mine["rates"][0]["rate"] > base["rate"]
