"""The findings as files for a spreadsheet: CSV and a workbook. Neither can run a formula that came from the data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fulfil_analytics.report.facts import Row, query, rows
from fulfil_analytics.report.words import Lang, Words
from fulfil_analytics.schemas.words import SEVERITY

if TYPE_CHECKING:
    import duckdb
    import polars as pl
    import xlsxwriter  # type: ignore[import-untyped]
    from xlsxwriter.format import Format  # type: ignore[import-untyped]
    from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

BATCH = 50_000
SHEET_ROWS = 1_048_576
"""Rows of an Excel sheet, the header included."""
CELL = 32_767
"""Characters of an Excel cell."""
CREATED = dt.datetime(2026, 1, 1)
"""The workbook's creation date: fixed, so that equal findings give equal bytes."""

_FORMULA = r"^([=+\-@\t\r\n＝＋－＠])"
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
_TIME = [name for name, _ in _COLUMNS].index("occurred_at_utc")
_SEVERITY = [name for name, _ in _COLUMNS].index("severity")


def write_findings_csv(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write the findings as CSV: the columns of the contract, UTF-8 with a byte order mark, text quoted.

    A text that begins with ``= + - @``, a tab or a line break gets a leading apostrophe, so that no spreadsheet takes
    it for a formula.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    _write_csv(con, query("findings_out"), path)


def _write_csv(con: duckdb.DuckDBPyConnection, sql: str, path: Path) -> None:
    import polars as pl

    safe = pl.col(pl.String).str.replace(_FORMULA, "'$1")
    with path.open("wb") as file:
        first = True
        for frame in _frames(con, sql):
            frame.with_columns(safe).write_csv(file, include_bom=first, include_header=first, quote_style="non_numeric")
            first = False


def write_since_csv(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write what changed since an earlier audit (table ``since``), in the manner of :func:`write_findings_csv`.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    _write_csv(con, query("since_out"), path)


def _frames(con: duckdb.DuckDBPyConnection, sql: str) -> Iterator[pl.DataFrame]:
    """Yield the result of a query in frames of bounded size; at least one, so that a file always has its header."""
    import polars as pl

    con.complete()  # DuckDB opens no reader while a result of execute() still has rows to give
    reader = con.sql(sql).to_arrow_reader(BATCH)
    empty = True
    for batch in reader:
        empty = False
        yield pl.DataFrame(batch)
    if empty:
        yield pl.DataFrame(reader.schema.empty_table())


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
    import xlsxwriter
    from xlsxwriter.exceptions import XlsxFileError  # type: ignore[import-untyped]

    words = Words(lang)
    families = rows(con, "families")
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties({"created": CREATED, "title": words("page.title")})
    styles = _styles(book)
    names = _sheet_names(words, families)
    with con.cursor() as own:
        own.execute("CREATE OR REPLACE TEMP VIEW seen_findings AS SELECT * FROM findings")
        found = rows(own, "findings_by_rule")
    _summary(book, words, found, names, styles)
    for family, sheets in names.items():
        _family(con, book, words, family, sheets, styles)
    try:
        book.close()
    except XlsxFileError as problem:
        raise OSError(str(problem)) from problem


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


def _family(
    con: duckdb.DuckDBPyConnection,
    book: xlsxwriter.Workbook,
    words: Words,
    family: str,
    names: list[str],
    styles: dict[str, Format],
) -> None:
    """Write the sheets of one family. Rows go out one by one because the workbook's format has no other way in."""
    pages = iter(names)
    sheet: Worksheet | None = None
    line = SHEET_ROWS
    for frame in _frames(con, query("findings_sheet", family=family)):
        for values in frame.iter_rows():
            if line >= SHEET_ROWS:
                _finish(sheet, line)
                sheet, line = _sheet(book, words, next(pages), styles), 1
            assert sheet is not None  # noqa: S101 - for the type checker
            _write_row(sheet, line, values, words, styles)
            line += 1
    _finish(sheet, line)


def _sheet(book: xlsxwriter.Workbook, words: Words, name: str, styles: dict[str, Format]) -> Worksheet:
    sheet = book.add_worksheet(name)
    for column, (head, width) in enumerate(_COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, words(f"column.{head}"), styles["head"])
    sheet.freeze_panes(1, 2)
    return sheet


def _finish(sheet: Worksheet | None, line: int) -> None:
    if sheet is not None:
        sheet.autofilter(0, 0, line - 1, len(_COLUMNS) - 1)


def _write_row(sheet: Worksheet, line: int, values: tuple[Any, ...], words: Words, styles: dict[str, Format]) -> None:
    for column, value in enumerate(values):
        if value is None:
            continue
        if column == _TIME:
            sheet.write_datetime(line, column, value.replace(microsecond=0), styles["time"])
        elif column == _SEVERITY:
            sheet.write_string(line, column, words.term("severity", value), styles.get(value))
        elif isinstance(value, int):
            sheet.write_number(line, column, value)
        else:
            sheet.write_string(line, column, str(value)[:CELL], styles["text"])
