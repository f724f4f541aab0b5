"""No test touches the home of the person who runs it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def own_home() -> Iterator[None]:
    """The key of the hashes is made anew each session; what is only a cache is shared between workers and sessions."""
    with tempfile.TemporaryDirectory(prefix="fulfil-config-") as config, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", config)
        patch.setenv("XDG_CACHE_HOME", str(Path(tempfile.gettempdir()) / f"fulfil-test-cache-{os.getuid()}"))
        yield
