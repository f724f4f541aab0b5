"""Every error says where, what was found, what was expected and what to do next, in one line; statuses as promised."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from said import Said, fulfil

from fulfil_analytics import errors
from fulfil_analytics.engines import EngineError
from fulfil_analytics.errors import FulfilError

PACKAGE = Path(errors.__file__).resolve().parent
ORDERS = "Order ID,Order Status,Created Time\n576461000000000001,Shipped,2026-01-05 10:00:00\n"
POLICY = ("--policy", "tiktok-us")


def kinds() -> dict[str, type[FulfilError]]:
    found = {
        kind.__name__: kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, FulfilError)
    }
    return {name: kind for name, kind in found.items() if name != "FulfilError"} | {"EngineError": EngineError}


def usage(folder: Path) -> tuple[object, ...]:
    return ("audit", folder / "orders.csv", "--policy", "tiktok-uss")


def broken_input(folder: Path) -> tuple[object, ...]:
    (folder / "half.csv").write_text("Order ID,Order Status,Tracking ID\n1,2,3\n", encoding="utf-8")
    return ("load", folder / "half.csv", "--db", folder / "shop.duckdb")


def foreign_file(folder: Path) -> tuple[object, ...]:
    (folder / "orders.pdf").write_bytes(b"%PDF-1.7\n")
    return ("load", folder / "orders.pdf", "--db", folder / "shop.duckdb")


def no_store(folder: Path) -> tuple[object, ...]:
    (folder / "notes.duckdb").write_text("these are notes, not a store\n" * 1000, encoding="utf-8")
    return ("load", folder / "orders.csv", "--db", folder / "notes.duckdb")


def broken_policy(folder: Path) -> tuple[object, ...]:
    (folder / "mine.toml").write_text('id = "mine"\ntitel = "x"\n', encoding="utf-8")
    return ("policies", "check", folder / "mine.toml")


def broken_rule(folder: Path) -> tuple[object, ...]:
    (folder / "my_rules").mkdir()
    (folder / "my_rules" / "mine.sql").write_text('/*\nid = "other"\n*/\nselect 1\n', encoding="utf-8")
    return ("audit", folder / "orders.csv", "--rules", folder / "my_rules", *POLICY)


def broken_config(folder: Path) -> tuple[object, ...]:
    (folder / "fulfil.toml").write_text('polici = "tiktok-us"\n', encoding="utf-8")
    return ("load", folder / "orders.csv", "--db", folder / "shop.duckdb")


def broken_carrier(folder: Path) -> None:
    from fulfil_analytics.reference import CarrierBook

    (folder / "carriers").mkdir()
    (folder / "carriers" / "mine.toml").write_text('id = "mine"\nnaem = "x"\n', encoding="utf-8")
    CarrierBook.load([folder / "carriers"])


def broken_format(folder: Path) -> None:
    from fulfil_analytics.sources import load_formats

    (folder / "formats").mkdir()
    (folder / "formats" / "mine.toml").write_text('id = "mine"\ntitel = "x"\n', encoding="utf-8")
    load_formats([folder / "formats"])


def no_engine(folder: Path) -> None:
    from fulfil_analytics.engines import locked

    locked(folder / "none.duckdb")


COMMANDS: dict[str, tuple[Callable[[Path], tuple[object, ...]], list[str]]] = {
    "UsageError": (usage, ["--policy: no policy named tiktok-uss", "Did you mean tiktok-us? Known:"]),
    "InputError": (
        broken_input,
        ["half.csv:1: looks like", "has no column Created Time", "it has Order ID", "Export it with"],
    ),
    "UnrecognisedFile": (foreign_file, ["orders.pdf: is a PDF document", "Export the orders as CSV or XLSX"]),
    "StoreError": (no_store, ["notes.duckdb: this is not a DuckDB file", "Name another file with --db"]),
    "PolicyError": (broken_policy, ["mine.toml:2, titel: unknown key", "Did you mean title? Known:"]),
    "RuleError": (broken_rule, ["mine.sql:2, severity: is missing", "Every rule says it; see rules/README.md"]),
    "ConfigError": (broken_config, ["fulfil.toml:1, polici: no setting has this name", "Did you mean policy? Known:"]),
}
CALLS: dict[str, tuple[Callable[[Path], None], list[str]]] = {
    "CarrierError": (broken_carrier, ["carriers/mine.toml:1, title: this key is missing", "Add title = ..."]),
    "FormatError": (
        broken_format,
        ["mine.toml:1, title: Field required", "See an existing file of the same kind for what may stand here"],
    ),
    "EngineError": (no_engine, ["none.duckdb: the store cannot be opened for reading", "Close other programs"]),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "orders.csv").write_text(ORDERS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_class_has_its_case() -> None:
    assert set(kinds()) == set(COMMANDS) | set(CALLS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_line_of_a_command_that_fails(folder: Path, name: str) -> None:
    make, words = COMMANDS[name]
    command = make(folder)
    said = fulfil(*command)
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith("fulfil: ")
    assert said.stderr.count("\n") == 1
    assert said.stderr.endswith(".\n")
    for word in words:
        assert word in said.stderr
    assert "Traceback" not in said.stderr
    debugged = fulfil("--debug", *command)
    assert debugged.returncode == 2
    assert debugged.stderr.startswith("Traceback (most recent call last):")
    assert debugged.stderr.endswith(said.stderr)
    assert name in debugged.stderr
    logged = fulfil("--log", "json", *command)
    lines = [json.loads(line) for line in logged.stderr.splitlines()]
    (failure,) = [line for line in lines if line["level"] == "error"]
    assert (failure["error"], failure["exit_status"]) == (name, 2)
    assert f"fulfil: {failure['event']}\n" == said.stderr
    assert lines[-1]["event"] == "done"
    assert all(line["time"].endswith("Z") for line in lines)


@pytest.mark.parametrize("name", CALLS)
def test_the_line_of_a_call_that_fails(folder: Path, name: str) -> None:
    call, words = CALLS[name]
    with pytest.raises(kinds()[name]) as caught:
        call(folder)
    error = caught.value
    assert error.exit_code == 2
    assert error.file
    assert error.remedy
    assert "\n" not in str(error)
    for word in words:
        assert word in str(error)


def test_a_defect_of_our_own_is_told_apart(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    import fulfil_analytics.audit.run  # noqa: F401 - to be broken

    def broken(*_: object) -> None:
        raise KeyError(ORDERS)

    monkeypatch.setattr(sys.modules["fulfil_analytics.audit.run"], "look", broken)
    said = fulfil("load", "orders.csv", "--db", "shop.duckdb")
    assert said == Said(
        3,
        "",
        "fulfil: something inside fulfil broke (KeyError). Run fulfil --debug ... again and report what it prints.\n",
    )
    debugged = fulfil("--debug", "load", "orders.csv", "--db", "shop.duckdb")
    assert debugged.returncode == 3
    assert "in broken" in debugged.stderr
    assert "576461" not in debugged.stderr


@pytest.mark.parametrize("place", ["fulfil_analytics.sources.identify", "fulfil_analytics.schemas.check.check_batches"])
def test_a_defect_at_work_on_a_file_names_it(folder: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    def broken(*_: object) -> None:
        raise KeyError(ORDERS)

    monkeypatch.setattr(place, broken)
    assert fulfil("load", "orders.csv", "--db", "shop.duckdb", "--policy", "tiktok-us") == Said(
        3,
        "",
        "fulfil: orders.csv: something inside fulfil broke (KeyError). Run fulfil --debug ... again and report what it "
        "prints. Without this file the others can be audited.\n",
    )


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--nope",), "No such option: --nope. See: fulfil --help"),
        (
            ("audit", "x", "--polcy", "y"),
            "No such option: --polcy (Possible options: --only, --policy). See: fulfil audit --help",
        ),
        (("explain",), "Missing argument"),
        (("aduit",), "No such command 'aduit'"),
        (("--log", "xml", "rules", "list"), "--log: xml is not possible here. Known: json, text."),
    ],
)
def test_words_that_no_command_knows_are_one_line_too(words: tuple[str, ...], line: str) -> None:
    said = fulfil(*words)
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.count("\n") == 1
    if "Possible" not in line:
        assert line in said.stderr


def sites() -> list[tuple[str, str, ast.Call]]:
    """Return every place in the package that raises an error of ours."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in kinds():
                found.append((f"{path.relative_to(PACKAGE)}:{node.lineno}", node.func.id, node))
    return found


def test_every_site_says_what_to_do_next_and_where() -> None:
    """An engine's error is a part of the line that names its rule; a usage error may concern all that was typed."""
    every = sites()
    assert len(every) > 150
    for site, kind, call in every:
        keys = {keyword.arg for keyword in call.keywords}
        if None in keys or kind == "EngineError":
            continue
        assert "remedy" in keys, site
        for keyword in call.keywords:
            if keyword.arg == "remedy" and isinstance(keyword.value, ast.Constant):
                assert isinstance(keyword.value.value, str), site
                assert keyword.value.value.strip(), site
                assert not keyword.value.value.endswith("."), site
        first = call.args[0] if call.args else None
        if isinstance(first, ast.Constant):
            assert not str(first.value).endswith("."), site
            assert "\n" not in str(first.value), site


PLACELESS = {"UsageError", "EngineError", "RuleError", "PolicyError", "FormatError"}
"""Kinds whose place may be the command line itself or a name that was typed."""


def test_every_site_about_a_file_names_it() -> None:
    nameless = [
        site
        for site, kind, call in sites()
        if kind not in PLACELESS and not {keyword.arg for keyword in call.keywords} & {"file", "line", "column", None}
    ]
    # all inputs together hold no order, or the memory is full: there is no one file to name
    assert {site.partition(":")[0] for site in nameless} <= {
        "audit/run.py",
        "audit/cluster/groups.py",
        "audit/cluster/head.py",
        "engines/duckdb_engine.py",
    }
