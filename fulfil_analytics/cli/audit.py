"""``fulfil audit``: the whole way from exports to the output folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fulfil_analytics.cli import common, complete
from fulfil_analytics.errors import EXIT_FINDINGS

if TYPE_CHECKING:
    from fulfil_analytics.audit.options import Options
    from fulfil_analytics.audit.run import Run
    from fulfil_analytics.audit.since import Since

SEVERITIES = ("critical", "high", "medium", "low", "info")


def audit(
    inputs: common.Inputs = None,
    policy: common.Policy = None,
    as_of: common.AsOf = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder to write the audit into.")] = None,
    lang: common.Lang = None,
    db: common.Db = None,
    engine: Annotated[str, typer.Option("--engine", metavar="duckdb|spark", help="What runs the rules.")] = "duckdb",
    rules: common.Rules = None,
    only: common.Only = None,
    fail_on: Annotated[
        str | None,
        typer.Option(
            "--fail-on",
            metavar="SEVERITY",
            autocompletion=complete.words(*SEVERITIES),
            help="Exit 1 when a finding that no reviewer excused is at or above this severity.",
        ),
    ] = None,
    pii: common.Pii = None,
    dates: common.Dates = None,
    places: common.Places = None,
    memory: common.Memory = None,
    temp: common.Temp = None,
    pack: Annotated[
        bool, typer.Option("--pack", help="Add a README for a reviewer, a page a critical order, and a zip of it all.")
    ] = False,
    since: Annotated[
        Path | None,
        typer.Option("--since", metavar="DIR", help="Tell what is new, solved and remaining since the audit in DIR."),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="With --db: derive every order anew, even where few have changed.")
    ] = False,
    timings: Annotated[bool, typer.Option("--timings", help="Show the seconds of each step.")] = False,
    line: common.Line = False,
    quiet: common.Quiet = False,
    json: common.Json = False,
) -> None:
    """Audit exports: load, judge by the policy, run the rules, write findings, rates and a report.

    Example: fulfil audit exports/ --policy tiktok-us --out audit
    """
    from fulfil_analytics.audit.run import run_audit
    from fulfil_analytics.audit.since import compare, earlier
    from fulfil_analytics.errors import UsageError
    from fulfil_analytics.report.line import one_line
    from fulfil_analytics.report.outputs import line_of, warm
    from fulfil_analytics.report.outputs import summary as render

    common.one_of(fail_on, SEVERITIES, "--fail-on")
    if since is not None:
        earlier(since)
    common.one_of(engine, ("duckdb", "spark"), "--engine")
    with common.progress(quiet or json or line) as tell:
        options = make_options(
            policy=policy,
            as_of=as_of,
            db=db,
            rules=rules,
            only=only,
            pii=pii,
            lang=lang,
            dates=dates,
            places=places,
            memory=memory,
            temp=temp,
            full=full,
            progress=tell,
        )
        named = common.inputs_of(inputs, options.config, options.db, stored=db is not None)
        out = out or options.config.out
        if engine == "spark":
            from fulfil_analytics.cli.spark import audit_on_spark

            one_machine = {"--db": db, "--since": since, "--pack": pack or None, "--line": line or None}
            loading = {"--pii": pii, "--dates": dates}
            return audit_on_spark(
                named, options, out, fail_on, one_machine, loading, quiet=quiet, as_json=json, timings=timings
            )
        if pack and out is None:
            raise UsageError("a pack needs a folder", column="--pack", remedy="Name one with --out DIR")
        run = run_audit(named, options if out is None else replace(options, meanwhile=warm))
        with run:
            changed = None if since is None else compare(run.store.con, since)
            if out is not None:
                tell("writing")
                _write(run, out, pack=pack, since=changed is not None)
            failed = _fails(run, fail_on)
            summary: Any = None
            if line:
                summary = one_line({**line_of(run), "since": None if changed is None else changed.counts}) + "\n"
            elif json and not quiet:
                summary = _json(run, out, changed)
            elif not quiet:
                summary = render(run, out, timings=timings, since=changed, packed=pack)
    if isinstance(summary, str):
        typer.echo(summary, nl=False)
    elif summary is not None:
        common.show(summary)
    if failed:
        raise typer.Exit(EXIT_FINDINGS)
    return None


def make_options(**given: Any) -> Options:
    """Return the audit's options from the command line and ``fulfil.toml``."""
    from fulfil_analytics.audit.options import from_config
    from fulfil_analytics.config import find_config

    common.one_of(given["pii"], ("hash", "drop", "keep"), "--pii")
    common.one_of(given["dates"], ("day-first", "month-first"), "--dates")
    common.one_of(given["lang"], ("en", "zh"), "--lang")
    return from_config(
        find_config(), **{**given, "rules": tuple(given["rules"] or ()), "only": tuple(given["only"] or ())}
    )


def _write(run: Run, out: Path, *, pack: bool, since: bool) -> None:
    from fulfil_analytics.audit.files import write_folder
    from fulfil_analytics.report.files import write_since_csv
    from fulfil_analytics.report.outputs import write_outputs
    from fulfil_analytics.report.pack import sweep_pages, write_pack, write_zip

    pages: set[str] = set()

    def further(run: Run, folder: Path) -> None:
        if since:
            write_since_csv(run.store.con, folder / "since.csv")
        if pack:
            write_pack(run, folder)
            pages.update(path.name for path in folder.glob("order-*.html"))

    write_folder(run, out, write_outputs, further, finish=write_zip if pack else None)
    if pack:
        sweep_pages(out, pages)


def _fails(run: Run, fail_on: str | None) -> bool:
    if fail_on is None:
        return False
    grave = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    return bool(
        run.store.one(
            "SELECT count(*) FROM findings WHERE severity IN (SELECT unnest(?)) AND verdict IS DISTINCT FROM 'excused'",
            [list(grave)],
        )
    )


def _json(run: Run, out: Path | None, changed: Since | None) -> str:
    from fulfil_analytics.audit.manifest import dumps

    told = {"since": changed.to_dict()} if changed is not None else {}
    return dumps({**run.manifest, "out": None if out is None else str(out), **told})
