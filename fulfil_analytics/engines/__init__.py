"""Engines run portable SQL. DuckDB is the one that always stands; another is one file and one prelude."""

from fulfil_analytics.engines.base import Bench, Engine, EngineError
from fulfil_analytics.engines.duckdb_engine import DuckDBEngine, install_prelude, locked

__all__ = ["Bench", "DuckDBEngine", "Engine", "EngineError", "install_prelude", "locked"]
