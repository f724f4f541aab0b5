"""Deadlines and on-time rates: orders × policy lines × calendar, in SQL."""

from __future__ import annotations

from fulfil_analytics.sla.deadlines import build_deadlines
from fulfil_analytics.sla.explain import Clock, clocks
from fulfil_analytics.sla.rates import build_rates

__all__ = ["Clock", "build_deadlines", "build_rates", "clocks"]
