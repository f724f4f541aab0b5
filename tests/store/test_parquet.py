"""Parquet files hang on their rows alone, not on how a store came to hold them."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from fulfil_analytics.store.parquet import ROWS, pieces_of, write_parquet

COUNT = ROWS + 5_000
SELECT = """
SELECT
  lpad(CAST(range AS VARCHAR), 8, '0') AS order_id,
  CASE WHEN range % 3 > 0 THEN 'word ' || range % 7 END AS word,
  TIMESTAMP '2026-11-16' + INTERVAL (range) SECOND AS seen_at,
  range % 5 AS units,
  [w FOR w IN ['a', 'b'] IF range % 2 = 0] AS excuses
"""
QUERY = "SELECT * FROM t ORDER BY order_id"
HISTORIES = {
    "one load": [f"INSERT INTO t {SELECT} FROM range({COUNT})"],
    "two loads, the second first": [
        f"INSERT INTO t {SELECT} FROM range(60000, {COUNT})",
        f"INSERT INTO t {SELECT} FROM range(60000)",
    ],
    "words that are no more": [
        "INSERT INTO t SELECT 'gone ' || range, 'other ' || range % 11, NULL, 0, [] FROM range(20); "
        f"INSERT INTO t {SELECT} FROM range({COUNT})",
        "DELETE FROM t WHERE order_id LIKE 'gone%'",
    ],
}


def store(path: Path, history: list[str]) -> duckdb.DuckDBPyConnection:
    with duckdb.connect(str(path)) as con:
        con.execute(
            "CREATE TABLE t (order_id VARCHAR, word VARCHAR, seen_at TIMESTAMP, units BIGINT, excuses VARCHAR[])"
        )
        for statement in history:
            con.execute(statement)
            con.execute("CHECKPOINT")
    return duckdb.connect(str(path))


@pytest.mark.parametrize("name", HISTORIES)
def test_the_same_rows_give_the_same_bytes(name: str, tmp_path: Path) -> None:
    written = []
    for number, history in enumerate((HISTORIES["one load"], HISTORIES[name])):
        with store(tmp_path / f"{number}.duckdb", history) as con:
            con.execute(f"SET threads = {1 + 2 * number}")
            path = tmp_path / f"{number}.parquet"
            write_parquet(path, pieces_of(con, QUERY), plain=("order_id",))
            written.append(path.read_bytes())
            con.execute(f"CREATE VIEW written AS FROM read_parquet('{path}')")
            assert con.sql("FROM written").types == con.sql(QUERY).types
            assert con.execute(f"SELECT count(*) FROM (({QUERY}) EXCEPT ALL FROM written)").fetchall() == [(0,)]
    assert written[0] == written[1]
    meta = pq.ParquetFile(path).metadata
    assert [meta.row_group(group).num_rows for group in range(meta.num_row_groups)] == [ROWS, COUNT - ROWS]


def test_no_rows_are_a_file_with_its_columns(tmp_path: Path) -> None:
    with store(tmp_path / "t.duckdb", []) as con:
        write_parquet(tmp_path / "t.parquet", pieces_of(con, QUERY))
        con.execute(f"CREATE VIEW written AS FROM read_parquet('{tmp_path / 't.parquet'}')")
        assert con.sql("FROM written").types == con.sql(QUERY).types
        assert con.execute("SELECT count(*) FROM written").fetchall() == [(0,)]


def test_a_file_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with store(tmp_path / "t.duckdb", []) as con, pytest.raises(OSError, match=re.escape("nowhere")):
        write_parquet(tmp_path / "nowhere" / "t.parquet", pieces_of(con, QUERY))
