"""Options that several commands share, and progress that only a terminal sees."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fulfil_analytics.cli import complete
from fulfil_analytics.cli.funnel import LOG

if TYPE_CHECKING:
    from fulfil_analytics.config import Config

Inputs = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="INPUT",
        help="Files, folders or globs; what a file is, its content decides. Default: fulfil.toml, paths.inputs.",
        show_default=False,
    ),
]
Policy = Annotated[
    str | None,
    typer.Option(
        "--policy",
        metavar="ID",
        help="Policy to judge by; see: fulfil policies list.",
        autocompletion=complete.policies,
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="TIME", help="Moment the audit speaks for; default: the latest time in the inputs."
    ),
]
Lang = Annotated[
    str | None,
    typer.Option(
        "--lang", metavar="en|zh", help="Language of messages and report.", autocompletion=complete.words("en", "zh")
    ),
]
Db = Annotated[Path | None, typer.Option("--db", metavar="FILE", help="Store to load into and keep.")]
Pii = Annotated[
    str | None,
    typer.Option(
        "--pii",
        metavar="hash|drop|keep",
        help="What becomes of names, phones and streets; hash unless said otherwise.",
        autocompletion=complete.words("hash", "drop", "keep"),
    ),
]
Rules = Annotated[
    list[Path] | None, typer.Option("--rules", metavar="DIR", help="Folder of own rules; may be given again.")
]
Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only", metavar="RULE", help="Run only this rule; may be given again.", autocompletion=complete.rules
    ),
]
Dates = Annotated[
    str | None,
    typer.Option(
        "--dates",
        metavar="day-first|month-first",
        help="Order of day and month where a file does not settle it.",
        autocompletion=complete.words("day-first", "month-first"),
    ),
]
Places = Annotated[
    Path | None, typer.Option("--places", metavar="FILE", help="GeoNames postal file for countries outside the US.")
]
Memory = Annotated[
    str | None, typer.Option("--memory", metavar="SIZE", help="Upper limit of the database's memory, e.g. 1GB.")
]
Temp = Annotated[
    Path | None,
    typer.Option(
        "--temp", metavar="DIR", help="Folder for what does not fit into memory; by default beside the store."
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")]
Line = Annotated[
    bool, typer.Option("--line", help="Print one line of JSON for a chat webhook: text, level, figures; nothing else.")
]
Json = Annotated[bool, typer.Option("--json", help="Print a machine-readable summary on stdout.")]


def inputs_of(given: list[str] | None, config: Config, db: Path | None, *, stored: bool) -> list[str]:
    """Return what a command reads: what it names, else the store, else what ``fulfil.toml`` names.

    Parameters
    ----------
    stored : bool
        A store that exists is enough; else ``fulfil.toml``'s inputs are read into it.

    Raises
    ------
    StoreError
        Nothing is named but a store, which would be enough and is not there.
    UsageError
        Nothing is named anywhere.
    """
    from fulfil_analytics.errors import UsageError, no_store

    if given:
        return given
    held = db is not None and db.exists()
    if (stored and held) or (held and not config.inputs):
        return []
    if config.inputs:
        return list(config.inputs)
    if stored and db is not None:
        raise no_store(db)
    raise UsageError(
        "no INPUT is named",
        remedy="Name the folder of your exports, or a store with --db, or begin a fulfil.toml: fulfil init",
    )


def one_of(value: str | None, allowed: tuple[str, ...], option: str) -> str | None:
    """Return `value` when it is allowed (or None), else raise with the nearest allowed word."""
    from fulfil_analytics.errors import UsageError, suggest

    if value is not None and value not in allowed:
        raise UsageError(f"{value} is not possible here", column=option, remedy=suggest(value, allowed))
    return value


@contextlib.contextmanager
def progress(quiet: bool) -> Iterator[Callable[[str], None]]:
    """Show the running step on stderr, on a terminal only; with ``--log json`` each step is a line there."""
    if LOG.handlers:
        yield lambda step: LOG.info("step", extra={"facts": {"step": step}})
        return
    if quiet or not sys.stderr.isatty():
        yield lambda step: None
        return
    from rich.console import Console

    console = Console(stderr=True)
    with console.status("starting") as status:
        yield status.update


def answer(value: Any, shown: Any, *, quiet: bool, json: bool) -> None:
    """Print what a command found: `value` as JSON where that is asked for, else `shown`, text or something rich."""
    if json:
        from fulfil_analytics.audit.manifest import dumps

        typer.echo(dumps(value), nl=False)
    elif not quiet and isinstance(shown, str):
        typer.echo(shown)
    elif not quiet:
        show(shown)


def show(renderable: Any) -> None:
    """Print something rich on stdout; NO_COLOR and pipes are respected."""
    from rich.console import Console

    Console().print(renderable)
