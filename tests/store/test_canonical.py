"""The canonical folder: every row, by month, replaced as a whole or not at all."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from fulfil_analytics.errors import StoreError
from fulfil_analytics.schemas import LOADED
from fulfil_analytics.store.canonical import BESIDE, check_note, write_canonical


def rows(store, folder, table):
    return store.rows(f"SELECT count(*) FROM read_parquet('{folder}/{table}/**/*.parquet')")[0][0]


def test_every_row_is_there(store, add, tmp_path):
    folder = tmp_path / "lake" / "canonical"
    add("order_lines", order_id="1", created_at=dt.datetime(2026, 10, 31, 23, 59))
    add("order_lines", order_id="2", created_at=dt.datetime(2026, 11, 1))
    add("tracking_events", waybill="W1", status="picked_up", event_at=dt.datetime(2026, 11, 2))
    add("tracking_events", waybill="W2", status="not_found")
    store.con.execute("UPDATE loaded_order_lines SET is_current = FALSE WHERE order_id = '2'")
    told = write_canonical(store, folder, "hash")
    assert set(told) == {*LOADED, *BESIDE}
    assert {table: rows(store, folder, table) for table in told} == told
    assert sorted(path.name for path in (folder / "order_lines").iterdir()) == ["month=2026-10", "month=2026-11"]
    assert sorted(path.name for path in (folder / "tracking_events").iterdir()) == ["month=2026-11", "month=none"]
    back = f"SELECT order_id, is_current FROM read_parquet('{folder}/order_lines/**/*.parquet') ORDER BY order_id"
    assert store.rows(back) == [("1", True), ("2", False)]
    note = json.loads((folder / "canonical.json").read_text())
    assert note["personal_data"] == "hash" and note["rows"]["order_lines"] == 2


def test_an_earlier_one_is_replaced_as_a_whole(store, add, tmp_path):
    folder = tmp_path / "canonical"
    add("order_lines", order_id="1", created_at=dt.datetime(2026, 9, 1))
    write_canonical(store, folder, "hash")
    store.con.execute("DELETE FROM loaded_order_lines")
    add("order_lines", order_id="2", created_at=dt.datetime(2026, 10, 1))
    write_canonical(store, folder, "hash")
    assert [path.name for path in (folder / "order_lines").iterdir()] == ["month=2026-10"]
    assert [path.name for path in tmp_path.iterdir()] == ["canonical"]


def test_what_is_no_canonical_folder_is_left_alone(store, tmp_path):
    (tmp_path / "photo.jpg").write_bytes(b"mine")
    with pytest.raises(StoreError, match="no canonical folder"):
        write_canonical(store, tmp_path, "hash")
    assert (tmp_path / "photo.jpg").read_bytes() == b"mine"


def test_another_layout_is_refused():
    with pytest.raises(StoreError, match="layout 9"):
        check_note({"layout": 9}, "lake")
