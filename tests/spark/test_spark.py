"""Spark says what DuckDB says. One test with one session: a JVM's start costs more than all that is asked of it here.

The long comparisons (every example of every rule, whole audits on separate worker processes) are in ``full_parity.py``
and run by ``make spark``.
"""

from __future__ import annotations

import pytest
from spark_sessions import CALLS, audit_both, edges, has_java, small_session

from fulfil_analytics.audit.cluster.mapping import open_mapping
from fulfil_analytics.audit.options import Options
from fulfil_analytics.engines import DuckDBEngine
from fulfil_analytics.engines.spark_engine import new_session
from fulfil_analytics.errors import InputError, UsageError
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.rulebook import load_rules
from fulfil_analytics.rulebook.examples import run_example
from fulfil_analytics.sample import generate

pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(not has_java(), reason="there is no Java runtime"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning", "ignore::FutureWarning"),
]
RULES = ("late_dispatch", "invalid_waybill", "damaged_identifier", "unmatched_tracking", "truncated_export")
"""Of each the first example: one rule of each grain, with a join of its own and without."""


@pytest.fixture(scope="module")
def spark():
    session = small_session()
    yield session
    session.stop()


MAPPING = '[order_lines]\nfrom = "ours"\n[order_lines.columns]\norder_id = "order_no"\ncreated_at = "made"\n'
FALLEN = {
    "unknown table": (
        MAPPING.replace("ours", "theirs"),
        "lake.toml:2, order_lines.from: the session knows no table or view theirs. Look at SHOW TABLES; of plain "
        "Parquet make a view first: spark.read.parquet(...).createOrReplaceTempView(...).",
    ),
    "unknown column": (
        MAPPING.replace('"made"', '"maid"'),
        "lake.toml:5, order_lines.columns.created_at: what gives created_at does not stand: there is no column `maid` "
        "(there are `made`, `order_no`). Look at the columns of ours: DESCRIBE ours.",
    ),
    "no SQL": (
        MAPPING.replace('"made"', '"made made made"'),
        "lake.toml:5, order_lines.columns.created_at: what gives created_at does not stand: it is no Spark SQL. Look "
        "at the columns of ours: DESCRIBE ours.",
    ),
    "missing column": (
        MAPPING.replace('created_at = "made"', ""),
        "lake.toml:1, order_lines: nothing gives the required column created_at. Write it under [order_lines.columns]: "
        'created_at = "...".',
    ),
    "where": (
        MAPPING.replace("[order_lines.columns]", 'where = "order_no"\n[order_lines.columns]'),
        "lake.toml:3, order_lines.where: where does not stand: DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN. Write Spark SQL: "
        'where = "not is_test".',
    ),
}


def asked(engine, select):
    return [row for batch in engine.batches(select) for row in batch.to_pylist()]


def test_one_meaning(spark, subtests, tmp_path):
    from fulfil_analytics.engines.spark_engine import SparkEngine

    select = f"SELECT id, {', '.join(f'{call} AS x_{name}' for name, call in CALLS.items())} FROM edges ORDER BY id"
    with SparkEngine(spark) as engine, DuckDBEngine.in_memory() as duckdb:
        engine.put({"edges": edges()})
        duckdb.put({"edges": edges()})
        here, there = asked(duckdb, select), asked(engine, select)
        for name in CALLS:
            with subtests.test(call=name):
                column = f"x_{name}"
                differing = [
                    (a["id"], a[column], b[column]) for a, b in zip(here, there, strict=True) if a[column] != b[column]
                ]
                assert differing == []
        with subtests.test("kinds of columns are told alike"):
            kinds = "SELECT id, a, t, n > 1 AS y, sum(n) OVER () AS s, fa_date(a) AS d FROM edges"
            assert engine.columns(kinds) == duckdb.columns(kinds)
        book = load_rules([rules_folder()])
        for rule_id in RULES:
            for number, example in enumerate(book[rule_id].examples[:1]):
                with subtests.test(rule=rule_id, example=example.name):
                    assert run_example(book[rule_id], number, engine).difference == ""
    for setting, wrong in (("spark.sql.session.timeZone", "Asia/Bangkok"), ("spark.sql.ansi.enabled", "false")):
        with subtests.test(setting=setting):
            right = spark.conf.get(setting)
            spark.conf.set(setting, wrong)
            try:
                with pytest.raises(UsageError, match=setting):
                    new_session()  # the one that runs: refused, not changed
                assert spark.conf.get(setting) == wrong
            finally:
                spark.conf.set(setting, right)
    for case, (mapping, told) in FALLEN.items():
        with subtests.test(mapping=case):
            spark.range(1).selectExpr("'O1' AS order_no", "current_timestamp() AS made").createOrReplaceTempView("ours")
            (tmp_path / "lake.toml").write_text(mapping, encoding="utf-8")
            with pytest.raises(InputError) as refused:
                open_mapping(spark, tmp_path / "lake.toml", Options(pii="drop"), 1)
            assert str(refused.value) == told

    # counted together and alone; what looks across parts: shared scans, learned weights, stock, parcels of a day
    only = ("late_dispatch", "duplicate_waybill", "cloned_track", "weight_mismatch", "batch_anomaly", "oversold")
    generate(tmp_path / "exports", orders=60, seed=7)
    for table, rows, apart in audit_both(
        spark, [str(tmp_path / "exports")], tmp_path, policy="tiktok-us", parts=2, only=only
    ):
        with subtests.test(audit=table):
            assert not any(apart)
            assert rows or table == "quarantine"
