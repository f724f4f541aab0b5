"""``fulfil audit --engine spark``: what differs from an audit on one machine."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fulfil_analytics.cli import common
from fulfil_analytics.errors import EXIT_FINDINGS, UsageError

if TYPE_CHECKING:
    from fulfil_analytics.audit.cluster import SparkRun
    from fulfil_analytics.audit.options import Options

_SETTLED = {
    "canonical": {
        "--pii": "a canonical folder holds what was made of personal data when it was written",
        "--dates": "the dates of a canonical folder have been read",
    },
    "mapping": {"--dates": "a mapping says itself how dates are read"},
    "exports": {},
}
"""Kind of input to the options that come too late for it, and why."""


def audit_on_spark(
    inputs: Sequence[str],
    options: Options,
    out: Path | None,
    fail_on: str | None,
    one_machine: Mapping[str, object],
    loading: Mapping[str, object],
    *,
    quiet: bool,
    as_json: bool,
    timings: bool,
) -> None:
    """Run the audit on Spark and print what it found.

    Parameters
    ----------
    one_machine : mapping
        Option to value of those that only the DuckDB engine has; none may be given.
    loading : mapping
        Option to value of those that say how exports are read; none may be given for rows that were read before.

    Raises
    ------
    UsageError
        There is no ``--out``, or an option that has no meaning here was given.
    """
    import typer

    from fulfil_analytics.audit.cluster import run_spark_audit
    from fulfil_analytics.audit.cluster.source import kind_of

    for option, value in one_machine.items():
        if value is not None:
            raise UsageError(
                "this is not there on Spark",
                column=option,
                remedy="Leave it out, or use --engine duckdb; for Spark write: fulfil load INPUT --canonical DIR",
            )
    kind = kind_of(inputs)
    for option, value in loading.items():
        if value is not None and option in _SETTLED[kind]:
            raise UsageError(_SETTLED[kind][option], column=option, remedy="Leave it out")
    if out is None:
        raise UsageError(
            "the executors need a folder to write into", column="--out", remedy="Name one that all of them see"
        )
    # a Path has made one slash of the two of a URI
    run = run_spark_audit(inputs, options, re.sub(r"^([a-z][a-z0-9+.-]+):/(?!/)", r"\1://", str(out)))
    if as_json and not quiet:
        from fulfil_analytics.audit.manifest import dumps

        typer.echo(dumps({**run.manifest, "out": run.out}), nl=False)
    elif not quiet:
        common.show(_told(run, timings))
    if run.fails(fail_on):
        raise typer.Exit(EXIT_FINDINGS)


def _told(run: SparkRun, timings: bool) -> Any:
    from rich.text import Text

    counts, rows = run.manifest["counts"], run.manifest["counts"]["rows"]
    by_severity = ", ".join(f"{severity} {count:,}" for severity, count in counts["findings_by_severity"].items())
    failed = [one.rule.id for one in run.rules if one.status == "failed"]
    lines = [
        f"policy {run.policy.id}, as of {run.manifest['as_of']}, on Spark",
        "rows in {in:,} = loaded {loaded:,} + merged {merged:,} + quarantined {quarantined:,}".format(**rows),
        f"orders {counts['orders']:,}, parcels {counts['parcels']:,}, events {counts['tracking_events']:,}",
        f"findings {counts['findings']:,}" + (f": {by_severity}" if by_severity else ""),
        *([f"rules that failed: {', '.join(failed)} (coverage.parquet says why)"] if failed else []),
        f"tables: {run.out} (each a folder of Parquet files; no report.html, findings.csv or findings.xlsx on Spark)",
        *(f"{seconds:8.2f} s  {step}" for step, seconds in (run.timings.items() if timings else ())),
    ]
    return Text("\n".join(lines))
