"""What a dummy waybill number looks like, and what a barcode puts in front of a number."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fulfil_analytics import toml
from fulfil_analytics.errors import CarrierError


@dataclass(frozen=True)
class Placeholders:
    """The forms of ``placeholders.toml``.

    Attributes
    ----------
    repeated : int
        Fewest times one character is repeated.
    sequence : int
        Fewest digits that count up or down.
    words : str
        Pattern of a whole number that is a word, digits behind it aside.
    phones : str
        Pattern of a whole number that has the form of a phone number.
    """

    repeated: int
    sequence: int
    words: str
    phones: str


@cache
def routed() -> str:
    """Return the pattern of a barcode that holds a postal code before the number; its groups hold the number."""
    data: dict[str, Any] = toml.read(Path(__file__).resolve().parent / "barcodes.toml", CarrierError).data
    return "|".join(data["routed"])


@cache
def placeholders() -> Placeholders:
    """Return the forms of a dummy number."""
    data: dict[str, Any] = toml.read(Path(__file__).resolve().parent / "placeholders.toml", CarrierError).data
    short = "|".join(word for word in data["words"] if len(word) < 4)
    long = "|".join(word for word in data["words"] if len(word) >= 4)
    return Placeholders(
        repeated=data["repeated"],
        sequence=data["sequence"],
        words=f"(?:{short})[0-9]{{0,4}}|(?:{long})[0-9]{{0,12}}",
        phones="|".join(f"(?:{phone})" for phone in data["phones"]),
    )
