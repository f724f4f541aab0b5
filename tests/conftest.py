"""What all tests share: a home of their own, the planted sample loaded once, and what costs time for nothing."""

from __future__ import annotations

import gc
import os
import pickle
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

PLANTED = Path(__file__).resolve().parents[1] / "data" / "sample" / "planted"


LONG = ("spark", "privacy", "crash", "notebooks", "docs", "reproducible", "bench", "report", "audit", "cli")
"""Rooms whose tests take long, the longest first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let long tests come first: at the end two workers share out short ones, so that none waits for the other."""
    rooms = {Path(__file__).parent / room: place for place, room in enumerate(LONG)}
    items.sort(key=lambda item: rooms.get(item.path.parent, len(rooms)))


@pytest.fixture(scope="session", autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test touches the home of the person who runs it.

    The key of the hashes is made anew each session; what is only a cache is shared between workers and sessions.
    The folder is one of pytest's, which removes those of earlier sessions: a session that is killed leaves nothing.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        patch.setenv("XDG_CACHE_HOME", str(Path(tempfile.gettempdir()) / f"fulfil-test-cache-{os.getuid()}"))
        yield


@pytest.fixture(scope="session", autouse=True)
def quick() -> Iterator[None]:
    """A session runs some hundred commands in one process: garbage is looked for as seldom as a command does it, and
    a text of TOML (policies, carriers, heads of rules) is parsed once."""
    kept = gc.get_threshold()
    gc.set_threshold(100_000, 50, 50)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tomllib, "loads", parsing_once(tomllib.loads))
        yield
    gc.set_threshold(*kept)


def parsing_once(loads: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Return `loads`, which remembers its answers; each caller gets one of its own."""

    @cache
    def packed(text: str) -> bytes:
        return pickle.dumps(loads(text))

    def load(text: str, /, **more: Any) -> dict[str, Any]:
        return loads(text, **more) if more else pickle.loads(packed(text))

    return load


@pytest.fixture(scope="session")
def planted_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a store that holds the planted sample under ``tiktok-us``, nothing derived. To be read, or copied."""
    from fulfil_analytics.audit.options import Options
    from fulfil_analytics.audit.run import run_load

    path = tmp_path_factory.mktemp("loaded") / "shop.duckdb"
    run_load([str(PLANTED)], Options(db=path, policy="tiktok-us"))
    return path
