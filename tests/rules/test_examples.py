"""Every example of every shipped rule, one test each."""

from __future__ import annotations

import functools

import pytest

from fulfil_analytics.engines import DuckDBEngine
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.rulebook import Rulebook, load_rules, rule_page
from fulfil_analytics.rulebook.examples import run_example

EIGHT = {
    "damaged_identifier",
    "destination_mismatch",
    "duplicate_waybill",
    "invalid_waybill",
    "late_dispatch",
    "stale_tracking",
    "truncated_export",
    "untraceable_waybill",
}


@functools.cache
def book() -> Rulebook:
    return load_rules([rules_folder()])


@pytest.fixture(scope="module")
def engine():
    with DuckDBEngine.in_memory() as opened:
        yield opened


CASES = [(rule.id, number) for rule in book() for number in range(len(rule.examples))]


@pytest.mark.parametrize(
    ("rule_id", "number"), CASES, ids=[f"{rule}-{book()[rule].examples[number].name}" for rule, number in CASES]
)
def test_example(rule_id, number, engine):
    assert run_example(book()[rule_id], number, engine).difference == ""


def test_the_first_rules_are_there():
    assert {rule.id for rule in book()} >= EIGHT


@pytest.mark.parametrize("rule_id", sorted(EIGHT))
def test_page_has_all_headings_and_every_parameter(rule_id):
    rule = book()[rule_id]
    page = rule_page(rule, "en")
    for heading in (
        "What it finds",
        "Why it matters",
        "When it is not raised",
        "What could make it wrong",
        "Parameters",
        "Examples",
        "Evidence to keep",
        "Sources",
    ):
        assert page.count(f"\n## {heading}\n") == 1
    assert all(f"`{name}`" in page for name in rule.params)
    assert "可能的误判" in rule_page(rule, "zh")


@pytest.mark.parametrize("rule_id", sorted(EIGHT))
def test_platform_fulfilled_is_never_blamed(rule_id):
    rule = book()[rule_id]
    if rule.family == "data_quality":
        assert rule.grain in ("file", "order_or_file")
    else:
        assert "not" in rule.scope and "platform_fulfilled" in rule.scope
