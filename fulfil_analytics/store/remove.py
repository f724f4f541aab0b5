"""Taking a person, or everything before a moment, out of a store, so that no byte of it is left in the file.

DuckDB keeps the blocks of deleted rows. So what stays is copied into a new file beside the store, which then takes its
place in one step: a stop at any moment leaves the old store or the new one.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from fulfil_analytics.aside import settle as settle_file
from fulfil_analytics.aside import sweep
from fulfil_analytics.errors import StoreError, UsageError, disk_trouble
from fulfil_analytics.privacy import Privacy, install
from fulfil_analytics.schemas import LOADED
from fulfil_analytics.sql import Value, fill, literal, quoted, read_sql
from fulfil_analytics.store.database import Store, fresh_tables, open_store
from fulfil_analytics.store.load import settle


@dataclass(frozen=True)
class Removed:
    """What was taken out.

    Attributes
    ----------
    orders : int
        Orders that are gone.
    rows : dict of str to int
        Table to rows of it that are gone.
    """

    orders: int
    rows: dict[str, int] = field(default_factory=dict)


def forget_orders(path: Path, order_ids: Collection[str], *, dry_run: bool = False) -> Removed:
    """Take orders and all that hangs on them out of the store at `path`.

    Raises
    ------
    UsageError
        The store holds none of them; it is as it was.
    StoreError
        The store cannot be opened or written; it is as it was.
    """

    def choose(store: Store) -> None:
        store.con.execute(
            "CREATE OR REPLACE TEMP TABLE gone_orders AS SELECT unnest(?::VARCHAR[]) AS order_id", [list(order_ids)]
        )
        known = " UNION ALL ".join(
            f"SELECT order_id FROM loaded_{name}" for name in ("order_lines", "labels", "returns")
        )
        store.con.execute(f"DELETE FROM gone_orders WHERE order_id NOT IN ({known})")

    return _remove(
        path, choose, None, "the store holds no order of this number", "Order numbers stand in orders.parquet", dry_run
    )


def forget_buyer(path: Path, values: Collection[str], key: bytes, *, dry_run: bool = False) -> Removed:
    """Take all orders of a person out of the store at `path`.

    Parameters
    ----------
    values : collection of str
        Names, accounts or phone numbers of the person, in any spelling.
    key : bytes
        Key of the hashes that the store was made with.

    Raises
    ------
    UsageError
        The store knows nobody by these values; it is as it was.
    StoreError
        The store cannot be opened or written; it is as it was.
    """

    def choose(store: Store) -> None:
        store.con.execute(_sql("buyer", keys=_keys(values, key)))

    remedy = "Dropped and masked names are not found, nor those hashed with another key: use --order"
    return _remove(path, choose, None, "the store knows nobody by this value", remedy, dry_run)


def purge(path: Path, before: dt.datetime, *, dry_run: bool = False) -> Removed:
    """Take all orders made before `before` (UTC, without zone) out of the store, and events, stock and windows as old.

    Events of orders that stay are kept, however old.

    Raises
    ------
    StoreError
        The store cannot be opened or written; it is as it was.
    """
    return _remove(path, lambda store: _execute(store, _sql("before", before=before)), before, "", "", dry_run)


def _keys(values: Collection[str], key: bytes) -> tuple[str, ...]:
    """Return the forms that a value can have in a store: hashed, or kept as it is."""
    found: set[str] = set()
    with duckdb.connect() as con:
        for privacy in (Privacy("hash", key), Privacy("keep", b"")):
            install(con, privacy)
            rows = con.execute(
                "SELECT unnest([fa_name_key(t), fa_phone_key(t)]) FROM (SELECT unnest(?::VARCHAR[]) AS t)",
                [list(values)],
            ).fetchall()
            found |= {row[0] for row in rows if row[0] is not None}
    return tuple(sorted(found))


def _sql(file: str, **values: Value) -> str:
    return fill(read_sql("fulfil_analytics.store", f"removal/{file}.sql"), values)


def _execute(store: Store, text: str) -> None:
    for statement in text.split(";\n"):
        if statement.strip():
            store.con.execute(statement)


def _remove(
    path: Path, choose: Callable[[Store], None], before: dt.datetime | None, nobody: str, remedy: str, dry_run: bool
) -> Removed:
    with open_store(path, must_exist=True) as store:
        choose(store)
        _execute(store, _sql("gone", before=before))
        rows = dict(store.rows("SELECT table_name, count(*) FROM gone_rows GROUP BY table_name ORDER BY table_name"))
        removed = Removed(store.one("SELECT count(*) FROM gone_orders"), rows)
        if nobody and not rows:
            raise UsageError(nobody, file=path.name, remedy=remedy)
        if dry_run or not rows:
            return removed
        _replace(store, path)
    return removed


def _replace(store: Store, path: Path) -> None:
    fresh = path.with_name(f".fulfil-{os.getpid()}-{path.name}")
    try:
        store.con.execute("CHECKPOINT")
        sweep(path.parent)
        _copy(store, fresh)
        with open_store(fresh) as left:
            settle(left, all_rows=True)
        settle_file(fresh)
        os.replace(fresh, path)
        settle_file(path.parent)
    except (duckdb.Error, OSError) as problem:
        trouble = disk_trouble(problem)
        if not trouble and not isinstance(problem, OSError):
            raise
        raise StoreError(
            f"the store cannot be written anew: {trouble or 'the folder cannot be written'}",
            file=str(path),
            remedy="Make room for a second store of its size beside it; nothing was removed",
        ) from None
    finally:
        fresh.unlink(missing_ok=True)
        Path(f"{fresh}.wal").unlink(missing_ok=True)


def _copy(store: Store, fresh: Path) -> None:
    """Write what stays into a new store."""
    con = store.con
    old = quoted(store.one("SELECT current_database()"))
    con.execute(f"ATTACH {literal(str(fresh))} AS fresh")
    con.execute("USE fresh")
    for statement in fresh_tables():
        con.execute(statement)
    con.execute(f"USE {old}")
    for name in LOADED:
        con.execute(
            f"INSERT INTO fresh.loaded_{name} BY NAME SELECT t.* FROM {old}.loaded_{name} AS t "
            f"ANTI JOIN (FROM gone_rows WHERE table_name = {literal(name)}) AS gone USING (source_file, source_line)"
        )
    con.execute(f"INSERT INTO fresh.source_files BY NAME SELECT * FROM {old}.source_files")
    con.execute(
        f"INSERT INTO fresh.quarantine BY NAME SELECT t.* FROM {old}.quarantine AS t "
        "ANTI JOIN gone_rows AS gone USING (source_file, source_line)"
    )
    con.execute(
        f"INSERT INTO fresh.reviews BY NAME SELECT * FROM {old}.reviews "
        "WHERE order_id IS NULL OR order_id NOT IN (SELECT order_id FROM gone_orders)"
    )
    con.execute(_sql("ledger"))
    con.execute("DETACH fresh")
