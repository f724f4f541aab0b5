"""The whole comparison, on separate worker processes; run by ``make spark``, as it takes minutes."""

from __future__ import annotations

import pytest
from lake import called, make_lake, orders_file, show_lake, type_phones_as_waybills
from spark_sessions import audit_both, has_java, small_session

from fulfil_analytics.audit.cluster import run_spark_audit
from fulfil_analytics.audit.options import Options
from fulfil_analytics.audit.run import run_load
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.rulebook import load_rules, new_rule
from fulfil_analytics.rulebook.examples import run_example
from fulfil_analytics.sample import generate

pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(not has_java(), reason="there is no Java runtime"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning", "ignore::FutureWarning"),
]


@pytest.fixture(scope="module")
def spark():
    session = small_session("local-cluster[2,1,1024]", spark__driver__maxResultSize="1m")
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
    rows = equal(audit_both(spark, [str(tmp_path / "exports")], tmp_path, policy=policy, parts=3))
    assert rows["findings"] > 10


def equal(told):
    """Refuse what is apart; return how many rows each table has."""
    told = list(told)
    assert {table: apart for table, _, apart in told if any(apart)} == {}
    return {table: rows for table, rows, _ in told}


SOME = ("late_dispatch", "invalid_waybill", "placeholder_waybill", "duplicate_waybill", "recipient_mismatch")


def test_raw_exports_are_read_by_the_executors(spark, tmp_path):
    """Damaged files and rows among them, the same events in two files, two exports of the same orders."""
    exports = tmp_path / "exports"
    generate(exports, orders=120, seed=11)
    orders = orders_file(exports)
    head, described, *rows = orders.read_bytes().splitlines(keepends=True)
    broken = rows[0].replace(b"2026", b"soon"), b",To ship" + b"," * head.count(b",") + b"\r\n"
    orders.write_bytes(b"".join([head, described, *broken, *rows[:-40]]))
    (exports / "cut.csv").write_bytes(b"".join([head, described, *rows])[:-90])
    (exports / "old.xlsx").write_bytes(next(exports.glob("*.xlsx")).read_bytes()[:4000])
    tracking = (exports / "tracking.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (exports / "tracking-again.csv").write_text("".join(tracking[:90]), encoding="utf-8")
    told = equal(
        audit_both(spark, [str(exports)], tmp_path, policy="tiktok-us", parts=3, only=SOME, spark_inputs=[str(exports)])
    )
    assert told["quarantine"] > 0 and told["findings"] > 5 and told["merged"] > 0 and told["skipped"] == 3


def test_tables_of_a_lakehouse(spark, tmp_path):
    """Parquet with other names, types and units; phone numbers in place of waybills are told by their length alone."""
    exports = tmp_path / "exports"
    generate(exports, orders=120, seed=12)
    for file in (*exports.glob("*.xlsx"), *exports.glob("*.json")):
        file.unlink()
    typed = type_phones_as_waybills(orders_file(exports))
    mapping = make_lake(exports, tmp_path / "lake")
    show_lake(spark, tmp_path / "lake")
    told = equal(
        audit_both(
            spark,
            [str(exports)],
            tmp_path,
            policy="tiktok-us",
            parts=3,
            only=SOME,
            spark_inputs=[str(mapping)],
            called=called(exports),
            as_of="2026-11-16T08:00",
        )
    )
    assert told["findings"] > 5
    found = spark.read.parquet(str(tmp_path / "spark" / "findings.parquet"))
    masked = {row[0] for row in found.where("waybill LIKE 'PHONE#%'").select("order_id").collect()}
    assert masked == set(typed)


OWN_RULE = (
    "/*\n"
    + """
id = "each_order"
"""
)


def test_findings_never_reach_the_driver(spark, tmp_path):
    """A driver that may take 1 MB of results: an audit passes whose findings alone are more."""
    generate(tmp_path / "exports", orders=2_500, seed=13)
    own = tmp_path / "rules"
    own.mkdir()
    # text that does not shrink, so that the findings are more than the driver may take
    number = "mod(mod(cast(orders.order_id as bigint), 1000003) * 1299709 + {0} * 15485863, 1000000007)"
    filler = " || ".join(f"cast({number.format(n)} as string)" for n in range(60))
    rule = new_rule("each_order").replace("select\n", f"select\n  {filler} as filler,\n")
    rule = rule.replace("orders.rts_at is null", "orders.order_id is not null")
    rule = rule.replace("and orders.order_amount_cents >=", "and orders.order_amount_cents + 1 <>")
    (own / "each_order.sql").write_text(rule, encoding="utf-8")
    options = Options(policy="tiktok-us", only=("each_order",), rules=(own,))
    run_load([str(tmp_path / "exports")], options, tmp_path / "canonical")
    run = run_spark_audit([str(tmp_path / "canonical")], options, str(tmp_path / "spark"), spark, 4)
    assert run.manifest["counts"]["findings"] >= 2_000
    for table in ("findings", "deadlines"):
        with pytest.raises(Exception, match="maxResultSize"):
            spark.read.parquet(str(tmp_path / "spark" / f"{table}.parquet")).collect()
