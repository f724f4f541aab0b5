"""Deriving again what new exports touch, and nothing else (docs/architecture.md, "The next day's exports")."""

from __future__ import annotations

from fulfil_analytics.store.again.derive import Touched, derive_again
from fulfil_analytics.store.record import DERIVED_AGAIN

__all__ = ["DERIVED_AGAIN", "Touched", "derive_again"]
