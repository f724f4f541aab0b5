"""Where things stand: the editable data (rules, policies, carriers), and what can be made again at any time."""

from __future__ import annotations

import os
from functools import cache
from importlib.metadata import version
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def rules_folder() -> Path:
    """Return the folder of the shipped rules.

    In a wheel it is carried inside the package as ``_rules``; in a checkout it stands beside it as ``rules``.
    """
    carried = _PACKAGE / "_rules"
    return carried if carried.is_dir() else _PACKAGE.parent / "rules"


def cache_folder() -> Path:
    """Return the folder for what can be made again at any time (``$XDG_CACHE_HOME/fulfil``); it may not exist yet."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fulfil"


@cache
def installed(package: str) -> str:
    """Return the version of an installed package; finding it reads all that the package says of itself, so once."""
    return version(package)
