"""The pages of the rules are what the rule files say now."""

from __future__ import annotations

from pathlib import Path

import pytest

from fulfil_analytics.resources import rules_folder
from fulfil_analytics.rulebook import Rulebook, load_rules
from fulfil_analytics.rulebook.pages import rule_pages

DOCS = Path(__file__).resolve().parents[2] / "docs" / "rules"
AGAIN = "run: python -m fulfil_analytics.rulebook.pages docs/rules"
HEADINGS = (
    "What it finds",
    "Why it matters",
    "When it is not raised",
    "What could make it wrong",
    "Parameters",
    "Examples",
    "Evidence to keep",
    "Sources",
)


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load_rules([rules_folder()])


def test_the_pages_are_made_from_the_files_as_they_are_now(book: Rulebook) -> None:
    pages = rule_pages(book)
    assert set(pages) == {path.name for path in DOCS.glob("*.md")}, AGAIN
    for name, text in pages.items():
        assert (DOCS / name).read_text(encoding="utf-8") == text, f"{name} is out of date; {AGAIN}"


def test_every_page_has_the_fixed_headings_in_order_and_the_index_every_rule(book: Rulebook) -> None:
    pages = rule_pages(book)
    for rule in book:
        headings = [line[3:] for line in pages[f"{rule.id}.md"].splitlines() if line.startswith("## ")]
        assert tuple(headings) == HEADINGS, rule.id
        assert f"({rule.id}.md)" in pages["README.md"]
        assert all(item.en in pages[f"{rule.id}.md"] for item in rule.docs.could_be_wrong)


def test_every_shipped_explanation_is_in_both_languages_and_most_are_tried(book: Rulebook) -> None:
    items = [item for rule in book for item in rule.docs.could_be_wrong]
    assert all(item.en != item.zh for item in items)
    assert sum(item.when is not None for item in items) > len(items) / 2
