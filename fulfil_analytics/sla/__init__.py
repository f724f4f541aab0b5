"""Deadlines and on-time rates: orders × policy lines × calendar, in SQL."""

from __future__ import annotations

from fulfil_analytics.sla.blame import build_late_causes
from fulfil_analytics.sla.deadlines import build_deadlines, prepare_local_time
from fulfil_analytics.sla.explain import Clock, clocks
from fulfil_analytics.sla.forecast import build_forecast, forecast_groups
from fulfil_analytics.sla.ordered import ordered_deadlines
from fulfil_analytics.sla.penalties import Outlook, Standing, outlook
from fulfil_analytics.sla.rates import build_rates

__all__ = [
    "Clock",
    "Outlook",
    "Standing",
    "build_deadlines",
    "build_forecast",
    "build_late_causes",
    "build_rates",
    "clocks",
    "forecast_groups",
    "ordered_deadlines",
    "outlook",
    "prepare_local_time",
]
