"""Recall and precision on samples nobody tuned to: a small run of what `make accuracy` measures, and what it left."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

from fulfil_analytics.resources import rules_folder
from fulfil_analytics.rulebook import load_rules

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from bench.accuracy import PLANS, TARGETS, Plan, Tally, below_target, data_text, measure, wilson  # noqa: E402


@pytest.fixture(scope="module")
def small() -> Tally:
    return measure([Plan(301, 500, weeks=12, shops=2), Plan(302, 150, "vn")])


def test_every_rule_is_planted_found_and_raised_on_nothing_else(small: Tally) -> None:
    assert small.notes == []
    assert below_target(small) == []
    assert {rule for rule, count in small.planted.items() if count} == set(small.classes)


def test_no_look_alike_is_accused_by_hard_evidence(small: Tally) -> None:
    assert small.innocents > 100
    assert small.accused == 0


def test_a_miss_and_an_extra_are_counted_and_named(small: Tally) -> None:
    tally = Tally(classes=dict.fromkeys(small.classes, "hard"))
    tally.planted["late_rts"], tally.found["late_rts"], tally.extra["late_rts"] = 100, 98, 0
    tally.planted["oversold"], tally.found["oversold"], tally.extra["oversold"] = 100, 100, 2
    assert below_target(tally) == ["late_rts", "oversold"]


def test_the_interval_is_wilsons() -> None:
    # Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20
    for hits, of, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)):
        assert wilson(hits, of) == pytest.approx((low, high), abs=1e-4)


def test_the_shipped_figures_are_of_all_rules_and_reach_the_targets() -> None:
    told = tomllib.loads((ROOT / "fulfil_analytics" / "report" / "accuracy.toml").read_text(encoding="utf-8"))
    classes = {rule.id: rule.evidence_class for rule in load_rules([rules_folder()])}
    assert set(told["rules"]) == set(classes)
    assert told["measured"]["seeds"] == sorted(plan.seed for plan in PLANS)
    assert told["measured"]["look_alikes"] >= 5000
    assert told["measured"]["hard_findings_on_look_alikes"] == 0
    for rule, row in told["rules"].items():
        assert row["evidence_class"] == classes[rule]
        assert row["found"] <= row["planted"] and row["planted"] > 0
        assert min(row["recall"], row["precision"]) >= TARGETS[classes[rule]]
        assert row["recall_low"] <= row["recall"] <= row["recall_high"]
        assert row["precision_low"] <= row["precision"] <= row["precision_high"]


def test_the_data_file_is_toml_whatever_was_counted(small: Tally) -> None:
    told = tomllib.loads(data_text(small))
    assert told["measured"]["samples"] == 2
    assert told["rules"]["late_rts"]["planted"] == small.planted["late_rts"]
