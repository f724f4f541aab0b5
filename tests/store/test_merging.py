"""Row groups of a store are merged when they are many, not after each load."""

from __future__ import annotations

from pathlib import Path

from fulfil_analytics.store import Store, open_store, put_off_merging
from fulfil_analytics.store.merging import ROWS, SPARE

GROUPS = """
SELECT count(DISTINCT row_group_id), sum(count) FROM pragma_storage_info('loaded_warehouses')
WHERE column_id = 0 AND segment_type <> 'VALIDITY'
"""


def add(store: Store, rows: int) -> None:
    """Add rows to a table as one load does, and write them into the file."""
    columns = "source_file, source_line"
    store.con.execute(f"INSERT INTO loaded_warehouses ({columns}) SELECT 'warehouses.csv', range FROM range({rows})")
    store.con.execute("CHECKPOINT")


def test_a_few_groups_that_are_not_full_stay_as_they_are(tmp_path: Path) -> None:
    with open_store(tmp_path / "shop.duckdb") as store:
        assert put_off_merging(store)
        for _ in range(3):
            add(store, ROWS + 1000)
        assert store.rows(GROUPS) == [(6, 3 * ROWS + 3000)]
        assert put_off_merging(store)


def test_many_are_merged_by_the_next_change(tmp_path: Path) -> None:
    with open_store(tmp_path / "shop.duckdb") as store:
        put_off_merging(store)
        for _ in range(SPARE + 4):
            add(store, 2)
        (before,) = store.rows(GROUPS)
        assert before[0] > SPARE
    with open_store(tmp_path / "shop.duckdb") as store:
        assert not put_off_merging(store)
        add(store, 2)
        assert store.rows(GROUPS) == [(1, 2 * SPARE + 10)]


def test_rows_that_were_taken_out_give_their_place_back(tmp_path: Path) -> None:
    with open_store(tmp_path / "shop.duckdb") as store:
        put_off_merging(store)
        add(store, 3 * ROWS)
        store.con.execute(f"DELETE FROM loaded_warehouses WHERE source_line % {ROWS} > 100")
        store.con.execute("CHECKPOINT")
        assert store.rows(GROUPS)[0][1] == 3 * ROWS
    with open_store(tmp_path / "shop.duckdb") as store:
        assert not put_off_merging(store)
        add(store, 1)
        assert store.rows(GROUPS) == [(1, 304)]
