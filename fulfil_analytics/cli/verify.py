"""``fulfil verify``: whether an audit's folder still follows from its inputs, rules and policy."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from fulfil_analytics.cli import common
from fulfil_analytics.errors import EXIT_FINDINGS


def verify(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder that fulfil audit --out wrote.")],
    inputs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[INPUT...]", help="Where the exports are now; default: where they were."),
    ] = None,
    memory: common.Memory = None,
    quiet: common.Quiet = False,
    json: common.Json = False,
) -> None:
    """Check the hashes of an audit's folder, run the audit again, and tell every difference line by line.

    Exit status 0: everything follows; 1: something differs; 2: it cannot be checked.

    Example: fulfil verify audit exports/
    """
    from fulfil_analytics.audit.manifest import dumps
    from fulfil_analytics.audit.verify import verify as check
    from fulfil_analytics.cli.audit import make_options
    from fulfil_analytics.report.outputs import warm, write_outputs
    from fulfil_analytics.report.pack import packed_before, write_pack, write_zip

    warm()
    with common.progress(quiet or json) as tell:
        options = make_options(
            policy=None, as_of=None, db=None, rules=None, only=None, lang=None, pii=None, dates=None,
            memory=memory, progress=tell,
        )  # fmt: skip
        packed = packed_before(folder)
        writers = (write_outputs, write_pack) if packed else (write_outputs,)
        found = check(folder, inputs or [], options, *writers, finish=write_zip if packed else None)
    if json:
        typer.echo(dumps({**asdict(found), "same": not found.differences}), nl=False)
    elif not quiet:
        for difference in found.differences:
            typer.echo(difference.line())
        count = len(found.differences)
        again = "the audit was run again" if found.rerun else "the audit could not be run again"
        verdict = "everything follows" if not count else f"{count} difference(s)"
        typer.echo(f"{verdict}: {found.files} file hashes checked, {again}")
    if found.differences:
        raise typer.Exit(EXIT_FINDINGS)
