"""The words that policy files may use, and what every part of them has."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Stage = Literal[
    "rts",
    "dispatch",
    "collection",
    "delivery",
    "auto_cancel_rts",
    "auto_cancel_collection",
    "cancellation_answer",
    "payment",
    "auto_cancel_delivery",
    "refund_answer",
    "fast_dispatch",
]
"""Stages of a clock. The last three are not in table ``deadlines``; ``fast_dispatch`` is the clock of a metric only."""
Unit = Literal["hour", "calendar_day", "business_day"]
Start = Literal[
    "created_at",
    "paid_at",
    "release_at",
    "rts_at",
    "shipped_at",
    "dispatched_at",
    "cancel_requested_at",
    "refund_requested_at",
]
Event = Literal[
    "paid_at",
    "rts_at",
    "shipped_at",
    "first_event_at",
    "first_scan_at",
    "dispatch_scan_at",
    "dispatched_at",
    "attempted_at",
    "delivery_scan_at",
    "delivered_at",
    "received_at",
    "refunded_at",
    "cancelled_at",
]
PlatformDeadline = Literal[
    "rts_due_at", "collection_due_at", "delivery_due_at", "auto_cancel_rts_at", "auto_cancel_collection_at"
]
Selector = Literal[
    "market",
    "origin",
    "shop",
    "order_type",
    "handover",
    "label_by",
    "delivery_option",
    "service_level",
    "warehouse",
    "warehouse_state",
    "state",
    "category",
    "carrier",
    "is_cod",
    "is_sample",
    "pickup_point",
    "platform_fulfilled",
    "above_capacity",
    "value_band",
]
SELECTOR_VALUES: dict[str, tuple[str | bool, ...]] = {
    "origin": ("domestic", "cross_border", "overseas_warehouse"),
    "order_type": ("normal", "pre_order", "made_to_order", "back_order", "custom", "zero_lottery", "other"),
    "handover": ("pickup", "dropoff"),
    "label_by": ("seller", "platform"),
    **dict.fromkeys(("is_cod", "is_sample", "pickup_point", "platform_fulfilled", "above_capacity"), (True, False)),
}
"""Selectors whose values are a closed list; the others hold what the export says."""
Trait = Literal[
    "platform_fulfilled",
    "sample",
    "replacement",
    "exchange",
    "cancelled",
    "pre_order",
    "seller_label",
    "platform_label",
    "pickup_point",
]
Party = Literal["buyer", "seller", "system", "operator", "other"]
CancelReason = Literal[
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
]
Confidence = Literal["sure", "likely", "unverified"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Share = Annotated[float, Field(ge=0, le=1)]

LAST_SECOND = dt.time(23, 59, 59)


def _end_of_day(value: object) -> object:
    """Return a date without a time as the last second of that day: "ship by 6 May" means all of it."""
    plain = isinstance(value, dt.date) and not isinstance(value, dt.datetime)
    return dt.datetime.combine(value, LAST_SECOND) if plain and isinstance(value, dt.date) else value


Until = Annotated[dt.datetime, BeforeValidator(_end_of_day)]
"""A local moment until which there is time; a plain date ends with its last second."""
NEAR = 1e-9
"""A rate so near to a limit is at the limit, whatever the last bit of the division says."""


class Part(BaseModel):
    """Base of all parts: an unknown key is an error, a part never changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Sourced(Part):
    """A statement with the pages it rests on."""

    sources: list[str]
    confidence: Confidence
    note: str = ""


class Source(Part):
    """A page that was read."""

    title: str
    address: str = ""
    dated: str = ""
    read: str = Field(pattern=r"^\d{4}-\d{2}(-\d{2})?$")
