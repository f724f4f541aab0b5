"""The times and profiles of orders: of all, or of those alone that were derived again, where that comes to the same."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from fulfil_analytics.sla.plan import Plan, mark
from fulfil_analytics.sql import Value, fill, literal, read_sql, run_script

if TYPE_CHECKING:
    import duckdb

_BASIS = "deadlines_from"
"""Table of one row: a hash of the statement that read the orders."""
_KEPT = ("deadline_orders", "deadline_profiles", _BASIS)


def write_profiles(
    con: duckdb.DuckDBPyConnection, plan: Plan, values: Mapping[str, Value], macros: str, touched: str | None
) -> None:
    """Write the tables ``deadline_orders``, ``deadline_profiles`` and the temporary ``sla_profiles``.

    What they hold of an order follows from its own rows, the reference data and one statement. So where the statement
    is the one that the tables were made by, the orders that nothing touched keep their rows.

    Parameters
    ----------
    con : DuckDBPyConnection
        Holds ``orders``, and the macros of local time and segments.
    plan : Plan
        The facts and times that the policy asks for.
    values : mapping
        What the holes of the statement stand for.
    macros : str
        The text of the macros.
    touched : str, optional
        A table of this database: every order (`order_id`) of which a row is another one than when the tables were made,
        while reference data are the same. None where that is not known. The table goes once they are up to date.
    """
    marks = plan.marks()
    facts = mark(fill(read_sql("fulfil_analytics.sla", "orders.sql"), values), marks)
    con.execute(facts)
    basis = hashlib.sha256(f"{facts}\n{macros}".encode()).hexdigest()
    if touched is not None and plan.single and _stands(con, basis):
        con.begin()  # a stop leaves the rows that stood, and the table of those to be made again
        try:
            run_script(con, _text("orders_again", {**marks, "touched": touched}))
            con.execute(f"DROP TABLE {touched}")
            con.commit()
        except BaseException:
            con.rollback()
            raise
        return
    con.execute(f"CREATE OR REPLACE TABLE {_BASIS} AS SELECT '' AS basis")
    run_script(con, _text("orders_all", marks))
    con.execute(f"CREATE OR REPLACE TABLE {_BASIS} AS SELECT {literal(basis)} AS basis")
    if touched is not None:
        con.execute(f"DROP TABLE {touched}")


def _text(file: str, marks: Mapping[str, str]) -> str:
    return mark(read_sql("fulfil_analytics.sla", f"{file}.sql"), marks)


def _stands(con: duckdb.DuckDBPyConnection, basis: str) -> bool:
    """Tell whether the tables are there and were made by the statement whose hash is `basis`."""
    found = con.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'main' AND database_name = current_database() "
        f"AND table_name IN {literal(_KEPT)}"
    ).fetchall()
    return found[0][0] == len(_KEPT) and con.execute(f"SELECT basis FROM {_BASIS}").fetchall() == [(basis,)]
