"""Where the time goes: how orders came out, how long each leg took, at which hours lateness begins."""

from __future__ import annotations

from fulfil_analytics.report.charts.drawing import Drawing
from fulfil_analytics.report.charts.look import (
    BLUE,
    GREY,
    VERMILION,
    Chart,
    categories,
    dress,
    labels,
    share,
)
from fulfil_analytics.report.view import View

OUTCOME_STAGES = ("dispatch", "delivery")
ROWS = 14
"""Warehouses a chart shows; the rest is one more row, or left out where it cannot be added up."""

_OUTCOME_LOOK = {
    "on_time": (BLUE, ""),
    "late": (VERMILION, ""),
    "overdue": (VERMILION, "/"),
    "open": (GREY, "."),
}
_HEAT = [[0.0, "#D6E4EE"], [0.08, "#F3D9A4"], [0.25, "#E69F00"], [0.5, "#D55E00"], [1.0, "#5A1E00"]]
_POINTS = ("p10", "p25", "p50", "p75", "p90", "p99")


def outcomes(view: View, by: str = "warehouse") -> Chart | None:
    """Return how orders came out by warehouse (or shop, market, carrier), one panel a stage."""
    words = view.words
    rows = view.rows("outcomes", part=by, chosen=OUTCOME_STAGES, cap=ROWS)
    if not rows:
        return None
    named = labels([row["value"] for row in rows if not row["rest"]], words("chart.nothing_named"))
    rest = words("chart.all_others")
    orders = {(r["stage"], rest if r["rest"] else named[r["value"]], r["outcome"]): r["orders"] for r in rows}
    names = [*named.values(), *([rest] if any(row["rest"] for row in rows) else [])]
    total = {
        (stage, name): sum(orders.get((stage, name, outcome), 0) for outcome in _OUTCOME_LOOK)
        for stage in OUTCOME_STAGES
        for name in names
    }
    figure = Drawing()
    width = 1 / len(OUTCOME_STAGES)
    for panel, stage in enumerate(OUTCOME_STAGES):
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
        shown = {
            "domain": [left + (0.06 if panel else 0), right],
            "range": [0, 1],
            "tickformat": ".0%",
            "tickvals": [0, 0.25, 0.5, 0.75],
            "title": {"text": words.term("stage", stage), "font": {"size": 13}},
        }
        figure.update_layout(**{f"xaxis{axis}": shown})
    figure.update_layout(
        height=150 + 34 * len(names), barmode="stack", bargap=0.35, hovermode="closest", yaxis=categories()
    )
    data = [
        [
            f"{name} · {words.term('stage', stage)}",
            *(words.count(orders.get((stage, name, o), 0)) for o in _OUTCOME_LOOK),
        ]
        for name in names
        for stage in OUTCOME_STAGES
    ]
    late = {
        name: orders.get(("dispatch", name, "late"), 0) + orders.get(("dispatch", name, "overdue"), 0) for name in names
    }
    worst = max(names, key=lambda name: late[name])
    return Chart(
        "chart-outcomes",
        words("chart.outcomes_title", part=words.term("dimension", by)),
        words("chart.outcomes_note"),
        dress(figure),
        words("chart.outcomes_says", worst=worst, late=share(words, late[worst], total["dispatch", worst])),
        [words.term("dimension", by), *(words.term("outcome", outcome) for outcome in _OUTCOME_LOOK)],
        data,
    )


def durations(view: View) -> Chart | None:
    """Return how long each leg took: percentiles in hours."""
    words = view.words
    rows = view.rows("durations")
    if not rows:
        return None
    names = [f"{words.term('leg', row['leg'])}<br>n = {words.count(row['orders'])}" for row in rows]
    figure = Drawing()
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
    hover = " · ".join(f"{point} %{{customdata[{place}]:.1f}}" for place, point in enumerate(_POINTS))
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
            customdata=[[row[point] for point in _POINTS] for row in rows],
            hovertemplate=f"{hover}<extra></extra>",
        )
    figure.update_layout(
        height=150 + 44 * len(rows),
        hovermode="closest",
        xaxis={"title": {"text": words("chart.hours"), "font": {"size": 12}}, "rangemode": "tozero", "zeroline": False},
        yaxis=categories(),
    )
    slowest = max(rows, key=lambda row: row["p90"] - row["p50"])
    return Chart(
        "chart-durations",
        words("chart.durations_title"),
        words("chart.durations_note"),
        dress(figure),
        words(
            "chart.durations_says",
            leg=words.term("leg", slowest["leg"]),
            p50=words.number(slowest["p50"]),
            p90=words.number(slowest["p90"]),
        ),
        [words("column.leg"), words("column.orders"), *_POINTS],
        [
            [
                words.term("leg", row["leg"]),
                words.count(row["orders"]),
                *(words.number(row[point]) for point in _POINTS),
            ]
            for row in rows
        ],
    )


def lateness(view: View, stage: str = "dispatch") -> Chart | None:
    """Return the share late by warehouse and local hour of the order."""
    words = view.words
    rows = view.rows("lateness", stage=stage, cap=ROWS)
    if not rows:
        return None
    named = labels([row["warehouse"] for row in rows], words("chart.no_warehouse"))
    names = list(named.values())
    cell = {(named[row["warehouse"]], row["hour"]): row for row in rows}
    hours = list(range(24))
    rates = [
        [round(cell[n, h]["late"] / cell[n, h]["judged"], 4) if (n, h) in cell else None for h in hours] for n in names
    ]
    counts = [[[cell[n, h]["late"], cell[n, h]["judged"]] if (n, h) in cell else [0, 0] for h in hours] for n in names]
    figure = Drawing()
    figure.add_heatmap(
        x=hours,
        y=names,
        z=rates,
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
    title = {"text": words("chart.hour_of_order", zone=words.zone), "font": {"size": 12}}
    figure.update_layout(
        height=150 + 40 * len(names),
        hovermode="closest",
        xaxis={"title": title, "dtick": 2, "showgrid": False, "zeroline": False},
        yaxis=categories(),
    )
    dress(figure).update_layout(showlegend=False)
    worst = max(rows, key=lambda row: (row["late"], row["late"] / row["judged"]))
    return Chart(
        "chart-lateness",
        words("chart.lateness_title"),
        words("chart.lateness_note"),
        figure,
        words(
            "chart.lateness_says",
            warehouse=named[worst["warehouse"]],
            hour=f"{worst['hour']}:00",
            late=share(words, worst["late"], worst["judged"]),
        ),
        [words("column.warehouse"), *(str(hour) for hour in hours)],
        [
            [name, *(words.percent(rate, 0) if rate is not None else "" for rate in line)]
            for name, line in zip(names, rates, strict=True)
        ],
    )
