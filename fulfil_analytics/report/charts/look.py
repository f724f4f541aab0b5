"""What all charts share: the palette, a chart with its data in words, labels that the data cannot break out of.

A figure names no colour of ink or paper: the page gives those, so that one figure serves light, dark and paper. What
carries meaning is drawn twice, by a colour of the Okabe-Ito palette and by a shape (dash, marker, pattern).
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fulfil_analytics.report.charts.drawing import Drawing
from fulfil_analytics.report.words import Words

BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"
GREY = "#8C96A0"
SERIES = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY)
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
SYMBOLS = ("circle", "diamond", "square", "triangle-up", "x", "star")
_LABEL = 28


@dataclass(frozen=True)
class Chart:
    """A figure of the page, and the same in words and numbers for those who cannot see it.

    Attributes
    ----------
    id : str
        Id of its element; fixed, so that equal inputs give equal bytes.
    title, note : str
        What stands above and below it.
    figure : Drawing
        The figure.
    says : str
        One sentence: what the figure shows, with its numbers.
    heads : list of str
        Headings of the data table; the first column is text, the others are numbers.
    data : list of list of str
        The rows of the data table.
    """

    id: str
    title: str
    note: str
    figure: Drawing
    says: str
    heads: list[str]
    data: list[list[str]]


def label(text: str) -> str:
    """Return data's text as plotly may draw it: short, and its own marks not taken for markup."""
    short = text if len(text) <= _LABEL else text[: _LABEL - 1] + "…"
    return html.escape(short, quote=False)


def labels(names: Sequence[str | None], nothing: str) -> dict[str | None, str]:
    """Return a label for each name, in the order given; names that are shortened alike stay apart."""
    found: dict[str | None, str] = {}
    for name in dict.fromkeys(names):
        text = nothing if name is None else label(name)
        twins = sum(other == text or other.startswith(f"{text} #") for other in found.values())
        found[name] = f"{text} #{twins + 1}" if twins else text
    return found


def dress(figure: Drawing) -> Drawing:
    """Give a figure the margins, the legend and the empty ground that all have."""
    figure.update_layout(
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        margin={"l": 56, "r": 16, "t": 44 if len(figure.layout.get("annotations", ())) > 1 else 24, "b": 84},
        legend={
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 0,
            "yanchor": "bottom",
            "yref": "container",
            "traceorder": "normal",
        },
    )
    return figure


def categories(**further: Any) -> dict[str, Any]:
    """Return an axis of names, the first at the top."""
    return {"type": "category", "autorange": "reversed", "automargin": True, "showgrid": False, **further}


def share(words: Words, part: int, whole: int) -> str:
    """Return ``95.1% (39 / 41)``, or a dash where nothing was counted."""
    return (
        f"{words.percent(part / whole)} ({words.count(part)} / {words.count(whole)})" if whole else words.percent(None)
    )
