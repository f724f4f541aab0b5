"""The page of all export layouts that are recognised: made from the format files, never by hand.

``python -m fulfil_analytics.sources.pages docs/reference/layouts.md`` writes it anew.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fulfil_analytics.sources.formats import Format, load_formats

MADE = "<!-- Made from fulfil_analytics/sources/formats by: python -m fulfil_analytics.sources.pages {} -->\n"
_HEAD = """
# Layouts that are recognised

A file is what its content says, never what its name says. For each layout: what such a file is called, the
containers it comes in, how sure its description is (A official or a whole real file, B independent code
written against real files, C one source, or *unverified*), and the headers that are read. Case and doubled
blanks in a header do not matter, a header that is not listed is reported as unknown and harms nothing.

"""
_GRADE = {"A": "A", "B": "B", "C": "C", "unverified": "unverified"}


def layouts_page(path: str = "docs/reference/layouts.md") -> str:
    """Return the page as Markdown; `path` is where it stands, for its first line."""
    found = sorted(load_formats(), key=lambda item: (_ORDER.index(item.kind), item.id))
    rows = [
        f"| [{item.title}](#{item.id}) | {item.kind} | {', '.join(item.container)} | {_GRADE[item.confidence]} |\n"
        for item in found
    ]
    list_ = "| layout | kind | containers | grade |\n|---|---|---|---|\n" + "".join(rows) + "\n"
    return MADE.format(path) + _HEAD + list_ + "".join(_section(item) for item in found).rstrip() + "\n"


_ORDER = ("orders", "tracking", "labels", "products", "inventory", "warehouses", "returns", "sla_windows")


def _section(item: Format) -> str:
    rows = []
    needed = set(item.identify.requires) | {name for name, spec in item.columns.items() if spec.required}
    for name, spec in item.columns.items():
        found = [*dict.fromkeys(spec.headers or spec.path)]
        if not found or name.startswith("_"):
            continue
        spelled = ", ".join(f"`{spelling.replace('|', chr(92) + '|')}`" for spelling in found)
        rows.append(f"| `{name}`{' (needed)' if name in needed else ''} | {spelled} |\n")
    table = f"| column | headers, or JSON paths |\n|---|---|\n{''.join(rows)}"
    return f"## {item.title} {{#{item.id}}}\n\n{table}\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(layouts_page(sys.argv[1]), encoding="utf-8")
