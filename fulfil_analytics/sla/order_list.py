"""A list of order numbers that somebody saved from Seller Center: which column holds them, its content decides."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fulfil_analytics.errors import InputError
from fulfil_analytics.privacy import PHONE
from fulfil_analytics.sql import literal, quoted

if TYPE_CHECKING:
    import duckdb
    import polars as pl

REMEDY = "Save the platform's list as CSV or text with one order number a row"


def read_order_list(con: duckdb.DuckDBPyConnection, file: Path) -> pl.DataFrame:
    """Return the order numbers of a CSV or text file.

    Parameters
    ----------
    con : DuckDBPyConnection
        Holds ``orders``; the column in which most of their numbers stand is the one meant.
    file : Path
        Any delimiter, with or without a header.

    Returns
    -------
    polars.DataFrame
        Column `order_id`, each number once. Numbers that the exports do not hold are kept, but for what is written
        like a phone number.

    Raises
    ------
    InputError
        The file cannot be read, or no column holds a known order number.
    """
    import duckdb

    source = (
        f"read_csv({literal(str(file))}, all_varchar = true, header = false, null_padding = true, strict_mode = false)"
    )
    try:
        con.execute(f"CREATE OR REPLACE TEMP TABLE order_list AS SELECT * FROM {source}")
    except duckdb.Error:
        raise InputError("this is no list of orders", file=file.name, remedy=REMEDY) from None
    columns = [quoted(row[0]) for row in con.execute("DESCRIBE order_list").fetchall()]
    # a spreadsheet ends order numbers with a tabulator to keep them as text
    known = ", ".join(f"count_if(trim({c}, E' \\t\\'') IN (SELECT order_id FROM orders))" for c in columns)
    [counts] = con.execute(f"SELECT {known} FROM order_list").fetchall()
    if not any(counts):
        raise InputError("no column holds an order number of the exports", file=file.name, remedy=REMEDY)
    best = columns[max(range(len(columns)), key=lambda place: counts[place] or 0)]
    found: pl.DataFrame = con.sql(
        f"SELECT DISTINCT trim({best}, E' \\t\\'') AS order_id FROM order_list "
        "WHERE regexp_full_match(order_id, '[0-9A-Za-z_-]*[0-9][0-9A-Za-z_-]*') "
        f"AND NOT regexp_full_match(order_id, {literal(PHONE)}) ORDER BY 1"
    ).pl()
    return found
