"""What a Spark audit refuses, word for word; no Java runtime is started here."""

from __future__ import annotations

import builtins
import sys
from types import SimpleNamespace

import pytest

from fulfil_analytics.audit.cluster.mapping import open_mapping
from fulfil_analytics.audit.cluster.parts import Desk
from fulfil_analytics.audit.cluster.source import kind_of
from fulfil_analytics.audit.options import Options
from fulfil_analytics.cli.spark import audit_on_spark
from fulfil_analytics.engines.spark_engine import SETTINGS, SparkEngine, check_session, new_session, retold
from fulfil_analytics.errors import InputError, StoreError, UsageError

FIT = {setting: values[0] for setting, values in SETTINGS.items()}


def session(version="4.0.1", **settings):
    """Return what a check looks at: a version, and settings by name with ``__`` for dots."""
    said = FIT | {name.replace("__", "."): value for name, value in settings.items()}
    return SimpleNamespace(version=version, conf=SimpleNamespace(get=said.get))


def test_a_fit_session_passes():
    for zone in ("UTC", "Etc/UTC", "z"):
        check_session(session(spark__sql__session__timeZone=zone))


@pytest.mark.parametrize(
    ("setting", "wrong", "right"),
    [
        ("spark.sql.session.timeZone", "America/Los_Angeles", "UTC"),
        ("spark.sql.ansi.enabled", "false", "true"),
        ("spark.sql.caseSensitive", "true", "false"),
        ("spark.sql.timestampType", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ"),
        ("spark.sql.parser.escapedStringLiterals", "true", "false"),
        ("spark.sql.legacy.timeParserPolicy", "LEGACY", "EXCEPTION"),
        ("spark.sql.ansi.doubleQuotedIdentifiers", "true", "false"),
    ],
)
def test_a_setting_under_which_rules_mean_something_else(setting, wrong, right):
    with pytest.raises(UsageError) as refused:
        check_session(session(**{setting.replace(".", "__"): wrong}))
    text = f'--engine: the Spark session has {setting} = {wrong}. Run: spark.conf.set("{setting}", "{right}").'
    assert str(refused.value) == text


def test_every_setting_is_among_those_tried():
    (mark,) = (m for m in test_a_setting_under_which_rules_mean_something_else.pytestmark if m.name == "parametrize")
    assert {one[0] for one in mark.args[1]} == set(SETTINGS)


def test_a_query_is_analysed_once_until_the_tables_are_others():
    fields = [SimpleNamespace(name="n", dataType=SimpleNamespace(simpleString=lambda: "bigint"))]
    asked = []

    def sql(text):
        asked.append(text)
        return SimpleNamespace(schema=SimpleNamespace(fields=fields))

    engine = SparkEngine(SimpleNamespace(**vars(session()), sql=sql))
    asked.clear()
    frame = engine.frame("SELECT 1 AS n")
    assert engine.columns("SELECT 1 AS n") == {"n": "integer"} and engine.frame("SELECT 1 AS n") is frame
    assert asked == ["SELECT 1 AS n"]
    engine.put({})
    assert engine.frame("SELECT 1 AS n") is not frame and len(asked) == 2


def test_an_old_spark():
    with pytest.raises(UsageError) as refused:
        check_session(session(version="3.5.6"))
    assert str(refused.value) == "--engine: this is Spark 3.5.6. Use Spark 4.0 or newer (SQL functions need it)."


def test_pyspark_is_not_installed(monkeypatch):
    brought = builtins.__import__

    def without(name, *rest):
        if name.partition(".")[0] == "pyspark":
            raise ImportError(name)
        return brought(name, *rest)

    for module in [name for name in sys.modules if name.partition(".")[0] == "pyspark"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UsageError) as refused:
        new_session()
    assert str(refused.value) == ('--engine: Spark is not installed. Run: pip install "fulfil-analytics[spark]".')


def test_there_is_no_java(monkeypatch):
    pyspark = pytest.importorskip("pyspark")
    monkeypatch.setattr(pyspark.sql.SparkSession.Builder, "getOrCreate", lambda self: 1 / 0)
    monkeypatch.setattr(pyspark.sql.SparkSession, "getActiveSession", lambda: None)
    with pytest.raises(UsageError) as refused:
        new_session()
    remedy = "Install a Java runtime (17 or newer) and set JAVA_HOME, or run under spark-submit."
    assert str(refused.value) == f"--engine: Spark does not start (ZeroDivisionError). {remedy}"


def test_what_the_user_named(tmp_path):
    (tmp_path / "canonical.json").write_text("{}", encoding="utf-8")
    assert kind_of([str(tmp_path)]) == kind_of(["s3a://lake/canonical"]) == "canonical"
    assert kind_of(["lake.toml"]) == "mapping"
    assert kind_of([str(tmp_path), "orders.csv"]) == kind_of([str(tmp_path / "exports")]) == "exports"


@pytest.mark.parametrize(
    ("inputs", "options", "text"),
    [
        (["s3a://lake/canonical"], {"--pii": "drop"}, "--pii: a canonical folder holds what was made of personal data"),
        (["s3a://lake/canonical"], {"--dates": "day-first"}, "--dates: the dates of a canonical folder have been read"),
        (["lake.toml"], {"--dates": "day-first"}, "--dates: a mapping says itself how dates are read"),
    ],
)
def test_options_that_come_too_late(inputs, options, text):
    with pytest.raises(UsageError) as refused:
        audit_on_spark(inputs, None, None, None, {}, options, quiet=True, as_json=False, timings=False)
    assert str(refused.value).startswith(text) and str(refused.value).endswith("Leave it out.")


def test_parts_are_worked_on_in_the_folder_that_was_named(tmp_path):
    with Desk(temp=tmp_path).store(threads=1) as store:
        assert store.path.is_relative_to(tmp_path)
        assert store.one("SELECT current_setting('temp_directory')").startswith(str(tmp_path))
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(StoreError, match="--temp: the folder for temporary files cannot be written"):
        Desk(temp=tmp_path / "missing").store()


def test_an_error_of_ours_is_told_as_it_was_raised_in_an_executor():
    text = "shop/orders.csv: cannot be read to its end (InvalidInputException). Wait until it is written completely."
    trace = f'Job aborted\n  File "x.py", line 1\nfulfil_analytics.errors.InputError: {text}\n\n\tat org.apache'
    told = retold(RuntimeError(trace))
    assert type(told) is InputError and str(told) == text
    assert retold(RuntimeError("Job aborted: KeyError: 'Jane Roe'")) is None


GOOD = '[order_lines]\nfrom = "lake.orders"\n[order_lines.columns]\norder_id = "no"\ncreated_at = "made"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[order_lines\n", "lake.toml:1: not valid TOML"),
        ("", "lake.toml: no table holds the orders. Name it under [order_lines]."),
        (
            GOOD.replace("order_lines", "order_line"),
            "lake.toml:1, order_line: there is no canonical table order_line. Did you mean order_lines?",
        ),
        (
            'order_lines = "lake.orders"\n',
            "lake.toml:1, order_lines: a table is a section of its own. Write [order_lines]",
        ),
        (GOOD + "[labels]\n", "lake.toml:6, labels: the mapping does not say which table. Write: from ="),
        (GOOD.replace("from", "form"), "lake.toml:2, order_lines.form: unknown key form. Did you mean from?"),
        (
            GOOD.replace('"lake.orders"', "7"),
            "lake.toml:2, order_lines.from: from is not written as it must be. Write:",
        ),
        (
            GOOD + 'waybil = "x"\n',
            "lake.toml:6, order_lines.columns.waybil: there is no canonical column order_lines.waybil that can be "
            "mapped. Did you mean waybill?",
        ),
        (
            GOOD + 'masked = "x"\n',
            "lake.toml:6, order_lines.columns.masked: there is no canonical column order_lines.masked that can be ",
        ),
        (
            GOOD + "quantity = 1\n",
            "lake.toml:6, order_lines.columns.quantity: what gives quantity is not written as text. Write Spark SQL: ",
        ),
    ],
)
def test_a_mapping_that_does_not_say_what_it_must(tmp_path, text, told):
    (tmp_path / "lake.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        open_mapping(None, tmp_path / "lake.toml", Options(), 1)
    assert str(refused.value).startswith(told)


def test_a_mapping_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match=r"^lake.toml: cannot be read: No such file or directory\. "):
        open_mapping(None, tmp_path / "lake.toml", Options(), 1)
