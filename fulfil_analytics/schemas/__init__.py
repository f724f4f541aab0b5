"""The one place where a table and its columns are described.

Each table is a pandera model (polars backend). From it come the DuckDB table, the check on the way in, the pages of the
docs and the tables of the rule examples. See :mod:`fulfil_analytics.schemas.base` for how to read a model.
"""

from __future__ import annotations

from fulfil_analytics.schemas.base import Table, columns, create_table, duckdb_types, key_of
from fulfil_analytics.schemas.derived import DERIVED
from fulfil_analytics.schemas.loaded import LOADED

TABLES: dict[str, type[Table]] = {**LOADED, **DERIVED}

__all__ = ["DERIVED", "LOADED", "TABLES", "Table", "columns", "create_table", "duckdb_types", "key_of"]
