"""Orders and tracking from tables in memory."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import fulfil_analytics as fa
from fulfil_analytics.audit.options import Options
from fulfil_analytics.audit.run import run_load
from fulfil_analytics.errors import InputError, UsageError
from fulfil_analytics.store import open_store

ROOT = Path(__file__).resolve().parents[2]
MONDAY = dt.datetime(2026, 11, 2, 17, tzinfo=dt.UTC)
ORDERS = pl.DataFrame(
    {
        "NR": ["576400000000000001", "576400000000000002"],
        "PLACED": [MONDAY, MONDAY + dt.timedelta(hours=1)],
        "RTS": [MONDAY + dt.timedelta(hours=20), None],
        "STATE": ["awaiting_collection", "to_ship"],
        "TO": ["US", "US"],
        "TRACK": ["9400136106206389481005", None],
        "CARRIER": ["USPS", None],
        "WHO": ["Ann Example", "Bob Example"],
        "secret": ["x", "y"],
    }
)
COLUMNS = {
    "order_id": "NR",
    "created_at": "PLACED",
    "rts_at": "RTS",
    "order_status": "STATE",
    "country": "TO",
    "waybill": "TRACK",
    "carrier_as_given": "CARRIER",
    "recipient": "WHO",
}
EVENTS = pl.DataFrame(
    {
        "tracking_number": ["9400136106206389481005"],
        "carrier": ["USPS"],
        "event_time": [MONDAY + dt.timedelta(hours=30)],
        "status": ["picked_up"],
    }
)


def forms(frame: pl.DataFrame) -> dict[str, Any]:
    return {
        "polars": frame,
        "lazy": frame.lazy(),
        "pandas": pd.DataFrame(frame.to_dict(as_series=False)),
        "arrow": frame.to_arrow(),
        "relation": duckdb.connect().from_arrow(frame.to_arrow()),
    }


@pytest.fixture(scope="module")
def known() -> fa.Audit:
    return fa.audit(
        fa.load_orders(ORDERS, columns=COLUMNS),
        fa.load_tracking(EVENTS),
        policy="tiktok-us",
        as_of="2026-11-10",
        only=["late_dispatch"],
    )


def test_rows_arrive_with_their_times(known: fa.Audit) -> None:
    first = known.orders.row(0, named=True)
    assert first["created_at"] == MONDAY.replace(tzinfo=None)
    assert first["dispatched_at"] == (MONDAY + dt.timedelta(hours=30)).replace(tzinfo=None)
    files = known.sql("SELECT source_file, rows_in FROM source_files ORDER BY 1")
    assert files.rows() == [("orders", 2), ("tracking", 1)]
    overdue = known.deadlines.filter(stage="dispatch", mode="standard", outcome="overdue")
    assert overdue["order_id"].to_list() == ["576400000000000002"]


def test_nothing_personal_is_kept(known: fa.Audit) -> None:
    stored = known.sql("SELECT * FROM order_lines").write_json() + known.sql("SELECT * FROM source_files").write_json()
    assert "Example" not in stored
    assert "secret" not in stored
    assert known.sql("SELECT count(recipient_key) AS n FROM order_lines")["n"].item() == 2


def test_every_form_gives_the_same_rows(tmp_path: Path) -> None:
    told = {}
    for form, data in forms(ORDERS).items():
        store = tmp_path / f"{form}.duckdb"
        run_load([fa.load_orders(data, columns=COLUMNS)], Options(policy="tiktok-us", db=store))
        with open_store(store) as opened:
            told[form] = opened.rows("SELECT * FROM order_lines ORDER BY order_id")
    assert len(told["polars"]) == 2
    assert all(rows == told["polars"] for rows in told.values()), told.keys()


def test_headers_of_an_export_need_no_mapping(tmp_path: Path) -> None:
    export = next((ROOT / "data" / "sample" / "planted").glob("All order*.csv"))
    given = fa.load_orders(pl.read_csv(export, infer_schema=False), name="seller center")
    done = run_load([given], Options(policy="tiktok-us", db=tmp_path / "shop.duckdb"))
    assert done["loaded"] == ["seller center"]
    assert done["rows"]["loaded"] == given.table.num_rows - 1  # the row of descriptions below the header is no order


@pytest.mark.parametrize(
    ("columns", "error", "words"),
    [
        ({"order_id": "NR"}, InputError, "no column created_at"),
        ({"order_idd": "NR", "created_at": "PLACED"}, UsageError, "Did you mean order_id"),
        ({"order_id": "NRR", "created_at": "PLACED"}, UsageError, "Did you mean NR"),
        (None, InputError, "no column order_id, created_at"),
    ],
)
def test_a_wrong_mapping_names_what_is_missing(
    columns: dict[str, str] | None, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        fa.load_orders(ORDERS, columns=columns)
    assert "Ann" not in str(caught.value)


def test_floats_lose_digits_and_are_refused() -> None:
    frame = pd.DataFrame({"order_id": [576400000000000001.0, None], "created_at": ["2026-11-02", "2026-11-02"]})
    with pytest.raises(InputError, match="last digits"):
        fa.load_orders(frame)


@pytest.mark.parametrize("thing", [42, {"a": 1}, object()])
def test_what_is_no_table_is_refused(thing: object) -> None:
    with pytest.raises(UsageError, match="no table"):
        fa.load_orders(thing)
    with pytest.raises(UsageError, match="Wrap a table|no input"):
        fa.audit(thing if not isinstance(thing, dict) else pa.table({"a": [1]}))
