"""The console command: its families of commands, and the one funnel through which every error leaves."""

from __future__ import annotations

import os
import sys

import typer

from fulfil_analytics.cli import audit, explain, load, policies, rates, reconcile, review, rules, sample
from fulfil_analytics.errors import EXIT_INTERNAL, EXIT_USAGE, FulfilError

app = typer.Typer(
    name="fulfil",
    help="Audit a shop's fulfilment: on-time rates under every SLA, fake-shipment findings, evidence for an appeal.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # the plain help needs no rich: start-up time is a feature
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: fulfil audit exports/ --policy tiktok-us --out audit",
)

app.command("audit")(audit.audit)
app.command("load")(load.load)
app.command("explain")(explain.explain)
app.command("rates")(rates.rates)
app.command("reconcile")(reconcile.reconcile)
app.command("review")(review.review)
app.add_typer(rules.app, name="rules")
app.add_typer(policies.app, name="policies")
app.command("sample")(sample.sample)


def _version(wanted: bool) -> None:
    if wanted:
        from fulfil_analytics import __version__

        typer.echo(f"fulfil {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Show the version."),
    debug: bool = typer.Option(False, "--debug", help="Show the traceback of an error."),
) -> None:
    """Remember what holds for every command."""
    if debug:
        os.environ["FULFIL_DEBUG"] = "1"


def run() -> None:
    """Run the command line; every error of ours becomes one line on stderr and an exit status."""
    try:
        app()
    except FulfilError as problem:
        _fail(problem, problem.text(), problem.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_USAGE)
    except Exception as problem:
        kind = type(problem).__name__
        text = f"something inside fulfil broke ({kind}). Run fulfil --debug ... again and report what it prints."
        _fail(problem, text, EXIT_INTERNAL)


def _fail(problem: BaseException, text: str, status: int) -> None:
    if os.environ.get("FULFIL_DEBUG"):
        raise problem
    typer.secho(f"fulfil: {text}", err=True, fg="red" if sys.stderr.isatty() and "NO_COLOR" not in os.environ else None)
    sys.exit(status)
