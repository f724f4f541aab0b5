"""The deadlines as a file holds them: sorted while narrow, then unfolded; the same rows as sorting them whole."""

from __future__ import annotations

import hashlib
import random

import polars
import pytest

from fulfil_analytics.audit.files import _write_table
from fulfil_analytics.policy import load_policy
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.sla import build_deadlines, ordered, ordered_deadlines
from tests.sla.made_up import some_orders, some_windows
from tests.sla.test_against_oracle import AS_OF, EVERYTHING, fill

ORDERS = 2_500
"""More than one vector of the database."""


@pytest.mark.parametrize(
    "path", [rules_folder() / "policies" / "tiktok-us.toml", EVERYTHING], ids=lambda path: path.stem
)
def test_rows_values_and_order(con, path, tmp_path, monkeypatch):
    policy, random_ = load_policy(path), random.Random(7)
    fill(con, list(some_orders(random_, ORDERS, policy, AS_OF)), list(some_windows(random_, 12, policy)))
    build_deadlines(con, policy, AS_OF)
    before = con.execute("SELECT count(*) FROM duckdb_tables()").fetchone()
    con.execute(
        f"COPY (SELECT * FROM deadlines ORDER BY order_id, stage, mode) TO '{tmp_path / 'plain'}' (FORMAT parquet)"
    )
    plain = polars.read_parquet(tmp_path / "plain")
    monkeypatch.setattr(ordered, "ROWS", 1_000)
    pieces = list(ordered_deadlines(con))
    assert [piece.num_rows for piece in pieces[:-1]] == [1_000] * (len(plain) // 1_000)
    texts = polars.col(polars.Categorical, polars.Enum).cast(polars.String)
    found = polars.concat(polars.DataFrame(polars.from_arrow(piece)).with_columns(texts) for piece in pieces)
    assert found.equals(plain)
    # nothing is left behind
    assert con.execute("SELECT count(*) FROM duckdb_tables()").fetchone() == before
    # the same bytes whatever the pieces it came in, and texts for every reader
    monkeypatch.undo()
    digests = set()
    for threads in (1, 3):
        con.execute(f"SET threads = {threads}")
        _write_table(con, "deadlines", tmp_path / "written", many=True)
        digests.add(hashlib.sha256((tmp_path / "written").read_bytes()).hexdigest())
    assert len(digests) == 1
    assert polars.read_parquet(tmp_path / "written").equals(plain)
    con.execute(f"CREATE VIEW written AS FROM read_parquet('{tmp_path / 'written'}')")
    assert con.sql("FROM written").types == con.sql("FROM deadlines").types
