"""What a command brings into memory before it does anything: heavy libraries forbidden, modules counted, no clock."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import NamedTuple

import pytest

HEAVY = {
    "duckdb",
    "fastexcel",
    "great_tables",
    "jinja2",
    "numpy",
    "pandas",
    "pandera",
    "plotly",
    "polars",
    "pyarrow",
    "pyspark",
    "sqlglot",
    "xlsxwriter",
}
"""None of these answers a question about the commands, the rules or the policies."""

CODE = """
import contextlib, io, json, sys
words = sys.argv[1:]
if words == ["import"]:
    import fulfil_analytics
else:
    from fulfil_analytics.cli.main import run
    sys.argv = ["fulfil", *words]
    with contextlib.redirect_stdout(io.StringIO()) as said:
        try:
            run()
        except SystemExit as end:
            assert not end.code, end.code
    assert said.getvalue().strip()
print(json.dumps(sorted(sys.modules)))
"""


class Loaded(NamedTuple):
    """What a process has imported."""

    names: set[str]
    count: int


def loaded(*words: str) -> Loaded:
    """Run a command (or ``import``: the package alone) in a process of its own, which no coverage measures."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    done = subprocess.run([sys.executable, "-c", CODE, *words], capture_output=True, text=True, check=True, env=env)
    modules = json.loads(done.stdout.splitlines()[-1])
    return Loaded({name.partition(".")[0] for name in modules}, len(modules))


@pytest.fixture(scope="module")
def bare() -> int:
    """Modules of a Python that ran nothing of ours (site packages may hook into its start)."""
    code = "import contextlib, io, json, sys; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return len(json.loads(done.stdout))


def test_the_package_alone_brings_nothing_but_itself(bare: int) -> None:
    found = loaded("import")
    assert found.names - set(sys.stdlib_module_names) <= {"fulfil_analytics", "__main__", "_distutils_hack"}
    assert found.count <= bare + 15


def test_help_brings_typer_and_little_else(bare: int) -> None:
    found = loaded("--help")
    assert not found.names & (HEAVY | {"rich", "pydantic", "holidays"})
    assert found.count <= bare + 150  # 112 when this was written


@pytest.mark.parametrize(
    ("words", "most"),
    [(("audit", "--help"), 300), (("config",), 380), (("rules", "list"), 400), (("policies", "list"), 750)],
    ids=["audit --help", "config", "rules list", "policies list"],
)
def test_what_needs_no_data_brings_no_data_library(words: tuple[str, ...], most: int, bare: int) -> None:
    # of the 600 modules of `policies list`, 300 are the countries of `holidays`, which checks the policies' calendars
    found = loaded(*words)
    assert not found.names & HEAVY
    assert found.count <= bare + most


def test_the_guard_sees_what_it_forbids() -> None:
    code = CODE.replace("words = sys.argv[1:]", "import sqlglot\nwords = sys.argv[1:]")
    done = subprocess.run([sys.executable, "-c", code, "import"], capture_output=True, text=True, check=True)
    assert {name.partition(".")[0] for name in json.loads(done.stdout)} & HEAVY == {"sqlglot"}
