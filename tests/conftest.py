"""No test touches the home of the person who runs it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The key of the hashes is made anew each session; what is only a cache is shared between workers and sessions.

    The folder is one of pytest's, which removes those of earlier sessions: a session that is killed leaves nothing.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        patch.setenv("XDG_CACHE_HOME", str(Path(tempfile.gettempdir()) / f"fulfil-test-cache-{os.getuid()}"))
        yield
