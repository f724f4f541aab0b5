"""A store filled by hand, so that the model is tested without any file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fulfil_analytics.reference import CarrierBook
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.store import Store, build_model, open_store

Add = Callable[..., None]
T0 = dt.datetime(2026, 11, 2, 18, 0)


@pytest.fixture
def store() -> Iterator[Store]:
    with open_store() as opened:
        opened.con.execute(
            "INSERT INTO source_files BY NAME SELECT 'a.csv' AS source_file, 'aa' AS sha256, 1 AS bytes, "
            "'orders' AS kind, 'by-hand' AS format, 0 AS rows_in, 0 AS rows_loaded, 0 AS rows_merged, "
            "0 AS rows_quarantined"
        )
        yield opened


@pytest.fixture(scope="session")
def carriers() -> CarrierBook:
    return CarrierBook.load([rules_folder() / "carriers"])


@pytest.fixture
def add(store: Store) -> Add:
    """Insert a row: ``add("order_lines", order_id="1", ...)``."""
    counter = iter(range(2, 10_000))

    def insert(table: str, **values: Any) -> None:
        row = {"source_file": "a.csv", "source_line": next(counter), **values}
        if table == "order_lines":
            row.setdefault("created_at", T0)
        names = ", ".join(row)
        marks = ", ".join("?" for _ in row)
        store.con.execute(
            f"INSERT INTO loaded_{table} ({names}, is_current) VALUES ({marks}, TRUE)", list(row.values())
        )

    return insert


@pytest.fixture
def model(store: Store, carriers: CarrierBook) -> Callable[[dt.datetime], None]:
    def build(as_of: dt.datetime) -> None:
        build_model(store, carriers, as_of)

    return build


def hours(n: float) -> dt.datetime:
    return T0 + dt.timedelta(hours=n)
