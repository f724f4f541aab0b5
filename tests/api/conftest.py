"""One audit of the planted sample for all tests of the API and for the examples in the docstrings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import fulfil_analytics as fa

ROOT = Path(__file__).resolve().parents[2]
PLANTED = ROOT / "data" / "sample" / "planted"


@pytest.fixture(scope="session")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[fa.Audit]:
    with fa.audit(PLANTED, policy="tiktok-us", db=tmp_path_factory.mktemp("api") / "shop.duckdb") as made:
        yield made
