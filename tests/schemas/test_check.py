"""The check on the way in: a bad cell costs the cell, a bad row the row, and both are accounted for."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from fulfil_analytics.schemas import LOADED, TABLES, columns, create_table, duckdb_types
from fulfil_analytics.schemas.check import PROBLEMS, Checked, check_batches

LINES = LOADED["order_lines"]
KINDS = {
    "VARCHAR": pl.String,
    "BIGINT": pl.Int64,
    "DOUBLE": pl.Float64,
    "BOOLEAN": pl.Boolean,
    "TIMESTAMP": pl.Datetime,
}


def checked(*rows: dict[str, Any]) -> Checked:
    base = {"source_file": "a.csv", "order_id": "1", "created_at": dt.datetime(2026, 11, 1), PROBLEMS: []}
    full = [{"source_line": number, **base, **row} for number, row in enumerate(rows, start=2)]
    schema = {name: KINDS[kind] for name, kind in duckdb_types(LINES).items()} | {PROBLEMS: pl.List(pl.String)}
    (batch,) = (
        pl.DataFrame([{name: row.get(name) for name in schema} for row in full], schema=schema).to_arrow().to_batches()
    )
    (result,) = check_batches(LINES, [batch])
    return result


def aside(result: Checked) -> list[tuple[Any, ...]]:
    return result.set_aside.select("source_line", "column_name", "scope", "reason", "found").sort("source_line").rows()


def test_good_rows_pass_untouched() -> None:
    result = checked({"quantity": 2}, {"quantity": 0})
    assert (result.good.height, result.set_aside.height, result.rows_rejected) == (2, 0, 0)
    assert result.good.columns == list(duckdb_types(LINES))


def test_small_batches_are_checked_together() -> None:
    kinds = {name: KINDS[kind] for name, kind in duckdb_types(LINES).items()} | {PROBLEMS: pl.List(pl.String)}
    row = {
        "source_file": "a.csv",
        "source_line": 2,
        "order_id": "1",
        "created_at": dt.datetime(2026, 11, 1),
        PROBLEMS: [],
    }
    batches = [
        pl.DataFrame([{name: (row | bad).get(name) for name in kinds}], schema=kinds).to_arrow().to_batches()[0]
        for bad in ({}, {"quantity": -1, "source_line": 3}, {"order_id": "?", "source_line": 4})
    ]
    (result,) = check_batches(LINES, batches)
    assert (result.good.height, result.rows_rejected) == (2, 1)
    assert [row[:3] for row in aside(result)] == [(3, "quantity", "cell"), (4, "order_id", "row")]


def test_a_bad_cell_costs_the_cell() -> None:
    result = checked({"quantity": -1, "sku_id": "S"}, {"quantity": 3})
    assert aside(result) == [(2, "quantity", "cell", "out_of_range", "-9")]
    assert result.good["quantity"].to_list() == [None, 3]
    assert result.good["sku_id"].to_list() == ["S", None]


def test_a_bad_required_column_costs_the_row_and_no_other() -> None:
    result = checked({"order_id": None}, {"order_id": "no order;"}, {"order_id": "3"})
    assert aside(result) == [(2, "order_id", "row", "missing", None), (3, "order_id", "row", "bad_form", "aa aaaaa;")]
    assert result.good["order_id"].to_list() == ["3"]
    assert result.rows_rejected == 2


def test_what_the_sources_could_not_read_is_told_once() -> None:
    result = checked(
        {"created_at": None, PROBLEMS: ["created_at|not_a_time|99/99"]},
        {PROBLEMS: ["paid_at|not_a_time|aaaa", "weight_g|not_a_number|a"]},
        {PROBLEMS: ["|ragged_row|"]},
    )
    assert aside(result) == [
        (2, "created_at", "row", "not_a_time", "99/99"),
        (3, "paid_at", "cell", "not_a_time", "aaaa"),
        (3, "weight_g", "cell", "not_a_number", "a"),
        (4, None, "row", "ragged_row", ""),
    ]
    assert (result.good.height, result.rows_rejected) == (1, 2)


def test_the_value_itself_is_never_told() -> None:
    result = checked({"order_id": "Jane Doe 5551234"})
    assert "Jane" not in str(result.set_aside.rows())
    assert "555" not in str(result.set_aside.rows())


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_column_is_described_and_its_table_can_be_made(name: str) -> None:
    import duckdb

    assert all(column.description for column in columns(TABLES[name]))
    with duckdb.connect() as con:
        con.execute(create_table(name, TABLES[name]))
        made = con.execute(f"SELECT column_name, column_type FROM (DESCRIBE {name})").fetchall()
    assert dict(made) == duckdb_types(TABLES[name])


@pytest.mark.parametrize("name", TABLES)
def test_columns_are_those_of_the_model_that_checks(name: str) -> None:
    known = TABLES[name].to_schema().columns
    found = [(column.name, column.nullable, column.description) for column in columns(TABLES[name])]
    assert found == [(column, spec.nullable, spec.description or "") for column, spec in known.items()]
    kinds = {"VARCHAR": "String", "BIGINT": "Int64", "DOUBLE": "Float64", "BOOLEAN": "Boolean", "DATE": "Date"}
    for column in columns(TABLES[name]):
        assert str(known[column.name].dtype).startswith(kinds.get(column.duckdb, "Datetime"))
