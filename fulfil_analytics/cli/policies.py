"""``fulfil policies``: list them, show one, check a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fulfil_analytics.cli import common, complete

app = typer.Typer(
    help="List, show and check policies.",
    no_args_is_help=True,
    rich_markup_mode=None,
    epilog="Example: fulfil policies show tiktok-us",
)


@app.command("list")
def list_(quiet: common.Quiet = False, json: common.Json = False) -> None:
    """List the policies.

    Example: fulfil policies list
    """
    from rich.table import Table

    from fulfil_analytics.policy import load_policies
    from fulfil_analytics.resources import rules_folder

    table = Table("policy", "market", "zone", "versions", "title", box=None, pad_edge=False)
    found = load_policies([rules_folder() / "policies"]).values()
    for policy in found:
        table.add_row(policy.id, policy.market or "by name only", policy.zone, str(len(policy.versions)), policy.title)
    told = [
        {"policy": one.id, "market": one.market, "zone": one.zone, "versions": len(one.versions), "title": one.title}
        for one in found
    ]
    common.answer({"policies": told}, table, quiet=quiet, json=json)


@app.command()
def show(
    policy_id: Annotated[str, typer.Argument(metavar="ID", help="Policy id.", autocompletion=complete.policies)],
    quiet: common.Quiet = False,
    json: common.Json = False,
) -> None:
    """Show one policy: its versions, and each line with source and confidence.

    Example: fulfil policies show tiktok-us
    """
    from rich.markdown import Markdown

    from fulfil_analytics.errors import UsageError, suggest
    from fulfil_analytics.policy import load_policies, policy_page
    from fulfil_analytics.resources import rules_folder

    policies = load_policies([rules_folder() / "policies"])
    if policy_id not in policies:
        raise UsageError(f"no policy named {policy_id}", remedy=suggest(policy_id, policies))
    found = policies[policy_id]
    common.answer(found.model_dump(mode="json"), Markdown(policy_page(found)), quiet=quiet, json=json)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A policy file.")],
    quiet: common.Quiet = False,
    json: common.Json = False,
) -> None:
    """Check a policy file; says what is wrong, with line and key.

    Example: fulfil policies check my-shop.toml
    """
    from fulfil_analytics.policy import load_policy

    policy = load_policy(file)
    told = {"file": str(file), "policy": policy.id, "versions": len(policy.versions)}
    common.answer(told, f"{file}: {policy.id} is in order, {len(policy.versions)} version(s)", quiet=quiet, json=json)
