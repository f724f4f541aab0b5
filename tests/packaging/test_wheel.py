"""What is built: rules and words inside, nothing of ours around it, and it runs from where it was unpacked.

``make package`` goes the whole way: a bare virtual environment, the locked dependencies, the wheel, the demo; then the
same with a wheel that was built from the sdist.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytest.importorskip("hatchling")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def unpacked(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        wheel.extractall(folder)
    return folder


def fulfil(unpacked: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """Run a command of the unpacked wheel, far from the checkout."""
    environment = {**os.environ, "PYTHONPATH": str(unpacked), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "fulfil_analytics", *map(str, words)]
    return subprocess.run(command, cwd=unpacked, env=environment, capture_output=True, text=True, check=False)


def test_the_wheel_holds_every_rule_and_every_data_file(unpacked: Path) -> None:
    rules = {
        path.relative_to(ROOT / "rules") for path in (ROOT / "rules").rglob("*") if path.suffix in (".sql", ".toml")
    }
    carried = {
        path.relative_to(unpacked / "fulfil_analytics/_rules")
        for path in (unpacked / "fulfil_analytics/_rules").rglob("*")
    }
    assert len(rules) > 100
    assert rules <= carried
    mine = {
        path.relative_to(ROOT)
        for path in (ROOT / "fulfil_analytics").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert mine <= {path.relative_to(unpacked) for path in unpacked.rglob("*")}
    assert {path.name for path in unpacked.iterdir()} == {"fulfil_analytics", "fulfil_analytics-0.1.0.dist-info"}


def test_no_file_of_the_wheel_names_a_machine(unpacked: Path) -> None:
    text = {path: path.read_bytes() for path in unpacked.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert not [path for path, raw in text.items() if re.search(rb"/home/[a-z]|/root/|/tmp/[a-z]|index-url", raw)]


def test_it_runs_from_where_it_was_unpacked(unpacked: Path, tmp_path: Path) -> None:
    where = subprocess.run(
        [sys.executable, "-c", "import fulfil_analytics as f; print(f.__file__)"],
        env={**os.environ, "PYTHONPATH": str(unpacked)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(where.stdout.strip()).is_relative_to(unpacked)
    assert fulfil(unpacked, "sample", tmp_path / "try", "--orders", "10").returncode == 0
    said = fulfil(unpacked, "load", tmp_path / "try", "--db", tmp_path / "shop.duckdb", "--json")
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout)["rows"]["in"] > 50


def test_the_sdist_builds_the_same_wheel(built: Path, unpacked: Path, tmp_path: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        sdist.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "again")]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    with zipfile.ZipFile(next((tmp_path / "again").iterdir())) as wheel:
        again = {name: wheel.read(name) for name in wheel.namelist()}
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        first = {name: wheel.read(name) for name in wheel.namelist()}
    assert again == first


def test_dependencies_have_a_lower_bound_that_the_compatibility_run_tries() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert all(">=" in requirement for requirement in project["dependencies"])
