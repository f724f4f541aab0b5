"""DuckDB on a store of few orders, where to bind and plan a rule is nearly all that it costs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fulfil_analytics.engines.duckdb_engine import DuckDBEngine, refusals

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_KEPT = "fa_kept"
_ROWS = 8_192


class SmallStoreEngine(DuckDBEngine):
    """Binds each text once, in the same words and with the same rows as its parent.

    The rows of the SELECT whose columns were asked for last are kept: a query that holds this SELECT as one of its own
    reads them. And a result comes by the connection itself, as a relation binds its text twice.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        super().__init__(con)
        self._kept = self._rows = ""

    def columns(self, sql: str) -> dict[str, str]:
        """Return column name to kind of the SELECT `sql`; it is run, and its rows are kept.

        Raises
        ------
        EngineError
            The query does not stand.
        StoreError
            The memory or the disk is full.
        """
        self._kept = ""
        with refusals():
            ((rows,),) = self.con.execute(f"CREATE OR REPLACE TEMP TABLE {_KEPT} AS\n{sql}").fetchall()
        # said in words that there are none, nothing is planned that would join to them
        self._kept, self._rows = f"(\n{sql}\n)", f"(SELECT * FROM {_KEPT}{'' if rows else ' WHERE FALSE'})"
        return super().columns(f"SELECT * FROM {_KEPT}")

    def batches(self, sql: str) -> Iterator[pa.RecordBatch]:
        """Yield the result of `sql` in batches of at most 8,192 rows; raises as its parent does."""
        import pyarrow as pa

        if self._kept:
            sql = sql.replace(self._kept, self._rows)
        with refusals():
            self.con.execute(sql)
        schema = _schema(self.con)
        if schema is None:
            self.con.abort()
            yield from super().batches(sql)
            return
        try:
            with refusals():
                while rows := self.con.fetchmany(_ROWS):
                    told = zip(schema, zip(*rows, strict=True), strict=True)
                    columns = [pa.array(values, field.type) for field, values in told]
                    yield pa.RecordBatch.from_arrays(columns, schema=schema)
        finally:
            self.con.abort()


def _schema(con: duckdb.DuckDBPyConnection) -> pa.Schema | None:
    """Return the columns of what `con` has run, or None where Python's values are not all that is to be known."""
    import pyarrow as pa

    arrow = {
        "VARCHAR": pa.string(),
        "BIGINT": pa.int64(),
        "INTEGER": pa.int32(),
        "HUGEINT": pa.decimal128(38, 0),
        "BOOLEAN": pa.bool_(),
        "DATE": pa.date32(),
        "TIMESTAMP": pa.timestamp("us"),
    }
    kinds = [(name, arrow.get(str(kind))) for name, kind, *_ in con.description]
    return None if any(kind is None for _, kind in kinds) else pa.schema(kinds)
