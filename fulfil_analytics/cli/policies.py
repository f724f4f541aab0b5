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
def list_() -> None:
    """List the policies.

    Example: fulfil policies list
    """
    from rich.table import Table

    from fulfil_analytics.policy import load_policies
    from fulfil_analytics.resources import rules_folder

    table = Table("policy", "market", "zone", "versions", "title", box=None, pad_edge=False)
    for policy in load_policies([rules_folder() / "policies"]).values():
        table.add_row(policy.id, policy.market or "by name only", policy.zone, str(len(policy.versions)), policy.title)
    common.show(table)


@app.command()
def show(
    policy_id: Annotated[str, typer.Argument(metavar="ID", help="Policy id.", autocompletion=complete.policies)],
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
    common.show(Markdown(policy_page(policies[policy_id])))


@app.command()
def check(file: Annotated[Path, typer.Argument(metavar="FILE", help="A policy file.")]) -> None:
    """Check a policy file; says what is wrong, with line and key.

    Example: fulfil policies check my-shop.toml
    """
    from fulfil_analytics.policy import load_policy

    policy = load_policy(file)
    typer.echo(f"{file}: {policy.id} is in order, {len(policy.versions)} version(s)")
