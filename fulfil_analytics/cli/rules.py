"""``fulfil rules``: list them, show one, run their examples, begin a new one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fulfil_analytics.cli import common, complete
from fulfil_analytics.errors import EXIT_FINDINGS

if TYPE_CHECKING:
    from fulfil_analytics.report.words import Lang
    from fulfil_analytics.rulebook import Rule

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


def _told(rule: Rule, lang: Lang) -> dict[str, Any]:
    return {
        "rule_id": rule.id,
        "family": rule.family,
        "severity": rule.severity,
        "evidence_class": rule.evidence_class,
        "grain": rule.grain,
        "title": rule.title(lang),
        "finds": rule.docs.what,
        "parameters": dict(rule.values),
        "sha256": rule.sha256,
    }


@app.command("list")
def list_(
    rules: common.Rules = None, lang: common.Lang = None, quiet: common.Quiet = False, json: common.Json = False
) -> None:
    """List all rules with severity, what they judge and what they say.

    Example: fulfil rules list --rules my_rules
    """
    from rich.table import Table

    from fulfil_analytics.rulebook import load_rules

    tongue = _lang(lang)
    book = load_rules(_folders(rules))
    heads, *rows = _in_english(book) if tongue == "en" else _translated(book, tongue)
    table = Table(*heads, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    common.answer({"rules": [_told(rule, tongue) for rule in book]}, table, quiet=quiet, json=json)


def _in_english(book: Iterable[Rule]) -> Iterator[Sequence[str]]:
    yield "rule", "family", "severity", "evidence", "judges", "finds"
    for rule in book:
        yield rule.id, rule.family, rule.severity, rule.evidence_class, rule.grain, rule.docs.what


def _translated(book: Iterable[Rule], lang: Lang) -> Iterator[Sequence[str]]:
    from fulfil_analytics.report.words import Words  # takes longer to import than all the rest

    words = Words(lang)
    yield [words(f"column.{head}") for head in ("rule", "family", "severity", "evidence_class", "grain", "finding")]
    for rule in book:
        told = {"family": rule.family, "severity": rule.severity, "evidence": rule.evidence_class, "grain": rule.grain}
        yield [rule.id, *(words.term(vocabulary, word) for vocabulary, word in told.items()), rule.title(lang)]


def _lang(given: str | None) -> Lang:
    from typing import cast

    from fulfil_analytics.config import find_config

    return cast("Lang", common.one_of(given, ("en", "zh"), "--lang") or find_config().lang or "en")


@app.command()
def show(
    rule_id: Annotated[str, typer.Argument(metavar="ID", help="Rule id.", autocompletion=complete.rules)],
    rules: common.Rules = None,
    lang: common.Lang = None,
    quiet: common.Quiet = False,
    json: common.Json = False,
) -> None:
    """Show one rule: what it finds, when not, its parameters, examples and sources.

    Example: fulfil rules show late_dispatch
    """
    from rich.markdown import Markdown

    from fulfil_analytics.rulebook import load_rules, rule_page

    tongue = _lang(lang)
    rule = load_rules(_folders(rules))[rule_id]
    page = rule_page(rule, tongue)
    common.answer({**_told(rule, tongue), "page": page}, Markdown(page), quiet=quiet, json=json)


@app.command()
def test(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="Folder of own rules; default: the shipped ones.")
    ] = None,
    quiet: common.Quiet = False,
    json: common.Json = False,
) -> None:
    """Run the examples of every rule. Exit 1 when one does not give what it says.

    Example: fulfil rules test my_rules
    """
    from fulfil_analytics.engines import DuckDBEngine
    from fulfil_analytics.resources import rules_folder
    from fulfil_analytics.rulebook import load_rules, run_examples

    book = load_rules([rules_folder(), *([folder] if folder else [])])
    mine = [rule for rule in book if folder is None or rule.file.is_relative_to(folder.resolve())]
    total = 0
    failed: list[dict[str, str]] = []
    with DuckDBEngine.in_memory() as engine:
        for rule in mine:
            results = run_examples(rule, engine)
            total += len(results)
            for result in results:
                if not result.passed:
                    failed.append({"rule_id": rule.id, "example": result.name, "difference": result.difference})
                    typer.echo(f"{rule.id}: {result.name}: {result.difference}", err=True)
    said = f"{len(mine)} rules, {total} examples, {len(failed)} failed"
    common.answer({"rules": len(mine), "examples": total, "failed": failed}, said, quiet=quiet, json=json)
    if failed:
        raise typer.Exit(EXIT_FINDINGS)


@app.command()
def new(
    rule_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the new rule, in lower_case.")],
    into: Annotated[Path, typer.Option("--into", metavar="DIR", help="Folder to write it into.")] = Path("my_rules"),
    quiet: common.Quiet = False,
    json: common.Json = False,
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
    said = f"written: {file}. Next: edit it, fulfil rules test {into}, fulfil audit INPUT --rules {into}"
    common.answer({"written": str(file)}, said, quiet=quiet, json=json)
