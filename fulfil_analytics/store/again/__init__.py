"""Deriving again what new exports touch, and nothing else (docs/architecture.md, "The next day's exports")."""

from __future__ import annotations

from fulfil_analytics.store.again.derive import Touched, derive_again

__all__ = ["Touched", "derive_again"]
