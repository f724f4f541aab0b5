"""Runs a SQL file on DuckDB: ``python bench/sql_file.py FILE.sql [--db FILE] [name=value ...]``; nothing is printed."""

from __future__ import annotations

import argparse
from pathlib import Path

import duckdb


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Runs a SQL file on DuckDB.")
    parser.add_argument("file", type=Path)
    parser.add_argument("variables", nargs="*", help="name=value, read by getvariable")
    parser.add_argument("--db", default=":memory:")
    told = parser.parse_args()
    with duckdb.connect(told.db) as con:
        for variable in told.variables:
            name, _, value = variable.partition("=")
            con.execute(f"SET VARIABLE {name} = ?", [value])
        con.execute(told.file.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
