"""Opening a store: what a fresh one holds, and the words for one that cannot be opened."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from fulfil_analytics.errors import StoreError
from fulfil_analytics.schemas import TABLES
from fulfil_analytics.store import open_store


def test_a_fresh_store_holds_every_table_of_the_contract_and_any_client_can_open_it(tmp_path: Path) -> None:
    with open_store(tmp_path / "shop.duckdb"):
        pass
    with duckdb.connect(str(tmp_path / "shop.duckdb"), read_only=True) as con:
        names = {row[0] for row in con.execute("SELECT table_name FROM information_schema.tables").fetchall()}
    assert set(TABLES) <= names


def test_a_store_without_a_name_leaves_nothing_behind() -> None:
    with open_store() as store:
        folder = store.path.parent
        assert folder.is_dir()
    assert not folder.exists()


def test_opening_again_keeps_what_is_there(tmp_path: Path) -> None:
    with open_store(tmp_path / "shop.duckdb") as store:
        store.con.execute(
            "INSERT INTO reviews VALUES ('F1', 'r', 'O1', 'upheld', 'why', 'who', TIMESTAMP '2026-01-01')"
        )
    with open_store(tmp_path / "shop.duckdb") as store:
        assert store.one("SELECT count(*) FROM reviews") == 1


def test_there_are_no_more_threads_than_the_memory_can_hold(tmp_path: Path) -> None:
    with duckdb.connect() as con:
        cores = con.execute("SELECT current_setting('threads')").fetchall()[0][0]
    for memory, threads in (("40MB", 1), ("130MB", min(cores, 1)), ("150MB", min(cores, 2)), ("1TB", cores)):
        with open_store(tmp_path / "shop.duckdb", memory=memory) as store:
            assert store.one("SELECT current_setting('threads')") == threads, memory
            store.con.close()
            store.reopen(memory)
            assert store.one("SELECT current_setting('threads')") == threads, memory


def test_a_text_file_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "shop.duckdb").write_text("Order ID,Order Status\n" * 200, encoding="utf-8")
    with pytest.raises(StoreError, match=r"shop\.duckdb: this is not a DuckDB file.*Name another file with --db"):
        open_store(tmp_path / "shop.duckdb")


def test_somebody_elses_duckdb_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE TABLE sales (amount INTEGER)")
    with pytest.raises(StoreError, match="holds other tables and is no store of fulfil"):
        open_store(path)
    with duckdb.connect(str(path), read_only=True) as con:
        assert con.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("sales",)]


def test_a_newer_layout_is_refused_with_a_way_out(tmp_path: Path) -> None:
    path = tmp_path / "shop.duckdb"
    with open_store(path) as store:
        store.con.execute("UPDATE store_meta SET store_version = 99")
    with pytest.raises(StoreError, match="this store has layout 99, this program knows layout 1"):
        open_store(path)


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be made here"):
        open_store(tmp_path / "no" / "shop.duckdb")


def test_a_store_that_must_exist(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="fulfil load INPUT --db FILE"):
        open_store(tmp_path / "shop.duckdb", must_exist=True)


def test_a_memory_limit_that_is_no_size() -> None:
    with pytest.raises(StoreError, match="Write it like 1GB"):
        open_store(memory="much")


def test_a_store_that_another_process_holds_names_it(tmp_path: Path) -> None:
    path = tmp_path / "shop.duckdb"
    code = (
        "import pathlib, sys; from fulfil_analytics.store import open_store; "
        f"store = open_store(pathlib.Path({str(path)!r})); print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None and holder.stdin is not None
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(StoreError, match=f"the store is held by process {holder.pid}. Wait until it has finished"):
            open_store(path)
        holder.stdin.close()
