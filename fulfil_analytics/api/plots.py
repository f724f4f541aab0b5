"""Figures of an audit: plotly, over a handful of rows that SQL has counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from fulfil_analytics.errors import UsageError, suggest
from fulfil_analytics.report.words import NONE, Words
from fulfil_analytics.schemas.words import SLA_MODE, STAGE
from fulfil_analytics.sql import fill, name, read_sql

if TYPE_CHECKING:
    import polars as pl
    from plotly.graph_objects import Figure

    from fulfil_analytics.api.audited import Audit

_MODES = {
    "standard": ("#0072B2", "circle-open", "dot"),
    "holiday": ("#D55E00", "diamond-open", "dash"),
    "extension": ("#CC79A7", "x", "dashdot"),
    "effective": ("#009E73", "square", "solid"),
}
"""Mode to colour (Okabe-Ito), marker and dash: what carries meaning is drawn twice."""
_SEVERITY = {"critical": "#5A1E00", "high": "#D55E00", "medium": "#E69F00", "low": "#56B4E9", "info": "#8C96A0"}
_GREY, _LATE = "#8C96A0", "#D55E00"
_HERE = "fulfil_analytics.api"
_FINDING = ("rule_id", "family", "severity", "evidence_class", "carrier", "shop", "warehouse")

Mode = Literal["standard", "holiday", "extension", "effective"]


class Plots:
    """Figures of one audit, reached as ``audit.plot``; each method returns a plotly figure.

    Examples
    --------
    >>> audit.plot
    <figures of an audit: findings, lateness, on_time, timeline, trend>
    """

    def __init__(self, audit: Audit) -> None:
        self._audit = audit
        self._words = Words(audit.lang, audit.policy.zone)

    def on_time(
        self, by: str = "warehouse", *, stage: str = "dispatch", modes: tuple[Mode, ...] = ("standard", "effective")
    ) -> Figure:
        """Show the share on time for each value of a dimension, with its 95 % interval and the platform's limit.

        Parameters
        ----------
        by : str
            Dimension, as for :meth:`Audit.rates_by`.
        stage : {"rts", "dispatch", "delivery"}
            Whose clock.
        modes : tuple of str
            SLA modes to set side by side.

        Returns
        -------
        plotly.graph_objects.Figure
            One point a value and mode.

        Raises
        ------
        UsageError
            An unknown dimension, stage or mode; the nearest is suggested.

        Examples
        --------
        >>> figure = audit.plot.on_time(by="warehouse")
        >>> [trace.name for trace in figure.data]
        ['Standard', 'Effective']
        """
        metric = self._metric(stage)
        for mode in modes:
            _one_of(mode, SLA_MODE, "modes")
        frame = self._audit.rates_by(by, metrics=[metric])
        frame = frame.filter(frame["dimension"] == by, frame["rate"].is_not_null())
        figure = self._figure(f"{self._words.term('metric', metric)} · {by}")
        for mode in modes:
            part = frame.filter(frame["mode"] == mode).sort("value", nulls_last=True)
            color, symbol, _ = _MODES[mode]
            figure.add_scatter(
                y=[NONE if value is None else value for value in part["value"]],
                x=part["rate"].to_list(),
                error_x={
                    "type": "data",
                    "symmetric": False,
                    "array": (part["ci_high"] - part["rate"]).to_list(),
                    "arrayminus": (part["rate"] - part["ci_low"]).to_list(),
                },
                customdata=part.select("numerator", "denominator").rows(),
                hovertemplate="%{y}: %{x:.1%} (%{customdata[0]:,} / %{customdata[1]:,})",
                mode="markers",
                marker={"color": color, "symbol": symbol, "size": 11},
                orientation="h",
                offsetgroup=mode,
                name=self._words.term("mode", mode),
            )
        self._limit(figure, frame, vertical=True)
        values = max(1, frame["value"].n_unique())
        lowest = min(frame["ci_low"].drop_nulls(), default=0.0)
        figure.update_layout(
            xaxis={
                "tickformat": ".0%",
                "range": [max(0.0, lowest - 0.05), 1.02],
            },
            yaxis={"type": "category", "autorange": "reversed"},
            scattermode="group",
            height=160 + 56 * values,
        )
        return figure

    def trend(
        self,
        per: Literal["day", "week", "month"] = "week",
        *,
        stage: str = "dispatch",
        modes: tuple[Mode, ...] = ("standard", "holiday", "effective"),
    ) -> Figure:
        """Show the share on time along time, by local day, week or month of order creation.

        Parameters
        ----------
        per : {"day", "week", "month"}
            Stretch of time a point stands for.
        stage : {"rts", "dispatch", "delivery"}
            Whose clock.
        modes : tuple of str
            SLA modes to set side by side.

        Returns
        -------
        plotly.graph_objects.Figure
            One line a mode.

        Raises
        ------
        UsageError
            An unknown stretch, stage or mode; the nearest is suggested.

        Examples
        --------
        >>> audit.plot.trend("week").data[0].x[0]
        '2026-W43'
        """
        _one_of(per, ("day", "week", "month"), "per")
        metric = self._metric(stage)
        for mode in modes:
            _one_of(mode, SLA_MODE, "modes")
        frame = self._audit.rates_by(per=per, metrics=[metric]).sort(per)
        figure = self._figure(self._words.term("metric", metric))
        for mode in modes:
            part = frame.filter(frame["mode"] == mode)
            color, symbol, dash = _MODES[mode]
            figure.add_scatter(
                x=part[per].to_list(),
                y=part["rate"].to_list(),
                customdata=part.select("numerator", "denominator").rows(),
                hovertemplate="%{x}: %{y:.1%} (%{customdata[0]:,} / %{customdata[1]:,})",
                mode="lines+markers",
                line={"color": color, "dash": dash},
                marker={"symbol": symbol, "size": 8},
                name=self._words.term("mode", mode),
            )
        self._limit(figure, frame, vertical=False)
        figure.update_layout(yaxis={"tickformat": ".0%"}, xaxis={"type": "category"})
        return figure

    def findings(self, by: str = "rule_id") -> Figure:
        """Show how many findings there are, by severity within each value of a column.

        Parameters
        ----------
        by : str
            Column of :attr:`Audit.findings`: ``rule_id``, ``family``, ``carrier``, ``shop``, ``warehouse``, ...

        Returns
        -------
        plotly.graph_objects.Figure
            Bars, the longest first.

        Raises
        ------
        UsageError
            The column is none of these; the nearest is suggested.

        Examples
        --------
        >>> "duplicate_waybill" in audit.plot.findings().data[0].y
        True
        """
        _one_of(by, _FINDING, "by")
        self._audit._refuse_what_if("findings")
        rows = self._audit._lens.rows(
            f"SELECT {name(by)} AS value, severity, count(*) AS n FROM findings GROUP BY ALL ORDER BY value, severity"
        )
        figure = self._figure(f"{self._words('section.findings')} · {by}")
        totals: dict[str, int] = {}
        for row in rows:
            totals[row["value"] or NONE] = totals.get(row["value"] or NONE, 0) + row["n"]
        order = sorted(totals, key=lambda value: (totals[value], value))
        for severity, color in _SEVERITY.items():
            counts = {row["value"] or NONE: row["n"] for row in rows if row["severity"] == severity}
            if counts:
                figure.add_bar(
                    y=order,
                    x=[counts.get(value, 0) for value in order],
                    orientation="h",
                    name=self._words.term("severity", severity),
                    marker={"color": color},
                    hovertemplate="%{y}: %{x:,}",
                )
        figure.update_layout(barmode="stack", height=160 + 26 * len(order), yaxis={"type": "category"})
        return figure

    def lateness(self, stage: str = "dispatch", *, mode: Mode = "effective") -> Figure:
        """Show how far before or after its deadline each order was done, in hours.

        Parameters
        ----------
        stage : str
            Whose clock.
        mode : {"standard", "holiday", "extension", "effective"}
            Which deadline.

        Returns
        -------
        plotly.graph_objects.Figure
            A histogram; right of 0 is late. Orders not done yet are left out.

        Raises
        ------
        UsageError
            An unknown stage or mode; the nearest is suggested.

        Examples
        --------
        >>> audit.plot.lateness("dispatch").layout.xaxis.title.text
        'hours after the deadline'
        """
        _one_of(stage, STAGE, "stage")
        _one_of(mode, SLA_MODE, "mode")
        query = fill(read_sql(_HERE, "lateness.sql"), {"stage": stage, "mode": mode})
        rows = self._audit._lens.rows(query)
        hours = "超过截止时间的小时数" if self._audit.lang == "zh" else "hours after the deadline"
        title = f"{self._words.term('stage', stage)} · {self._words.term('mode', mode)}"
        figure = self._figure(title)
        figure.add_bar(
            x=[row["hours"] + 3 for row in rows],
            y=[row["orders"] for row in rows],
            width=6,
            marker={
                "color": [_LATE if row["hours"] >= 0 else _GREY for row in rows],
                "pattern": {"shape": ["/" if row["hours"] >= 0 else "" for row in rows]},
            },
            hovertemplate="%{y:,}",
            showlegend=False,
        )
        figure.add_vline(x=0, line={"dash": "dash", "width": 1.5})
        figure.update_layout(xaxis={"title": {"text": hours}}, bargap=0.05)
        return figure

    def timeline(self, order_id: str) -> Figure:
        """Show one order along time: what the export and the carrier say, and its deadlines.

        Parameters
        ----------
        order_id : str
            The platform's order number.

        Returns
        -------
        plotly.graph_objects.Figure
            One row an origin: export, carrier, deadline; times are local time of the policy.

        Raises
        ------
        UsageError
            No order has this number; the nearest are named.

        Examples
        --------
        >>> order = audit.findings["order_id"].drop_nulls()[0]
        >>> len(audit.plot.timeline(order).data) >= 1
        True
        """
        return self._audit.explain(order_id).figure

    def _metric(self, stage: str) -> str:
        known = ("rts", "dispatch", "delivery")
        _one_of(stage, known, "stage")
        return f"on_time_{stage}"

    def _limit(self, figure: Figure, frame: pl.DataFrame, *, vertical: bool) -> None:
        limits = [value for value in frame["target"].drop_nulls().unique().to_list() if value is not None]
        if len(limits) == 1:
            words = self._words("chart.target", target=self._words.percent(limits[0], 0))
            line = {"line": {"color": _GREY, "dash": "longdash", "width": 1.5}, "annotation_text": words}
            if vertical:
                figure.add_vline(x=limits[0], **line)
            else:
                figure.add_hline(y=limits[0], **line)

    def _figure(self, title: str) -> Figure:
        from fulfil_analytics.api.figure import Figure

        figure = Figure()
        figure.update_layout(
            title={"text": title},
            template="plotly_white",
            margin={"l": 10, "r": 20, "t": 60, "b": 40},
            legend={"orientation": "h", "y": -0.2},
        )
        figure.update_yaxes(automargin=True)
        return figure

    def __repr__(self) -> str:
        return f"<figures of an audit: {', '.join(self.__dir__())}>"

    def __dir__(self) -> list[str]:
        return sorted(one for one in vars(type(self)) if not one.startswith("_"))


def _one_of(value: str, known: tuple[str, ...], argument: str) -> None:
    if value not in known:
        raise UsageError(f"{value} is not possible here", column=argument, remedy=suggest(value, known))
