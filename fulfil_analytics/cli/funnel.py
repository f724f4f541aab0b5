"""The one way out: every error becomes one line on stderr and an exit status; logs are structured where asked."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Callable

import typer

from fulfil_analytics.errors import (
    EXIT_INTERNAL,
    EXIT_OK,
    EXIT_USAGE,
    Broken,
    FulfilError,
    disk_trouble,
    in_hand,
    memory_trouble,
    trace,
)

_Wrong: type[Exception] = typer.BadParameter.__mro__[2]
"""What typer raises for words it does not understand; it carries its own click under a private name."""

LOG = logging.getLogger("fulfil_analytics")
INTERRUPTED = 130
_asked = {"traceback": False}


def run(app: Callable[..., object]) -> None:
    """Run the command line and leave with its exit status."""
    began = time.perf_counter()
    log_as("text")
    show_traceback(False)
    try:
        status = app(standalone_mode=False, prog_name="fulfil")
        status = status if isinstance(status, int) else EXIT_OK
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_USAGE)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(INTERRUPTED)
    except Exception as problem:
        status = _fail(problem)
    LOG.info("done", extra={"facts": {"exit_status": status, "seconds": round(time.perf_counter() - began, 3)}})
    sys.exit(status)


def _fail(problem: Exception) -> int:
    """Say what went wrong, and return the exit status."""
    if type(problem).__name__ == "NoArgsIsHelpError":
        typer.echo(problem.args[0] if problem.args else str(problem), err=True)
        return EXIT_USAGE
    text, status, facts = _words(problem)
    if _asked["traceback"] or os.environ.get("FULFIL_DEBUG"):
        sys.stderr.writelines(trace(problem))
    if LOG.isEnabledFor(logging.ERROR) and LOG.handlers:
        LOG.error(text, extra={"facts": {**facts, "error": type(problem).__name__, "exit_status": status}})
    else:
        color = "red" if sys.stderr.isatty() and "NO_COLOR" not in os.environ else None
        typer.secho(f"fulfil: {text}", err=True, fg=color)
    return status


def _words(problem: Exception) -> tuple[str, int, dict[str, object]]:
    """Return the one line, the exit status and, for logs, the pieces of the line."""
    if isinstance(problem, FulfilError):
        facts = {"file": problem.file, "line": problem.line, "column": problem.column, "remedy": problem.remedy}
        return problem.text(), problem.exit_code, {name: value for name, value in facts.items() if value is not None}
    if isinstance(problem, _Wrong):
        said = " ".join(str(getattr(problem, "format_message", lambda: problem)()).split()).rstrip(".")
        context = getattr(problem, "ctx", None)
        command = context.command_path if context is not None else "fulfil"
        return f"{said}{'' if said.endswith('?') else '.'} See: {command} --help", EXIT_USAGE, {}
    trouble = disk_trouble(problem)
    if trouble:
        return f"the disk cannot be written: {trouble}. Make room, then run again; nothing is lost.", EXIT_USAGE, {}
    full = memory_trouble(problem)
    if full is not None:
        return f"{full[0]}. {full[1]}, then run again.", EXIT_USAGE, {}
    kind = problem.kind if isinstance(problem, Broken) else type(problem).__name__
    file = in_hand(problem)
    at, rest = (f"{file}: ", " Without this file the others can be audited.") if file else ("", "")
    return (
        f"{at}something inside fulfil broke ({kind}). Run fulfil --debug ... again and report what it prints.{rest}",
        EXIT_INTERNAL,
        {"file": file} if file else {},
    )


def show_traceback(wanted: bool) -> None:
    """Show the traceback of an error of this run, or do not; FULFIL_DEBUG in the environment shows it in any case."""
    _asked["traceback"] = wanted


def log_as(form: str) -> None:
    """Write logs to stderr as ``json``, one object a line, or as ``text``: then there are none but errors."""
    for old in list(LOG.handlers):
        LOG.removeHandler(old)
    LOG.propagate = False
    if form == "json":
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(_Json())
        LOG.addHandler(handler)
        LOG.setLevel(logging.INFO)


class _Json(logging.Formatter):
    """One JSON object a record: time (UTC), level, event, and the facts that came with it."""

    def format(self, record: logging.LogRecord) -> str:
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        said = {
            "time": f"{moment}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        return json.dumps({**said, **getattr(record, "facts", {})}, ensure_ascii=False, default=str)
