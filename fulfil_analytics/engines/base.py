"""What the house asks of an engine, and nothing more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Protocol

from fulfil_analytics.errors import FulfilError

if TYPE_CHECKING:
    import pyarrow as pa


class EngineError(FulfilError):
    """The engine could not run a query; the text names columns and tables, never a value."""


class Engine(Protocol):
    """Runs SELECT statements of the portable subset, with the ``fa_`` functions in place."""

    name: str

    def batches(self, sql: str) -> Iterator[pa.RecordBatch]:
        """Yield the result of `sql` in batches; raise :class:`EngineError`."""
        ...

    def columns(self, sql: str) -> dict[str, str]:
        """Return column name to kind (``integer, text, timestamp, boolean, date`` or the engine's own word)."""
        ...


class Bench(Engine, Protocol):
    """An engine that can also be given small tables: rule examples run on it."""

    def put(self, tables: Mapping[str, pa.Table]) -> None:
        """Let `tables` be the only tables there are."""
        ...
