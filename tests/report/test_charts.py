"""The charts are what plotly itself makes of them; it knows every property they name. Its script is packed once."""

from __future__ import annotations

import gzip
import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import duckdb
import plotly.graph_objects as go
import pytest
from plotly.offline import get_plotlyjs
from report_store import AS_OF, ZONE

from fulfil_analytics.report import charts
from fulfil_analytics.report.charts.drawing import Drawing
from fulfil_analytics.report.plotly_js import plotly_script
from fulfil_analytics.report.view import read_scope, view


def by_plotly(figure: Drawing) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(go.Figure(figure.data, figure.layout).to_json())
    made["layout"].pop("template", None)
    return made


def test_every_chart_is_what_plotly_makes_of_it(con: duckdb.DuckDBPyConnection, policy: dict[str, Any]) -> None:
    with view(con, as_of=AS_OF, zone=ZONE, scope=read_scope("2026-W45"), policy=policy) as seen:
        drawn = [
            charts.on_time(seen),
            charts.on_time(seen, by="warehouse"),
            charts.change(seen),
            charts.durations(seen),
            charts.lateness(seen),
            charts.outcomes(seen),
            charts.carriers(seen),
        ]
    for chart in drawn:
        assert chart is not None
        assert json.loads(json.dumps(chart.figure.to_json(), allow_nan=False)) == by_plotly(chart.figure)


def test_what_is_no_number_is_drawn_as_a_gap() -> None:
    figure = Drawing()
    figure.add_scatter(x=(1, 2), y=[float("nan"), float("inf")])
    figure.update_layout(xaxis={"title": {"text": "t"}})
    figure.update_layout(xaxis={"title": {"font": {"size": 12}}})
    assert figure.to_json() == {
        "data": [{"type": "scatter", "x": [1, 2], "y": [None, None]}],
        "layout": {"xaxis": {"title": {"text": "t", "font": {"size": 12}}}},
    }


def test_a_packed_script_that_is_another_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    source, made = get_plotlyjs().encode(), plotly_script.__wrapped__()
    (kept,) = (tmp_path / "fulfil").iterdir()
    for found in (b"", gzip.compress(b"alert(1)"), kept.read_bytes()[:1000], b"\x1f\x8bnothing"):
        kept.write_bytes(found)
        assert plotly_script.__wrapped__() == made
        assert kept.read_bytes() == b64decode(made[0])
    assert gzip.decompress(b64decode(made[0])) == source
