"""Violations on purpose: one function a kind, each yields cases with the exact findings that must come of them.

A kind is named after the rule it is planted for. To add one, write a function that takes a `Maker` and yields
`Case`, and name it in the table of its module.
"""

from __future__ import annotations

from fulfil_analytics.sample.plant import abroad, content, handling, identifiers, numbers, records, tracking
from fulfil_analytics.sample.plant.case import Case, Expected, Plant

PLANTS: dict[str, Plant] = {
    **numbers.PLANTS,
    **identifiers.PLANTS,
    **tracking.PLANTS,
    **content.PLANTS,
    **handling.PLANTS,
    **records.PLANTS,
}
USUAL = frozenset(
    {
        "duplicate_waybill",
        "invalid_waybill",
        "untraceable_waybill",
        "stale_tracking",
        "destination_mismatch",
        "late_dispatch",
        "damaged_identifier",
    }
)
"""Kinds planted unless told otherwise."""

__all__ = ["PLANTS", "USUAL", "abroad", "Case", "Expected", "Plant"]
