"""The tables a rule may read, with their columns."""

from __future__ import annotations

from functools import cache

RAISED = "raised"
"""What the rules of the first pass found; read by rules with ``after = "findings"``."""

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
        "kind": "VARCHAR",
        "time_zone": "VARCHAR",
    },
    "place_names": {"country": "VARCHAR", "state": "VARCHAR", "city": "VARCHAR", "alias": "VARCHAR"},
    "place_alias": {"country": "VARCHAR", "alias": "VARCHAR", "place": "VARCHAR"},
    "regions": {"country": "VARCHAR", "code": "VARCHAR", "name": "VARCHAR", "remote": "BOOLEAN"},
    "postal_levels": {"country": "VARCHAR", "prefix_length": "BIGINT"},
    "carriers": {"carrier": "VARCHAR", "title": "VARCHAR", "has_format": "BOOLEAN"},
    "order_quantities": {
        "order_id": "VARCHAR",
        "units_ordered": "BIGINT",
        "units_cancelled": "BIGINT",
        "units_in_parcels": "BIGINT",
        "units_returned": "BIGINT",
        "lines_without_quantity": "BIGINT",
        "lines_in_parcels": "BIGINT",
        "refund_unclear": "BOOLEAN",
    },
    "stock_needs": {
        "order_id": "VARCHAR",
        "warehouse": "VARCHAR",
        "seller_sku": "VARCHAR",
        "units": "BIGINT",
        "units_so_far": "BIGINT",
        "units_open": "BIGINT",
        "is_counted": "BOOLEAN",
        "sellable": "BIGINT",
        "physical": "BIGINT",
        "restock_at": "TIMESTAMP",
        "taken_at": "TIMESTAMP",
    },
    "open_orders": {"order_id": "VARCHAR", "items": "BIGINT", "items_counted": "BIGINT"},
    "order_inputs": {
        "source_file": "VARCHAR",
        "exported_at": "TIMESTAMP",
        "dated": "BOOLEAN",
        "has_paid": "BOOLEAN",
        "has_shipped": "BOOLEAN",
        "has_delivered": "BOOLEAN",
        "has_cancelled": "BOOLEAN",
        "has_cancel_requests": "BOOLEAN",
        "has_holiday_windows": "BOOLEAN",
    },
    "record_conflicts": {
        "order_id": "VARCHAR",
        "fact": "VARCHAR",
        "how": "VARCHAR",
        "kept": "VARCHAR",
        "other": "VARCHAR",
        "kept_file": "VARCHAR",
        "kept_line": "BIGINT",
        "other_file": "VARCHAR",
        "other_line": "BIGINT",
    },
    "stray_waybills": {
        "waybill": "VARCHAR",
        "is_return": "BOOLEAN",
        "on_label": "BOOLEAN",
        "before_orders": "BOOLEAN",
        "after_exports": "BOOLEAN",
        "last_event_at": "TIMESTAMP",
    },
    "order_deadlines": {
        "order_id": "VARCHAR",
        "stage": "VARCHAR",
        "clock_start": "TIMESTAMP",
        "due_at": "TIMESTAMP",
        "stopped_at": "TIMESTAMP",
        "outcome": "VARCHAR",
        "not_applicable": "VARCHAR",
        "not_applicable_standard": "VARCHAR",
        "deadline_from": "VARCHAR",
        "assessed": "BOOLEAN",
    },
    "cancel_deadlines": {
        "order_id": "VARCHAR",
        "stage": "VARCHAR",
        "outcome": "VARCHAR",
        "due_at": "TIMESTAMP",
        "not_applicable": "VARCHAR",
        "deadline_from": "VARCHAR",
    },
    "track_places": {
        "place_id": "BIGINT",
        "country": "VARCHAR",
        "state": "VARCHAR",
        "remote": "BOOLEAN",
        "city": "VARCHAR",
        "postal_code": "VARCHAR",
        "latitude": "DOUBLE",
        "longitude": "DOUBLE",
        "reach_km": "DOUBLE",
        "shown": "VARCHAR",
        "time_zone": "VARCHAR",
    },
    "track_steps": {
        "parcel_id": "VARCHAR",
        "event_at": "TIMESTAMP",
        "status": "VARCHAR",
        "place_id": "BIGINT",
        "source_file": "VARCHAR",
        "source_line": "BIGINT",
        "next_at": "TIMESTAMP",
        "next_status": "VARCHAR",
        "next_place_at": "TIMESTAMP",
        "next_place_id": "BIGINT",
        "next_place_status": "VARCHAR",
        "km": "BIGINT",
    },
    "tracks": {
        "parcel_id": "VARCHAR",
        "first_scan_at": "TIMESTAMP",
        "first_scan_status": "VARCHAR",
        "first_place_at": "TIMESTAMP",
        "first_place": "VARCHAR",
        "first_state": "VARCHAR",
        "last_mile_at": "TIMESTAMP",
        "warehouse_place": "VARCHAR",
        "warehouse_state": "VARCHAR",
        "warehouse_km": "BIGINT",
        "hands_over": "BOOLEAN",
        "next_event_at": "TIMESTAMP",
        "first_pickup_at": "TIMESTAMP",
        "last_pickup_at": "TIMESTAMP",
        "first_pickup_place": "VARCHAR",
        "last_pickup_place": "VARCHAR",
        "first_pickup_state": "VARCHAR",
        "last_pickup_state": "VARCHAR",
        "pickup_km": "BIGINT",
        "from_state": "VARCHAR",
        "to_state": "VARCHAR",
        "zone": "VARCHAR",
        "last_mile_zone": "VARCHAR",
    },
    "track_runs": {
        "run": "BIGINT",
        "parcel_id": "VARCHAR",
        "starts_at": "TIMESTAMP",
        "ends_at": "TIMESTAMP",
        "with_pickup": "BOOLEAN",
        "with_delivery": "BOOLEAN",
        "source_file": "VARCHAR",
        "source_line": "BIGINT",
    },
    "order_days": {"order_id": "VARCHAR", "shop": "VARCHAR", "day": "DATE", "given_at": "TIMESTAMP"},
    "order_weights": {
        "order_id": "VARCHAR",
        "parcels": "BIGINT",
        "orders_together": "BIGINT",
        "waybill": "VARCHAR",
        "carrier": "VARCHAR",
        "weighed_g": "BIGINT",
        "least_weighed_g": "BIGINT",
        "expected_g": "BIGINT",
        "least_expected_g": "BIGINT",
        "most_expected_g": "BIGINT",
        "basis": "VARCHAR",
        "units": "BIGINT",
        "skus": "BIGINT",
        "missing_sku": "VARCHAR",
        "missing_units": "BIGINT",
        "missing_off_g": "BIGINT",
        "why_not": "VARCHAR",
    },
    "order_contents": {
        "order_id": "VARCHAR",
        "has_product_text": "BOOLEAN",
        "notes_read": "BOOLEAN",
        "note_content": "VARCHAR",
        "texts_read": "BOOLEAN",
        "exposed": "VARCHAR",
        "labels": "BIGINT",
        "labels_read": "BOOLEAN",
        "labels_comparable": "BOOLEAN",
        "is_gift": "BOOLEAN",
        "label_content": "VARCHAR",
        "label_waybill": "VARCHAR",
        "label_file": "VARCHAR",
        "label_line": "BIGINT",
    },
    "listed_terms": {"list": "VARCHAR", "kind": "VARCHAR", "term": "VARCHAR", "exception": "VARCHAR"},
    RAISED: {
        "rule_id": "VARCHAR",
        "family": "VARCHAR",
        "severity": "VARCHAR",
        "evidence_class": "VARCHAR",
        "order_id": "VARCHAR",
        "waybill": "VARCHAR",
        "carrier": "VARCHAR",
        "shop": "VARCHAR",
        "warehouse": "VARCHAR",
        "occurred_at": "TIMESTAMP",
    },
    "destination_names": {
        "parcel_id": "VARCHAR",
        "level": "VARCHAR",
        "verdict": "VARCHAR",
        "km": "BIGINT",
        "same_city": "BOOLEAN",
    },
    "origin_names": {"parcel_id": "VARCHAR", "verdict": "VARCHAR"},
    "masked_places": {"parcel_id": "VARCHAR", "code": "VARCHAR", "city": "VARCHAR"},
    "masked_labels": {"source_file": "VARCHAR", "source_line": "BIGINT", "code": "VARCHAR", "city": "VARCHAR"},
    "carrier_periods": {"carrier": "VARCHAR", "first_event_at": "TIMESTAMP", "last_event_at": "TIMESTAMP"},
    "shared_addresses": {"address_key": "VARCHAR", "recipients": "BIGINT", "orders": "BIGINT"},
    "rest_days": {"carrier": "VARCHAR", "zone": "VARCHAR", "starts_at": "TIMESTAMP", "ends_at": "TIMESTAMP"},
}
"""Tables beside the schemas: reference data, and the numbers that are on no order."""

_RESULTS = ("rates", "rate_details", "findings", "coverage", "proofs", "reviews", "risk_of_order", "risk_of_shop")


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
