"""The tables a rule may read, with their columns."""

from __future__ import annotations

from functools import cache

REFERENCE = {
    "tracked_waybills": {
        "waybill": "VARCHAR",
        "carrier": "VARCHAR",
        "events": "BIGINT",
        "first_event_at": "TIMESTAMP",
        "source_file": "VARCHAR",
        "source_line": "BIGINT",
    },
    "places": {
        "country": "VARCHAR",
        "postal_code": "VARCHAR",
        "city": "VARCHAR",
        "state": "VARCHAR",
        "latitude": "DOUBLE",
        "longitude": "DOUBLE",
    },
    "place_names": {"country": "VARCHAR", "state": "VARCHAR", "city": "VARCHAR", "alias": "VARCHAR"},
    "place_alias": {"country": "VARCHAR", "alias": "VARCHAR", "place": "VARCHAR"},
    "regions": {"country": "VARCHAR", "code": "VARCHAR", "name": "VARCHAR", "remote": "BOOLEAN"},
    "postal_levels": {"country": "VARCHAR", "prefix_length": "BIGINT"},
    "carriers": {"carrier": "VARCHAR", "title": "VARCHAR", "has_format": "BOOLEAN"},
}
"""Tables beside the schemas: reference data, and the numbers that are on no order."""

_RESULTS = ("rates", "findings", "coverage", "reviews")


@cache
def tables() -> dict[str, dict[str, str]]:
    """Return table name to columns and DuckDB types, of every table a rule may read.

    What an audit concludes (findings, coverage, rates, reviews) is not among them: a rule judges facts.
    """
    from fulfil_analytics.schemas import DERIVED, LOADED, duckdb_types

    found = {name: duckdb_types(model) for name, model in DERIVED.items() if name not in _RESULTS}
    for name, model in LOADED.items():
        found[name] = duckdb_types(model)
        found[f"loaded_{name}"] = {**duckdb_types(model), "is_current": "BOOLEAN"}
    events = found["tracking_events"]
    found["parcel_events"] = {"parcel_id": "VARCHAR", "carrier": "VARCHAR", **events, "is_scan": "BOOLEAN"}
    return found | REFERENCE


@cache
def required(table: str) -> frozenset[str]:
    """Return the columns of `table` that are never null."""
    from fulfil_analytics.schemas import DERIVED, LOADED, columns

    model = {**DERIVED, **LOADED}.get(table.removeprefix("loaded_"))
    if table == "parcel_events":
        return required("tracking_events") | {"parcel_id", "is_scan"}
    return frozenset(column.name for column in columns(model) if not column.nullable) if model else frozenset()
