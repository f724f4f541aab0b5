from __future__ import annotations

from collections.abc import Callable, Iterator

import duckdb
import pytest

from fulfil_analytics.reference import CarrierBook
from fulfil_analytics.resources import rules_folder

Judged = tuple[str, str, str | None]


@pytest.fixture(scope="session")
def book() -> CarrierBook:
    return CarrierBook.load([rules_folder() / "carriers"])


@pytest.fixture(scope="session")
def con(book: CarrierBook) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        book.install(connection)
        yield connection


def _judge(book: CarrierBook, con: duckdb.DuckDBPyConnection, pairs: list[tuple[str | None, str]]) -> list[Judged]:
    con.execute("CREATE OR REPLACE TABLE given (number INTEGER, carrier VARCHAR, waybill VARCHAR)")
    if pairs:
        con.execute(
            "INSERT INTO given SELECT unnest(?), unnest(?::VARCHAR[]), unnest(?)",
            [list(range(len(pairs))), [carrier for carrier, _ in pairs], [waybill for _, waybill in pairs]],
        )
    book.check(con, "given")
    return con.execute(
        "SELECT outcome, reason, format FROM given JOIN waybill_checks AS checks "
        "ON checks.waybill = given.waybill AND checks.carrier IS NOT DISTINCT FROM given.carrier ORDER BY number"
    ).fetchall()


@pytest.fixture
def judged(book: CarrierBook, con: duckdb.DuckDBPyConnection) -> Callable[[list[tuple[str | None, str]]], list[Judged]]:
    """Outcome, reason and format of a list of (carrier, waybill), in order."""
    return lambda pairs: _judge(book, con, pairs)
