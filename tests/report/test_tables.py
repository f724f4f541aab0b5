"""A table of the report is what great_tables makes of it, but for what is said shorter and for its style sheet."""

from __future__ import annotations

import re

import polars as pl
from great_tables import GT, html
from markupsafe import Markup, escape

from fulfil_analytics.report import tables
from fulfil_analytics.report.words import Words

ROWS = [
    ["a", "1", tables.stack("x\n  ", "y", None)],
    ["<b> & {{m}} $x$ **bold** \\1", "", tables.chip("high", "<i>")],
    ["\n  <td headers='t-a'>", "２", tables.code("None")],
    ["NaN", " 3 ", Markup('<span class="below">\n <small></small></span>')],
]
SHORTER = (
    (r"(?s)<style>.*?</style>\s*", ""),
    (r'(<div id="[^"]*") style="[^"]*"', r"\1"),
    (r' data-quarto-[a-z-]*="[a-z]*"', ""),
    (r'<td headers="[^"]*-([^"-]+)" class="gt_row gt_([lrc])[a-z]+">', r'<td class="\2 c-\1">'),
    (
        r'<th class="gt_col_heading gt_columns_bottom_border gt_([lrc])[a-z]+" rowspan="1" colspan="1" scope="col" '
        r'id="[^"]*-([^"-]+)">',
        r'<th class="\1 c-\2" scope="col">',
    ),
    (r"\n\s*(?=</?(?:t|s))", ""),
)


def test_a_table_is_as_great_tables_writes_it() -> None:
    columns = [*tables.left("rule"), *tables.right("count"), tables.Column("note", "center")]
    labels = {"rule": "<Rule> & $x$", "count": "n-1", "note": "Note"}
    frame = pl.DataFrame(
        {column.name: [str(escape(row[place])) for row in ROWS] for place, column in enumerate(columns)}
    )
    built = GT(frame, id="the-id").fmt_passthrough(columns=list(labels), escape=False)
    built = built.cols_label(cases={name: html(str(escape(label))) for name, label in labels.items()})
    for column in columns:
        built = built.cols_align(align=column.align, columns=column.name)
    for note in (None, "below <this> & that"):
        made = tables.table(Words("en"), "the-id", columns, ROWS, labels=labels, note=note)
        markup = (built if note is None else built.tab_source_note(html(str(escape(note))))).as_raw_html()
        for pattern, shorter in SHORTER:
            markup = re.sub(pattern, shorter, markup)
        assert made[made.index("<div id") :].removesuffix("</div>") == markup
