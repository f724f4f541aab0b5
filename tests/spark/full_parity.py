"""The whole comparison, on separate worker processes; run by ``make spark``, as it takes minutes."""

from __future__ import annotations

import pytest
from spark_sessions import audit_both, has_java, small_session

from fulfil_analytics.resources import rules_folder
from fulfil_analytics.rulebook import load_rules
from fulfil_analytics.rulebook.examples import run_example
from fulfil_analytics.sample import generate

pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(not has_java(), reason="there is no Java runtime"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning", "ignore::FutureWarning"),
]


@pytest.fixture(scope="module")
def spark():
    session = small_session("local-cluster[2,1,1024]")
    yield session
    session.stop()


def test_parts_are_worked_on_by_separate_processes(spark):
    def who(batches):
        import os

        import pyarrow as pa

        for _ in batches:
            yield pa.RecordBatch.from_pydict({"pid": [os.getppid()]})

    asked = spark.range(4, numPartitions=4).mapInArrow(who, "pid BIGINT").distinct().collect()
    assert len(asked) == 2


@pytest.mark.parametrize("rule", list(load_rules([rules_folder()])), ids=lambda rule: rule.id)
def test_every_example_of_every_rule(spark, rule):
    from fulfil_analytics.engines.spark_engine import SparkEngine

    with SparkEngine(spark) as engine:
        for number, example in enumerate(rule.examples):
            assert run_example(rule, number, engine).difference == "", example.name


@pytest.mark.parametrize(
    ("layout", "policy", "orders", "seed"), [("us", "tiktok-us", 300, 20261116), ("th", "tiktok-th", 200, 3)]
)
def test_whole_audit(spark, tmp_path, layout, policy, orders, seed):
    generate(tmp_path / "exports", orders=orders, seed=seed, layout=layout)
    told = list(audit_both(spark, [str(tmp_path / "exports")], tmp_path, policy=policy, parts=3))
    assert {table: apart for table, _, apart in told if any(apart)} == {}
    assert dict((table, rows) for table, rows, _ in told)["findings"] > 10
