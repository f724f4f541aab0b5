"""Carriers and places, as tables, macros and generated SQL."""

from __future__ import annotations

from fulfil_analytics.reference.carriers import CarrierBook
from fulfil_analytics.reference.places import install_places

__all__ = ["CarrierBook", "install_places"]
