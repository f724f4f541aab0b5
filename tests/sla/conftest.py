from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from fulfil_analytics.policy import Policy, load_policy
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.schemas import TABLES, columns, create_table

DEFAULTS = {
    "order_status": "to_ship",
    "market": "US",
    "lines": 1,
    "source_file": "orders.csv",
    "source_line": 2,
    "tracking_covered": True,
}
HEAD = """
id = "made-up"
title = "Made up"
platform = "made_up"
zone = "{zone}"
holiday_reading = "{reading}"
[source.X]
title = "A page"
read = "2026-11"
[calendar.week]
rest_weekdays = ["sat", "sun"]
add = [2026-05-01, 2026-12-25]
sources = ["X"]
confidence = "sure"
[[version]]
id = "v1"
title = "The only one"
from = 2020-01-01
sources = ["X"]
confidence = "sure"
"""


def utc(local: str, zone: str = "America/Los_Angeles") -> dt.datetime:
    moment = dt.datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone))
    return moment.astimezone(dt.UTC).replace(tzinfo=None)


def local(moment: dt.datetime | None, zone: str = "America/Los_Angeles") -> str | None:
    if moment is None:
        return None
    return moment.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")


def insert(con: duckdb.DuckDBPyConnection, name: str, /, rows: Iterable[Mapping[str, Any]], **defaults: Any) -> None:
    """Insert rows in one statement; required flags default to false."""
    model = list(columns(TABLES[name]))
    filled = [
        {column.name: False if column.duckdb == "BOOLEAN" and not column.nullable else None for column in model}
        | defaults
        | dict(row)
        for row in rows
    ]
    for row in filled:
        assert set(row) == {column.name for column in model}, set(row) - {column.name for column in model}
    if filled:
        unnested = ", ".join(f"unnest(?::{column.duckdb}[])" for column in model)
        con.execute(f"INSERT INTO {name} SELECT {unnested}", [[row[c.name] for row in filled] for c in model])


@pytest.fixture
def con() -> Iterable[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'; SET threads = 1")
    for name in ("orders", "sla_windows", "order_lines", "parcels", "journeys", "warehouses", "returns"):
        connection.execute(create_table(name, TABLES[name]))
    yield connection
    connection.close()


@pytest.fixture
def orders(con: duckdb.DuckDBPyConnection) -> Callable[..., None]:
    """Add orders: keyword arguments are columns; `created_at` of text is Pacific wall time."""

    def add(*rows: Mapping[str, Any]) -> None:
        insert(con, "orders", rows, **DEFAULTS)

    return add


@pytest.fixture
def windows(con: duckdb.DuckDBPyConnection) -> Callable[..., None]:
    def add(*rows: Mapping[str, Any]) -> None:
        defaults = {"source_file": "windows.csv", "source_line": 2, "name": "W", "mode": "extension"}
        insert(con, "sla_windows", rows, **defaults)

    return add


@pytest.fixture(scope="session")
def us() -> Policy:
    return load_policy(rules_folder() / "policies" / "tiktok-us.toml")


@pytest.fixture
def policy(tmp_path: Path) -> Callable[..., Policy]:
    """Make a policy of lines in TOML."""

    def make(lines: str, zone: str = "America/Los_Angeles", reading: str = "closed") -> Policy:
        path = tmp_path / "made-up.toml"
        text = lines.replace("[[line]]", '[[line]]\nversions = ["v1"]\nsources = ["X"]\nconfidence = "sure"')
        path.write_text(HEAD.format(zone=zone, reading=reading) + text, encoding="utf-8")
        return load_policy(path)

    return make


def due(
    con: duckdb.DuckDBPyConnection, stage: str = "dispatch", mode: str = "standard", zone: str = "America/Los_Angeles"
) -> dict[str, str | None]:
    """Order to local due time."""
    rows = con.execute("SELECT order_id, due_at FROM deadlines WHERE stage = ? AND mode = ?", [stage, mode]).fetchall()
    return {order: local(moment, zone) for order, moment in rows}


def outcome(con: duckdb.DuckDBPyConnection, stage: str = "dispatch", mode: str = "standard") -> dict[str, str]:
    rows = con.execute("SELECT order_id, outcome FROM deadlines WHERE stage = ? AND mode = ?", [stage, mode]).fetchall()
    return dict(rows)


def made(tmp_path: Path, text: str, head: str = "") -> Policy:
    """Make a policy of `text`; lines, windows and metrics need no source of their own."""
    for part in ("line", "window", "metric"):
        first, *rest = text.split(f"[[{part}]]")
        said = [
            f'[[{part}]]\nsources = ["X"]\nconfidence = "sure"\n'
            + ('versions = ["v1"]' if part == "line" and "versions = " not in block else "")
            + block
            for block in rest
        ]
        text = "".join([first, *said])
    path = tmp_path / "made-up.toml"
    whole = HEAD.format(zone="America/Los_Angeles", reading="closed")
    path.write_text(whole.replace('platform = "made_up"', f'platform = "made_up"\n{head}') + text, encoding="utf-8")
    return load_policy(path)
