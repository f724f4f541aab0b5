"""``fulfil config``: every setting with the place it comes from; ``fulfil init``: a commented ``fulfil.toml``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fulfil_analytics.cli import common, complete

if TYPE_CHECKING:
    from fulfil_analytics.config import Config


def config(quiet: common.Quiet = False, json: common.Json = False) -> None:
    """Show every setting, its value, and where it comes from: fulfil.toml with the line, or the default.

    Example: fulfil config
    """
    from fulfil_analytics.config import find_config

    found = find_config()
    rows = _settings(found)
    if json:
        from fulfil_analytics.audit.manifest import dumps

        said = {"file": None if found.file is None else str(found.file)}
        said["settings"] = [{"setting": name, "value": value, "origin": origin} for name, value, origin in rows]  # type: ignore[assignment]
        typer.echo(dumps(said), nl=False)
    if json or quiet:
        return
    from rich.table import Table

    table = Table("setting", "value", "origin", box=None, pad_edge=False)
    for name, value, origin in rows:
        shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        table.add_row(name, "–" if value is None else shown, origin)
    common.show(table)
    if found.file is None:
        typer.echo("No fulfil.toml at or above this folder. Begin one with: fulfil init")


def _settings(found: Config) -> list[tuple[str, Any, str]]:
    """Return name, value and origin of every setting."""
    from fulfil_analytics.config import USUAL
    from fulfil_analytics.privacy import key_file

    values: dict[str, Any] = {
        "policy": found.policy,
        "lang": found.lang,
        "time_zone": found.time_zone,
        "rules": [str(folder) for folder in found.rules] or None,
        "paths.inputs": list(found.inputs) or None,
        "paths.db": None if found.db is None else str(found.db),
        "paths.out": None if found.out is None else str(found.out),
        "paths.temp": None if found.temp is None else str(found.temp),
        "privacy.pii": found.pii,
        "privacy.key_file": None if found.key_file is None else str(found.key_file),
    }
    usual = {**USUAL, "privacy.key_file": str(key_file())}
    rows = []
    for name, value in values.items():
        line = found.lines.get(name)
        origin = f"{found.file}:{line}" if line is not None else "default"
        rows.append((name, usual.get(name) if value is None else value, origin))
    rows += [(f"shops.{shop}", pattern, _place(found, f"shops.{shop}")) for shop, pattern in found.shops.items()]
    for rule, parameters in found.parameters.items():
        where = _place(found, f"parameters.{rule}")
        rows += [(f"parameters.{rule}.{name}", value, where) for name, value in parameters.items()]
    return rows


def _place(found: Config, setting: str) -> str:
    return f"{found.file}:{found.lines.get(setting, 1)}"


def init(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Folder to write fulfil.toml into.")] = Path(),
    policy: Annotated[
        str | None,
        typer.Option("--policy", metavar="ID", help="Policy to judge by.", autocompletion=complete.policies),
    ] = None,
    inputs: Annotated[
        list[str] | None, typer.Option("--inputs", metavar="PATH", help="Where exports lie; may be given again.")
    ] = None,
    db: Annotated[str | None, typer.Option("--db", metavar="FILE", help="Store to keep.")] = None,
    out: Annotated[str | None, typer.Option("--out", metavar="DIR", help="Folder to write audits into.")] = None,
    lang: common.Lang = None,
    time_zone: Annotated[
        str | None, typer.Option("--time-zone", metavar="ZONE", help="Zone of times in exports, e.g. Asia/Bangkok.")
    ] = None,
    shop: Annotated[
        list[str] | None,
        typer.Option("--shop", metavar="NAME=PATTERN", help="Shop, and the files that are its own; again for more."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a fulfil.toml that is there.")] = False,
    quiet: common.Quiet = False,
    json: common.Json = False,
) -> None:
    """Write a commented fulfil.toml. On a terminal it asks for what no option says; --policy alone asks nothing.

    Example: fulfil init --policy tiktok-us --inputs exports --out audit
    """
    from fulfil_analytics.aside import write_text
    from fulfil_analytics.config import FILE, read_config, written
    from fulfil_analytics.errors import UsageError

    file = folder / FILE
    if file.exists() and not force:
        raise UsageError("there is one already", file=str(file), remedy="Edit it, or write it anew with --force")
    common.one_of(lang, ("en", "zh"), "--lang")
    asked = not any((policy, inputs, db, out, lang, time_zone, shop)) and sys.stdin.isatty()
    given: dict[str, Any] = {
        "policy": policy,
        "inputs": inputs,
        "db": db,
        "out": out,
        "lang": lang,
        "time_zone": time_zone,
    }
    if asked:
        given = {**given, **_ask()}
    _refuse_policy(given["policy"])
    text = written(shops=_shops(shop or []), **given)
    write_text(file, text, parents=True)
    try:
        read_config(file)
    except BaseException:
        file.unlink()
        raise
    said = f"written: {file}. Next: fulfil config, then fulfil audit"
    common.answer({"written": str(file)}, said, quiet=quiet, json=json)


def _ask() -> dict[str, Any]:
    typer.echo("Return takes what stands in brackets; leave blank what does not apply.", err=True)
    policies = complete.policies("")
    typer.echo(f"Policies: {', '.join(policies)}", err=True)
    policy = typer.prompt("Policy (blank: the market that the orders show)", default="", err=True)
    inputs = typer.prompt("Folder with the exports", default="exports", err=True)
    out = typer.prompt("Folder for the audit", default="audit", err=True)
    db = typer.prompt("Store to keep (blank: none)", default="", err=True)
    lang = typer.prompt("Language, en or zh", default="en", err=True)
    return {"policy": policy or None, "inputs": [inputs], "out": out or None, "db": db or None, "lang": lang}


def _refuse_policy(policy: str | None) -> None:
    from fulfil_analytics.errors import UsageError, suggest

    known = complete.policies("")
    if policy is not None and not policy.endswith(".toml") and policy not in known:
        raise UsageError(f"no policy named {policy}", column="--policy", remedy=suggest(policy, known))


def _shops(given: list[str]) -> dict[str, str]:
    from fulfil_analytics.errors import UsageError

    shops = {}
    for item in given:
        shop, equals, pattern = item.partition("=")
        if not equals or not shop or not pattern:
            raise UsageError(f"{item} names no shop", column="--shop", remedy="Write it like --shop 'Main=main/*'")
        shops[shop] = pattern
    return shops
