"""The two languages say the same things; numbers and times are written as the reader expects."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

from fulfil_analytics import report
from fulfil_analytics.errors import UsageError
from fulfil_analytics.policy import load_policies, model, parts
from fulfil_analytics.report.explain import EXCUSES
from fulfil_analytics.report.words import Words, parsed, texts
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.schemas import words as vocabulary

PACKAGE = Path(report.__file__).parent
HAN = re.compile(r"[\u4e00-\u9fff]")
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff”}][,:;?!](?![\w/])|\([^()]*[\u4e00-\u9fff]")


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_keys_and_holes() -> None:
    english, chinese = texts("en"), texts("zh")
    assert english.keys() == chinese.keys()
    assert {key: holes(text) for key, text in english.items()} == {key: holes(text) for key, text in chinese.items()}
    assert not [key for key, text in english.items() if HAN.search(text)]
    plain = [
        key
        for key, text in chinese.items()
        if not HAN.search(text) and re.search("[a-z]{3,}", Formatter().vformat(text, (), Empty()))
    ]
    assert plain == ["page.lang"] or set(plain) <= {"page.lang", "column.sha256"}


class Empty(dict[str, str]):
    """Fills every hole with nothing."""

    def __missing__(self, key: str) -> str:
        return ""


@pytest.mark.parametrize(
    ("name", "closed"),
    [
        ("mode", {*vocabulary.SLA_MODE, *vocabulary.WINDOW_MODE}),
        ("stage", vocabulary.STAGE),
        ("outcome", vocabulary.OUTCOME),
        ("severity", vocabulary.SEVERITY),
        ("evidence", vocabulary.EVIDENCE),
        ("order_status", vocabulary.ORDER_STATUS),
        ("event", vocabulary.EVENT_STATUS),
        ("duration", vocabulary.DURATION_UNIT),
        ("window_action", vocabulary.WINDOW_ACTION),
        ("window_reason", vocabulary.WINDOW_REASON),
        ("excuse", EXCUSES),
        ("clock", {*get_args(model.Start), *get_args(model.Event)}),
        ("confidence", get_args(parts.Confidence)),
        ("status", ("ok", "watch", "breach", "too_few")),
        ("coverage_status", ("done", "not_testable", "failed")),
        ("party", vocabulary.PARTY),
        ("cancel_reason", vocabulary.CANCEL_REASON),
    ],
)
def test_closed_vocabularies_are_complete(name: str, closed: tuple[str, ...]) -> None:
    for lang in ("en", "zh"):
        assert {key.removeprefix(f"{name}.") for key in texts(lang) if key.startswith(f"{name}.")} == set(closed)


def test_every_text_that_the_code_names_exists() -> None:
    source = "".join(file.read_text() for file in PACKAGE.rglob("*") if file.suffix in {".py", ".j2"})
    named = set(re.findall(r"\b(?:words|self|t)\(\s*[\"']([a-z_]+\.[a-z_]+)[\"']", source))
    assert len(named) > 60
    assert named <= texts("en").keys()
    columns = set(re.findall(r"(?:left|right)\(([^)*]+)\)", source))
    heads = {head for group in columns for head in re.findall(r"\"([a-z_0-9]+)\"", group)}
    assert {"due", "severity"} <= heads
    assert {f"column.{head}" for head in heads} <= texts("en").keys()


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(UsageError, match="Known: en, zh"):
        texts("fr")


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (None, "–"),
        (0.0, "0.0%"),
        (1.0, "100.0%"),
        (0.9999, "99.9%"),
        (0.0001, "0.1%"),
        (0.815, "81.5%"),
        (1 - 1e-15, "100.0%"),
        (1e-18, "0.0%"),
    ],
)
def test_a_share_is_never_rounded_to_all_or_nothing(share: float | None, shown: str) -> None:
    assert Words("en").percent(share) == shown


def test_times_are_local_and_spans_have_two_units() -> None:
    words = Words("en", "America/Los_Angeles")
    assert words.moment(dt.datetime(2026, 11, 1, 8, 59, 59)) == "2026-11-01 01:59:59"  # still summer time
    assert words.moment(dt.datetime(2026, 11, 1, 9, 0)) == "2026-11-01 01:00"
    assert words.day(dt.datetime(2026, 11, 16, 7, 59)) == "2026-11-15"
    assert words.moment(None) == "–"
    assert [words.span(s) for s in (59, 3600 * 5 + 60, 3600 * 52, -60)] == ["0 min", "5 h 1 min", "2 d 4 h", "−1 min"]


def test_json_columns_that_are_no_objects_stand_for_themselves() -> None:
    assert parsed('{"a": 1}') == {"a": 1}
    assert parsed("[1]") == {"text": [1]}
    assert parsed("no json {") == {"text": "no json {"}
    assert parsed(None) == {}


def test_chinese_has_chinese_marks() -> None:
    """Full-width commas, colons, brackets: a sentence that mixes both kinds looks like a machine's."""
    texts_of_rules = "".join(
        file.read_text(encoding="utf-8") for kind in ("sql", "toml") for file in rules_folder().rglob(f"*.{kind}")
    )
    said = re.findall(r'\bzh = "((?:[^"\\\n]|\\.)*)"', texts_of_rules) + list(texts("zh").values())
    chinese = [text for text in said if HAN.search(text)]
    assert len(chinese) > 900
    assert not [text for text in chinese if HALF_WIDTH.search(text)]


def test_what_the_shipped_policies_say_is_there_in_chinese() -> None:
    zh, en = Words("zh"), Words("en")
    said = [
        text
        for policy in load_policies([rules_folder() / "policies"]).values()
        for text in (
            policy.title, *policy.notes, *(line.note for line in policy.lines), *(one.title for one in policy.windows),
        )
        if text
    ]  # fmt: skip
    assert [text for text in said if not HAN.search(zh.policy(text))] == []
    assert all(en.policy(text) == text for text in said)
    assert zh.policy("My shop") == "My shop"
