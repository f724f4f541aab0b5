"""Rows on their way from the locked store to the open one."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING

from fulfil_analytics.schemas import DERIVED, duckdb_types

if TYPE_CHECKING:
    import pyarrow as pa

FOUND: Mapping[str, str] = duckdb_types(DERIVED["findings"])
"""Columns of findings, with DuckDB's types."""
ORDER: Mapping[str, str] = {"order_id": "VARCHAR"}
"""The order number alone."""


class Spool:
    """Writes batches with `columns` to a file without a name, gone when closed; threads may share it."""

    def __init__(self, file: IO[bytes], columns: Mapping[str, str]) -> None:
        import pyarrow as pa

        self._schema = _schema(columns)
        self._writer = pa.ipc.new_stream(file, self._schema, options=pa.ipc.IpcWriteOptions(compression="lz4"))
        self._turn = threading.Lock()

    def __call__(self, batch: pa.RecordBatch) -> None:
        """Write a batch."""
        with self._turn:
            self._writer.write_batch(batch.cast(self._schema))

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.close()


def read(columns: Mapping[str, str], *spools: IO[bytes]) -> pa.RecordBatchReader:
    """Read spools of the same columns from their beginning, one after the other."""
    import pyarrow as pa

    for spool in spools:
        spool.seek(0)
    return pa.RecordBatchReader.from_batches(
        _schema(columns), (batch for spool in spools for batch in pa.ipc.open_stream(spool))
    )


def _schema(columns: Mapping[str, str]) -> pa.Schema:
    import pyarrow as pa

    arrow = {"VARCHAR": pa.string(), "BIGINT": pa.int64(), "TIMESTAMP": pa.timestamp("us")}
    return pa.schema([(name, arrow[kind]) for name, kind in columns.items()])
