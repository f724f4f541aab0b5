"""From carriers' formats to one SQL expression that judges a waybill against the carrier it was declared with.

The patterns are constants inside a CASE over the carrier: a joined pattern column would be compiled again for every row
(110 times slower). The expression yields the number of a verdict, and a small table says what each number means.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from fulfil_analytics.reference.carrier_file import CERTAIN, PUBLISHED, Carrier, NumberFormat
from fulfil_analytics.sql import literal


class Verdict(NamedTuple):
    """What is said of a number: outcome, why, and the format that fits or was expected."""

    outcome: str
    reason: str
    format: str | None


NO_CARRIER = Verdict("unknown", "unknown_carrier", None)


class Judge:
    """Writes the CASE expression and collects the verdicts it refers to by number."""

    def __init__(self, carriers: Mapping[str, Carrier]) -> None:
        self._carriers = carriers
        self.verdicts: list[Verdict] = [NO_CARRIER]

    def sql(self, present: Sequence[str]) -> str:
        """Return SQL over the columns ``carrier`` and ``waybill`` for the carriers that occur."""
        if not present:
            return "0"
        cases = "\n".join(f"WHEN {literal(one)} THEN {self._of(self._carriers[one])}" for one in present)
        return f"CASE carrier\n{cases}\nELSE 0 END"

    def _of(self, carrier: Carrier) -> str:
        partners = [self._carriers[one] for one in carrier.handover_to]
        whens = [
            *self._fitting(carrier, "fits"),
            *(when for partner in partners for when in self._fitting(partner, "handover")),
            *(when for one in (carrier, *partners) for when in self._weakly_fitting(one)),
            *self._failing(carrier),
        ]
        otherwise = self._number(self._otherwise(carrier, partners))
        return "CASE " + "\n  ".join(whens) + f" ELSE {otherwise} END" if whens else str(otherwise)

    def _fitting(self, carrier: Carrier, reason: str) -> list[str]:
        return [
            self._when(form.fits_sql, Verdict("ok", reason, carrier.format_id(form)))
            for form in carrier.formats
            if form.confidence in PUBLISHED
        ]

    def _weakly_fitting(self, carrier: Carrier) -> list[str]:
        # An untrusted check digit that fails says no more than a format that somebody once guessed.
        return [
            self._when(
                form.fits_sql if form.trusted else form.shape_sql,
                Verdict("unknown", "low_confidence", carrier.format_id(form)),
            )
            for form in carrier.formats
            if form.confidence not in PUBLISHED or not form.trusted
        ]

    def _failing(self, carrier: Carrier) -> list[str]:
        return [
            self._when(form.shape_sql, Verdict("bad", "check_digit", carrier.format_id(form)))
            for form in carrier.formats
            if form.confidence in CERTAIN and form.check is not None and form.trusted
        ]

    def _otherwise(self, carrier: Carrier, partners: Sequence[Carrier]) -> Verdict:
        if knows_all(carrier, partners):
            return Verdict("bad", "no_format_fits", carrier.format_id(carrier.formats[0]))
        return Verdict("unknown", "low_confidence" if carrier.formats else "no_published_format", None)

    def _when(self, condition: str, verdict: Verdict) -> str:
        return f"WHEN {condition} THEN {self._number(verdict)}"

    def _number(self, verdict: Verdict) -> int:
        if verdict not in self.verdicts:
            self.verdicts.append(verdict)
        return self.verdicts.index(verdict)


def knows_all(carrier: Carrier, partners: Iterable[Carrier]) -> bool:
    """Return whether a number that fits none of the formats is wrong: the partners' must be known as well."""
    return carrier.is_complete and all(partner.is_complete for partner in partners)


def lost_zeros_sql(carrier: Carrier) -> str:
    """Return SQL that is true for a number that is one of the carrier's once zeros are put in front of it.

    The zeros must show: the check digit is right with them, or the format has zeros there and nothing else. A number
    that is only known by its length (``hidden``) can show the latter alone.

    Notes
    -----
    It reads the columns ``waybill`` (with the zeros), ``filled`` (a 1 in the place of their last) and ``hidden``.
    """
    shown = []
    for form in carrier.formats:
        if form.confidence not in PUBLISHED:
            continue
        if form.check is None:
            other = f"regexp_full_match(filled, {literal(form.pattern)})"
            shown.append(f"({form.shape_sql} AND NOT {other})")
        elif form.trusted:
            shown.append(f"(NOT hidden AND {form.fits_sql})")
    return " OR ".join(shown) or "FALSE"


def proven_by(carrier: Carrier) -> list[NumberFormat]:
    """Return the formats that tie a number to the carrier: officially known, with a check digit."""
    return [form for form in carrier.formats if form.confidence == "A" and form.check is not None and form.trusted]
