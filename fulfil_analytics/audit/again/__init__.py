"""Judging again what new exports touch, and nothing else (docs/architecture.md, "The next day's exports")."""

from __future__ import annotations

from fulfil_analytics.audit.again.narrow import BEFORE, NOW, Marked, Narrowed, drop, mark

__all__ = ["BEFORE", "NOW", "Marked", "Narrowed", "drop", "mark"]
