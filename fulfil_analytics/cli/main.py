"""The console command: its families of commands, and the one funnel through which every error leaves."""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import sys

import typer

from fulfil_analytics.cli import (
    audit,
    common,
    config,
    explain,
    forget,
    funnel,
    load,
    policies,
    rates,
    reconcile,
    report,
    review,
    rules,
    sample,
    verify,
)

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
app.command("report")(report.report)
app.command("verify")(verify.verify)
app.command("review")(review.review)
app.command("forget")(forget.forget)
app.command("purge")(forget.purge)
app.add_typer(rules.app, name="rules")
app.add_typer(policies.app, name="policies")
app.command("sample")(sample.sample)
app.command("init")(config.init)
app.command("config")(config.config)


def _version(wanted: bool) -> None:
    if wanted:
        from fulfil_analytics import __version__

        typer.echo(f"fulfil {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Show the version."),
    debug: bool = typer.Option(False, "--debug", help="Show the traceback of an error, without values."),
    log: str = typer.Option("text", "--log", metavar="text|json", help="Write each step and error as JSON on stderr."),
) -> None:
    """Remember what holds for every command."""
    funnel.show_traceback(debug)
    common.one_of(log, ("text", "json"), "--log")
    funnel.log_as(log)


def run() -> None:
    """Run the command line; every error becomes one line on stderr and an exit status."""
    funnel.run(app)


def leave() -> None:
    """Run the command line as a process of its own: :func:`run`, then the end of the process without taking it apart.

    Everything that was registered for the end runs, and all output is flushed; only the freeing of each object, which
    costs a third of a second after an audit, is left to the system.
    """
    # Threads wait for the database most of the time; whoever comes back is not to wait long for one that computes.
    sys.setswitchinterval(0.0005)
    gc.set_threshold(100_000, 50, 50)  # what a command makes lives to its end: looking for garbage finds none
    try:
        run()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(status)
