"""When DuckDB merges the row groups of a store: not after each load, but when they have become many.

Every file ends with a row group that is not full. A checkpoint merges such groups with their neighbours by writing
these anew, so that the first one after a large load writes all of it a second time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fulfil_analytics.sql import literal, name

if TYPE_CHECKING:
    from fulfil_analytics.store.database import Store

ROWS = 122_880
"""Rows of a full row group."""
SPARE = 24
"""Row groups more than twice the full ones that a table may have."""


def put_off_merging(store: Store) -> bool:
    """Let checkpoints leave row groups as they are, unless there are many that are not full, or much was taken out.

    Parameters
    ----------
    store : Store
        An open store, before what changes it. Where merging is not put off, checkpoints merge the row groups of the
        tables that are changed.

    Returns
    -------
    bool
        Whether merging is put off until the store is closed.
    """
    if store.fresh:
        store.put_off_merging()
        return True
    tables = store.rows(
        "SELECT table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary "
        "AND database_name = current_database() AND schema_name = 'main' ORDER BY table_name"
    )
    if any(_is_ragged(store, table) for (table,) in tables):
        return False
    store.put_off_merging()
    return True


def _is_ragged(store: Store, table: str) -> bool:
    groups, rows, live = store.rows(
        "SELECT count(DISTINCT row_group_id), coalesce(sum(count), 0), "
        f"(SELECT count(*) FROM main.{name(table)}) FROM pragma_storage_info({literal(table)}) "
        "WHERE column_id = 0 AND segment_type <> 'VALIDITY'"
    )[0]
    return bool(groups > SPARE + 2 * live / ROWS or rows > 2 * live + ROWS)
