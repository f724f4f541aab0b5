"""Importing the package is free, and its names stay what they are."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import fulfil_analytics as fa

HEAVY = {"duckdb", "great_tables", "jinja2", "pandas", "pandera", "plotly", "polars", "pyarrow", "pydantic", "rich"}


def test_import_loads_nothing_heavy() -> None:
    code = "import json, sys; before = set(sys.modules); import fulfil_analytics as fa; dir(fa); "
    code += "print(json.dumps(sorted(set(sys.modules) - before)))"
    said = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    loaded = json.loads(said.stdout)
    assert not HEAVY & {name.partition(".")[0] for name in loaded}
    assert len([name for name in loaded if name.startswith("fulfil_analytics")]) <= 2
    assert len(loaded) < 25


def test_the_function_audit_outlives_the_room_of_its_name() -> None:
    import fulfil_analytics.audit.manifest  # noqa: F401

    assert callable(fa.audit)
    assert sys.modules["fulfil_analytics.audit"] is not fa.audit


def test_names_complete_and_a_wrong_one_suggests() -> None:
    assert {"audit", "open", "load_orders", "load_tracking", "Audit"} <= set(dir(fa))
    with pytest.raises(AttributeError, match="Did you mean audit"):
        fa.auditt  # noqa: B018
