"""What is true about a sample folder."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from fulfil_analytics.sample.plant.case import Expected

ABOUT = (
    "What is true about the made-up exports beside this file: the findings that must be raised, each with the kind of "
    "case it was planted with, and orders that only look like violations. True for every as-of moment from as_of to "
    "as_of_to."
)


@dataclass
class Truth:
    """What is true about a sample folder.

    Attributes
    ----------
    folder : Path
        Where the files stand.
    orders : int
        Orders in the newest export.
    layout : str
        Which export layout was written.
    planted : list of Expected
        Every finding above info that the rules in `rules` must raise, and no other.
    rules : list of str
        Rules that `planted` is complete for.
    innocents : dict of str to list of str
        Kind of look-alike to the order numbers concerned.
    """

    folder: Path
    orders: int
    layout: str
    planted: list[Expected] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    innocents: dict[str, list[str]] = field(default_factory=dict)

    def write(self) -> None:
        """Write ``truth.json`` into the folder."""
        self.planted.sort(
            key=lambda found: (found.rule_id, found.order_id or "", found.waybill or "", found.file or "")
        )
        truth = {
            "about": ABOUT,
            "as_of": "2026-11-16T08:00:00Z",
            "as_of_to": "2026-11-16T16:00:00Z",
            "layout": self.layout,
            "orders": self.orders,
            "rules": self.rules,
            "planted": [_plain(found) for found in self.planted],
            "innocents": self.innocents,
        }
        text = json.dumps(truth, indent=1, ensure_ascii=False) + "\n"
        (self.folder / "truth.json").write_bytes(text.encode())


def _plain(found: Expected) -> dict[str, str | None]:
    plain = found._asdict()
    return plain if found.file else {key: value for key, value in plain.items() if key != "file"}
