"""The page of all commands, made from their ``--help``, and the example of a ``fulfil.toml``; never by hand.

``python -m fulfil_analytics.cli.pages docs`` writes ``reference/commands.md`` and ``reference/fulfil.toml`` anew.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from fulfil_analytics.cli.main import app
from fulfil_analytics.config import written

MADE = "<!-- Made from fulfil_analytics/cli by: python -m fulfil_analytics.cli.pages docs -->\n"
_HEAD = """
# Commands

Exit status: 0 no finding at or above `--fail-on` (default: never fail on findings), 1 such findings, 2 bad
usage or unusable input, with one line that names place and remedy, 3 internal error. Progress goes to stderr
and only to a terminal; `--quiet`, `--json` and `NO_COLOR` work everywhere. Tab completion: `fulfil --install-
completion`. Everything below is what `fulfil COMMAND --help` prints.

"""


def commands_page() -> str:
    """Return the page as Markdown."""
    root: Any = typer.main.get_command(app)
    return (MADE + _HEAD + "".join(_sections(root, ("fulfil",), None))).rstrip() + "\n"


def _sections(command: Any, words: tuple[str, ...], above: Any) -> Iterator[str]:
    context = command.make_context(words[-1], [], parent=above, resilient_parsing=True, terminal_width=98)
    name = " ".join(words)
    yield f"## {name}\n\n```text\n{command.get_help(context).rstrip()}\n```\n\n"
    for inner, one in getattr(command, "commands", {}).items():
        yield from _sections(one, (*words, inner), context)


def example() -> str:
    """Return what ``fulfil init`` writes for a shop in the United States."""
    return written(policy="tiktok-us", inputs=["exports"], db="shop.duckdb", out="audit")


if __name__ == "__main__":
    reference = Path(sys.argv[1]) / "reference"
    (reference / "commands.md").write_text(commands_page(), encoding="utf-8")
    (reference / "fulfil.toml").write_text(example(), encoding="utf-8")
