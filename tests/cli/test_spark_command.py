"""What ``--engine spark`` refuses before any JVM starts, and ``load --canonical``."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_commands import PLANTED, fulfil


@pytest.mark.parametrize(
    ("words", "column"),
    [((), "--out"), (("--out", "o", "--db", "s.duckdb"), "--db"), (("--out", "o", "--since", "x"), "--since")],
)
def test_one_machines_options_are_refused(words: tuple[str, ...], column: str, tmp_path: Path) -> None:
    result = fulfil("audit", tmp_path, "--engine", "spark", *words)
    assert result.returncode == 2
    assert column in result.stderr and len(result.stderr.strip().splitlines()) == 1


def test_load_writes_a_canonical_folder(tmp_path: Path) -> None:
    folder = tmp_path / "canonical"
    assert fulfil("load", PLANTED, "--policy", "tiktok-us", "--canonical", folder).returncode == 0
    assert (folder / "canonical.json").is_file()
    result = fulfil("load", PLANTED, "--policy", "tiktok-us")
    assert result.returncode == 2 and "--canonical" in result.stderr
