"""XLSX as six independent importers met it: stale dimension, one cell a row element, inline text, numeric ids."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from reading import read

HEADER = ["Order ID", "Order Status", "Created Time", "Tracking ID", "Order Amount", "Weight(kg)", "SKU ID"]
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def text(reference: str, value: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def number(reference: str, value: str) -> str:
    return f'<c r="{reference}"><v>{value}</v></c>'


def package(path: Path, sheet_data: str, *, shared: list[str] | None = None, prefix: str = "") -> Path:
    """Write the bare parts of a workbook; the sheet stands in sheet2.xml and claims to be one cell large."""
    names = f'xmlns{":" + prefix[:-1] if prefix else ""}="{MAIN}"'
    parts = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": f'<Relationships xmlns="{RELATION.replace("officeDocument", "package")}">'
        f'<Relationship Id="r" Type="{RELATION}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATION}"><sheets>'
        '<sheet name="OrderSKUList" sheetId="1" r:id="rId7"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId7" Type="{RELATION}/worksheet" Target="worksheets/sheet2.xml"/>'
        f'<Relationship Id="rId8" Type="{RELATION}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/worksheets/sheet2.xml": f'<?xml version="1.0"?><{prefix}worksheet {names}><{prefix}dimension ref="A1"/>'
        f"<{prefix}sheetData>{sheet_data}</{prefix}sheetData></{prefix}worksheet>",
    }
    if shared is not None:
        items = "".join(f"<si><t>{escape(item)}</t></si>" for item in shared)
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{items}</sst>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def cells(row: int, values: list[str], write=text) -> list[str]:
    return [write(f"{'ABCDEFG'[place]}{row}", value) for place, value in enumerate(values) if value]


ROW = ["576461234567890123", "Shipped", "09/08/2026 10:17:29 AM", "9234690390470910236904", "53.05", "0.45", "17294"]


def test_each_cell_in_a_row_element_of_its_own(tmp_path):
    data = "".join(f'<row r="{r}">{cell}</row>' for r, values in ((1, HEADER), (2, ROW)) for cell in cells(r, values))
    (row,) = read(package(tmp_path / "o.xlsx", data)).rows
    assert (row["order_id"], row["waybill"], row["order_amount_cents"]) == (ROW[0], ROW[3], 5305)


@pytest.mark.parametrize("offset", [0, 3])
def test_row_numbers_are_those_of_the_spreadsheet(tmp_path, offset):
    rows = [(1 + offset, HEADER), (2 + offset, ROW), (5 + offset, ROW)]
    data = "".join(f'<row r="{r}">{"".join(cells(r, values))}</row>' for r, values in rows)
    found = read(package(tmp_path / "o.xlsx", data))
    assert found.recognised.header_row == 1 + offset
    assert [row["source_line"] for row in found.rows] == [2 + offset, 5 + offset]
    assert found.rows_in == 2


@pytest.mark.parametrize("with_references", [True, False])
def test_numeric_cells_keep_every_digit(tmp_path, with_references):
    numbers = [number("A2", ROW[0]), text("B2", "Shipped"), number("C2", "46273.428808"), number("D2", ROW[3])]
    data = f'<row r="1">{"".join(cells(1, HEADER))}</row><row r="2">{"".join(numbers)}{number("E2", "53.05")}</row>'
    if not with_references:
        import re

        data = re.sub(r' r="[A-Z]*\d+"', "", data)
    (row,) = read(package(tmp_path / "o.xlsx", data)).rows
    assert row["order_id"] == ROW[0]
    assert row["waybill"] == ROW[3]
    assert row["created_at"] == datetime(2026, 9, 8, 10, 17, 29)
    assert row["damaged"] is None


def test_numbers_that_a_spreadsheet_rounded_are_damaged(tmp_path):
    values = [
        number("A2", "577461"),
        text("B2", "Shipped"),
        text("C2", "2026-01-05"),
        number("D2", "9.23469039047091E+21"),
    ]
    data = f'<row r="1">{"".join(cells(1, HEADER))}</row><row r="2">{"".join(values)}{number("G2", "1.7294E18")}</row>'
    (row,) = read(package(tmp_path / "o.xlsx", data)).rows
    assert row["damaged"] == "sku_id,waybill"
    assert row["waybill"] == "9.23469039047091E+21"


def test_a_rounded_order_number_costs_the_row(tmp_path):
    values = [number("A2", "5.76461234567890E+17"), text("B2", "Shipped"), text("C2", "2026-01-05")]
    data = f'<row r="1">{"".join(cells(1, HEADER))}</row><row r="2">{"".join(values)}</row>'
    found = read(package(tmp_path / "o.xlsx", data))
    assert found.rows[0]["order_id"] is None
    assert found.problems == [(2, "order_id|damaged_identifier|9.99999999999999A+99")]


def test_shared_texts_and_a_namespace_prefix(tmp_path):
    shared = [*HEADER, *ROW]
    body = "".join(
        f'<x:row r="{r}">'
        + "".join(f'<x:c r="{"ABCDEFG"[p]}{r}" t="s"><x:v>{i + p}</x:v></x:c>' for p in range(7))
        + "</x:row>"
        for r, i in ((1, 0), (3, 7))
    )
    (row,) = read(package(tmp_path / "o.xlsx", body, shared=shared, prefix="x:")).rows
    assert (row["source_line"], row["order_id"], row["weight_g"]) == (3, ROW[0], 450)


def test_a_shared_text_that_is_not_there(tmp_path):
    from fulfil_analytics.errors import InputError

    body = '<row r="1"><c r="A1" t="s"><v>99</v></c></row>'
    with pytest.raises(InputError, match="names a text that is not there"):
        read(package(tmp_path / "o.xlsx", body, shared=["Order ID"]))


def test_dates_after_a_resave_in_a_spreadsheet(tmp_path):
    import xlsxwriter

    path = tmp_path / "resaved.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Sheet1")
        date = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for place, name in enumerate(HEADER):
            sheet.write_string(0, place, name)
        sheet.write_string(1, 0, ROW[0])
        sheet.write_datetime(1, 2, datetime(2026, 3, 4, 5, 6, 7), date)
        sheet.write_number(1, 4, 0.1 + 0.2)
    (row,) = read(path).rows
    assert row["created_at"] == datetime(2026, 3, 4, 5, 6, 7)
    assert row["order_amount_cents"] == 30


def test_the_preferred_sheet_wins_else_the_first_that_fits(tmp_path):
    import xlsxwriter

    for preferred in (True, False):
        path = tmp_path / f"{preferred}.xlsx"
        with xlsxwriter.Workbook(path) as book:
            for name, order in (("Old", "A-1"), ("OrderSKUList" if preferred else "New", "A-2")):
                sheet = book.add_worksheet(name)
                sheet.write_row(0, 0, HEADER)
                sheet.write_row(1, 0, [order, "Shipped", "2026-01-05"])
        found = read(path)
        assert found.recognised.sheet == ("OrderSKUList" if preferred else "Old")
        assert found.rows[0]["order_id"] == ("A-2" if preferred else "A-1")


def test_the_fuller_sheet_wins_over_an_earlier_extract_and_the_others_are_told(tmp_path):
    import xlsxwriter

    few = ["Order ID", "Order Status", "Created Time"]
    path = tmp_path / "orders.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, header, rows in (
            ("Pivot", few, [["A-1", "Shipped", "2026-01-05"], ["Grand total"]]),
            ("Notes", ["nothing"], [["to see"]]),
            ("January", HEADER, [["A-1", "Shipped", "2026-01-05"], ["A-2", "Shipped", "2026-01-05"]]),
            ("February", HEADER, [["A-3", "Shipped", "2026-02-05"]]),
            ("March", HEADER, []),
        ):
            sheet = book.add_worksheet(name)
            for place, cells in enumerate([header, *rows]):
                sheet.write_row(place, 0, cells)
    found = read(path)
    assert found.recognised.sheet == "January"
    assert [row["order_id"] for row in found.rows] == ["A-1", "A-2"]
    assert found.recognised.other_sheets == (1, 4)


@pytest.mark.parametrize("numeric", [False, True])
def test_days_that_are_counted_from_1904(tmp_path, numeric):
    import xlsxwriter

    from fulfil_analytics.errors import InputError

    path = tmp_path / "mac.xlsx"
    with xlsxwriter.Workbook(path, {"date_1904": True}) as book:
        sheet = book.add_worksheet("Sheet1")
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ["A-1", "Shipped"])
        sheet.write_datetime(1, 2, datetime(2026, 3, 4, 5, 6, 7), book.add_format({"num_format": "dd/mm/yyyy hh:mm"}))
        if numeric:  # a number of so many digits is taken as it is written, and so are all
            sheet.write_number(1, 6, 1.729412345678901e18)
    if numeric:
        with pytest.raises(InputError, match="counts its days from 1904"):
            read(path)
    else:
        assert read(path).rows[0]["created_at"] == datetime(2026, 3, 4, 5, 6, 7)
