"""Engines run portable SQL. DuckDB is the one that always stands; another is one file and one prelude."""

from fulfil_analytics.engines.base import Bench, Engine, EngineError
from fulfil_analytics.engines.duckdb_engine import DuckDBEngine, install_prelude, locked
from fulfil_analytics.engines.small_store import SmallStoreEngine

__all__ = ["Bench", "DuckDBEngine", "Engine", "EngineError", "SmallStoreEngine", "install_prelude", "locked"]
