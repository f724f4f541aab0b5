"""A figure as it is being drawn: the plain values that plotly's script in the page reads.

Making these values through ``plotly.graph_objects`` costs more than a second before the first line is drawn, in which
nothing is found that does not depend on the code alone; so the tests do that, once for every chart.
"""

from __future__ import annotations

import math
from typing import Any

Spec = dict[str, Any]


class Drawing:
    """Traces and layout, named and put together as with a ``plotly.graph_objects.Figure``.

    Attributes
    ----------
    data : list of dict
        The traces, in the order they were added.
    layout : dict
        The layout, nested; ``plotly.graph_objects.Figure(data, layout)`` takes both as they are.
    """

    def __init__(self) -> None:
        self.data: list[Spec] = []
        self.layout: Spec = {}

    def add_scatter(self, **given: Any) -> None:
        """Add points or lines; properties as in ``plotly.graph_objects.Scatter``."""
        self.data.append({"type": "scatter", **given})

    def add_bar(self, **given: Any) -> None:
        """Add bars; properties as in ``plotly.graph_objects.Bar``."""
        self.data.append({"type": "bar", **given})

    def add_heatmap(self, **given: Any) -> None:
        """Add a grid of coloured cells; properties as in ``plotly.graph_objects.Heatmap``."""
        self.data.append({"type": "heatmap", **given})

    def add_annotation(self, **given: Any) -> None:
        """Add a text; properties as in ``plotly.graph_objects.layout.Annotation``."""
        self.layout.setdefault("annotations", []).append(given)

    def add_shape(self, **given: Any) -> None:
        """Add a shape; properties as in ``plotly.graph_objects.layout.Shape``."""
        self.layout.setdefault("shapes", []).append(given)

    def update_layout(self, **given: Any) -> None:
        """Set properties of the layout; a dict goes into the one that stands there."""
        _merge(self.layout, given)

    def to_json(self) -> Spec:
        """Return ``data`` and ``layout`` as JSON values: what is no finite number is null."""
        return {"data": _plain(self.data), "layout": _plain(self.layout)}


def _merge(into: Spec, given: Spec) -> None:
    for name, value in given.items():
        there = into.get(name)
        if isinstance(there, dict) and isinstance(value, dict):
            _merge(there, value)
        else:
            into[name] = value


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
