"""Rows of a mapped table inside an executor: read cell by cell as those of an export are, then checked.

Every cell comes as text. The same SELECT that reads exports makes values of them, takes out what is personal, and says
what it could not read; nothing personal leaves the process that read it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fulfil_analytics.audit.cluster.parts import ipc
from fulfil_analytics.audit.cluster.shapes import arrow_schema, shape
from fulfil_analytics.schemas import LOADED, duckdb_types
from fulfil_analytics.sources.lakehouse import RELATION, lakehouse_select

if TYPE_CHECKING:
    import pyarrow as pa

    from fulfil_analytics.privacy import Privacy

PROBLEMS = "_problems"
COUNTS = "_rows"
"""Kind of packed results that says how many rows came in."""
_ROWS = 50_000


@dataclass(frozen=True)
class Mapped:
    """A mapped table, as its executors are told of it.

    Attributes
    ----------
    table : str
        Canonical table.
    shown : str
        What outputs call the user's table, as they name a file.
    columns : tuple of str
        Canonical columns that are mapped.
    shop : str, optional
        Shop of the rows where they name none.
    privacy : Privacy
        What becomes of personal values.
    numbered : bool
        The table gives ``source_line`` itself.
    """

    table: str
    shown: str
    columns: tuple[str, ...]
    shop: str | None
    privacy: Privacy = field(repr=False)
    numbered: bool = False

    def shape(self) -> dict[str, str]:
        """Return the columns that :func:`read_rows` gives, and their types in DuckDB."""
        return {**duckdb_types(LOADED[self.table]), PROBLEMS: "VARCHAR[]"}


def read_rows(mapped: Mapped, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield the canonical rows of text cells, and what could not be read, in ``_problems``."""
    import duckdb
    import pyarrow as pa

    from fulfil_analytics.engines import EngineError
    from fulfil_analytics.sources.lookups import install

    first = next(batches, None)
    if first is None:
        return
    wanted = arrow_schema(mapped.shape())
    with duckdb.connect(config={"threads": 1}) as con:
        install(con, mapped.privacy)
        con.register(RELATION, pa.RecordBatchReader.from_batches(first.schema, itertools.chain([first], batches)))
        select = lakehouse_select(mapped.table, mapped.columns, mapped.shown, mapped.shop)
        try:
            for batch in con.sql(select).to_arrow_reader(_ROWS):
                yield from pa.Table.from_batches([batch]).cast(wanted).to_batches()
        except (duckdb.Error, pa.ArrowException) as problem:  # the engine's own words may quote a row
            raise EngineError(f"cannot be read to its end ({type(problem).__name__})", file=mapped.shown) from None


def check_rows(mapped: Mapped, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Check canonical rows; what passes and what does not go their ways packed."""
    import pyarrow as pa

    from fulfil_analytics.schemas.check import check_batches
    from fulfil_analytics.store import PhoneNumbers

    phones = PhoneNumbers()
    rows = 0

    def counted() -> Iterator[pa.RecordBatch]:
        nonlocal rows
        for batch in batches:
            rows += batch.num_rows
            yield batch

    for checked in check_batches(LOADED[mapped.table], counted()):
        for kind, frame in ((mapped.table, phones.masked(checked.good)), ("quarantine", checked.set_aside)):
            if frame.height:
                payload = ipc(frame.select(*shape(kind)).to_arrow().cast(arrow_schema(shape(kind))))
                yield pa.RecordBatch.from_pydict({"kind": [kind], "rows": [frame.height], "payload": [payload]})
    yield pa.RecordBatch.from_pydict({"kind": [COUNTS], "rows": [rows], "payload": [b""]})
    phones.close()
