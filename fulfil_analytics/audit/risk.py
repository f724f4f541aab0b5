"""The risk of each order and each shop, from what was found; the rules stand in ``docs/risk.md``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fulfil_analytics.sql import read_sql

if TYPE_CHECKING:
    import duckdb


def write_risk(con: duckdb.DuckDBPyConnection) -> None:
    """Write tables ``risk_of_order`` (orders with a finding that counts) and ``risk_of_shop`` (every shop).

    Reads ``findings`` with their roots and verdicts, and ``orders``. Written anew after each run and each verdict.
    """
    for statement in read_sql("fulfil_analytics.audit", "risk.sql").split(";\n"):
        if statement.strip():
            con.execute(statement)
