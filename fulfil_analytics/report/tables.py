"""The report's tables: great_tables over a handful of rows.

Cells are text that is already in the reader's language. A plain ``str`` cell is escaped; a :class:`markupsafe.Markup`
cell was built here from escaped parts and stands as it is. The look stands in ``page/page.css``: the style sheet of
great_tables would be repeated with every table, and knows no dark paper.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from fulfil_analytics.report.words import Words

if TYPE_CHECKING:
    from great_tables._text import BaseText

Cell = str | Markup

_SLIM = (
    (re.compile(r"<style>.*?</style>\s*", re.DOTALL), ""),
    (re.compile(r'(<div id="[^"]*") style="[^"]*"'), r"\1"),
    (re.compile(r' data-quarto-[a-z-]*="[a-z]*"'), ""),
    (re.compile(r'<td headers="[^"]*-([^"-]+)" class="gt_row gt_([lrc])[a-z]+">'), r'<td class="\2 c-\1">'),
    (
        re.compile(
            r'<th class="gt_col_heading gt_columns_bottom_border gt_([lrc])[a-z]+" rowspan="1" colspan="1" scope="col" '
            r'id="[^"]*-([^"-]+)">'
        ),
        r'<th class="\1 c-\2" scope="col">',
    ),
)
"""What great_tables writes for every cell and table, said shorter: it would be a third of the page."""

_BREAK = re.compile(r"\n\s*(?=</?(?:t|s))")
"""Likewise, but it may touch the text of a cell."""

_IDENTITY, _CELL = "identity-of-the-table", "cell-of-the-row"
_BODY = re.compile(r'(?<=<tbody class="gt_table_body">\n).*?(?=\n</tbody>)', re.DOTALL)


@dataclass(frozen=True)
class Column:
    """A column of a table: its name in the i18n texts (``column.<name>``), and how it stands."""

    name: str
    align: str = "left"


def left(*names: str) -> list[Column]:
    """Return columns of text."""
    return [Column(name) for name in names]


def right(*names: str) -> list[Column]:
    """Return columns of numbers."""
    return [Column(name, "right") for name in names]


def table(
    words: Words,
    identity: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Cell]],
    *,
    note: str | None = None,
    labels: Mapping[str, str] | None = None,
) -> Markup:
    """Return a table as HTML.

    Parameters
    ----------
    identity : str
        Id of the element; fixed, so that equal inputs give equal bytes.
    columns, rows
        What stands in it; a row has one cell a column.
    note : str, optional
        A line below the table.
    labels : mapping, optional
        Headings that do not come from the i18n texts, by column name.

    Returns
    -------
    Markup
        The table, or a quiet line when it has no rows.
    """
    if not rows:
        return Markup('<p class="nothing">{}</p>').format(words("table.nothing"))
    heads = tuple((labels or {}).get(column.name) or words(f"column.{column.name}") for column in columns)
    before, row, after = _outline(tuple(columns), heads, note)
    body = "\n".join(_filled(row, cells) for cells in rows)
    markup = _BREAK.sub("", f"{before.replace(_IDENTITY, identity)}{body}{after}")
    return Markup('<div class="scroll" tabindex="0" role="region" aria-label="{}">{}</div>').format(
        words("table.scroll"),
        Markup(markup),  # noqa: S704 - every cell is escaped when it is put in
    )


@lru_cache(maxsize=64)
def _outline(columns: tuple[Column, ...], heads: tuple[str, ...], note: str | None) -> tuple[str, list[str], str]:
    """Return what great_tables makes of one row: what stands before it, its parts around the cells, what follows.

    Its time goes by the cell, and all rows are made alike: the others are written after the first.
    """
    import polars as pl
    from great_tables import GT, html

    frame = pl.DataFrame({column.name: [_CELL] for column in columns}, schema={one.name: pl.String for one in columns})
    # Escaped here: great_tables reads {{…}} in a plain label as units, and does not escape those.
    cases: dict[str, str | BaseText] = {
        column.name: html(str(escape(head))) for column, head in zip(columns, heads, strict=True)
    }
    built = GT(frame, id=_IDENTITY)
    # Cells are escaped when they are put in; great_tables would do it a second time.
    built = built.fmt_passthrough(columns=list(cases), escape=False).cols_label(cases=cases)
    for align in ("left", "right", "center"):
        names = [column.name for column in columns if column.align == align]
        if names:
            built = built.cols_align(align=align, columns=names)
    if note:
        built = built.tab_source_note(html(str(escape(note))))
    markup = built.as_raw_html()
    for pattern, shorter in _SLIM:
        markup = pattern.sub(shorter, markup)
    before, after = _BODY.split(markup, maxsplit=1)
    (row,) = _BODY.findall(markup)
    return before, row.split(_CELL), after


def _filled(row: Sequence[str], cells: Sequence[Cell]) -> str:
    """Return a row with its cells, escaped."""
    texts = [str(escape(cell)) for cell in cells]
    return row[0] + "".join(text + part for text, part in zip(texts, row[1:], strict=True))


def chip(kind: str, text: str) -> Markup:
    """Return a word on a coloured ground; `kind` is a class of ``page.css``."""
    return Markup('<span class="chip {}">{}</span>').format(kind, text)


def code(text: object) -> Markup:
    """Return an identifier in a fixed-width face."""
    return Markup("<code>{}</code>").format(text)


def stack(main: Cell, *below: Cell | None) -> Markup:
    """Return a cell of several lines, the first the one that counts."""
    lines = Markup("").join(Markup('<span class="below">{}</span>').format(line) for line in below if line)
    return Markup("{}{}").format(main, lines)
