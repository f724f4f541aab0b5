"""A table of the report is what great_tables makes of it, though it makes one row alone."""

from __future__ import annotations

import polars as pl
from great_tables import GT
from markupsafe import Markup, escape

from fulfil_analytics.report import tables
from fulfil_analytics.report.words import Words

ROWS = [
    ["a", "1", tables.stack("x\n  ", "y", None)],
    ["<b> & {{m}} $x$ **bold** \\1", "", tables.chip("high", "<i>")],
    ["\n  <td headers='t-a'>", "２", tables.code("None")],
    ["NaN", " 3 ", Markup('<span class="below">\n <small></small></span>')],
]


def test_every_row_is_as_great_tables_writes_it() -> None:
    columns = [*tables.left("rule"), *tables.right("count"), tables.Column("note", "center")]
    labels = {"rule": "<Rule> {{x}}", "count": "n-1", "note": "Note"}
    made = tables.table(Words("en"), "the-id", columns, ROWS, labels=labels, note="below <this>")
    frame = pl.DataFrame(
        {column.name: [str(escape(row[place])) for row in ROWS] for place, column in enumerate(columns)}
    )
    markup = GT(frame, id="the-id").fmt_passthrough(columns=list(labels), escape=False).as_raw_html()
    for align, name in (("left", "rule"), ("right", "count"), ("center", "note")):
        markup = markup.replace(
            f'headers="the-id-{name}" class="gt_row gt_left"', f'headers="the-id-{name}" class="gt_row gt_{align}"'
        )
    for pattern, shorter in (*tables._SLIM, (tables._BREAK, "")):
        markup = pattern.sub(shorter, markup)
    body = markup[markup.index("<tbody") : markup.index("</tbody>")]
    assert body in made
    assert made.count("<tr>") == len(ROWS)
    assert 'id="the-id"' in made
    assert tables._IDENTITY not in made
