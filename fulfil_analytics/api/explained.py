"""One order as a notebook shows it: what is known of it, with a figure of its time."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from fulfil_analytics.report.explain import Explanation

if TYPE_CHECKING:
    from fulfil_analytics.api.figure import Figure

_LOOKS = {
    "export": ("#0072B2", "circle"),
    "carrier": ("#009E73", "square"),
    "deadline": ("#D55E00", "line-ns-open"),
}
"""Origin of an event to colour (Okabe-Ito) and marker."""


class Explained(Explanation):
    """What is known of one order; see :class:`fulfil_analytics.report.explain.Explanation` for its parts.

    In a notebook it shows the figure of its time above its tables.
    """

    @classmethod
    def of(cls, page: Explanation) -> Explained:
        """Return `page` with a figure."""
        return cls(**{field.name: getattr(page, field.name) for field in dataclasses.fields(page)})

    @property
    def figure(self) -> Figure:
        """The order along time: what the export and the carrier say, and when it was due; local time of the policy."""
        from fulfil_analytics.api.figure import Figure

        figure = Figure()
        for origin, (color, symbol) in _LOOKS.items():
            rows = [row for row in self.timeline if row["origin"] == origin and row["happened_at"] is not None]
            if rows:
                figure.add_scatter(
                    x=[self.words.local(row["happened_at"]).replace(tzinfo=None) for row in rows],
                    y=[self._origin(origin)] * len(rows),
                    text=[self._said(row) for row in rows],
                    hovertemplate="%{x|%Y-%m-%d %H:%M}  %{text}",
                    mode="markers",
                    marker={"color": color, "symbol": symbol, "size": 13, "line": {"width": 2, "color": color}},
                    name=self._origin(origin),
                )
        figure.update_layout(
            title={"text": self.order_id},
            template="plotly_white",
            height=260,
            margin={"l": 10, "r": 20, "t": 60, "b": 40},
            yaxis={"type": "category", "autorange": "reversed", "automargin": True},
            showlegend=False,
        )
        return figure

    def _origin(self, origin: str) -> str:
        return self.words.term("origin", origin)

    def _said(self, row: dict[str, object]) -> str:
        place = ", ".join(str(part) for part in (row.get("city"), row.get("state")) if part)
        said = self.words.term("stage" if row["origin"] == "deadline" else "event", row["word"])
        return f"{said} {place}".strip()

    def _repr_html_(self) -> str:
        return f"{self.figure._repr_html_()}{self.to_html()}"
