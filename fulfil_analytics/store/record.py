"""What the derived tables of a store stand on: the files, the moment, and all else that they follow from."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fulfil_analytics import __version__
from fulfil_analytics.resources import installed
from fulfil_analytics.schemas import DERIVED, LOADED, duckdb_types

if TYPE_CHECKING:
    import duckdb

    from fulfil_analytics.policy import Policy
    from fulfil_analytics.reference import CarrierBook
    from fulfil_analytics.store.database import Store

_TABLE = "derived_from"
DERIVED_AGAIN = "orders_derived_again"
"""Table of the orders derived again whose deadlines are those of before; whoever works these out again drops it."""
_FIXED = ("warehouses", "products")
"""Small tables that a part reads whole and that say something of orders that it does not hold."""


@dataclass(frozen=True)
class Basis:
    """What is the same for every order, and is no export.

    Attributes
    ----------
    policy : Policy
        The policy that judges.
    carriers : CarrierBook
        The carriers.
    as_of : datetime
        The moment the audit speaks for, UTC without zone.
    places : Path, optional
        The user's file of places.
    pii : str
        What becomes of personal data on the way in.
    """

    policy: Policy
    carriers: CarrierBook
    as_of: dt.datetime
    places: Path | None = None
    pii: str = "hash"

    def fingerprint(self) -> str:
        """Return a hash of everything but the moment."""
        told = [
            __version__,
            _texts(),
            self.policy.sha256,
            self.carriers.sha256,
            installed("zipcodes"),
            "" if self.places is None else hashlib.sha256(self.places.read_bytes()).hexdigest(),
            self.pii,
        ]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()


@dataclass(frozen=True)
class Record:
    """The record of a store.

    Attributes
    ----------
    as_of : datetime
        The moment the tables speak for.
    fingerprint : str
        See :meth:`Basis.fingerprint`.
    facts : dict
        What the data say of the whole: see :func:`facts_of`, with ``countries`` and ``covered``.
    files : tuple of str
        The files whose rows the tables know.
    """

    as_of: dt.datetime
    fingerprint: str
    facts: dict[str, Any] = field(default_factory=dict)
    files: tuple[str, ...] = ()


def read_record(store: Store) -> Record | None:
    """Return the record; none where nothing was derived, or a run was stopped in its middle."""
    if not store.one(f"SELECT count(*) FROM duckdb_tables() WHERE table_name = '{_TABLE}' AND NOT internal"):
        return None
    rows = store.rows(f"SELECT as_of, fingerprint, facts, files FROM {_TABLE}")
    return Record(rows[0][0], rows[0][1], json.loads(rows[0][2]), tuple(rows[0][3])) if rows else None


def forget_record(store: Store) -> None:
    """Take the record away, before tables are changed that it speaks of."""
    for table in (_TABLE, DERIVED_AGAIN):
        store.con.execute(f"DROP TABLE IF EXISTS {table}")


def write_record(store: Store, basis: Basis) -> None:
    """Write the record of tables that were just derived, all of them, on the store's connection."""
    countries = [row[0] for row in store.rows("SELECT DISTINCT market FROM orders WHERE market IS NOT NULL")]
    covered = [row[0] for row in store.rows("SELECT carrier_key FROM covered_carriers")]
    put_record(store.con, basis, facts_of(store, basis.as_of, countries, covered), _files(store))


def put_record(con: duckdb.DuckDBPyConnection, basis: Basis, facts: dict[str, Any], known: Iterable[str]) -> None:
    """Write a record; inside a transaction it counts with it."""
    con.execute(
        f"CREATE OR REPLACE TABLE {_TABLE} (as_of TIMESTAMP, fingerprint VARCHAR, facts VARCHAR, files VARCHAR[])"
    )
    row = [basis.as_of, basis.fingerprint(), json.dumps(facts, sort_keys=True), sorted(known)]
    con.execute(f"INSERT INTO {_TABLE} VALUES (?, ?, ?, ?)", row)


def facts_of(store: Store, as_of: dt.datetime, countries: Iterable[str], covered: Iterable[str]) -> dict[str, Any]:
    """Return what the data say of the whole: where one of these differs, every order is touched."""
    first, some = store.rows(
        "SELECT min(event_at)::VARCHAR, count(*) > 0 FROM tracking_events WHERE event_at IS NULL OR event_at <= ?",
        [as_of],
    )[0]
    return {
        "tracking_from": first,
        "tracking": some,
        "countries": sorted(countries),
        "covered": sorted(covered),
        **{table: _content(store, table) for table in _FIXED},
    }


def _content(store: Store, table: str) -> str:
    """Return a hash of what the rows of a table say, wherever they stand."""
    columns = [column for column in duckdb_types(LOADED[table]) if column not in ("source_file", "source_line")]
    return str(store.one(f"SELECT sum(hash({', '.join(columns)})::HUGEINT)::VARCHAR FROM {table}"))


def _files(store: Store) -> list[str]:
    return [row[0] for row in store.rows("SELECT source_file FROM source_files")]


@cache
def _texts() -> str:
    """Return a hash of the model's own text and of the tables it fills."""
    told = hashlib.sha256()
    for folder in ("model", "again"):
        for entry in sorted(files("fulfil_analytics.store").joinpath(folder).iterdir(), key=lambda one: one.name):
            if entry.name.endswith((".sql", ".toml")):
                told.update(entry.read_bytes())
    for table, model in {**LOADED, **DERIVED}.items():
        told.update(f"{table} {duckdb_types(model)}".encode())
    return told.hexdigest()
