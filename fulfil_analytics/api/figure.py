"""A plotly figure that shows itself in a notebook without fetching anything."""

from __future__ import annotations

import uuid
from typing import Any

import plotly.graph_objects as go
import plotly.io as pio

_CONFIG = {"displaylogo": False, "responsive": True}


class Figure(go.Figure):  # type: ignore[misc]  # plotly carries no types
    """A plotly figure in every respect; in a notebook its script stands in the output instead of on another server.

    Plotly's own renderers load MathJax, and some of them plotly itself, from the network. Here plotly's script goes
    into the output of the first figure of a session; a program that draws plotly figures by itself (VS Code) gets the
    figure's data beside it.
    """

    _script_shown = False

    def _repr_mimebundle_(self, *_: Any, **__: Any) -> dict[str, Any]:
        data = self.to_plotly_json()
        return {
            "application/vnd.plotly.v1+json": pio.json.from_json_plotly(pio.to_json(data, validate=False)),
            "text/html": self._repr_html_(),
        }

    def _repr_html_(self) -> str:
        text: str = pio.to_html(
            self,
            config=_CONFIG,
            include_mathjax=False,
            include_plotlyjs=not Figure._script_shown,
            full_html=False,
            div_id=f"fulfil-{uuid.uuid4().hex[:12]}",
        )
        Figure._script_shown = True
        return text

    def _ipython_display_(self) -> None:
        from IPython import display as ipython

        show: Any = ipython  # IPython's own functions carry no types
        show.display(self._repr_mimebundle_(), raw=True)
