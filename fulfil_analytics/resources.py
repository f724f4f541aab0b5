"""Where the editable data of the toolkit stands: rules, policies, carriers."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def rules_folder() -> Path:
    """Return the folder of the shipped rules.

    In a wheel it is carried inside the package as ``_rules``; in a checkout it stands beside it as ``rules``.
    """
    carried = _PACKAGE / "_rules"
    return carried if carried.is_dir() else _PACKAGE.parent / "rules"
