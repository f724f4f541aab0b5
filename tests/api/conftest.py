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


@pytest.fixture
def examples(audit: fa.Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the docstrings that audit the planted sample the audit of it that was made already."""
    made = fa.audit

    def once(*inputs: object, **words: object) -> fa.Audit:
        if (inputs, words) == (("data/sample/planted",), {"policy": "tiktok-us"}):
            return fa.open(audit._store.path)
        return made(*inputs, **words)  # type: ignore[arg-type]

    monkeypatch.setattr(fa, "audit", once)
    monkeypatch.chdir(ROOT)
