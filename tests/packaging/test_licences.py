"""Dependencies are free to use and to pass on, and each is pinned by the hash of its bytes."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ALLOWED = r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|Zlib|CC0|0BSD|Mozilla Public License 2.0|MPL-2.0"
"""Licences that ask for no more than to be named; MPL asks for its own files only, and none is changed here."""


def locked() -> dict[str, str]:
    """Return the packages that a user installs, and how each is pinned."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8").replace("\\\n", " ")
    pins = [line for line in text.splitlines() if "==" in line]
    return {re.split(r"[\[=]", line)[0].strip(): line for line in pins}


def test_each_dependency_is_pinned_by_its_hash() -> None:
    assert len(locked()) > 15
    assert not [name for name, line in locked().items() if "--hash=sha256:" not in line]


def test_the_licence_of_each_dependency_is_on_the_list() -> None:
    pytest.importorskip("piplicenses")
    command = [sys.executable, "-m", "piplicenses", "--format=csv", "--packages", *locked()]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    rows = list(csv.DictReader(io.StringIO(said.stdout)))
    assert len(rows) > 15
    assert not {row["Name"]: row["License"] for row in rows if not re.search(ALLOWED, row["License"])}
