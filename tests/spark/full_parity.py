"""The whole comparison, on separate worker processes; run by ``make spark``, as it takes minutes."""

from __future__ import annotations

import pytest
from lake import called, make_lake, orders_file, show_lake, type_phones_as_waybills
from spark_sessions import audit_both, has_java, small_session

from fulfil_analytics.audit.cluster.mapping import open_mapping
from fulfil_analytics.audit.options import Options
from fulfil_analytics.cli.main import run
from fulfil_analytics.engines import EngineError
from fulfil_analytics.errors import InputError
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
    ("layout", "policy", "recipe", "found"),
    [
        ("us", "tiktok-us", {"orders": 300, "profile": "all"}, 200),
        ("th", "tiktok-th", {"orders": 200, "seed": 3, "profile": "all"}, 100),
    ],
    ids=["us", "th"],
)
def test_whole_audit(spark, tmp_path, layout, policy, recipe, found):
    generate(tmp_path / "exports", layout=layout, **recipe)
    rows = equal(audit_both(spark, [str(tmp_path / "exports")], tmp_path, policy=policy, parts=3))
    assert rows["findings"] > found


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


def test_command(spark, tmp_path, monkeypatch, capsys):
    """As a user types it, raw exports, on the session that runs: what is printed, what is left, the exit status."""
    generate(tmp_path / "exports", orders=40, seed=5, kinds=("late_dispatch",))
    words = ("--engine", "spark", "--policy", "tiktok-us", "--only", "late_dispatch", "--fail-on", "medium")
    words = ("fulfil", "audit", tmp_path / "exports", *words, "--out", tmp_path / "out")
    monkeypatch.setattr("sys.argv", [str(word) for word in words])
    with pytest.raises(SystemExit) as end:
        run()
    assert end.value.code == 1
    found = spark.read.parquet(str(tmp_path / "out" / "findings.parquet")).count()
    assert found > 0 and f"findings {found}: " in capsys.readouterr().out


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
    masked = found.where("rule_id = 'placeholder_waybill' AND waybill RLIKE '^9+$'").select("order_id").collect()
    assert {row[0] for row in masked} == set(typed)
    refuse_unread(spark, tmp_path)


def refuse_unread(spark, folder):
    """Mappings whose fault shows only in the rows."""
    options = Options(pii="drop")
    text = '[order_lines]\nfrom = "lake_order_lines"\n[order_lines.columns]\norder_id = "order_no"\ncreated_at = "{}"\n'
    for created, more, told in (
        ("stage", "", "lake.toml:5, order_lines.columns.created_at: none of the "),
        ("ordered", 'shipped_at = "stage"', "lake.toml:6, order_lines.columns.shipped_at: none of the "),
        ("cast(stage as timestamp)", "", "lake.toml:1, order_lines: an expression meets a value that it cannot take: "),
    ):
        (folder / "lake.toml").write_text(text.format(created) + more, encoding="utf-8")
        with pytest.raises((InputError, EngineError)) as refused:
            open_mapping(spark, folder / "lake.toml", options, 2)
        assert str(refused.value).startswith(told)
        assert "To ship" not in str(refused.value)
