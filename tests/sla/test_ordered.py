"""The deadlines as a file holds them: sorted while narrow, then unfolded; the same rows as sorting them whole."""

from __future__ import annotations

import random

import polars
import pytest

from fulfil_analytics.policy import load_policy
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.sla import build_deadlines, drop_ordered, ordered_deadlines
from tests.sla.made_up import some_orders, some_windows
from tests.sla.test_against_oracle import AS_OF, EVERYTHING, fill

ORDERS = 2_500
"""More than one vector of the database."""


@pytest.mark.parametrize(
    "path", [rules_folder() / "policies" / "tiktok-us.toml", EVERYTHING], ids=lambda path: path.stem
)
def test_rows_values_and_order(con, path, tmp_path):
    policy, random_ = load_policy(path), random.Random(7)
    fill(con, list(some_orders(random_, ORDERS, policy, AS_OF)), list(some_windows(random_, 12, policy)))
    build_deadlines(con, policy, AS_OF)
    before = con.execute("SELECT count(*) FROM duckdb_tables()").fetchone()
    for name, query in (
        ("plain", "SELECT * FROM deadlines ORDER BY order_id, stage, mode"),
        ("ordered", ordered_deadlines(con)),
    ):
        con.execute(f"COPY ({query}) TO '{tmp_path / name}' (FORMAT parquet)")
    drop_ordered(con)
    read = "SELECT * FROM read_parquet('{}', file_row_number = true)"
    plain, found = (con.sql(read.format(tmp_path / name)) for name in ("plain", "ordered"))
    assert found.columns == plain.columns
    assert found.types == plain.types
    assert len(plain) > 4 * ORDERS
    assert plain.except_(found).fetchall() == found.except_(plain).fetchall() == []
    # as another reader sees it, word for word
    assert polars.read_parquet(tmp_path / "ordered").equals(polars.read_parquet(tmp_path / "plain"))
    # nothing is left behind, and it can be done again
    assert con.execute("SELECT count(*) FROM duckdb_tables()").fetchone() == before
    ordered_deadlines(con)
    drop_ordered(con)
