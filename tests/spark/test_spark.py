"""Spark says what DuckDB says. One test with one session: a JVM's start costs more than all that is asked of it here.

The long comparisons (every example of every rule, whole audits on separate worker processes) are in ``full_parity.py``
and run by ``make spark``.
"""

from __future__ import annotations

import pytest
from spark_sessions import CALLS, audit_both, edges, has_java, small_session

from fulfil_analytics.engines import DuckDBEngine
from fulfil_analytics.errors import UsageError
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.rulebook import load_rules
from fulfil_analytics.rulebook.examples import run_example
from fulfil_analytics.sample import generate

pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(not has_java(), reason="there is no Java runtime"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning", "ignore::FutureWarning"),
]
RULES = ("late_dispatch", "invalid_waybill", "stale_tracking", "placeholder_waybill", "unapproved_carrier")


@pytest.fixture(scope="module")
def spark():
    session = small_session()
    yield session
    session.stop()


def asked(engine, select):
    return [row for batch in engine.batches(select) for row in batch.to_pylist()]


def test_one_meaning(spark, subtests, tmp_path):
    from fulfil_analytics.engines.spark_engine import SparkEngine, check_session

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
            for number, example in enumerate(book[rule_id].examples):
                with subtests.test(rule=rule_id, example=example.name):
                    assert run_example(book[rule_id], number, engine).difference == ""
    for setting, wrong in (("spark.sql.session.timeZone", "Asia/Bangkok"), ("spark.sql.ansi.enabled", "false")):
        with subtests.test(setting=setting):
            right = spark.conf.get(setting)
            spark.conf.set(setting, wrong)
            try:
                with pytest.raises(UsageError, match=setting) as caught:
                    check_session(spark)
                assert f'spark.conf.set("{setting}"' in caught.value.remedy
            finally:
                spark.conf.set(setting, right)

    only = ("late_dispatch", "duplicate_waybill", "cloned_track", "weight_mismatch", "batch_anomaly")
    generate(tmp_path / "exports", orders=60, seed=7)
    for table, rows, apart in audit_both(
        spark, [str(tmp_path / "exports")], tmp_path, policy="tiktok-us", parts=2, only=only
    ):
        with subtests.test(audit=table):
            assert not any(apart)
            assert rows or table == "quarantine"
