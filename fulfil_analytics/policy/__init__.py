"""Policy files, typed: which deadlines a market sets, for whom, since when, and on which page that stands."""

from __future__ import annotations

from fulfil_analytics.policy.calendar import calendar_days
from fulfil_analytics.policy.load import choose_policy, load_policies, load_policy
from fulfil_analytics.policy.model import Calendar, Line, Metric, Policy, Version, Window
from fulfil_analytics.policy.page import policy_page

__all__ = [
    "Calendar",
    "Line",
    "Metric",
    "Policy",
    "Version",
    "Window",
    "calendar_days",
    "choose_policy",
    "load_policies",
    "load_policy",
    "policy_page",
]
