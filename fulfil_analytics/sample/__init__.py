"""Made-up exports with planted violations and the truth about them; shares no code with the rules."""

from __future__ import annotations

from fulfil_analytics.sample.generate import LAYOUTS, Truth, generate

__all__ = ["LAYOUTS", "Truth", "generate"]
