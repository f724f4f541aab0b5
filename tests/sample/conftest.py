from __future__ import annotations

from pathlib import Path

import pytest
from sample_reading import World

from fulfil_analytics.sample import Truth, generate


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    return generate(tmp_path_factory.mktemp("planted"))


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    return generate(tmp_path_factory.mktemp("clean"), planted=False)


@pytest.fixture(scope="session")
def planted_world(planted: Truth) -> World:
    return World(planted.folder)


@pytest.fixture(scope="session")
def clean_world(clean: Truth) -> World:
    return World(clean.folder)


@pytest.fixture(scope="session")
def shipped() -> Path:
    """The sample that the repository carries."""
    return Path(__file__).resolve().parents[2] / "data" / "sample"
