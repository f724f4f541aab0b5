"""The findings as files: nothing runs, nothing is lost, identifiers stay text, equal findings give equal bytes."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import openpyxl
import pytest

from fulfil_analytics.report import files, workbook, write_findings_csv, write_findings_xlsx
from fulfil_analytics.schemas import DERIVED, columns

Store = Callable[[int], duckdb.DuckDBPyConnection]


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_csv_has_the_columns_of_the_contract_and_every_finding(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = tmp_path / "findings.csv"
    write_findings_csv(con, path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = read(path)
    assert list(rows[0]) == [column.name for column in columns(DERIVED["findings"])]
    assert {row["finding_id"] for row in rows} == {
        row[0] for row in con.sql("SELECT finding_id FROM findings").fetchall()
    }
    assert rows[0]["severity"] == "critical"
    assert rows[0]["occurred_at"].endswith("Z")


def test_an_empty_csv_still_has_its_header(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "findings.csv"
    write_findings_csv(store(0), path)
    assert path.read_text(encoding="utf-8-sig").startswith('"finding_id","rule_id"')


def test_batches_make_one_file(con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, many = tmp_path / "one.csv", tmp_path / "many.csv"
    write_findings_csv(con, one)
    monkeypatch.setattr(files, "BATCH", 7)
    write_findings_csv(con, many)
    assert one.read_bytes() == many.read_bytes()


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＠x"]
INNOCENT = ["1=1", "a-b", "'=1", "x@example", " ", "中文"]


@pytest.mark.parametrize("text", FORMULAS + INNOCENT)
def test_no_cell_of_the_csv_begins_a_formula(store: Store, tmp_path: Path, text: str) -> None:
    con = store(0)
    con.execute(
        "INSERT INTO findings (finding_id, rule_id, family, severity, evidence_class, message, evidence, "
        "rule_version, warehouse) "
        "VALUES ('F1', 'r', 'f', 'low', 'soft', $1, '{}', 'v', $1)",
        [text],
    )
    write_findings_csv(con, tmp_path / "f.csv")
    (row,) = read(tmp_path / "f.csv")
    wanted = f"'{text}" if text in FORMULAS else text
    assert row["message"] == wanted
    assert row["warehouse"] == wanted


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_workbook_holds_every_finding_as_text(con: duckdb.DuckDBPyConnection, tmp_path: Path, lang: str) -> None:
    path = tmp_path / "findings.xlsx"
    write_findings_xlsx(con, path, lang)  # type: ignore[arg-type]
    book = openpyxl.load_workbook(path)
    summary, *sheets = book.worksheets
    assert len(sheets) == 3
    found = {}
    for sheet in sheets:
        assert sheet.freeze_panes == "C2"
        assert sheet.auto_filter.ref == sheet.dimensions
        for row in sheet.iter_rows(min_row=2):
            found[row[0].value] = row
    known = {row[0]: row[1] for row in con.sql("SELECT finding_id, order_id FROM findings").fetchall()}
    assert {key: row[4].value for key, row in found.items()} == known
    assert {row[3].value for row in found.values()} <= set({"en": ("hard", "soft"), "zh": ("硬证据", "软证据")}[lang])
    assert {row[4].data_type for row in found.values()} == {"s", "n"}  # n: no value, the finding speaks of a file
    links = [link.location for row in summary.iter_rows() for cell in row if (link := cell.hyperlink)]
    assert {link.split("!")[0].strip("'") for link in links} == {sheet.title for sheet in sheets}
    total = [cell.value for cell in list(summary.iter_rows())[-1]]
    assert total[-2] == len(known)
    book.close()


def test_a_full_sheet_goes_on_in_the_next(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "SHEET_ROWS", 10)
    monkeypatch.setattr(workbook, "BATCH", 4)
    write_findings_xlsx(con, tmp_path / "f.xlsx", "en")
    book = openpyxl.load_workbook(tmp_path / "f.xlsx")
    assert max(sheet.max_row for sheet in book.worksheets[1:]) == 10
    held = sum(sheet.max_row - 1 for sheet in book.worksheets[1:])
    assert (held,) == con.execute("SELECT count(*) FROM findings").fetchone()
    assert "Order handling (4)" in book.sheetnames
    book.close()


def test_the_workbook_runs_nothing_and_names_any_family(store: Store, tmp_path: Path) -> None:
    con = store(0)
    for number, family in enumerate(["History", "a/b:c*d?e[f]g'h\\i" * 3, "A/B:c*d?e[f]g'h\\i" * 3, "All"]):
        con.execute(
            "INSERT INTO findings (finding_id, rule_id, family, severity, evidence_class, message, evidence, "
            "rule_version) "
            "VALUES ($1, 'r', $2, 'low', 'soft', '=cmd|calc', $3, 'v')",
            [f"F{number}", family, "http://example.com/" + "x" * 40_000],
        )
    write_findings_xlsx(con, tmp_path / "f.xlsx", "en")
    book = openpyxl.load_workbook(tmp_path / "f.xlsx")
    assert len({name.casefold() for name in book.sheetnames}) == 5
    for sheet in book.worksheets[1:]:
        assert [cell.data_type for cell in sheet["K"]] == ["s", "s"]
        assert sheet["K2"].value == "=cmd|calc"
        assert len(sheet["O2"].value) == workbook.CELL
    book.close()


def test_an_empty_workbook_opens(store: Store, tmp_path: Path) -> None:
    write_findings_xlsx(store(0), tmp_path / "f.xlsx", "zh")
    book = openpyxl.load_workbook(tmp_path / "f.xlsx")
    assert len(book.sheetnames) == 1
    book.close()


def test_equal_findings_give_equal_bytes(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_findings_csv(con, tmp_path / f"{name}.csv")
        write_findings_xlsx(con, tmp_path / f"{name}.xlsx", "en")
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.xlsx") as book:
        assert b"2026-01-01T00:00:00Z" in book.read("docProps/core.xml")


def test_a_result_that_was_not_read_to_its_end_is_no_obstacle(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    assert con.execute("SELECT * FROM findings").fetchone()
    write_findings_csv(con, tmp_path / "f.csv")
    assert len(read(tmp_path / "f.csv")) == 52


def test_no_key_reaches_a_file(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    write_findings_csv(con, tmp_path / "f.csv")
    assert "_key" not in (tmp_path / "f.csv").read_text()
    assert "-key-" not in (tmp_path / "f.csv").read_text()


def test_the_workbook_keeps_times_numbers_headings_and_any_text(store: Store, tmp_path: Path) -> None:
    con = store(0)
    text = 'a & b <c> "d"\r\ne _x0041_ \x07\tä 中 😀'
    con.execute(
        "INSERT INTO findings (finding_id, rule_id, family, severity, evidence_class, order_id, occurred_at, message, "
        "evidence, source_line, rule_version) VALUES ('F1', 'r', 'f', 'critical', 'hard', '000576461413038785752', "
        "TIMESTAMP '2026-11-05 23:59:59.4', $1, '1e5', 1048577, 'v')",
        [text],
    )
    write_findings_xlsx(con, tmp_path / "f.xlsx", "en")
    book = openpyxl.load_workbook(tmp_path / "f.xlsx")
    sheet = book.worksheets[1]
    heads = [cell.value for cell in sheet[1]]
    assert None not in heads
    assert len(heads) == 17
    row = dict(zip(heads, sheet[2], strict=True))
    assert row["Order"].value == "000576461413038785752"
    assert row["Occurred (UTC)"].value.isoformat() == "2026-11-05T23:59:59"
    assert row["Row"].value == 1048577
    assert row["Severity"].fill.fgColor.rgb == "FF7D1128"
    assert (row["Evidence"].data_type, sheet["O2"].value) == ("s", "1e5")
    said = str(row["Message"].value).replace("_x000D_", "\r").replace("_x005F_", "_")
    assert said == text.replace("\x07", "")
    book.close()
