"""Closed vocabularies: the normal forms that format files translate into."""

from __future__ import annotations

ORDER_STATUS = (
    "unpaid",
    "on_hold",
    "to_ship",
    "partially_shipped",
    "awaiting_collection",
    "shipped",
    "delivered",
    "completed",
    "cancelled",
    "other",
)
ORDER_TYPE = ("normal", "pre_order", "made_to_order", "back_order", "custom", "zero_lottery", "other")
FULFILLED_BY = ("seller", "platform")
PARTY = ("buyer", "seller", "system", "operator", "other")
EVENT_STATUS = (
    "label_created",
    "picked_up",
    "in_transit",
    "arrived",
    "departed",
    "customs",
    "out_for_delivery",
    "attempted",
    "ready_for_pickup",
    "delivered",
    "returning",
    "returned",
    "exception",
    "lost",
    "cancelled",
    "not_found",
    "expired",
    "other",
)
SCAN_STATUS = (
    "picked_up",
    "in_transit",
    "arrived",
    "departed",
    "customs",
    "out_for_delivery",
    "attempted",
    "ready_for_pickup",
    "delivered",
    "returning",
    "returned",
)
"""Statuses that show the carrier has the parcel; label, not found, expired, exception and other do not."""
SLA_MODE = ("standard", "holiday", "extension", "effective")
WINDOW_MODE = ("holiday", "extension", "force_majeure")
WINDOW_REASON = ("holiday", "campaign", "ticket")
WINDOW_ACTION = ("add", "replace", "fixed")
DURATION_UNIT = ("hour", "calendar_day", "business_day")
STAGE = (
    "rts",
    "dispatch",
    "collection",
    "delivery",
    "auto_cancel_rts",
    "auto_cancel_collection",
    "cancellation_answer",
    "payment",
)
OUTCOME = ("on_time", "late", "open", "overdue", "not_applicable")
SEVERITY = ("critical", "high", "medium", "low", "info")
COMBINED_BY = ("platform_tag", "same_buyer_and_address", "same_package")
SPLIT_BY = ("platform_tag", "several_parcels")
RISK_REASON = (
    "hard_critical",
    "two_hard_high",
    "hard_high",
    "soft_critical",
    "hard_medium",
    "soft_high",
    "other",
)
EVIDENCE = ("hard", "soft")
WAYBILL_CHECK = ("ok", "bad", "unknown")
CANCEL_REASON = (
    "unpaid_timeout",
    "shipping_timeout",
    "collection_timeout",
    "untraceable",
    "not_delivered",
    "out_of_stock",
    "pricing_error",
    "undeliverable_address",
    "buyer_request",
    "customer_overdue",
    "package_lost",
    "package_damaged",
    "package_rejected",
    "delivery_failed",
    "late_delivery",
    "risk",
    "system",
    "other",
)
