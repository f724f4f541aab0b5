"""The carriers side by side: how fast they scan, how fast they deliver, how often in time."""

from __future__ import annotations

from fulfil_analytics.report.charts.drawing import Drawing
from fulfil_analytics.report.charts.look import BLUE, ORANGE, VERMILION, Chart, categories, dress, labels, share
from fulfil_analytics.report.view import View
from fulfil_analytics.report.words import NONE

ROWS = 12


def carriers(view: View) -> Chart | None:
    """Return the carriers compared: hours from the number to the first scan, hours in transit, delivered on time."""
    words = view.words
    rows = view.rows("carriers", cap=ROWS)
    if not rows:
        return None
    named = labels([row["carrier"] for row in rows], words("chart.nothing_named"))
    names = [named[row["carrier"]] for row in rows]
    figure = Drawing()
    for low, high, color, key, axis in (
        ("scan_p50", "scan_p90", ORANGE, "chart.to_scan", "x"),
        ("transit_p50", "transit_p90", BLUE, "chart.in_transit", "x2"),
    ):
        figure.add_bar(
            y=names,
            x=[row[low] for row in rows],
            orientation="h",
            name=words(key),
            marker={"color": color, "opacity": 0.85},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [(row[high] or 0) - (row[low] or 0) for row in rows],
                "arrayminus": [0] * len(rows),
                "thickness": 1.5,
                "width": 4,
                "color": color,
            },
            customdata=[[row[high], row["parcels"]] for row in rows],
            xaxis=axis,
            hovertemplate="%{y}: p50 %{x:.1f} h, p90 %{customdata[0]:.1f} h, n = %{customdata[1]:,}<extra></extra>",
        )
    rates = [row["on_time"] / row["judged"] if row["judged"] else None for row in rows]
    figure.add_scatter(
        y=names,
        x=rates,
        mode="markers",
        name=words.term("metric", "on_time_delivery"),
        marker={"symbol": "diamond", "size": 11, "color": VERMILION},
        customdata=[[row["on_time"], row["judged"]] for row in rows],
        xaxis="x3",
        hovertemplate="%{y}: %{x:.1%} (%{customdata[0]:,} / %{customdata[1]:,})<extra></extra>",
    )
    known = [rate for rate in rates if rate is not None]
    figure.update_layout(
        height=170 + 36 * len(names),
        hovermode="closest",
        bargap=0.4,
        barmode="overlay",
        yaxis=categories(),
        xaxis={"domain": [0, 0.29], "rangemode": "tozero", "nticks": 4, "title": {"text": words("chart.hours")}},
        xaxis2={"domain": [0.35, 0.64], "rangemode": "tozero", "nticks": 4, "title": {"text": words("chart.hours")}},
        xaxis3={
            "domain": [0.7, 1],
            "tickformat": ".0%",
            "nticks": 4,
            "range": [max(0, min(known, default=0) - 0.08), 1.02],
            "title": {"text": words("chart.share_on_time")},
        },
    )
    figure.update_layout(**{f"xaxis{n}": {"title": {"font": {"size": 12}}} for n in ("", "2", "3")})
    slowest = max(rows, key=lambda row: row["transit_p50"] or 0)
    points = ("scan_p50", "scan_p90", "transit_p50", "transit_p90")
    return Chart(
        "chart-carriers",
        words("chart.carriers_title"),
        words("chart.carriers_note"),
        dress(figure),
        words("chart.carriers_says", carrier=named[slowest["carrier"]], p50=words.number(slowest["transit_p50"]))
        if slowest["transit_p50"] is not None
        else words("chart.carriers_says_none"),
        [words("column.carrier"), words("column.parcels"), words("column.not_covered"), words("column.no_scan")]
        + [words(f"column.{point}") for point in points]
        + [words.term("metric", "on_time_delivery"), words("column.parcels_flagged")],
        [
            [
                named[row["carrier"]],
                words.count(row["parcels"]),
                words.count(row["not_covered"]),
                words.count(row["no_scan"]),
                *(NONE if row[point] is None else words.number(row[point]) for point in points),
                share(words, row["on_time"], row["judged"]),
                words.count(row["flagged"]),
            ]
            for row in rows
        ],
    )
