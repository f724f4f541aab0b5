"""The report's tables: the markup of great_tables, written by hand.

A test holds the two together. great_tables itself takes 20 ms a table and half a second to be imported; its style sheet
would be repeated with every table and knows no dark paper (the look stands in ``page/page.css``), and what it writes
for every cell would be a third of the page.

Cells are text that is already in the reader's language. A plain ``str`` cell is escaped; a :class:`markupsafe.Markup`
cell was built here from escaped parts and stands as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from fulfil_analytics.report.words import Words

Cell = str | Markup

_BREAK = re.compile(r"\n\s*(?=</?(?:t|s))")
"""Line breaks before a part of a table, and before what :func:`stack` puts below: a browser shows none of them."""


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
    before, row, after = _outline(identity, columns, heads, note)
    body = _BREAK.sub("", "".join(_filled(row, cells) for cells in rows))
    return Markup('<div class="scroll" tabindex="0" role="region" aria-label="{}">{}</div>').format(
        words("table.scroll"),
        Markup(f"{before}{body}{after}"),  # noqa: S704 - every cell is escaped when it is put in
    )


def _outline(
    identity: str, columns: Sequence[Column], heads: Sequence[str], note: str | None
) -> tuple[str, list[str], str]:
    """Return what stands before the rows, the parts of a row around its cells, and what follows the rows."""
    titles = "".join(
        f'<th class="{column.align[0]} c-{column.name}" scope="col">{escape(head)}</th>'
        for column, head in zip(columns, heads, strict=True)
    )
    before = (
        f'<div id="{identity}"><table class="gt_table"><thead><tr class="gt_col_headings">{titles}</tr></thead>'
        '<tbody class="gt_table_body">'
    )
    cells = [f'<td class="{column.align[0]} c-{column.name}">' for column in columns]
    row = [f"<tr>{cells[0]}", *(f"</td>{cell}" for cell in cells[1:]), "</td></tr>"]
    below = (
        f'<tfoot><tr class="gt_sourcenotes"><td class="gt_sourcenote" colspan="{len(columns)}">'
        f'<span class="gt_from_md">{escape(note)}</span></td></tr></tfoot>'
    )
    return before, row, f"</tbody>{below if note else ''}</table>\n\n</div>\n"


def _filled(row: Sequence[str], cells: Sequence[Cell]) -> str:
    """Return a row with its cells, escaped."""
    texts = [str(escape(cell)) for cell in cells]
    return row[0] + "".join(text + part for text, part in zip(texts, row[1:], strict=True))


def chip(kind: str, text: str) -> Markup:
    """Return a word on a coloured ground; `kind` is a class of ``page.css``."""
    return _made(f'<span class="chip {escape(kind)}">{escape(text)}</span>')


def code(text: object) -> Markup:
    """Return an identifier in a fixed-width face."""
    return _made(f"<code>{escape(text)}</code>")


def stack(main: Cell, *below: Cell | None) -> Markup:
    """Return a cell of several lines, the first the one that counts."""
    lines = "".join(f'<span class="below">{escape(line)}</span>' for line in below if line)
    return _made(f"{escape(main)}{lines}")


def _made(html: str) -> Markup:
    """Return what was built of escaped parts as markup; to let Markup put them in takes ten times as long."""
    return Markup(html)  # noqa: S704 - see above
