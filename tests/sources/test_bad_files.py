"""What a file that cannot be used gets: one line with the file, the place and what to do; no cell of it."""

from __future__ import annotations

import gzip
import io
import os
import zipfile

import duckdb
import order_layouts as layouts
import pytest
from order_layouts import csv_bytes, table, write_xlsx
from reading import FORMATS, read, write

from fulfil_analytics.errors import EXIT_USAGE, InputError, UnrecognisedFile
from fulfil_analytics.sources import discover, identify

GOOD = csv_bytes(table(layouts.US_63, layouts.US_ROWS))
HEADER = GOOD.split(b"\r\n")[0] + b"\r\n"


def refused(path) -> InputError:
    with pytest.raises(InputError) as caught:
        read(path)
    error = caught.value
    text = str(error)
    assert error.file == path.name
    assert error.remedy
    assert "\n" not in text
    assert error.exit_code == EXIT_USAGE
    for secret in ("Ann Example", "555-0100", "576461234567890123", str(path.parent)):
        assert secret not in text
    return error


def book(folder, rows=None) -> bytes:
    return write_xlsx(folder / "good.xlsx", rows or table(layouts.US_63, layouts.US_ROWS)).read_bytes()


FOREIGN = {
    "PDF": (b"%PDF-1.7\n...", "is a PDF document"),
    "PNG": (b"\x89PNG\r\n\x1a\n....", "is a PNG image"),
    "JPEG": (b"\xff\xd8\xff\xe0....", "is a JPEG image"),
    "gzip": (gzip.compress(GOOD), "is a gzip archive"),
    "truncated gzip": (gzip.compress(GOOD)[:50], "is a gzip archive"),
    "HTML": (b"\xef\xbb\xbf<!DOCTYPE html><table><tr><td>Order ID</td></tr></table>", "is a web page"),
    "prose": (b"Dear team,\nplease find the orders attached.\nRegards\n", "headers are those of no known layout"),
    "other table": (b"id,name,price\n1,Ann Example,3\n", "is a table of 3 columns"),
    "other JSON": (b'{"name": "Ann Example"}', "is JSON, but of no known layout"),
}


@pytest.mark.parametrize("case", FOREIGN)
def test_foreign_files(tmp_path, case):
    content, what = FOREIGN[case]
    error = refused(write(tmp_path, content))
    assert isinstance(error, UnrecognisedFile)
    assert what in str(error)


@pytest.mark.parametrize("kept", [0.75, 0.85, 0.9, 0.97])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_download_that_stopped(tmp_path, kept, encoding):
    text = GOOD.decode("utf-8-sig")
    cut = text[: int(len(text) * kept)].rstrip("\r\n")
    assert "is cut off: the file ends in the middle of a row. Download" in str(
        refused(write(tmp_path, cut.encode(encoding)))
    )


def test_a_last_row_without_a_line_end_is_whole(tmp_path):
    text = GOOD.decode("utf-8-sig").rstrip("\r\n")
    assert read(write(tmp_path, text.encode())).rows_in == read(write(tmp_path, GOOD)).rows_in


def test_zip_and_office_files_are_told_apart(tmp_path):
    for member, what in (
        ("orders.csv", "is a ZIP archive"),
        ("word/document.xml", "is a Word document"),
        ("content.xml", "is an OpenDocument file"),
        ("xl/workbook.bin", "is a binary workbook (.xlsb)"),
    ):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr(member, "x")
        assert what in str(refused(write(tmp_path, stream.getvalue(), "orders.xlsx")))


def test_protected_and_old_workbooks(tmp_path):
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    protected = ole + "EncryptedPackage".encode("utf-16-le")
    assert "is protected with a password. Save it without" in str(refused(write(tmp_path, protected, "a.xlsx")))
    assert "is in the old Excel format (.xls)" in str(refused(write(tmp_path, ole, "a.xls")))


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\r\n \r\n", b"\0" * 100])
def test_empty_files(tmp_path, content):
    assert "is empty. Export it again" in str(refused(write(tmp_path, content)))


@pytest.mark.parametrize("described", [False, True])
@pytest.mark.parametrize("container", ["csv", "xlsx"])
def test_a_header_without_rows(tmp_path, described, container):
    rows = table(layouts.US_63, [], described=described)
    path = tmp_path / f"orders.{container}"
    if container == "csv":
        path.write_bytes(csv_bytes(rows) + b"\r\n" + b"," * (len(rows[0]) - 1) + b"\r\n")
    else:
        write_xlsx(path, rows)
    assert "has a header but no rows" in str(refused(path))


def test_a_missing_column_is_named_with_all_its_spellings(tmp_path):
    rows = table(layouts.US_63, layouts.US_ROWS)
    gone = rows[0].index("Created Time")
    error = refused(write(tmp_path, csv_bytes([row[:gone] + row[gone + 1 :] for row in rows])))
    assert not isinstance(error, UnrecognisedFile)
    assert "has no column Created Time; it has Order ID, Order Status" in str(error)
    assert error.line == 1


def test_an_export_without_two_columns_is_still_told_for_what_it_is(tmp_path):
    rows = table(layouts.US_63, layouts.US_ROWS)
    renamed = {"Order ID": "Order No.", "Created Time": "Create Time"}
    rows[0] = [renamed.get(name, name) for name in rows[0]]
    error = refused(write(tmp_path, csv_bytes(rows)))
    assert "looks like TikTok Shop order export, United States, but has no column Order ID; Created Time" in str(error)


def test_a_file_without_a_header_shows_none_of_its_cells(tmp_path):
    assert "headers are those of no known layout" in str(refused(write(tmp_path, GOOD[len(HEADER) :])))


def test_truncated_and_damaged_workbooks(tmp_path):
    good = book(tmp_path)
    for content in (good[: len(good) // 2], good[:100], b"PK\x03\x04" + b"\0" * 50):
        assert "truncated" in str(refused(write(tmp_path, content, "orders.xlsx")))
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        sheet = archive.getinfo("xl/worksheets/sheet2.xml")
    broken = bytearray(good)
    at = sheet.header_offset + 30 + len(sheet.filename) + sheet.compress_size // 2
    broken[at : at + 4] = b"\xff\xff\xff\xff"
    assert "damaged or truncated XLSX" in str(refused(write(tmp_path, bytes(broken), "orders.xlsx")))


def test_a_zip_bomb_is_refused_before_it_unpacks(tmp_path):
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book(tmp_path))) as good,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as bomb,
    ):
        for name in good.namelist():
            if name.endswith("sheet2.xml"):
                with bomb.open(name, "w", force_zip64=True) as part:
                    for _ in range(80):
                        part.write(b" " * (1 << 20))
            else:
                bomb.writestr(name, good.read(name))
    assert "unpacks to 80 MB, more than a table of orders can" in str(
        refused(write(tmp_path, stream.getvalue(), "o.xlsx"))
    )


def test_a_workbook_with_entities_is_refused(tmp_path):
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book(tmp_path))) as good, zipfile.ZipFile(stream, "w") as evil:
        for name in good.namelist():
            text = good.read(name)
            if name.endswith("sheet2.xml"):
                text = text.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet', 1)
            evil.writestr(name, text)
    assert "holds an XML document type" in str(refused(write(tmp_path, stream.getvalue(), "orders.xlsx")))


def test_nul_bytes(tmp_path):
    lines = GOOD.split(b"\r\n")
    lines[1] = lines[1].replace(b"WATCH", b"WA\0CH")
    error = refused(write(tmp_path, b"\n".join(lines)))
    assert "holds NUL bytes" in str(error)
    assert error.line == 2


def test_mixed_encodings(tmp_path):
    rows = table(
        layouts.ZH, [{"订单号": "1", "订单状态": "待发货", "订单创建时间": "2026/01/27 18:03:56", "城市": "深圳"}] * 10
    )
    text = csv_bytes(rows, bom=False).decode()
    error = refused(write(tmp_path, text.encode() + text.encode("gb18030")))
    assert "mixes text encodings" in str(error)
    assert error.line == 12
    error = refused(write(tmp_path, b"\xff\xfe" + text.encode("utf-16-le") + b"\x00\xd8\x41"))
    assert "begins as UTF-16-LE but goes on in another encoding" in str(error)


def test_a_western_code_page_is_not_taken_for_chinese(tmp_path):
    row = {
        "Order ID": "577461234567890123",
        "Created Time": "13/01/2026 10:00:00",
        "City": "Málaga",
        "Recipient": "José é",
    }
    text = csv_bytes(table(layouts.US_57, [row] * 30), bom=False).decode()
    assert "is in a text encoding that is not known" in str(refused(write(tmp_path, text.encode("cp1252"))))


def test_too_many_columns_and_lines_without_end(tmp_path):
    assert "where no export has more than 2000" in str(refused(write(tmp_path, b"a," * 100_000 + b"\n1\n")))
    assert "longer than 16 MB" in str(refused(write(tmp_path, b"a" * (17 << 20))))


def test_a_damaged_parquet_file(tmp_path):
    assert "damaged or truncated Parquet" in str(refused(write(tmp_path, b"PAR1" + b"x" * 50, "orders.parquet")))


def test_a_file_that_changes_while_it_is_read(tmp_path):
    path = write(tmp_path, GOOD)
    (source,) = discover([str(path)]).files
    path.write_bytes(GOOD + GOOD[len(HEADER) :])
    with duckdb.connect() as con, pytest.raises(InputError, match="changed while it was read"):
        identify(con, source, FORMATS)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_rights(tmp_path):
    path = write(tmp_path, GOOD)
    path.chmod(0)
    assert "cannot be read: Permission denied" in str(refused(path))
