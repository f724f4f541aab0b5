"""The trend: the share on time by day of the order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from fulfil_analytics.errors import UsageError, suggest
from fulfil_analytics.report import terms
from fulfil_analytics.report.charts.drawing import Drawing
from fulfil_analytics.report.charts.look import (
    BLUE,
    DASHES,
    GREEN,
    GREY,
    PURPLE,
    SERIES,
    SYMBOLS,
    VERMILION,
    Chart,
    dress,
    label,
    labels,
    share,
)
from fulfil_analytics.report.facts import Row
from fulfil_analytics.report.view import MODES, View
from fulfil_analytics.report.words import Words

PARTS = ("shop", "market", "warehouse", "carrier", "order_type")
"""What rates can be told apart by."""
MOST_LINES = 6
FEW_DAYS = 7
"""With so few days each has its tick; by itself plotly would write parts of days, all under the same name."""
MOST_WINDOWS = 12
"""Windows shaded at most; more would be a wall."""

_MODE_LOOK = {
    "standard": (BLUE, "dot", "circle-open"),
    "holiday": (VERMILION, "dash", "diamond-open"),
    "effective": (GREEN, "solid", "square"),
}


def on_time(view: View, stage: str = "dispatch", by: str | None = None) -> Chart | None:
    """Return the share on time by local order day: under each mode, or under the effective one by a part.

    Windows in which other deadlines apply are shaded; bars below show how many orders stand behind a point.

    Parameters
    ----------
    view : View
        What to look at; a week also shows the days before it.
    stage : {"rts", "dispatch", "delivery"}
        Which clock.
    by : str, optional
        One of :data:`PARTS`: a line a value, the six with the most orders.

    Returns
    -------
    Chart or None
        None where no order was judged.

    Raises
    ------
    UsageError
        Orders cannot be told apart by `by`.
    """
    if by is not None and by not in PARTS:
        raise UsageError(f"the trend cannot be drawn by {by}", column="by", remedy=suggest(by, PARTS))
    rows = view.rows("by_day", stage=stage)
    if not any(row["judged"] for row in rows):
        return None
    return _by_mode(view, stage, rows) if by is None else _by_part(view, stage, by)


def _by_mode(view: View, stage: str, rows: Sequence[Row]) -> Chart:
    words = view.words
    figure = Drawing()
    for mode in reversed(MODES):  # the widest line below, so that equal lines stay visible through one another
        color, dash, symbol = _MODE_LOOK[mode]
        line = [row for row in rows if row["mode"] == mode]
        _line(figure, words.term("mode", mode), line)
        figure.data[-1].update(
            line={"color": color, "dash": dash, "width": 4 if mode == "effective" else 2},
            marker={"symbol": symbol, "size": 9 if mode == "holiday" else 6, "color": color},
        )
    effective = {row["day"]: row for row in rows if row["mode"] == "effective"}
    days = sorted({row["day"] for row in rows})
    _bars(figure, words, days, effective)
    _frame(figure, view, stage, rows, days)
    by_day = {(row["day"], row["mode"]): row for row in rows}
    data = [
        [day, *(_cell(words, by_day.get((day, mode))) for mode in MODES), words.count(effective[day]["still_open"])]
        for day in days
        if day in effective
    ]
    heads = [words("column.day"), *(words.term("mode", mode) for mode in MODES), words("chart.orders_still_open")]
    return Chart(
        f"chart-{stage}",
        words(f"chart.{stage}_title"),
        words("chart.by_day_note"),
        dress(figure),
        _says(words, stage, days, list(effective.values())),
        heads,
        data,
    )


def _by_part(view: View, stage: str, by: str) -> Chart:
    words = view.words
    rows = view.rows("by_day_part", stage=stage, part=by, cap=MOST_LINES)
    named = labels([row["value"] for row in rows], words("chart.nothing_named"))
    figure = Drawing()
    for place, (value, name) in enumerate(named.items()):
        _line(figure, name, [row for row in rows if row["value"] == value])
        figure.data[-1].update(
            line={"color": SERIES[place], "dash": DASHES[place], "width": 2},
            marker={"symbol": SYMBOLS[place], "size": 7, "color": SERIES[place]},
        )
    days = sorted({row["day"] for row in rows})
    _frame(figure, view, stage, rows, days)
    figure.update_layout(yaxis={"domain": [0, 1]}, xaxis={"anchor": "y"})
    cells = {(row["day"], row["value"]): row for row in rows}
    data = [[day, *(_cell(words, cells.get((day, value))) for value in named)] for day in days]
    return Chart(
        f"chart-{stage}-{by}",
        words(f"chart.{stage}_title"),
        words("chart.by_part_note", part=words.term("dimension", by)),
        dress(figure),
        _says(words, stage, days, rows),
        [words("column.day"), *named.values()],
        data,
    )


def _line(figure: Drawing, name: str, line: Sequence[Row]) -> None:
    figure.add_scatter(
        x=[row["day"] for row in line],
        y=[round(row["on_time"] / row["judged"], 5) if row["judged"] else None for row in line],
        customdata=[[row["on_time"], row["judged"]] for row in line],
        name=name,
        mode="lines+markers",
        hovertemplate="%{y:.1%} (%{customdata[0]:,} / %{customdata[1]:,})",
    )


def _bars(figure: Drawing, words: Words, days: Sequence[str], effective: dict[str, Row]) -> None:
    for field, pattern in (("judged", ""), ("still_open", "/")):
        figure.add_bar(
            x=days,
            y=[effective.get(day, {}).get(field, 0) for day in days],
            name=words(f"chart.orders_{field}"),
            marker={"color": GREY, "opacity": 0.55, "pattern": {"shape": pattern}},
            yaxis="y2",
            hovertemplate="%{y:,}",
        )


def _frame(figure: Drawing, view: View, stage: str, rows: Sequence[Row], days: Sequence[str]) -> None:
    """Shade the windows, draw the target, set the axes."""
    words = view.words
    windows = [row for row in terms.all_windows(view) if terms.in_force(row) and stage in row["stages"]]
    _shade(figure, words, windows, days)
    _own_days(figure, view, days)
    (target,) = view.rows("target", metric=f"on_time_{stage}") or [{"target": None}]
    limit = target["target"]
    if limit is not None:
        figure.add_scatter(
            x=[days[0], days[-1]],
            y=[limit, limit],
            mode="lines",
            line={"color": GREY, "dash": "longdash", "width": 1.5},
            name=words("chart.target", target=words.limit(limit)),
            hoverinfo="skip",
        )
    lowest = min(row["on_time"] / row["judged"] for row in rows if row["judged"])
    figure.update_layout(
        height=430,
        barmode="stack",
        hovermode="x unified",
        xaxis={
            "type": "date",
            "tickformat": "%m-%d",
            "hoverformat": "%Y-%m-%d",
            "anchor": "y2",
            "showgrid": False,
            "range": _stretch(days),  # by itself it would make room for the names of the windows
            **({"dtick": 86_400_000} if len(days) <= FEW_DAYS else {}),
        },
        yaxis={
            "domain": [0.3, 1],
            "tickformat": ".0%",
            "range": [max(0.0, min(lowest - 0.06, (limit or 1) - 0.06, 0.85)), 1.03],
        },
        yaxis2={"domain": [0, 0.2], "title": {"text": words("chart.orders"), "font": {"size": 11}}, "nticks": 3},
    )


def _stretch(days: Sequence[str]) -> list[str]:
    """Return from where to where the axis of days goes: half a day more on both sides, and some air."""
    air = dt.timedelta(hours=12 + len(days))
    first, last = dt.datetime.fromisoformat(days[0]), dt.datetime.fromisoformat(days[-1])
    return [(first - air).isoformat(), (last + air).isoformat()]


def _shade(figure: Drawing, words: Words, windows: Sequence[Row], days: Sequence[str]) -> None:
    """Shade the windows that touch the days shown; windows that overlap name themselves on different lines."""
    shown = []
    for window in windows:
        start, end = words.local(window["from_at"]), words.local(window["to_at"])
        if f"{start:%Y-%m-%d}" <= days[-1] and f"{end:%Y-%m-%d}" >= days[0]:
            shown.append((start.replace(tzinfo=None), end.replace(tzinfo=None), words.policy(window["name"])))
    first = dt.datetime.fromisoformat(days[0]) - dt.timedelta(hours=12)
    last = dt.datetime.fromisoformat(days[-1]) + dt.timedelta(hours=12)
    for number, (start, end, name) in enumerate(sorted(set(shown))[-MOST_WINDOWS:]):
        # A point stands at the midnight that begins its day; half a day back puts it inside its window.
        left = max(start - dt.timedelta(hours=12), first)
        right = min(end - dt.timedelta(hours=12), last)
        _rectangle(figure, left, max(left, right), PURPLE, 0.16)
        late = left > first + (last - first) * 0.5  # a name needs up to half of a phone
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


def _own_days(figure: Drawing, view: View, days: Sequence[str]) -> None:
    """Frame the report's own days where the trend shows more."""
    scope = view.scope
    if scope.first is None or scope.last is None or days[0] >= scope.first.isoformat():
        return
    half = dt.timedelta(hours=12)
    start = dt.datetime.combine(scope.first, dt.time.min) - half
    end = dt.datetime.combine(scope.last, dt.time.min) + half
    _rectangle(figure, start, end, GREY, 0.14)


def _rectangle(figure: Drawing, start: dt.datetime, end: dt.datetime, color: str, opacity: float) -> None:
    figure.add_shape(
        type="rect",
        x0=start.isoformat(),
        x1=end.isoformat(),
        y0=0,
        y1=1,
        yref="paper",
        fillcolor=color,
        opacity=opacity,
        line={"width": 0},
        layer="below",
    )


def _cell(words: Words, row: Row | None) -> str:
    return words.percent(None) if row is None else share(words, row["on_time"], row["judged"])


def _says(words: Words, stage: str, days: Sequence[str], rows: Sequence[Row]) -> str:
    on_time, judged = (sum(row[name] for row in rows) for name in ("on_time", "judged"))
    lowest = min((row for row in rows if row["judged"]), key=lambda row: (row["on_time"] / row["judged"], row["day"]))
    said = [
        words(
            "chart.by_day_says",
            stage=words.term("stage", stage),
            first=days[0],
            last=days[-1],
            rate=share(words, on_time, judged),
        )
    ]
    if lowest["on_time"] < lowest["judged"]:
        worst = share(words, lowest["on_time"], lowest["judged"])
        said.append(words("chart.by_day_lowest", day=lowest["day"], lowest=worst))
    return words.run_on(said)
