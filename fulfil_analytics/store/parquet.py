"""Tables as Parquet files whose bytes follow from their rows alone.

By Arrow's writer. DuckDB 2.0.0 writes the dictionaries of its own storage, even behind an ORDER BY, and takes from the
storage's statistics whether a column can lack a value: its bytes hang on how the rows came into the store. It also
writes dictionaries of enumerations that lack words.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb
    import pyarrow as pa

ROWS = 122_880
"""Rows of a piece, and of a row group."""


def pieces_of(con: duckdb.DuckDBPyConnection, query: str) -> Generator[pa.Table]:
    """Yield the rows of `query`, in its order, in pieces of :data:`ROWS`; the last one may be shorter, or empty."""
    with closing(con.sql(query).to_arrow_reader(ROWS)) as reader:
        none = True
        for piece in in_pieces(reader, ROWS):
            yield piece.combine_chunks()
            none = False
        if none:
            yield reader.schema.empty_table()


def in_pieces(reader: pa.RecordBatchReader, rows: int) -> Iterator[pa.Table]:
    """Yield what a reader gives in pieces of so many rows; the last one may be shorter."""
    import pyarrow as pa

    held = reader.schema.empty_table()
    for batch in reader:
        held = pa.concat_tables([held, pa.Table.from_batches([batch])])
        while held.num_rows >= rows:
            yield held.slice(0, rows)
            held = held.slice(rows)
    if held.num_rows:
        yield held


def write_parquet(path: Path, pieces: Iterable[pa.Table], *, plain: Collection[str] = ()) -> None:
    """Write pieces of one schema, each as a row group, one while the next is made.

    Parameters
    ----------
    path : Path
        The file; one that stands there is replaced.
    pieces : iterable of pyarrow.Table
        At least one. The bytes follow from the rows and from where one piece ends, not from chunks within it.
    plain : collection of str
        Columns whose values hardly repeat, for which no dictionary is tried.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    import pyarrow.parquet as pq

    pieces = iter(pieces)
    first = next(pieces)
    with (
        pq.ParquetWriter(
            path,
            first.schema,
            compression="zstd",
            compression_level=3,
            use_dictionary=list(_dictionaries(first.schema, plain)),
            # without Arrow's own schema readers see texts, not dictionaries
            store_schema=False,
        ) as writer,
        ThreadPoolExecutor(1) as lane,
    ):
        written = None
        for piece in itertools.chain([first], pieces):
            if written is not None:
                written.result()
            written = lane.submit(writer.write_table, piece, row_group_size=ROWS)
        if written is not None:
            written.result()


def _dictionaries(schema: pa.Schema, plain: Collection[str]) -> Iterator[str]:
    """Yield the paths of the columns that get a dictionary; times pack better as they are."""
    import pyarrow as pa

    for field in schema:
        if field.name not in plain and not pa.types.is_timestamp(field.type):
            yield f"{field.name}.list.element" if pa.types.is_list(field.type) else field.name
