"""The report's tables: great_tables over a handful of rows.

Cells are text that is already in the reader's language. A plain ``str`` cell is escaped; a :class:`markupsafe.Markup`
cell was built here from escaped parts and stands as it is. The look stands in ``page/page.css``: the style sheet of
great_tables would be repeated with every table, and knows no dark paper.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    (re.compile(r"\n\s*(?=</?(?:t|s))"), ""),
)
"""What great_tables writes for every cell and table, said shorter: it would be a third of the page."""


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
    import polars as pl
    from great_tables import GT, html

    if not rows:
        return Markup('<p class="nothing">{}</p>').format(words("table.nothing"))
    frame = pl.DataFrame(
        {column.name: [str(escape(row[place])) for row in rows] for place, column in enumerate(columns)},
        schema={column.name: pl.String for column in columns},
    )
    # Escaped here: great_tables reads {{…}} in a plain label as units, and does not escape those.
    heads: dict[str, str | BaseText] = {
        column.name: html(str(escape((labels or {}).get(column.name) or words(f"column.{column.name}"))))
        for column in columns
    }
    built = GT(frame, id=identity)
    # Cells are escaped above; great_tables would do it a second time.
    built = built.fmt_passthrough(columns=list(heads), escape=False).cols_label(cases=heads)
    for align in ("left", "right", "center"):
        names = [column.name for column in columns if column.align == align]
        if names:
            built = built.cols_align(align=align, columns=names)
    if note:
        built = built.tab_source_note(html(str(escape(note))))
    markup = built.as_raw_html()
    for pattern, shorter in _SLIM:
        markup = pattern.sub(shorter, markup)
    return Markup('<div class="scroll" tabindex="0" role="region" aria-label="{}">{}</div>').format(
        words("table.scroll"),
        Markup(markup),  # noqa: S704 - every cell was escaped above
    )


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
