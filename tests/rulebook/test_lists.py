"""Lists that rules look up: what is read, and every way a list is refused."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from fulfil_analytics.errors import RuleError
from fulfil_analytics.reference import install_places
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.rulebook.lists import install_lists, lists_sha256

GOOD = """id = "mine"
title = "t"
source = "s"
confidence = "unverified"
[[entry]]
kind = "prohibited"
terms = ["Fire-Crackers", "鞭炮"]
exceptions = ["Print", "T-Shirt"]
[[entry]]
kind = "restricted"
terms = ["power bank"]
"""


def folder(tmp_path: Path, text: str = GOOD, name: str = "mine.toml") -> Path:
    place = tmp_path / "lists"
    place.mkdir(exist_ok=True)
    (place / name).write_text(text, encoding="utf-8")
    return tmp_path


def rows(*folders: Path) -> list[tuple[str, ...]]:
    with duckdb.connect() as con:
        install_places(con, set())
        install_lists(con, folders)
        return con.execute("SELECT * FROM listed_terms ORDER BY ALL").fetchall()


def test_terms_are_normalised_and_stand_with_each_exception(tmp_path: Path) -> None:
    assert rows(folder(tmp_path)) == [
        ("mine", "prohibited", "fire crackers", "print"),
        ("mine", "prohibited", "fire crackers", "t shirt"),
        ("mine", "prohibited", "鞭炮", "print"),
        ("mine", "prohibited", "鞭炮", "t shirt"),
        ("mine", "restricted", "power bank", None),
    ]


def test_a_folder_without_lists_is_fine(tmp_path: Path) -> None:
    assert rows(tmp_path) == []


def test_the_shipped_lists_hold_no_term_that_is_its_own_exception() -> None:
    shipped = rows(rules_folder())
    assert len(shipped) > 100
    assert [row for row in shipped if row[3] and f" {row[3]} " in f" {row[2]} "] == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('id = "mine"', 'id = "other"', "not the file's name"),
        ('kind = "restricted"', 'kind = "restricted"\ncolour = 3', "not permitted"),
        ('terms = ["power bank"]', "terms = []", "at least 1"),
        ('id = "mine"', "id = mine", "not valid TOML"),
    ],
)
def test_refused(tmp_path: Path, old: str, new: str, words: str) -> None:
    with pytest.raises(RuleError, match=words) as caught:
        rows(folder(tmp_path, GOOD.replace(old, new)))
    assert caught.value.file == "lists/mine.toml" and caught.value.line


def test_a_second_list_of_one_id_and_a_stray_file_are_refused(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    for place in (first, second):
        place.mkdir()
        folder(place)
    with pytest.raises(RuleError, match="a second list"):
        rows(first, second)
    folder(first, "x", "notes.txt")
    with pytest.raises(RuleError, match="is not a list"):
        rows(first)


def test_the_hash_follows_the_lists(tmp_path: Path) -> None:
    before = lists_sha256([folder(tmp_path)])
    assert lists_sha256([folder(tmp_path)]) == before
    assert lists_sha256([folder(tmp_path, GOOD.replace("Print", "printed"))]) != before
