"""``fulfil rules``: list them, show one, run their examples, begin a new one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fulfil_analytics.cli import common, complete
from fulfil_analytics.errors import EXIT_FINDINGS

app = typer.Typer(
    help="List, show and test rules.",
    no_args_is_help=True,
    rich_markup_mode=None,
    epilog="Example: fulfil rules show late_dispatch",
)


def _folders(rules: list[Path] | None) -> list[Path]:
    from fulfil_analytics.config import find_config
    from fulfil_analytics.resources import rules_folder

    return [rules_folder(), *find_config().rules, *(rules or ())]


@app.command("list")
def list_(rules: common.Rules = None, lang: common.Lang = None) -> None:
    """List all rules with severity, what they judge and what they say.

    Example: fulfil rules list --rules my_rules
    """
    from rich.table import Table

    from fulfil_analytics.rulebook import load_rules

    table = Table("rule", "family", "severity", "evidence", "judges", "finds", box=None, pad_edge=False)
    for rule in load_rules(_folders(rules)):
        table.add_row(rule.id, rule.family, rule.severity, rule.evidence_class, rule.grain, rule.docs.what)
    common.show(table)


@app.command()
def show(
    rule_id: Annotated[str, typer.Argument(metavar="ID", help="Rule id.", autocompletion=complete.rules)],
    rules: common.Rules = None,
    lang: common.Lang = None,
) -> None:
    """Show one rule: what it finds, when not, its parameters, examples and sources.

    Example: fulfil rules show late_dispatch
    """
    from rich.markdown import Markdown

    from fulfil_analytics.rulebook import load_rules, rule_page

    common.show(
        Markdown(rule_page(load_rules(_folders(rules))[rule_id], common.one_of(lang, ("en", "zh"), "--lang") or "en"))
    )


@app.command()
def test(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="Folder of own rules; default: the shipped ones.")
    ] = None,
) -> None:
    """Run the examples of every rule. Exit 1 when one does not give what it says.

    Example: fulfil rules test my_rules
    """
    from fulfil_analytics.engines import DuckDBEngine
    from fulfil_analytics.resources import rules_folder
    from fulfil_analytics.rulebook import load_rules, run_examples

    book = load_rules([rules_folder(), *([folder] if folder else [])])
    mine = [rule for rule in book if folder is None or rule.file.is_relative_to(folder.resolve())]
    failed = total = 0
    with DuckDBEngine.in_memory() as engine:
        for rule in mine:
            results = run_examples(rule, engine)
            total += len(results)
            for result in results:
                if not result.passed:
                    failed += 1
                    typer.echo(f"{rule.id}: {result.name}: {result.difference}", err=True)
    typer.echo(f"{len(mine)} rules, {total} examples, {failed} failed")
    if failed:
        raise typer.Exit(EXIT_FINDINGS)


@app.command()
def new(
    rule_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the new rule, in lower_case.")],
    into: Annotated[Path, typer.Option("--into", metavar="DIR", help="Folder to write it into.")] = Path("my_rules"),
) -> None:
    """Begin a rule of your own: a working file with examples, to be edited.

    Example: fulfil rules new slow_packing --into my_rules
    """
    from fulfil_analytics.aside import write_text
    from fulfil_analytics.errors import UsageError
    from fulfil_analytics.rulebook import new_rule

    text = new_rule(rule_id)
    file = into / f"{rule_id}.sql"
    if file.exists():
        raise UsageError("the file is there already", file=str(file), remedy="Choose another id, or edit that file")
    write_text(file, text, parents=True)
    typer.echo(f"written: {file}. Next: edit it, fulfil rules test {into}, fulfil audit INPUT --rules {into}")
