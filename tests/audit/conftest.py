from __future__ import annotations

import pytest

from fulfil_analytics.rulebook import load_rules
from fulfil_analytics.store import open_store


@pytest.fixture
def book(tmp_path):
    def write_and_load(**files: str):
        folder = tmp_path / "mine"
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            (folder / f"{name}.sql").write_text(text)
        return load_rules([folder])

    return write_and_load


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "store.duckdb") as opened:
        yield opened
