"""The report's charts: plotly figures over a handful of aggregated rows.

A figure names no colour of ink or paper: the page gives those, so that one figure serves light, dark and paper. What
carries meaning is drawn twice, by a colour of the Okabe-Ito palette and by a shape (dash, marker, pattern).
"""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fulfil_analytics.report.facts import Row
from fulfil_analytics.report.words import Words

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

BLUE, VERMILION, GREEN, PURPLE, GREY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#8C96A0"

MODES = ("standard", "holiday", "effective")
"""The modes a chart compares; the table of rates has all four."""

_MODE_LOOK = {
    "standard": (BLUE, "dot", "circle-open"),
    "holiday": (VERMILION, "dash", "diamond-open"),
    "effective": (GREEN, "solid", "square"),
}
_OUTCOME_LOOK = {
    "on_time": (BLUE, ""),
    "late": (VERMILION, ""),
    "overdue": (VERMILION, "/"),
    "open": (GREY, "."),
}
_HEAT = [[0.0, "#D6E4EE"], [0.08, "#F3D9A4"], [0.25, "#E69F00"], [0.5, "#D55E00"], [1.0, "#5A1E00"]]
_LABEL = 28


@dataclass(frozen=True)
class Chart:
    """A figure of the page.

    Attributes
    ----------
    id : str
        Id of its element; fixed, so that equal inputs give equal bytes.
    title, note : str
        What stands above and below it.
    figure : plotly.graph_objects.Figure
        The figure.
    """

    id: str
    title: str
    note: str
    figure: Figure


def by_day(words: Words, stage: str, rows: Sequence[Row], windows: Sequence[Row], target: float | None) -> Chart | None:
    """Return the share on time by local order day, under each mode, with the windows shaded.

    Parameters
    ----------
    rows : rows of ``queries/by_day.sql``
    windows : windows in force; those of this `stage` are shaded
    target : share the platform asks for
    """
    import plotly.graph_objects as go

    own = [row for row in rows if row["stage"] == stage]
    days = sorted({row["day"] for row in own})
    if not any(row["judged"] for row in own):
        return None
    figure = go.Figure()
    for mode in reversed(MODES):  # the widest line below, so that equal lines stay visible through one another
        color, dash, symbol = _MODE_LOOK[mode]
        line = [row for row in own if row["mode"] == mode]
        figure.add_scatter(
            x=[row["day"] for row in line],
            y=[row["on_time"] / row["judged"] if row["judged"] else None for row in line],
            customdata=[[row["on_time"], row["judged"]] for row in line],
            name=words.term("mode", mode),
            mode="lines+markers",
            line={"color": color, "dash": dash, "width": 4 if mode == "effective" else 2},
            marker={"symbol": symbol, "size": 9 if mode == "holiday" else 6, "color": color},
            hovertemplate="%{y:.1%} (%{customdata[0]:,} / %{customdata[1]:,})",
        )
    effective = {row["day"]: row for row in own if row["mode"] == "effective"}
    for field, color, pattern in (("judged", GREY, ""), ("still_open", GREY, "/")):
        figure.add_bar(
            x=days,
            y=[effective.get(day, {}).get(field, 0) for day in days],
            name=words(f"chart.orders_{field}"),
            marker={"color": color, "opacity": 0.55, "pattern": {"shape": pattern}},
            yaxis="y2",
            hovertemplate="%{y:,}",
        )
    _shade(figure, words, [window for window in windows if stage in window["stages"]], days)
    if target is not None:
        figure.add_scatter(
            x=[days[0], days[-1]],
            y=[target, target],
            mode="lines",
            line={"color": GREY, "dash": "longdash", "width": 1.5},
            name=words("chart.target", target=words.percent(target, 0)),
            hoverinfo="skip",
        )
    lowest = min(row["on_time"] / row["judged"] for row in own if row["judged"])
    figure.update_layout(
        height=430,
        barmode="stack",
        hovermode="x unified",
        xaxis={"type": "date", "tickformat": "%m-%d", "hoverformat": "%Y-%m-%d", "anchor": "y2", "showgrid": False},
        yaxis={"domain": [0.3, 1], "tickformat": ".0%", "range": [max(0.0, min(lowest, target or 1) - 0.06), 1.03]},
        yaxis2={"domain": [0, 0.2], "title": {"text": words("chart.orders"), "font": {"size": 11}}, "nticks": 3},
    )
    return _chart(f"chart-{stage}", words(f"chart.{stage}_title"), words("chart.by_day_note"), figure)


def _shade(figure: Figure, words: Words, windows: Sequence[Row], days: Sequence[str]) -> None:
    """Shade the windows that touch the days shown; windows that overlap name themselves on different lines."""
    shown = []
    for window in windows:
        start, end = words.local(window["from_at"]), words.local(window["to_at"])
        if f"{start:%Y-%m-%d}" <= days[-1] and f"{end:%Y-%m-%d}" >= days[0]:
            shown.append((start.replace(tzinfo=None), end.replace(tzinfo=None), window["name"]))
    first = dt.datetime.fromisoformat(days[0]) - dt.timedelta(hours=12)
    last = dt.datetime.fromisoformat(days[-1]) + dt.timedelta(hours=12)
    for number, (start, end, name) in enumerate(sorted(set(shown))):
        # A point stands at the midnight that begins its day; half a day back puts it inside its window.
        left = max(start - dt.timedelta(hours=12), first)
        right = min(end - dt.timedelta(hours=12), last)
        figure.add_shape(
            type="rect",
            x0=left.isoformat(),
            x1=max(left, right).isoformat(),
            y0=0,
            y1=1,
            yref="paper",
            fillcolor=PURPLE,
            opacity=0.16,
            line={"width": 0},
            layer="below",
        )
        late = left > first + (last - first) * 0.75
        figure.add_annotation(
            x=(right if late else left).isoformat(),
            y=1 + 0.06 * (number % 2),
            yref="paper",
            xanchor="right" if late else "left",
            yanchor="bottom",
            showarrow=False,
            text=label(name),
            font={"size": 11},
        )


def outcomes(words: Words, rows: Sequence[Row], stages: Sequence[str]) -> Chart | None:
    """Return how orders came out by warehouse, one panel a stage (rows of ``queries/outcomes.sql``)."""
    import plotly.graph_objects as go

    if not rows:
        return None
    named = labels(words, [row["warehouse"] for row in rows if not row["rest"]])
    rest = words("chart.other_warehouses")
    orders = {
        (row["stage"], rest if row["rest"] else named[row["warehouse"]], row["outcome"]): row["orders"] for row in rows
    }
    names = [*named.values(), *([rest] if any(row["rest"] for row in rows) else [])]
    total = {
        (stage, name): sum(orders.get((stage, name, outcome), 0) for outcome in _OUTCOME_LOOK)
        for stage in stages
        for name in names
    }
    figure = go.Figure()
    width = 1 / len(stages)
    for panel, stage in enumerate(stages):
        axis = "" if panel == 0 else str(panel + 1)
        for outcome, (color, pattern) in _OUTCOME_LOOK.items():
            counts = [(orders.get((stage, name, outcome), 0), total[stage, name]) for name in names]
            figure.add_bar(
                y=names,
                x=[part / whole if whole else None for part, whole in counts],
                customdata=counts,
                orientation="h",
                name=words.term("outcome", outcome),
                legendgroup=outcome,
                showlegend=panel == 0,
                marker={
                    "color": color,
                    "pattern": {"shape": pattern, "fillmode": "overlay", "fgcolor": "#ffffff", "size": 7},
                },
                xaxis=f"x{axis}",
                hovertemplate="%{y}: %{customdata[0]:,} / %{customdata[1]:,} (%{x:.1%})",
            )
        left, right = panel * width, (panel + 1) * width
        figure.update_layout(
            {
                f"xaxis{axis}": {
                    "domain": [left + (0.06 if panel else 0), right],
                    "range": [0, 1],
                    "tickformat": ".0%",
                    "nticks": 5,
                    "title": {"text": words.term("stage", stage), "font": {"size": 13}},
                }
            }
        )
    figure.update_layout(
        height=130 + 34 * len(names),
        barmode="stack",
        bargap=0.35,
        hovermode="closest",
        yaxis={"type": "category", "autorange": "reversed", "automargin": True, "showgrid": False},
    )
    return _chart("chart-outcomes", words("chart.outcomes_title"), words("chart.outcomes_note"), figure)


def durations(words: Words, rows: Sequence[Row]) -> Chart | None:
    """Return how long each leg took: percentiles in hours (rows of ``queries/durations.sql``)."""
    import plotly.graph_objects as go

    if not rows:
        return None
    names = [f"{words.term('leg', row['leg'])}<br>n = {words.count(row['orders'])}" for row in rows]
    figure = go.Figure()
    for low, high, width, opacity in (("p10", "p90", 5, 0.45), ("p25", "p75", 15, 0.9)):
        x: list[float | None] = []
        y: list[str | None] = []
        for name, row in zip(names, rows, strict=True):
            x += [row[low], row[high], None]
            y += [name, name, None]
        figure.add_scatter(
            x=x,
            y=y,
            mode="lines",
            line={"width": width, "color": BLUE},
            opacity=opacity,
            hoverinfo="skip",
            name=f"{low} – {high}",
        )
    for field, symbol, color in (("p50", "line-ns-open", VERMILION), ("p99", "diamond-open", GREY)):
        figure.add_scatter(
            x=[row[field] for row in rows],
            y=names,
            mode="markers",
            name=words("chart.median") if field == "p50" else field,
            marker={
                "symbol": symbol,
                "size": 15 if field == "p50" else 9,
                "color": color,
                "line": {"width": 3, "color": color},
            },
            customdata=[[row[p] for p in ("p10", "p25", "p50", "p75", "p90", "p99")] for row in rows],
            hovertemplate="p10 %{customdata[0]:.1f} · p25 %{customdata[1]:.1f} · p50 %{customdata[2]:.1f} · "
            "p75 %{customdata[3]:.1f} · p90 %{customdata[4]:.1f} · p99 %{customdata[5]:.1f}<extra></extra>",
        )
    figure.update_layout(
        height=140 + 44 * len(rows),
        hovermode="closest",
        xaxis={"title": {"text": words("chart.hours"), "font": {"size": 12}}, "rangemode": "tozero", "zeroline": False},
        yaxis={"type": "category", "autorange": "reversed", "automargin": True, "showgrid": False},
    )
    return _chart("chart-durations", words("chart.durations_title"), words("chart.durations_note"), figure)


def lateness(words: Words, rows: Sequence[Row]) -> Chart | None:
    """Return the share dispatched late by warehouse and local hour of the order (rows of ``queries/lateness.sql``)."""
    import plotly.graph_objects as go

    if not rows:
        return None
    named = labels(words, [row["warehouse"] for row in rows])
    names = list(named.values())
    cell = {(named[row["warehouse"]], row["hour"]): row for row in rows}
    hours = list(range(24))
    share = [[cell[n, h]["late"] / cell[n, h]["judged"] if (n, h) in cell else None for h in hours] for n in names]
    counts = [[[cell[n, h]["late"], cell[n, h]["judged"]] if (n, h) in cell else [0, 0] for h in hours] for n in names]
    figure = go.Figure(
        go.Heatmap(
            x=hours,
            y=names,
            z=share,
            customdata=counts,
            zmin=0,
            zmax=max(0.25, *(row["late"] / row["judged"] for row in rows)),
            xgap=2,
            ygap=2,
            colorscale=_HEAT,
            hoverongaps=False,
            colorbar={"tickformat": ".0%", "thickness": 12, "outlinewidth": 0},
            hovertemplate="%{y} · %{x}:00<br>%{z:.1%} (%{customdata[0]:,} / %{customdata[1]:,})<extra></extra>",
        )
    )
    figure.update_layout(
        height=140 + 40 * len(names),
        hovermode="closest",
        xaxis={
            "title": {"text": words("chart.hour_of_order", zone=words.zone), "font": {"size": 12}},
            "dtick": 2,
            "showgrid": False,
            "zeroline": False,
        },
        yaxis={"type": "category", "autorange": "reversed", "automargin": True, "showgrid": False},
    )
    figure.update_layout(showlegend=False)
    return _chart("chart-lateness", words("chart.lateness_title"), words("chart.lateness_note"), figure)


def label(text: str) -> str:
    """Return data's text as plotly may draw it: short, and its own marks not taken for markup."""
    short = text if len(text) <= _LABEL else text[: _LABEL - 1] + "…"
    return html.escape(short, quote=False)


def labels(words: Words, names: Sequence[str | None]) -> dict[str | None, str]:
    """Return a label for each warehouse, in the order given; names that are shortened alike stay apart."""
    found: dict[str | None, str] = {}
    for name in dict.fromkeys(names):
        text = words("chart.no_warehouse") if name is None else label(name)
        twins = sum(other == text or other.startswith(f"{text} #") for other in found.values())
        found[name] = f"{text} #{twins + 1}" if twins else text
    return found


def _chart(identity: str, title: str, note: str, figure: Figure) -> Chart:
    figure.update_layout(
        template=None,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        margin={"l": 56, "r": 16, "t": 44 if len(figure.layout.annotations) > 1 else 24, "b": 84},
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
    return Chart(identity, title, note, figure)


def as_json(figure: Figure) -> dict[str, Any]:
    """Return the figure as plain JSON values, without plotly's default template."""
    import json

    spec: dict[str, Any] = json.loads(figure.to_json())
    spec["layout"].pop("template", None)
    return spec
