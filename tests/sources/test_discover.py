"""Finding files: folders, globs, what is passed over, names that hold personal data; when a file was exported."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from datetime import datetime

import duckdb
import order_layouts as layouts
import pytest
from reading import FORMATS, read, write

from fulfil_analytics.errors import FormatError, UsageError
from fulfil_analytics.sources import discover, identify, load_formats, markets

ROW = "order_id,created_at,order_status,country,currency\n"


def fill(folder):
    for name in ("b.csv", "a.csv", "sub/c.csv", ".hidden/d.csv", ".e.csv", "~$f.xlsx", "sub/~$g.xlsx"):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name)


def test_a_folder_with_all_below_it(tmp_path):
    fill(tmp_path)
    found = discover([str(tmp_path)])
    assert [(item.shown, item.named_directly) for item in found.files] == [
        ("a.csv", False),
        ("b.csv", False),
        ("sub/c.csv", False),
    ]
    assert found.passed_over == [
        (".e.csv", "hidden"),
        ("sub/~$g.xlsx", "lock file of a spreadsheet"),
        ("~$f.xlsx", "lock file of a spreadsheet"),
    ]
    first = found.files[0]
    assert (first.sha256, first.bytes) == (hashlib.sha256(b"a.csv").hexdigest(), 5)


def test_a_glob_and_a_file_named_twice(tmp_path):
    fill(tmp_path)
    found = discover([f"{tmp_path}/*.csv", str(tmp_path / "a.csv"), str(tmp_path / "sub")])
    assert [(item.shown, item.named_directly) for item in found.files] == [
        ("a.csv", True),
        ("b.csv", False),
        ("c.csv", False),
    ]
    deep = discover([f"{tmp_path}/**/*.csv"])
    assert [item.shown for item in deep.files] == ["a.csv", "b.csv", "sub/c.csv"]


def test_a_lock_file_named_directly_is_taken(tmp_path):
    fill(tmp_path)
    assert [item.shown for item in discover([str(tmp_path / "~$f.xlsx")]).files] == ["~$f.xlsx"]


def test_files_of_one_name_from_two_folders_are_told_apart(tmp_path):
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "orders.csv").write_text(folder)
    found = discover([str(tmp_path / "y"), str(tmp_path / "x")])
    assert [item.shown for item in found.files] == ["orders.csv", "orders.csv (2)"]
    assert [item.path.parent.name for item in found.files] == ["x", "y"]


def test_loops_and_dangling_links(tmp_path):
    fill(tmp_path)
    os.symlink(tmp_path, tmp_path / "sub" / "loop")
    os.symlink(tmp_path / "nowhere", tmp_path / "dangling.csv")
    os.symlink(tmp_path / "a.csv", tmp_path / "again.csv")
    found = discover([str(tmp_path)])
    assert [item.shown for item in found.files] == ["a.csv", "b.csv", "sub/c.csv"]
    assert ("dangling.csv", "no plain file") in found.passed_over


def test_personal_data_in_a_name_is_struck_out(tmp_path):
    (tmp_path / "orders of ann@shop.example 213-555-0100.csv").write_text("x")
    assert [item.shown for item in discover([str(tmp_path)]).files] == ["orders of […] […].csv"]


@pytest.mark.parametrize("name", ["missing.csv", "missing/*.csv"])
def test_an_input_that_names_nothing(tmp_path, name):
    with pytest.raises(UsageError, match="Name a file, a folder or a glob"):
        discover([str(tmp_path / name)])


def test_glob_signs_in_a_file_name(tmp_path):
    path = write(tmp_path, ROW + "A-1,2026-01-05,shipped,,\n", "All [order]* (1).csv")
    assert read(path).rows[0]["order_id"] == "A-1"


@pytest.mark.parametrize(
    ("name", "zone", "moment"),
    [
        ("All order-2026-09-09-07_16.csv", "America/Los_Angeles", datetime(2026, 9, 9, 14, 16)),
        ("All order-2026-09-09-07_16 (1).csv", "UTC", datetime(2026, 9, 9, 7, 16)),
        ("To Ship order-2025-09-16-09_10.csv", "Asia/Bangkok", datetime(2025, 9, 16, 2, 10)),
        ("All order-2026-13-09-07_16.csv", "UTC", datetime(2026, 1, 6, 8)),
        ("March 2026.csv", "UTC", datetime(2026, 1, 6, 8)),
    ],
)
def test_when_a_file_was_exported(tmp_path, name, zone, moment):
    text = "order_id,created_at,delivered_at,collection_due_at\nA-1,2026-01-05,2026-01-06 08:00,2026-02-01\n"
    assert read(write(tmp_path, text, name), zone=zone).exported_at == moment


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["A,2026-01-05,,United States,", "B,2026-01-05,,美国,", "C,2026-01-05,,México,"], {"MX": 1, "US": 2}),
        (["A,2026-01-05,,,THB", "B,2026-01-05,,,USD"], {"TH": 1, "US": 1}),
        (["A,2026-01-05,,,EUR", "B,2026-01-05,,,"], {}),
        (["A,2026-01-05,,Atlantis,GBP"], {"GB": 1}),
    ],
)
def test_markets_that_the_rows_show(tmp_path, rows, expected):
    (source,) = discover([str(write(tmp_path, ROW + "\n".join(rows) + "\n"))]).files
    with duckdb.connect() as con:
        assert markets(con, identify(con, source, FORMATS)) == expected


def test_markets_seen_while_rows_are_counted_are_those_of_a_pass_of_their_own(tmp_path):
    rows = [{"Country": country} for country in ("United States", "Mexico", "", "US", "Atlantis")]
    table_ = layouts.table(layouts.US_63, [layouts.US_ROWS[0] | row for row in rows])
    (source,) = discover([str(write(tmp_path, layouts.csv_bytes(table_)))]).files
    with duckdb.connect() as con:
        found = identify(con, source, FORMATS)
        assert found.markets == {"MX": 1, "US": 4}
        assert markets(con, replace(found, markets=None)) == found.markets


# Format files --------------------------------------------------------------------------------------------------------

MINE = """
id = "mine"
title = "My own export"
kind = "orders"
table = "order_lines"
container = ["csv"]
confidence = "C"
[identify]
requires = ["order_id"]
[columns.order_id]
headers = ["Bestellung"]
type = "identifier"
required = true
[columns.order_status]
headers = ["Zustand"]
type = "word"
words = "status"
[words.status]
shipped = ["versandt"]
"""


def test_a_layout_of_ones_own(tmp_path):
    (tmp_path / "mine.toml").write_text(MINE)
    assert load_formats([tmp_path])["mine"].vocabulary("order_status") == [
        ("shipped", "shipped"),
        ("versandt", "shipped"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ('id = "mine"', 'id = "yours"', 'mine.toml:2: id is not the file\'s name. Write id = "mine"'),
        ('table = "order_lines"', 'table = "orders"', "mine.toml:5, table: no table orders. Did you mean"),
        (
            "[columns.order_id]",
            "[columns.oder_id]",
            "mine.toml:10, columns.oder_id: table order_lines has no column oder_id. Did you mean order_id",
        ),
        ('type = "identifier"', 'type = "id"', "mine.toml:12, columns.order_id.type: Input should be"),
        ("shipped = [", "sent = [", "mine.toml:19, words.status.sent: sent is no normal form of order_status"),
        ('words = "status"', 'words = "state"', "no vocabulary state. Did you mean status"),
        ('confidence = "C"', 'extends = "nothing"', "extends nothing, which is no format file"),
        ('confidence = "C"', 'extends = "mine"', "extends itself by way of mine"),
        ('confidence = "C"', 'confidence = "C"\ncolour = "red"', "mine.toml:8, colour: Extra inputs are not permitted"),
        ("[identify]", "[identify", "mine.toml:8: not valid TOML"),
    ],
)
def test_a_layout_that_says_something_wrong(tmp_path, old, new, error):
    assert old in MINE
    (tmp_path / "mine.toml").write_text(MINE.replace(old, new, 1))
    with pytest.raises(FormatError) as caught:
        load_formats([tmp_path])
    assert error in str(caught.value)


def test_one_name_twice_is_refused(tmp_path):
    (tmp_path / "tiktok-orders-us.toml").write_text(MINE)
    with pytest.raises(FormatError, match="a format named tiktok-orders-us exists already"):
        load_formats([tmp_path])
    with pytest.raises(FormatError, match="no such file or folder"):
        load_formats([tmp_path / "missing"])


def test_an_unknown_format_is_answered_with_the_nearest():
    with pytest.raises(FormatError, match="Did you mean tiktok-orders-us"):
        FORMATS["tiktok-orders-usa"]
