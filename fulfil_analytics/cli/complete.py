"""What the shell offers on Tab: names of rules, policies and words, read from file names, without a heavy import."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

Completer = Callable[[str], list[str]]


def words(*known: str) -> Completer:
    """Return what offers the words that begin as typed."""
    return lambda incomplete: _begin(known, incomplete)


def rules(incomplete: str) -> list[str]:
    """Offer rule ids: the shipped ones and those of ``fulfil.toml``."""
    from fulfil_analytics.resources import rules_folder

    shipped = (file.stem for file in rules_folder().glob("*/*.sql"))
    own = (file.stem for folder in _own_folders() for file in folder.rglob("*.sql"))
    return _begin((*shipped, *own), incomplete)


def policies(incomplete: str) -> list[str]:
    """Offer policy ids."""
    from fulfil_analytics.resources import rules_folder

    return _begin((file.stem for file in (rules_folder() / "policies").glob("*.toml")), incomplete)


def dimensions(incomplete: str) -> list[str]:
    """Offer what rates can be sliced by."""
    from fulfil_analytics.sla.dimensions import DIMENSIONS

    return _begin(DIMENSIONS, incomplete)


def _own_folders() -> tuple[Path, ...]:
    from fulfil_analytics.config import find_config
    from fulfil_analytics.errors import ConfigError

    try:
        return find_config().rules
    except ConfigError:  # a completion never complains
        return ()


def _begin(known: Iterable[str], incomplete: str) -> list[str]:
    return sorted(name for name in set(known) if name.startswith(incomplete))
