"""Masked text: only what is visible is compared, and nobody guesses through the mask."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from fulfil_analytics.engines import install_prelude

TEXTS = [
    ("Los Angeles", "LOS ANGELES", "match"),
    ("St. Louis", "Saint Louis", "match"),
    ("Los Angeles", "Houston", "clash"),
    ("L** Angeles", "los angeles", "match"),
    ("L** Angeles", "Houston", "clash"),
    ("San J***", "San Diego", "match"),  # what is visible agrees; the rest nobody knows
    ("New Y*** City", "New York", "cannot_tell"),  # one visible word is there, one is not
    ("L*** A******", "Houston", "cannot_tell"),
    ("***", "Houston", "cannot_tell"),
    ("H＊＊＊＊", "Dallas", "cannot_tell"),
    ("D••••", "Houston", "cannot_tell"),
    ("E* Paso", "El Paso", "match"),
    ("S*** Fe", "Santa Fe", "cannot_tell"),  # two letters tell nobody anything
    ("N** York", "N*w York", "match"),
    ("L** Angeles", "N** Orleans", "cannot_tell"),  # masks on both sides: the hidden words may agree
    ("", "Houston", "cannot_tell"),
    (None, "Houston", "cannot_tell"),
    ("Houston", None, "cannot_tell"),
]
CODES = [
    ("90012", "90089-1234", "match"),
    ("90012", "10001", "clash"),
    ("900**", "90012", "match"),
    ("900**", "10001", "clash"),
    ("９００**", "10001", "clash"),
    ("90***", "10001", "cannot_tell"),  # fewer visible than are compared
    ("**012", "10001", "cannot_tell"),
    ("900**", "100**", "clash"),
    ("*****", "10001", "cannot_tell"),
    ("", "10001", "cannot_tell"),
    (None, "10001", "cannot_tell"),
]


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        install_prelude(con)
        yield con


@pytest.mark.parametrize(("a", "b", "verdict"), TEXTS)
def test_texts(con: duckdb.DuckDBPyConnection, a: str | None, b: str | None, verdict: str) -> None:
    query = "SELECT fa_masked_match(a, b), fa_masked_match(b, a) FROM (SELECT $1::VARCHAR AS a, $2::VARCHAR AS b)"
    assert con.execute(query, [a, b]).fetchone() == (verdict, verdict)


@pytest.mark.parametrize(("a", "b", "verdict"), CODES)
def test_codes(con: duckdb.DuckDBPyConnection, a: str | None, b: str | None, verdict: str) -> None:
    query = "SELECT fa_masked_code(a, b, 3), fa_masked_code(b, a, 3) FROM (SELECT $1::VARCHAR AS a, $2::VARCHAR AS b)"
    assert con.execute(query, [a, b]).fetchone() == (verdict, verdict)
