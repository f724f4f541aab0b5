"""The parts that moved a rate, as bars."""

from __future__ import annotations

from fulfil_analytics.report.change import Change, part_name
from fulfil_analytics.report.change import change as measure
from fulfil_analytics.report.charts.drawing import Drawing
from fulfil_analytics.report.charts.look import BLUE, ORANGE, Chart, categories, dress, label, share
from fulfil_analytics.report.view import View

ROWS = 12


def change(view: View, stage: str = "dispatch", found: Change | None = None) -> Chart | None:
    """Return what moved the share on time of a stage, in points, by its rate and by its share of the orders.

    Parameters
    ----------
    view : View
        What to look at.
    stage : {"rts", "dispatch", "delivery"}
        Which clock.
    found : Change, optional
        The change, where it has been measured already.
    """
    found = found or measure(view, stage)
    words, rows = view.words, found.parts[:ROWS]
    if not rows:
        return None
    names = [label(part_name(words, row)) for row in rows]
    places = list(range(len(rows)))
    figure = Drawing()
    for field, color, pattern in (("rate_effect", BLUE, ""), ("mix_effect", ORANGE, "/")):
        figure.add_bar(
            y=places,
            x=[row[field] * 100 for row in rows],
            orientation="h",
            name=words(f"change.{field}"),
            marker={
                "color": color,
                "pattern": {"shape": pattern, "fillmode": "overlay", "fgcolor": "#ffffff", "size": 7},
            },
            customdata=names,
            hovertemplate="%{customdata}: %{x:+.2f}",
        )
    figure.update_layout(
        height=150 + 30 * len(rows),
        barmode="relative",
        bargap=0.35,
        hovermode="closest",
        xaxis={"title": {"text": words("change.axis"), "font": {"size": 12}}, "tickformat": "+~g", "zeroline": True},
        yaxis={
            **categories(),
            "type": "linear",
            "tickmode": "array",
            "tickvals": places,
            "ticktext": names,
            "zeroline": False,
        },
    )
    first = rows[0]
    return Chart(
        f"chart-change-{stage}",
        words(f"change.{stage}_title"),
        words("change.note"),
        dress(figure),
        words("change.says", part=part_name(words, first), effect=words.points(first["effect"], signed=True)),
        [
            words("column.part"),
            words("column.now"),
            words("column.before"),
            words("change.rate_effect"),
            words("change.mix_effect"),
        ],
        [
            [
                part_name(words, row),
                share(words, row["on_time_now"], row["judged_now"]),
                share(words, row["on_time_before"], row["judged_before"]),
                words.points(row["rate_effect"], signed=True),
                words.points(row["mix_effect"], signed=True),
            ]
            for row in rows
        ],
    )
