"""Made-up exports with planted violations and the truth about them; shares no code with the rules."""

from __future__ import annotations

from fulfil_analytics.sample.generate import generate
from fulfil_analytics.sample.recipe import LAYOUTS, PROFILES, Recipe
from fulfil_analytics.sample.truth import Truth

__all__ = ["LAYOUTS", "PROFILES", "Recipe", "Truth", "generate"]
