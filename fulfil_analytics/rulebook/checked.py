"""Rule files that were checked before: checking forty files costs seconds, and they seldom change.

Only the check is skipped, never the reading: same bytes and same checker as last time, same answer.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from fulfil_analytics.resources import cache_folder

_PACKAGE = Path(__file__).resolve().parent


@cache
def _checker() -> str:
    """Return a hash of the code that checks: the rulebook and the tables a rule may read."""
    digest = hashlib.sha256()
    for folder in (_PACKAGE, _PACKAGE.parent / "schemas"):
        for file in sorted(folder.glob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _file() -> Path:
    return cache_folder() / f"rules-checked-{_checker()}.txt"


def checked_before() -> frozenset[str]:
    """Return the SHA-256 of the rule files found in order before."""
    try:
        return frozenset(_file().read_text(encoding="ascii").split())
    except (OSError, UnicodeDecodeError):
        return frozenset()


def remember(hashes: Iterable[str]) -> None:
    """Keep the SHA-256 of rule files found in order; a cache that cannot be written costs time, nothing else."""
    file = _file()
    fresh = file.with_suffix(f".{os.getpid()}.tmp")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text("\n".join(sorted({*checked_before(), *hashes})), encoding="ascii")
        fresh.replace(file)
    except OSError:
        fresh.unlink(missing_ok=True)
