"""The page of all commands: made from their ``--help``, never by hand.

``python -m fulfil_analytics.cli.pages docs/reference/commands.md`` writes it anew.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from fulfil_analytics.cli.main import app

MADE = "<!-- Made from fulfil_analytics/cli by: python -m fulfil_analytics.cli.pages {} -->\n"
_HEAD = """
# Commands

Exit status: 0 no finding at or above `--fail-on` (default: never fail on findings), 1 such findings, 2 bad
usage or unusable input, with one line that names place and remedy, 3 internal error. Progress goes to stderr
and only to a terminal; `--quiet`, `--json` and `NO_COLOR` work everywhere. Tab completion: `fulfil --install-
completion`. Everything below is what `fulfil COMMAND --help` prints.

"""


def commands_page(path: str = "docs/reference/commands.md") -> str:
    """Return the page as Markdown; `path` is where it stands, for its first line."""
    root: Any = typer.main.get_command(app)
    return (MADE.format(path) + _HEAD + "".join(_sections(root, ("fulfil",), None))).rstrip() + "\n"


def _sections(command: Any, words: tuple[str, ...], above: Any) -> Iterator[str]:
    context = command.make_context(words[-1], [], parent=above, resilient_parsing=True, terminal_width=98)
    name = " ".join(words)
    yield f"## {name}\n\n```text\n{command.get_help(context).rstrip()}\n```\n\n"
    for inner, one in getattr(command, "commands", {}).items():
        yield from _sections(one, (*words, inner), context)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(commands_page(sys.argv[1]), encoding="utf-8")
