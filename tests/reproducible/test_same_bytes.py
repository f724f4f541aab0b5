"""Same inputs, policy, rules and as-of: the same bytes, whatever else differs.

The second run differs in time zone, locale, hash seed, threads, key of the hashes, folder, times of the files, the
order in which they were made and loaded, temporary folder, and in being loaded into a store bit by bit.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from said import fulfil as fulfil_here

from fulfil_analytics.audit import verify
from fulfil_analytics.sample import generate

ROOT = Path(__file__).resolve().parents[2]
AUDIT = ("--policy", "tiktok-us", "--as-of", "2026-11-16T09:00Z", "--pack")
LOCALE = "tr_TR.UTF-8"
"""Turkish has a dotless i, and writes numbers with a comma; where it is not installed, the name alone is tried."""


def fulfil(cwd: Path, environment: dict[str, str], *words: object, one_core: bool = False) -> None:
    cwd.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "fulfil_analytics", *map(str, words)]
    if one_core and shutil.which("taskset"):
        command = ["taskset", "-c", "0", *command]
    base = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "TZ"))}
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**base, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def hashes(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "run.json"]
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("twice")
    generate(folder / "exports", orders=30, seed=11)
    plain = {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"}
    fulfil(folder / "a", plain, "audit", folder / "exports", "--out", folder / "first", *AUDIT)

    other = folder / "somewhere else" / "höher"
    copies = other / "exports"
    copies.mkdir(parents=True)
    for number, path in enumerate(sorted((folder / "exports").iterdir(), reverse=True)):
        copy = Path(shutil.copyfile(path, copies / path.name))
        os.utime(copy, (1_500_000_000 + number, 1_500_000_000 + number))
    (other / "temp").mkdir()
    varied = {
        "TZ": "Asia/Kathmandu",
        "LC_ALL": LOCALE,
        "PYTHONHASHSEED": "4242",
        "POLARS_MAX_THREADS": "1",
        "XDG_CONFIG_HOME": str(other / "config"),
        "TMPDIR": str(other / "temp"),
        "COLUMNS": "40",
    }
    db = other / "shop.duckdb"
    words = ("load", copies / "tracking.csv", copies / "warehouses.csv", "--db", db, "--policy", "tiktok-us")
    fulfil(other / "b", varied, *words, one_core=True)
    fulfil(other / "b", varied, "audit", copies, "--db", db, "--out", folder / "second", *AUDIT, one_core=True)
    return folder / "first", folder / "second"


def test_every_file_has_the_same_bytes(twice: tuple[Path, Path]) -> None:
    first, second = map(hashes, twice)
    assert {"findings.parquet", "findings.csv", "findings.xlsx", "report.html", "manifest.json"} <= set(first)
    assert [name for name in first | second if first.get(name) != second.get(name)] == []


def test_what_differs_from_run_to_run_stands_apart(twice: tuple[Path, Path]) -> None:
    first, second = ((folder / "run.json").read_bytes() for folder in twice)
    assert first != second


def test_a_changed_byte_is_found_in_any_file_and_the_figure_is_named(twice: tuple[Path, Path], tmp_path: Path) -> None:
    chance = random.Random(5)
    folder = Path(shutil.copytree(twice[1], tmp_path / "audit"))
    for path in sorted(folder.iterdir()):
        if path.suffix == ".zip" or path.name == "run.json":
            continue
        whole = path.read_bytes()
        for _ in range(5):
            changed = bytearray(whole)
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
            path.write_bytes(changed)
            found = {difference.file for difference in verify.hashes_that_differ(folder)}
            assert found, path.name
            assert path.name == verify.SUMS or path.name in found
        path.write_bytes(whole)
    assert not list(verify.hashes_that_differ(folder))


def test_a_changed_byte_of_the_pack_is_found_as_well(twice: tuple[Path, Path], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(twice[0], tmp_path / "audit"))
    (pack,) = folder.glob("*.zip")
    whole = bytearray(pack.read_bytes())
    whole[len(whole) // 2] ^= 1
    pack.write_bytes(whole)
    said = fulfil_here("verify", folder)
    assert said.returncode == 1
    lines = said.stdout.splitlines()
    assert lines[0].startswith(f"{pack.name}: ")
    assert lines[-1].startswith("1 difference(s)")


def test_an_audit_whose_policy_the_orders_chose_follows_from_its_inputs(tmp_path: Path) -> None:
    generate(tmp_path / "try", orders=8, seed=2)
    words = ("--out", tmp_path / "out", "--only", "stale_tracking")
    assert fulfil_here("audit", tmp_path / "try", *words).returncode == 0
    said = fulfil_here("verify", tmp_path / "out")
    assert said.stdout.startswith("everything follows"), said
