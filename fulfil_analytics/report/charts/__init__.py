"""The report's charts: plotly figures over a handful of aggregated rows; plain functions over a view.

Each returns a :class:`Chart`, or None where there is nothing to draw::

    with view(con, as_of=as_of, zone=zone) as seen:
        charts.on_time(seen, by="warehouse")
"""

from __future__ import annotations

from fulfil_analytics.report.charts.carriers import carriers
from fulfil_analytics.report.charts.change import change
from fulfil_analytics.report.charts.look import Chart, label
from fulfil_analytics.report.charts.on_time import PARTS, on_time
from fulfil_analytics.report.charts.stages import durations, lateness, outcomes

__all__ = ["PARTS", "Chart", "carriers", "change", "durations", "label", "lateness", "on_time", "outcomes"]
