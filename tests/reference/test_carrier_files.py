from __future__ import annotations

from pathlib import Path

import pytest

from fulfil_analytics.errors import CarrierError
from fulfil_analytics.reference import CarrierBook
from fulfil_analytics.reference.carrier_file import read_carrier

GOOD = """\
id = "van"
title = "Van Lines"
handover_to = ["bike"]

[aliases]
en = ["Vans"]

[[format]]
id = "ten"
pattern = "V[0-9]{9}"
confidence = "A"
source = "its site"

[[format]]
id = "luhn"
pattern = "[0-9]{12}"
check = "luhn"
checked = [1, 12]
confidence = "A"
source = "its site"
"""
BIKE = 'id = "bike"\ntitle = "Bike Post"\n'


def folder(tmp_path: Path, **files: str) -> Path:
    place = tmp_path / "carriers"
    place.mkdir(exist_ok=True)
    for name, text in files.items():
        (place / f"{name}.toml").write_text(text, encoding="utf-8")
    return place


def refused(tmp_path: Path, **files: str) -> CarrierError:
    with pytest.raises(CarrierError) as caught:
        CarrierBook.load([folder(tmp_path, **files)])
    return caught.value


def test_a_good_file_is_read(tmp_path: Path) -> None:
    book = CarrierBook.load([folder(tmp_path, van=GOOD, bike=BIKE)])
    assert list(book.by_id) == ["bike", "van"]
    assert book.names == {"bike": "bike", "bikepost": "bike", "van": "van", "vanlines": "van", "vans": "van"}
    van = book.by_id["van"]
    assert (van.is_complete, van.rest_days, van.rest_holidays) == (True, [7], "market")
    assert not book.by_id["bike"].is_complete


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "says"),
    [
        ('title = "Van Lines"', 'titel = "Van Lines"', 1, "title", "missing"),
        ('handover_to = ["bike"]', 'hand_over = ["bike"]', 3, "hand_over", "Did you mean handover_to?"),
        (
            'confidence = "A"\nsource = "its site"\n\n',
            'confidence = "E"\nsource = "its site"\n\n',
            11,
            "format.0.confidence",
            "'A'",
        ),
        ('check = "luhn"', 'check = "lunh"', 17, "format.1.check", "Did you mean luhn?"),
        ("checked = [1, 12]", "", 14, "format.1", "go together"),
        ("checked = [1, 12]", "checked = [1, -1]", 14, "format.1", "same side"),
        ('check = "luhn"', 'check = "s10"', 14, "format.1", "9 characters"),
        ('"V[0-9]{9}"', '"^V[0-9]{9}$"', 10, "format.0.pattern", "needs no ^"),
        ('"V[0-9]{9}"', r"'V\d{9}'", 10, "format.0.pattern", "[classes]"),
        ('"V[0-9]{9}"', '"v[0-9]{9}"', 10, "format.0.pattern", "upper case"),
        ('"V[0-9]{9}"', '"V(?=[0-9])"', 10, "format.0.pattern", "upper case"),
        ('"V[0-9]{9}"', '"V[0-9"', 10, "format.0.pattern", "not a regular expression"),
        ('id = "luhn"', 'id = "ten"', 1, None, "two formats are called ten"),
        ('id = "van"', 'id = "Van"', 1, "id", "pattern"),
        ('id = "van"', 'id = "vans"', 1, "id", "the file is called van"),
        ('["bike"]', '["bikes"]', 3, "handover_to", "Did you mean bike?"),
        ('["bike"]', '["van"]', 3, "handover_to", "itself"),
        ('["Vans"]', '["B.I.K.E."]', 6, "aliases", "claimed by carriers/bike.toml"),
        ('["Vans"]', '["--"]', 6, "aliases", "no letter"),
        ('title = "Van Lines"', 'title = "Van Lines', 2, None, "not valid TOML"),
        ('title = "Van Lines"', 'title = "Van Lines"\nrest_weekdays = ["Sunday"]', 3, "rest_weekdays.0", "sunday"),
        (
            'title = "Van Lines"',
            'title = "Van Lines"\ntracking_hosts = ["https://van.example/"]',
            3,
            "tracking_hosts.0",
            "pattern",
        ),
    ],
)
def test_mistakes_are_named_with_their_place(
    tmp_path: Path, old: str, new: str, line: int, column: str | None, says: str
) -> None:
    assert old in GOOD
    problem = refused(tmp_path, van=GOOD.replace(old, new, 1), bike=BIKE)
    assert (problem.file, problem.line, problem.column) == ("carriers/van.toml", line, column)
    assert says in problem.text()
    assert problem.remedy


def test_complete_needs_something_to_be_complete(tmp_path: Path) -> None:
    problem = refused(tmp_path, bike=BIKE + "complete = true\n")
    assert "at least one format" in problem.text()


def test_one_id_in_two_folders(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "bike.toml").write_text('# mine\nid = "bike"\ntitle = "Other"\n', encoding="utf-8")
    with pytest.raises(CarrierError) as caught:
        CarrierBook.load([folder(tmp_path, bike=BIKE), mine])
    assert caught.value.text().startswith("mine/bike.toml:2, id: the id bike is taken by carriers/bike.toml")


def test_a_folder_holds_carriers_and_a_readme_only(tmp_path: Path) -> None:
    place = folder(tmp_path, bike=BIKE)
    (place / "README.md").write_text("words", encoding="utf-8")
    (place / ".hidden").write_text("words", encoding="utf-8")
    assert list(CarrierBook.load([place]).by_id) == ["bike"]
    (place / "bike.yaml").write_text("id: bike", encoding="utf-8")
    with pytest.raises(CarrierError, match=r"carriers/bike\.yaml: not a carrier file"):
        CarrierBook.load([place])
    with pytest.raises(CarrierError, match="no such folder"):
        CarrierBook.load([tmp_path / "nowhere"])


def test_a_file_in_another_encoding(tmp_path: Path) -> None:
    path = folder(tmp_path) / "bike.toml"
    path.write_bytes('id = "bike"\ntitle = "Größe"\n'.encode("latin-1"))
    with pytest.raises(CarrierError, match="not UTF-8"):
        read_carrier(path)
