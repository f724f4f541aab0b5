"""The catalogue of findings as a check list: each point is shown by an example or a test that stands.

The list is data, `tests/rules/catalogue/*.toml`; its README says how a proof is written.
"""

from __future__ import annotations

import ast
import functools
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from fulfil_analytics.engines import DuckDBEngine
from fulfil_analytics.policy import load_policies
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.rulebook import Rule, Rulebook, judge, lint, load_rules
from fulfil_analytics.rulebook.worlds import world

ROOT = Path(__file__).resolve().parents[2]
LISTS = Path(__file__).parent / "catalogue"
GENERAL = ("settled", "policies", "parameters")


class Proof(NamedTuple):
    """An example of a rule with the rows that show the point, each with the reason that it must give or none."""

    rule_id: str
    example: str
    keys: dict[str, str]


@functools.cache
def book() -> Rulebook:
    return load_rules([rules_folder()])


@functools.cache
def catalogue() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for file in sorted(LISTS.glob("*.toml")):
        for name, entry in tomllib.loads(file.read_text(encoding="utf-8")).items():
            assert name not in found, f"{name} stands twice"
            assert name in GENERAL or book()[name].family == file.stem, f"{name} stands in {file.name}"
            found[name] = entry
    return found


def proofs(said: str | list[str], rule_id: str = "") -> Iterator[str | Proof]:
    for text in [said] if isinstance(said, str) else said:
        if text.startswith("tests/"):
            yield text
            continue
        name, _, keys = text.rpartition(" @ ")
        if not rule_id:
            of, _, name = name.partition(": ")
        wanted = dict((*key.split("=", 1), "")[:2] for key in keys.split(", "))
        yield Proof(rule_id or of, name, wanted)


@functools.cache
def names_in(file: str) -> tuple[set[str], set[str]]:
    """Return the test functions of a file (with their class, if any) and every text that stands in it."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    tests = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    for group in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        tests |= {f"{group.name}::{node.name}" for node in group.body if isinstance(node, ast.FunctionDef)}
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return tests, texts


def missing(proof: str | Proof, flagged: bool | None) -> str:
    """Return why `proof` does not stand, or nothing; `flagged` says which rows it must name (None: either)."""
    if isinstance(proof, str):
        file, _, test = proof.partition("::")
        test, _, case = test.partition("[")
        if not (ROOT / file).is_file():
            return f"there is no file {file}"
        tests, texts = names_in(file)
        if test not in tests or (case and case.removesuffix("]") not in texts):
            return f"there is no test {proof}"
        return ""
    rule = book()[proof.rule_id]
    example = next((one for one in rule.examples if one.name == proof.example), None)
    if example is None:
        return f"{rule.id} has no example {proof.example!r}"
    cells = {cell.strip() for text in example.tables.values() for line in text.splitlines() for cell in line.split("|")}
    for key, reason in proof.keys.items():
        if key.removeprefix("file ") not in cells:
            return f"{rule.id}, {proof.example!r}: there is no row {key}"
        if flagged is not None and (key in example.flags) is not flagged:
            return f"{rule.id}, {proof.example!r}: {key} is {'not ' * flagged}flagged"
        given = {**example.not_testable, **example.excused}.get(key, "")
        if given != reason:
            return f"{rule.id}, {proof.example!r}: {key} is not flagged for {given or 'no reason'}, not for {reason!r}"
    return ""


def test_every_rule_has_its_entry_with_both_sides() -> None:
    entries = {name: entry for name, entry in catalogue().items() if name not in GENERAL}
    assert set(entries) == {rule.id for rule in book()}
    assert {name for name, entry in entries.items() if not (entry["raised"] and entry["spared"])} == set()


@pytest.mark.parametrize("rule_id", [rule.id for rule in book()])
def test_every_point_is_shown(rule_id: str) -> None:
    entry = catalogue()[rule_id]
    told = [
        f"{point}: {said}"
        for table, flagged in (("raised", True), ("spared", False))
        for point, shown in entry[table].items()
        for proof in proofs(shown, rule_id)
        if (said := missing(proof, flagged))
    ]
    assert told == []
    assert set(entry) == {"defaults", "raised", "spared"}


def test_every_settled_point_is_shown() -> None:
    settled = catalogue()["settled"]
    assert [said for shown in settled.values() for proof in proofs(shown) if (said := missing(proof, None))] == []


def test_a_proof_that_is_gone_is_noticed() -> None:
    name, good = "two people, one number", "duplicate_waybill: two people, one number @ O1/W1"
    wrong = {
        good.replace("people", "persons"): "no example",
        good.replace("O1/W1", "O9/W9"): "no row O9/W9",
        good + "=combined": "not for 'combined'",
        good.replace("O1/W1", "O3/W3"): "O3/W3 is not flagged",
        "tests/rules/test_catalogue.py::test_nothing": "no test",
        "tests/rules/test_as_loaded.py::test_nothing_follows[never]": "no test",
        "tests/rules/test_nowhere.py::test_nothing": "no file",
    }
    assert [missing(proof, True) for proof in proofs(good)] == [""] and name in good
    for text, said in wrong.items():
        assert [said in missing(proof, True) for proof in proofs(text)] == [True], text


@pytest.mark.parametrize("rule_id", [rule.id for rule in book()])
def test_the_defaults_are_those_of_the_catalogue(rule_id: str) -> None:
    params, said = book()[rule_id].params, catalogue()[rule_id]["defaults"]
    numbers = {name for name, param in params.items() if param.type in ("int", "decimal")}
    assert numbers <= set(said)
    assert {name: params[name].default for name in said} == said


def test_what_the_markets_say_otherwise() -> None:
    policies = load_policies([rules_folder() / "policies"])
    for stage, markets in catalogue()["policies"].items():
        for market, figure in markets.items():
            assert figure in [[one.amount, one.unit] for one in policies[market].lines if one.stage == stage], market
    told = {
        rule: dict(policies[market].rule_parameters[rule]) for market, rule in (("tiktok-us", "scan_before_order"),)
    }
    assert told == {rule: of["tiktok-us"] for rule, of in catalogue()["parameters"].items()}


# What the examples themselves must show ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine.in_memory() as opened:
        yield opened


def told(rule: Rule, number: int, engine: DuckDBEngine, platform: bool = False, **changed: Any) -> set[tuple[Any, ...]]:
    """Return what example `number` flags, each row with its severity and its words, when parameters are changed.

    With `platform` everything in the example is fulfilled by the platform.
    """
    import pyarrow as pa

    example = rule.examples[number]
    tried = rule.with_values({**example.params, **changed}, "the test")
    bad = judge.bad_rows(tried, example.as_of)
    tables = world(rule, number, lint.tables_of(bad))
    for name, rows in tables.items():
        if platform and "platform_fulfilled" in rows.column_names:
            at = rows.column_names.index("platform_fulfilled")
            tables[name] = rows.set_column(at, "platform_fulfilled", pa.array([True] * rows.num_rows))
    engine.put(tables)
    texts = ", ".join(f"bad.{name}" for name, kind in engine.columns(bad).items() if kind == "text")
    sql = (
        f"SELECT things.{judge.KEY}, {texts} FROM (\n{judge.population(tried, example.as_of)}\n) AS things "
        f"JOIN (\n{bad}\n) AS bad ON things.{judge.KEY} = {rule.frame.returned_key} "
        f"WHERE things.{judge.UNTESTABLE} IS NULL AND things.{judge.EXCUSE} IS NULL"
    )
    return {tuple(row.values()) for batch in engine.batches(sql) for row in batch.to_pylist()}


LIMITS = [(rule.id, name) for rule in book() for name, param in rule.params.items() if param.type in ("int", "decimal")]


@pytest.mark.parametrize(("rule_id", "name"), LIMITS)
def test_a_limit_moved_by_one_either_way_changes_an_example(rule_id: str, name: str, engine: DuckDBEngine) -> None:
    rule, param = book()[rule_id], book()[rule_id].params[name]
    shown = [number for number, example in enumerate(rule.examples) if name in example.threshold]
    now = {number: told(rule, number, engine) for number in shown}
    for step in (1, -1):
        moved = {number: rule.examples[number].params.get(name, rule.values[name]) + step for number in shown}
        tried = {number: value for number, value in moved.items() if value >= (param.min or 0)}
        turned = any(told(rule, number, engine, **{name: value}) != now[number] for number, value in tried.items())
        assert turned, f"no example of {rule_id} changes when {name} is moved by {step}"


@pytest.mark.parametrize("rule_id", [rule.id for rule in book() if rule.family != "data_quality"])
def test_the_platforms_own_orders_are_nobodys_fault(rule_id: str, engine: DuckDBEngine) -> None:
    rule = book()[rule_id]
    number = max(range(len(rule.examples)), key=lambda at: len(rule.examples[at].flags))
    assert rule.examples[number].flags
    assert told(rule, number, engine, platform=True) == set()


@pytest.mark.parametrize("rule_id", [rule.id for rule in book()])
def test_every_excuse_and_every_reason_has_its_example(rule_id: str) -> None:
    rule = book()[rule_id]
    shown = {reason for one in rule.examples for reason in (*one.not_testable.values(), *one.excused.values())}
    named = {one.reason for one in (*rule.not_testable, *rule.excused)} | {f"missing {name}" for name in rule.requires}
    assert named - shown == set()
