"""The findings as a workbook that people can filter; nothing in it can run a formula or follow a link from the data.

xlsxwriter makes the book: summary, formats, headings, frozen panes, filters. The rows of the sheets are XML that the
database writes, poured into the sheets as the book is packed: a workbook of fifty thousand findings takes seconds, and
memory does not grow with it.
"""

from __future__ import annotations

import datetime as dt
import re
import tempfile
import zipfile
from pathlib import Path
from typing import IO, TYPE_CHECKING

from fulfil_analytics.report.facts import Row, query, rows
from fulfil_analytics.report.words import Lang, Words
from fulfil_analytics.schemas.words import SEVERITY
from fulfil_analytics.sql import Value

if TYPE_CHECKING:
    import duckdb
    import xlsxwriter  # type: ignore[import-untyped]
    from xlsxwriter.format import Format  # type: ignore[import-untyped]

BATCH = 20_000
SHEET_ROWS = 1_048_576
"""Rows of an Excel sheet, the header included."""
CELL = 32_767
"""Characters of an Excel cell."""
CREATED = dt.datetime(2026, 1, 1)
"""The workbook's creation date: fixed, so that equal findings give equal bytes."""

_COLORS = {"critical": "#7D1128", "high": "#B3401A", "medium": "#7D5A00", "low": "#0B5C94", "info": "#57606A"}
_COLUMNS = (
    ("finding_id", 20),
    ("rule", 24),
    ("severity", 10),
    ("evidence_class", 10),
    ("order", 22),
    ("waybill", 26),
    ("carrier", 12),
    ("shop", 16),
    ("warehouse", 18),
    ("occurred_at_utc", 19),
    ("message", 80),
    ("verdict", 10),
    ("source_file", 30),
    ("source_line", 8),
    ("evidence", 50),
    ("root_finding_id", 20),
    ("rule_version", 14),
)
_SAMPLE = re.compile(r'<row r="2".*?</row>', re.DOTALL)
_STYLED = re.compile(r'<c r="([A-Z]+)2"(?: s="([0-9]+)")?')
_EXTENT = re.compile(r'<dimension ref="[^"]*"')


def write_findings_xlsx(con: duckdb.DuckDBPyConnection, path: Path, lang: Lang) -> None:
    """Write the findings as a workbook: a summary, then a sheet a family, continued on a next one where it is full.

    Identifiers are text, times are UTC, text is never taken for a formula or a link. Memory does not grow with the
    findings; equal findings give equal bytes.

    Parameters
    ----------
    lang : {"en", "zh"}
        Language of headings and words; messages keep the language they were written in.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    words = Words(lang)
    with tempfile.TemporaryDirectory(prefix="fulfil-", ignore_cleanup_errors=True) as place:
        base = Path(place) / "base.xlsx"
        pages = _base(con, base, words)
        _pack(con, base, path, words, pages)


def _base(con: duckdb.DuckDBPyConnection, path: Path, words: Words) -> dict[str, tuple[str, int]]:
    """Write the book without the rows of its sheets; return entry of the zip to family and number of the page."""
    import xlsxwriter
    from xlsxwriter.exceptions import XlsxFileError  # type: ignore[import-untyped]

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    families = rows(con, "families")
    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties({"created": CREATED, "title": words("page.title")})
    styles = _styles(book)
    names = _sheet_names(words, families)
    with con.cursor() as own:
        own.execute("CREATE OR REPLACE TEMP VIEW seen_findings AS SELECT * FROM findings")
        found = rows(own, "findings_by_rule")
    _summary(book, words, found, names, styles)
    pages: dict[str, tuple[str, int]] = {}
    counts = {row["family"]: row["findings"] for row in families}
    for family, sheets in names.items():
        for number, name in enumerate(sheets):
            held = min(SHEET_ROWS - 1, counts[family] - number * (SHEET_ROWS - 1))
            _sheet(book, words, name, styles, held)
            pages[f"xl/worksheets/sheet{len(pages) + 2}.xml"] = (family, number)
    try:
        book.close()
    except XlsxFileError as problem:
        raise OSError(str(problem)) from problem
    return pages


def _styles(book: xlsxwriter.Workbook) -> dict[str, Format]:
    styles = {
        "head": book.add_format({"bold": True, "bottom": 2, "text_wrap": True, "valign": "bottom"}),
        "title": book.add_format({"bold": True, "font_size": 14}),
        "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        "text": book.add_format({"num_format": "@"}),
        "link": book.add_format({"font_color": "#0B5CAD", "underline": 1}),
        "count": book.add_format({"num_format": "#,##0"}),
        "total": book.add_format({"num_format": "#,##0", "bold": True, "top": 1}),
    }
    for severity, color in _COLORS.items():
        styles[severity] = book.add_format({"bg_color": color, "font_color": "#FFFFFF", "bold": True})
    return styles


def _sheet_names(words: Words, families: list[Row]) -> dict[str, list[str]]:
    """Return family to the names of its sheets; Excel allows 31 characters, not all of them, no twins in any case."""
    taken = {words("column.total").casefold(), "history"}  # Excel keeps the second for itself
    names: dict[str, list[str]] = {}
    for row in families:
        clean = "".join(
            "_" if character in "[]:*?/\\'" else character for character in words.term("family", row["family"])
        )
        clean = clean.strip()[:22] or "_"
        sheets = names.setdefault(row["family"], [])
        number = 1
        for _ in range(-(-row["findings"] // (SHEET_ROWS - 1))):
            while (name := clean if number == 1 else f"{clean} ({number})").casefold() in taken:
                number += 1
            taken.add(name.casefold())
            sheets.append(name)
    return names


def _summary(
    book: xlsxwriter.Workbook, words: Words, found: list[Row], names: dict[str, list[str]], styles: dict[str, Format]
) -> None:
    sheet = book.add_worksheet(words("column.total"))
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 22)
    sheet.set_column(2, 9, 11)
    sheet.write_string(0, 0, words("page.title"), styles["title"])
    heads = [words("column.rule"), words("column.family"), *(words.term("severity", level) for level in SEVERITY)]
    for column, head in enumerate([*heads, words("column.total"), words("column.explained")]):
        sheet.write_string(2, column, head, styles["head"])
    line = 3
    for row in found:
        sheet.write_string(line, 0, row["rule_id"])
        target = names[row["family"]][0]
        sheet.write_url(line, 1, f"internal:'{target}'!A1", styles["link"], words.term("family", row["family"])[:CELL])
        for column, level in enumerate(SEVERITY, start=2):
            if row[level]:
                sheet.write_number(line, column, row[level], styles[level])
        sheet.write_number(line, 2 + len(SEVERITY), row["findings"], styles["count"])
        sheet.write_number(line, 3 + len(SEVERITY), row["explained"], styles["count"])
        line += 1
    sheet.write_string(line, 0, words("summary.total"), styles["total"])
    sheet.write_blank(line, 1, None, styles["total"])
    for column, field in enumerate([*SEVERITY, "findings", "explained"], start=2):
        sheet.write_number(line, column, sum(row[field] for row in found), styles["total"])
    sheet.freeze_panes(3, 0)


def _sheet(book: xlsxwriter.Workbook, words: Words, name: str, styles: dict[str, Format], held: int) -> None:
    """Write a sheet of `held` findings without them; a sample row shows how each column is styled."""
    sheet = book.add_worksheet(name)
    for column, (head, width) in enumerate(_COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, words(f"column.{head}"), styles["head"])
    for column, (head, _) in enumerate(_COLUMNS):  # the book keeps one row at a time
        sheet.write_blank(1, column, None, styles["time" if head == "occurred_at_utc" else "text"])
    for place, level in enumerate(SEVERITY):
        sheet.write_blank(1, len(_COLUMNS) + place, None, styles[level])
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, held, len(_COLUMNS) - 1)


def _pack(
    con: duckdb.DuckDBPyConnection, base: Path, path: Path, words: Words, pages: dict[str, tuple[str, int]]
) -> None:
    """Copy the book entry by entry; sheets get their rows on the way."""
    with zipfile.ZipFile(base) as book, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as packed:
        for entry in book.infolist():
            copy = zipfile.ZipInfo(entry.filename, (1980, 1, 1, 0, 0, 0))
            copy.compress_type, copy.external_attr, copy.create_system = zipfile.ZIP_DEFLATED, entry.external_attr, 3
            with packed.open(copy, "w", force_zip64=True) as target:
                if entry.filename in pages:
                    _pour(con, book.read(entry).decode("utf-8"), target, words, *pages[entry.filename])
                else:
                    target.write(book.read(entry))


def _pour(
    con: duckdb.DuckDBPyConnection, sheet: str, target: IO[bytes], words: Words, family: str, number: int
) -> None:
    """Write a sheet with the findings of a family where its sample row was."""
    found = _SAMPLE.search(sheet)
    if found is None:
        raise OSError("the workbook's sheet has no sample row")
    styled = [style for _, style in _STYLED.findall(found[0])]
    columns = len(_COLUMNS)
    values: dict[str, Value] = {
        "family": family,
        "first": number * (SHEET_ROWS - 1) + 1,
        "last": (number + 1) * (SHEET_ROWS - 1),
        "before": number * (SHEET_ROWS - 1) - 1,
        "text": styled[0],
        "time": styled[[name for name, _ in _COLUMNS].index("occurred_at_utc")],
        "cell": CELL,
        **{f"style_{level}": styled[columns + place] for place, level in enumerate(SEVERITY)},
        **{f"word_{level}": words.term("severity", level) for level in SEVERITY},
        **{f"word_{name}": words.term("evidence", name) for name in ("hard", "soft")},
        **{f"word_{name}": words.term("verdict", name) for name in ("upheld", "excused")},
    }
    con.complete()  # DuckDB opens no reader while a result of execute() still has rows to give
    begin, end = sheet[: found.start()], sheet[found.end() :]
    filtered = re.search(r'<autoFilter ref="([^"]*)"', sheet)
    extent = filtered[1] if filtered else "A1"
    target.write(_EXTENT.sub(f'<dimension ref="{extent}"', begin, count=1).encode())
    for batch in con.sql(query("sheet_rows", **values)).to_arrow_reader(BATCH):
        target.write("".join(batch.column(0).to_pylist()).encode())
    target.write(end.encode())
