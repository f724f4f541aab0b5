"""The rules' pages in the docs: made from the rule files, never by hand.

``python -m fulfil_analytics.rulebook.pages docs/rules`` writes them anew.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from fulfil_analytics.resources import rules_folder
from fulfil_analytics.rulebook.docs import rule_page
from fulfil_analytics.rulebook.load import load_rules
from fulfil_analytics.rulebook.model import Rulebook

MADE = "<!-- Made from the rule files by: python -m fulfil_analytics.rulebook.pages docs/rules -->\n\n"
_HEAD = """# Rules

One page a rule, with its limits, its excuses, what could make it wrong, and its examples, which are run as tests. A
finding names one order, parcel or input file. **Hard** evidence shows the violation itself; **soft** evidence shows
what usually goes with one, and is for a person to look at. What findings together mean for an order and a shop:
[risk](../risk.md). A rule of your own: [rules/README.md](../extend/rule.md).
"""


def rule_pages(book: Rulebook) -> dict[str, str]:
    """Return file name to text: a page for each rule, and the list of them."""
    pages = {f"{rule.id}.md": MADE + rule_page(rule) for rule in book}
    return {**pages, "README.md": MADE + _HEAD + "".join(_index(book))}


def _index(book: Rulebook) -> Iterator[str]:
    for family, rules in groupby(book, key=lambda rule: rule.family):
        yield f"\n## {family}\n\n| rule | severity | evidence | judges | finds |\n|---|---|---|---|---|\n"
        for rule in rules:
            finds = rule.docs.what.replace("|", "\\|")
            link = f"[{rule.title('en')}]({rule.id}.md)"
            yield f"| {link} `{rule.id}` | {rule.severity} | {rule.evidence_class} | {rule.grain} | {finds} |\n"


def write_rule_pages(folder: Path) -> list[Path]:
    """Write the pages of the shipped rules into `folder` and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in rule_pages(load_rules([rules_folder()])).items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


if __name__ == "__main__":
    write_rule_pages(Path(sys.argv[1]))
