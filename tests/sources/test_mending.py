"""One bad row never costs the other rows, and every row is accounted for."""

from __future__ import annotations

import duckdb
import order_layouts as layouts
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from order_layouts import csv_bytes, table
from reading import read, write

from fulfil_analytics.sources.csv_mending import Mended, records
from fulfil_analytics.sources.csv_reader import read_sound
from fulfil_analytics.sources.encoding import detect, has_blank_line

HEAD = "order_id,created_at,order_status,city,product_name\n"


def row(number: int, city: str = "Springfield", name: str = "Watch") -> str:
    return f"A-{number},2026-01-0{number} 10:00:00,shipped,{city},{name}\n"


BAD_ROWS = {
    "too few cells": ("A-2,2026-01-02 10:00:00,shipped\n", ["|ragged_row|"]),
    "too many cells": (row(2).rstrip() + ",more,cells\n", ["|ragged_row|"]),
    "text behind a quote": ('A-2,2026-01-02 10:00:00,shipped,"Spring"field,Watch\n', ["|bad_quote|"]),
    "quote that never closes": ('A-2,2026-01-02 10:00:00,shipped,"Springfield,Watch\n', ["|bad_quote|"]),
    "bytes of another encoding": (row(2, city="M\udce9xico"), ["|bad_encoding|"]),
    "a cell beyond all measure": (row(2, city="x" * 200_000), ["|oversized_cell|"]),
}


@pytest.mark.parametrize("case", BAD_ROWS)
@pytest.mark.parametrize("place", ["middle", "last"])
def test_a_bad_row_costs_only_itself(tmp_path, case, place):
    bad, problems = BAD_ROWS[case]
    after = [row(3), row(4, name='"Multi\nline, cell"')] if place == "middle" else []
    text = HEAD + row(1) + bad + "".join(after)
    if case == "a cell beyond all measure":
        text += "A-9,2026-01-09 10:00:00,shipped\n"  # only a file that must be mended has a limit to a cell
        problems = [*problems, "|ragged_row|"]
    path = tmp_path / "orders.csv"
    path.write_bytes(text.encode(errors="surrogateescape"))
    found = read(path)
    good = [row["order_id"] for row in found.rows if row["order_id"]]
    assert good == ["A-1", "A-3", "A-4"][: 1 + len(after)]
    assert [problem for _, problem in found.problems] == problems
    assert found.problems[0][0] == 3
    assert found.rows_in == len(found.rows) == len(good) + len(problems)


@pytest.mark.parametrize("cut", [b"\xd6", b"\xd6\xd0\x81\x30", b"\x81\x30\x81"])
def test_a_chinese_export_that_ends_within_a_character_costs_its_last_row(tmp_path, cut):
    whole = HEAD + row(1, city="上海", name="手表") + row(2, city="广州", name="手机")
    begun = "A-3,2026-01-03 10:00:00,shipped,北京,"
    path = tmp_path / "orders.csv"
    path.write_bytes((whole + begun).encode("gb18030") + cut)
    found = read(path)
    assert found.recognised.encoding == "gb18030"
    assert [row["order_id"] for row in found.rows] == ["A-1", "A-2", None]
    assert found.problems == [(4, "|bad_encoding|")]
    assert found.rows_in == 3


def test_cells_that_are_not_taken_are_said_by_form_only(tmp_path):
    text = (
        HEAD.replace("city", "quantity")
        + "A-1,soon,shipped,two,x\n"
        + ",2026-01-02,shipped,1,x\n5.76461E+17,2026-01-02,,1,x\n"
    )
    found = read(write(tmp_path, text))
    assert found.problems == [
        (2, "quantity|not_a_number|aaa"),
        (2, "created_at|not_a_time|aaaa"),
        (3, "order_id|missing|"),
        (4, "order_id|damaged_identifier|9.99999A+99"),
    ]
    assert found.rows_in == 3


def test_extra_delimiters_at_the_end_are_no_fault(tmp_path):
    found = read(write(tmp_path, HEAD + row(1).rstrip() + ",,\n" + row(2) + "A-3,2026\n"))
    assert [row["order_id"] for row in found.rows] == ["A-1", "A-2", None]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_blank_lines_are_no_rows_but_count_in_the_numbering(tmp_path, end):
    text = end.join([HEAD.strip(), row(1).strip(), "", row(2).strip(), ",,,,", row(3).strip(), "", ""])
    found = read(write(tmp_path, text))
    assert [(row["source_line"], row["order_id"]) for row in found.rows] == [(2, "A-1"), (4, "A-2"), (6, "A-3")]
    assert found.rows_in == 3


def test_a_multi_line_cell_is_one_row(tmp_path):
    cell = '"first\r\n\r\nthird, with ""quotes"""'
    found = read(write(tmp_path, HEAD + row(1, name=cell) + row(2)))
    assert [row["source_line"] for row in found.rows] == [2, 3]
    assert found.recognised.sound
    assert not has_blank_line(tmp_path / "orders.csv", "x")


def test_titles_above_the_header(tmp_path):
    found = read(write(tmp_path, "Orders of the week\n\n" + HEAD + row(1) + row(2)))
    assert found.recognised.header_row == 3
    assert [row["source_line"] for row in found.rows] == [4, 5]


@pytest.mark.parametrize("first", ["Platform unique order ID.", "x", "プラットフォームの注文ID"])
def test_a_description_row_is_no_data(tmp_path, first):
    rows = table(layouts.US_63, [{"Order ID": first, "Quantity": "SKU sold quantity in the order."}, *layouts.US_ROWS])
    found = read(write(tmp_path, csv_bytes(rows)))
    assert (found.rows_in, [row["source_line"] for row in found.rows]) == (2, [3, 4])


@pytest.mark.parametrize("first", ["5.76461E+17", "AB-123", "", "576461234567890123"])
def test_a_first_row_that_is_data_stays(tmp_path, first):
    rows = table(layouts.US_63, [layouts.US_ROWS[0] | {"Order ID": first}, *layouts.US_ROWS])
    assert read(write(tmp_path, csv_bytes(rows))).rows_in == 3


cells = st.text(st.sampled_from('ab,"\n\r é中;'), max_size=6)
tables = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=8)
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=tables)
def test_both_readers_read_what_was_written(tmp_path, rows):
    path = tmp_path / "table.csv"
    path.write_bytes(csv_bytes([["h"] * len(rows[0]), *rows]))
    text = detect(path, "x")
    width = len(rows[0])
    expected = [tuple(cell or None for cell in row) for row in rows]
    found = [record.cells for record in records(path, text, ",", width=width, header_row=1)][1:]
    mended = [tuple(cell or None for cell in cells) for cells in found if cells]
    assert mended == expected
    with duckdb.connect() as con:
        sound = con.sql(read_sound(path, delimiter=",", header_row=1, width=width).sql).fetchall()
        con.register("mended", Mended(path, text, ",", 1, width))
        streamed = con.sql("SELECT * FROM mended").fetchall()
    assert [row[1:] for row in sound] == expected
    assert [row[1:-1] for row in streamed] == expected
    assert [row[0] for row in sound] == [row[0] for row in streamed] == list(range(2, len(rows) + 2))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.text(st.sampled_from('a,"\n'), max_size=25))
def test_rows_before_noise_survive_and_all_is_numbered(tmp_path, noise):
    path = tmp_path / "table.csv"
    path.write_text("h1,h2\n" + "good,1\n" * 3 + noise + "\nlast,2\n")
    found = list(records(path, detect(path, "x"), ",", width=2, header_row=1))
    assert [record.number for record in found] == list(range(1, len(found) + 1))
    assert [record.cells for record in found[1:4]] == [["good", "1"]] * 3
    taken = [record for record in found if record.cells]
    assert all(len(record.cells) == 2 for record in taken)
    assert all(record.fault for record in found if record.cells is None)
