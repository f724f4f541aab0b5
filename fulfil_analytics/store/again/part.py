"""A part of a store in memory, beside it: the rows of touched orders and numbers, and the model run over them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fulfil_analytics.schemas import DERIVED, LOADED, create_table, duckdb_types
from fulfil_analytics.sql import Value, fill, literal, quoted, read_sql, run_script
from fulfil_analytics.store.database import Store

if TYPE_CHECKING:
    import duckdb

_CUT = ("order_lines", "tracking_events", "labels", "returns")
"""Loaded tables of which the part holds its rows alone."""
_FILLED = ("orders", "parcels", "journeys")
"""Derived tables that the model fills and does not make."""
_MOST_ROUNDS = 40


@dataclass
class Part:
    """A part of `whole`, a database of its own on a connection of its own.

    Attributes
    ----------
    whole : Store
        The store.
    store : Store
        The part, as the model's scripts see it: what it does not hold is read from the whole.
    names : dict
        Name that the scripts of this folder use, to the name of the database.
    """

    whole: Store
    store: Store
    names: dict[str, str]

    def text(self, file: str, **values: Value) -> str:
        """Return a script of this folder, filled."""
        text = fill(read_sql("fulfil_analytics.store", f"again/{file}.sql"), values)
        for name, real in self.names.items():
            for schema in ("main", "ways"):
                text = text.replace(f"{name}.{schema}.", f"{real}.{schema}.")
        return text

    def run(self, file: str, **values: Value) -> None:
        """Run a script of this folder on the part's connection."""
        run_script(self.store.con, self.text(file, **values))

    def look(self, *schemas: str) -> None:
        """Let unqualified names mean the tables of these schemas of the part, then those of the whole."""
        places = [f"{self.names['part']}.{schema}" for schema in schemas] + [f"{self.names['whole']}.main"]
        self.store.con.execute(f"SET search_path = {literal(','.join(places))}")

    def count(self, table: str) -> int:
        """Return the rows of one of the part's tables."""
        return int(self.store.one(f"SELECT count(*) FROM {self.names['part']}.main.{table}"))

    def close_over_numbers(self) -> bool:
        """Add the orders that share numbers with touched ones, and so on; tell whether that came to an end."""
        before = -1
        for _ in range(_MOST_ROUNDS):
            now = self.count("touched_orders") + self.count("touched_numbers")
            if now == before:
                return True
            before = now
            self.run("closed")
        return False

    def cut(self) -> None:
        """Take the rows of the touched orders and numbers, and make room for what is derived of them."""
        self.run("part")
        con = self.store.con
        self.look("main")
        for table in _CUT:
            columns = ", ".join(duckdb_types(LOADED[table]))
            con.execute(f"CREATE VIEW {table} AS SELECT {columns} FROM loaded_{table} WHERE is_current")
        for table in _FILLED:
            con.execute(create_table(table, DERIVED[table]))


@contextmanager
def part_of(store: Store) -> Iterator[Part]:
    """Open an empty part of `store`; it is gone afterwards."""
    held = str(store.one("SELECT current_database()"))
    name = "part" if held != "part" else "the_part"
    with store.con.cursor() as con:
        con.execute("SET TimeZone = 'UTC'")
        con.execute(f"ATTACH ':memory:' AS {name}")
        try:
            con.execute(f"CREATE SCHEMA {name}.ways")
            yield Part(store, Store(con, store.path, store.temp), {"part": name, "whole": quoted(held)})
        finally:
            _leave(con, held, name)


def _leave(con: duckdb.DuckDBPyConnection, held: str, name: str) -> None:
    con.execute(f"USE {quoted(held)}")
    con.execute(f"DETACH {name}")
