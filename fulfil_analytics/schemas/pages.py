"""The page of all tables and columns: made from the pandera models, never by hand.

``python -m fulfil_analytics.schemas.pages docs/reference/tables.md`` writes it anew.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fulfil_analytics.schemas import DERIVED, LOADED, Table, columns

MADE = "<!-- Made from fulfil_analytics/schemas by: python -m fulfil_analytics.schemas.pages {} -->\n"
_HEAD = """
# Tables and columns

What a store (`--db FILE`, a DuckDB file) holds, what `audit.sql(...)` reads and what rules are written over.
Identifiers are text; times are UTC without zone; money is in hundredths of the currency unit (`_cents`),
weight in grams (`_g`). Null means "not known", never zero or no. A column that ends in `_key` is a keyed hash
of something personal: it is in the store and in no output file.

"""
_LOADED = """## Loaded from exports

One row a row of an input file; `source_file` and `source_line` say which. The table `loaded_…` behind each
holds also the rows that a newer export replaced.

"""
_DERIVED = """## Derived by the audit

All of them hold what was known at the as-of moment, nothing later. Files of the same name in an audit's
folder have the same columns; `orders` leaves out the `_key` columns and adds `findings`, `worst_severity`,
`risk` and `excuses`.

"""


def tables_page(path: str = "docs/reference/tables.md") -> str:
    """Return the page as Markdown; `path` is where it stands, for its first line."""
    parts = [MADE.format(path), _HEAD, _LOADED]
    parts += [_section(name, table) for name, table in LOADED.items()]
    parts += [_DERIVED, *(_section(name, table) for name, table in DERIVED.items())]
    return "".join(parts).rstrip() + "\n"


def _section(name: str, table: type[Table]) -> str:
    said = " ".join((table.__doc__ or "").split())
    rows = []
    for column in columns(table):
        marks = ["key"] * column.key + ["required"] * (not column.nullable and not column.key)
        told = column.description.replace("|", "\\|").replace("{", "&#123;")
        rows.append(f"| `{column.name}` | {column.duckdb} | {', '.join(marks)} | {told} |\n")
    return f"### {name}\n\n{said}\n\n| column | type | | holds |\n|---|---|---|---|\n{''.join(rows)}\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(tables_page(sys.argv[1]), encoding="utf-8")
