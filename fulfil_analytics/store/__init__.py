"""The store: one DuckDB file that any DuckDB client can open."""

from __future__ import annotations

from fulfil_analytics.store.database import Lent, Store, open_store
from fulfil_analytics.store.derive import build_model, build_tracks, few_orders, latest_time, small
from fulfil_analytics.store.load import Loaded, Ready, load_file, read_file, settle
from fulfil_analytics.store.merging import put_off_merging
from fulfil_analytics.store.phones import PhoneNumbers
from fulfil_analytics.store.spill import exports_are_read, exports_were_read, spill_settings
from fulfil_analytics.store.turns import Lane, Turns

__all__ = [
    "Lane",
    "Lent",
    "Loaded",
    "Ready",
    "PhoneNumbers",
    "Store",
    "Turns",
    "build_model",
    "build_tracks",
    "latest_time",
    "load_file",
    "read_file",
    "open_store",
    "put_off_merging",
    "settle",
    "exports_are_read",
    "exports_were_read",
    "few_orders",
    "small",
    "spill_settings",
]
