"""The locked engine, and the one meaning of the fa_ functions."""

from __future__ import annotations

import datetime as dt
import shutil

import duckdb
import pyarrow as pa
import pytest

from fulfil_analytics.engines import DuckDBEngine, EngineError, SmallStoreEngine, install_prelude, locked
from fulfil_analytics.sql import read_sql


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    path = tmp_path_factory.mktemp("store") / "store.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE TABLE orders AS SELECT 'Jane Roe' AS recipient, 1 AS units")
    return path


@pytest.fixture
def other(store, tmp_path):
    """The same store in a file of its own: one that is open is locked for whoever opens it beside."""
    return shutil.copy(store, tmp_path)


@pytest.fixture(scope="module", params=[DuckDBEngine, SmallStoreEngine])
def engine(store, request):
    with locked(store, threads=1, memory="200MB", kind=request.param) as opened:
        yield opened


def value(engine, expression: str):
    (batch,) = engine.batches(f"SELECT {expression} AS x")
    return batch["x"][0].as_py()


def test_reads_its_tables(engine):
    assert value(engine, "(SELECT units FROM orders)") == 1
    assert engine.columns("SELECT recipient, units, sum(units) AS s FROM orders GROUP BY ALL") == {
        "recipient": "text",
        "units": "integer",
        "s": "integer",
    }


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM '/etc/passwd'",
        "COPY orders TO '/tmp/stolen.csv'",
        "ATTACH '/tmp/other.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "INSERT INTO orders VALUES ('x', 2)",
        "UPDATE orders SET units = 2",
        "DROP TABLE orders",
        "CREATE TABLE mine (a INT)",
        "EXPORT DATABASE '/tmp/stolen'",
        "SET threads = 8",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "RESET enable_external_access",
    ],
)
def test_a_locked_store_refuses(engine, statement):
    with pytest.raises(duckdb.Error):
        engine.con.execute(statement)


def test_python_variables_are_no_tables(engine):
    stolen = [1]
    with pytest.raises(EngineError):
        list(engine.batches("SELECT * FROM stolen"))
    assert stolen == [1]


def test_an_error_never_quotes_a_cell(engine):
    with pytest.raises(EngineError) as caught:
        list(engine.batches("SELECT CAST(recipient AS INTEGER) AS x FROM orders"))
    assert "Jane" not in str(caught.value)
    with pytest.raises(EngineError, match="orderss"):
        engine.columns("SELECT 1 FROM orderss")


@pytest.mark.parametrize("rows", [0, 1, 20_000])
def test_a_small_store_gives_the_same_batches_of_the_same_kinds(other, rows):
    bad = f"SELECT i AS order_id, 'x' || i AS said, TIMESTAMP '2026-01-01' AS at FROM range({rows}) AS r(i)"
    told = f"WITH bad AS (\n{bad}\n) SELECT bad.*, sum(1) OVER () AS n, [i] AS l FROM bad, (SELECT 1 AS i)"
    given = []
    for kind in (DuckDBEngine, SmallStoreEngine):
        with locked(other, threads=1, memory="200MB", kind=kind) as engine, engine.beside() as second:
            assert isinstance(second, kind)
            kinds = engine.columns(bad)
            batches = [list(engine.batches(text)) for text in (told, told.replace(", [i] AS l", ""), bad)]
            given.append((kinds, [pa.Table.from_batches(got) if got else None for got in batches]))
    assert given[0] == given[1]


def test_a_small_store_engine_goes_on_after_a_result_that_was_left(other):
    with locked(other, threads=1, memory="200MB", kind=SmallStoreEngine) as engine:
        next(engine.batches("SELECT i FROM range(50000) AS r(i)"))
        with pytest.raises(EngineError, match="no_such"):
            engine.columns("SELECT no_such FROM orders")
        assert list(engine.batches("SELECT [1] AS l"))[0].to_pylist() == [{"l": [1]}]


def test_a_missing_store_is_one_clear_line(tmp_path):
    with pytest.raises(EngineError, match=r"none.duckdb: the store cannot be opened"):
        locked(tmp_path / "none.duckdb")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("fa_seconds(TIMESTAMP '2026-01-01 00:00:00.9', TIMESTAMP '2026-01-01 00:00:01.1')", 0),
        ("fa_seconds(TIMESTAMP '2026-01-02', TIMESTAMP '2026-01-01')", -86400),
        ("fa_hours(TIMESTAMP '2026-01-01 00:59:59', TIMESTAMP '2026-01-01 01:00:00')", 0),
        ("fa_hours(TIMESTAMP '2026-01-01 00:00:00', TIMESTAMP '2026-01-01 23:59:59.999999')", 23),
        ("fa_hours(TIMESTAMP '2026-01-01 00:00:00', TIMESTAMP '2026-01-02 00:00:00')", 24),
        ("fa_hours(TIMESTAMP '2026-01-01 00:00:01', TIMESTAMP '2026-01-01 00:00:00')", -1),
        ("fa_hours(NULL, TIMESTAMP '2026-01-01')", None),
        ("fa_add_hours(TIMESTAMP '2026-01-01', 24)", dt.datetime(2026, 1, 2)),
        ("fa_add_seconds(TIMESTAMP '2026-01-01', -1)", dt.datetime(2025, 12, 31, 23, 59, 59)),
        ("fa_date(TIMESTAMP '2026-01-01 23:59:59')", dt.date(2026, 1, 1)),
        ("fa_local(TIMESTAMP '2026-07-01 12:00:00', 'America/Los_Angeles')", dt.datetime(2026, 7, 1, 5)),
        ("fa_local(TIMESTAMP '2026-01-01 12:00:00', 'America/Los_Angeles')", dt.datetime(2026, 1, 1, 4)),
        ("fa_div(1, 4)", 0.25),
        ("fa_div(1, 0)", None),
        ("fa_left('90012-1234', 3)", "900"),
        ("fa_join('Reno', 'NV')", "Reno/NV"),
        ("fa_join('Reno', NULL)", None),
        ("fa_place('Ｓｔ．　Ｌｏｕｉｓ')", "saint louis"),
        ("fa_place('Ft. Worth')", "fort worth"),
        ("fa_place('MT VERNON')", "mount vernon"),
        ("fa_place('  São-Paulo ')", "sao paulo"),
        ("fa_place('Đà Nẵng')", "da nang"),
        ("fa_place('...')", None),
        ("fa_sundays(TIMESTAMP '2026-01-10 20:00:00', TIMESTAMP '2026-01-11 20:00:00')", 1),
        ("fa_sundays(TIMESTAMP '2026-01-11 00:00:00', TIMESTAMP '2026-01-11 00:00:00')", 1),
        ("fa_sundays(TIMESTAMP '2026-01-12 00:00:00', TIMESTAMP '2026-01-17 23:59:59')", 0),
        ("fa_sundays(TIMESTAMP '2026-01-01 00:00:00', TIMESTAMP '2026-01-31 00:00:00')", 4),
        (
            "fa_moment(TIMESTAMP '2026-01-08 07:59:59', 'America/Los_Angeles')",
            "2026-01-07 23:59:59 America/Los_Angeles",
        ),
        ("fa_json_text('a\"b')", '"a\\"b"'),
    ],
)
def test_fa_functions(engine, expression, expected):
    assert value(engine, expression) == expected


def test_places_mean_the_same_as_in_the_reference_tables(engine):
    names = [
        "St. Louis",
        "Coeur d'Alene",
        "N. Las Vegas",
        "Ｄａｌｌａｓ",
        "Łódź",
        "Winston-Salem",
        "Bed & Bath",
        "กรุงเทพฯ",
        "Mt. St. Helens",
        "München",
        "",
    ]
    reference = duckdb.connect()
    reference.execute(read_sql("fulfil_analytics.reference", "text.sql"))
    reference.execute(read_sql("fulfil_analytics.reference", "places.sql"))
    both = []
    for con in (reference, engine.con):
        both.append([con.execute("SELECT fa_place(?)", [name]).fetchone()[0] for name in names])
    assert both[0] == both[1]


def test_an_in_memory_engine_forgets_the_last_tables():
    with DuckDBEngine.in_memory() as engine:
        engine.put({"parcels": pa.table({"a": [1]})})
        engine.put({"orders": pa.table({"a": [2]})})
        assert [batch.to_pylist() for batch in engine.batches("SELECT a FROM orders")] == [[{"a": 2}]]
        with pytest.raises(EngineError, match="parcels"):
            list(engine.batches("SELECT a FROM parcels"))


def test_the_prelude_goes_onto_a_store_that_is_open_for_reading(tmp_path):
    duckdb.connect(str(tmp_path / "store.duckdb")).close()
    with duckdb.connect(str(tmp_path / "store.duckdb"), read_only=True) as con:
        install_prelude(con)
        assert con.execute("SELECT fa_left('abc', 2)").fetchone() == ("ab",)
