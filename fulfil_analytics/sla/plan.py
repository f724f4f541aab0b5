"""What a policy asks of the orders: which facts decide a deadline, and which clocks there are.

The pieces of SQL made here hold nothing but names from closed lists and literals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce

from fulfil_analytics.policy.model import Line, Policy
from fulfil_analytics.sql import Value, literal, name

SELECTED = {
    "market": "market",
    "shop": "shop",
    "order_type": "order_type",
    "handover": "handover",
    "label_by": "label_by",
    "delivery_option": "delivery_option",
    "service_level": "service_level",
    "warehouse": "warehouse",
    "state": "state",
    "is_cod": "is_cod",
    "is_sample": "is_sample",
    "pickup_point": "pickup_point",
    "platform_fulfilled": "platform_shipped",
    "above_capacity": "above_capacity",
    "value_band": "value_band",
}
"""Selector to its column in ``sla_profiles``, in the order in which lines number them."""

DAYS = {
    "created_at": "created_day",
    "paid_at": "paid_day",
    "release_at": "release_day",
    "rts_at": "rts_day",
    "shipped_at": "shipped_day",
    "dispatched_at": "dispatched_day",
    "cancel_requested_at": "cancel_requested_day",
}
"""Start event to the column of its local day in ``sla_profiles``."""

FACT_TYPES = {
    **dict.fromkeys(SELECTED.values(), "VARCHAR"),
    **dict.fromkeys(("is_cod", "is_sample", "pickup_point", "platform_shipped", "above_capacity"), "BOOLEAN"),
    **dict.fromkeys(DAYS.values(), "DATE"),
    "created_cutoffs": "INTEGER",
    "paid_cutoffs": "INTEGER",
    "handling_days": "BIGINT",
    "handling_unit": "VARCHAR",
    "segment_id": "BIGINT",
    "hour_due_days": "DATE[]",
}


@dataclass(frozen=True)
class Signature:
    """What lines must share for their clocks to be read from the orders by one statement."""

    start: str
    stop: tuple[str, ...]
    proof: tuple[str, ...]
    moot: tuple[str, ...]
    platform_due: str | None
    includes: tuple[str, ...]
    only_when_started: bool

    @classmethod
    def of(cls, line: Line) -> Signature:
        """Return the signature of a line."""
        return cls(
            line.start,
            tuple(line.stop),
            tuple(line.proof),
            tuple(line.moot),
            line.platform_due,
            tuple(sorted(line.includes)),
            line.only_when_started,
        )

    def pieces(self) -> dict[str, str | None]:
        """Return column or expression over the order ``o`` for each mark of ``clock.sql``; ``None`` for no time."""
        return {
            "start": f"o.{name(self.start)}",
            "stop": _earliest(self.stop),
            "proof": _earliest(self.proof),
            "moot": _earliest(self.moot),
            "platform_due": None if self.platform_due is None else f"o.{name(self.platform_due)}",
        }

    def times(self) -> set[str]:
        """Return the columns of ``orders`` that the clocks are read from."""
        due = set() if self.platform_due is None else {self.platform_due}
        return {self.start, *self.stop, *self.proof, *self.moot, *due}


NO_LINE = Signature("created_at", (), (), (), None, ("platform_fulfilled", "unpaid"), False)
"""Stands for the clock of a stage that no line governs: nothing stops it, and it has no deadline."""


@dataclass
class Plan:
    """The facts and clocks of a policy, given the windows that are in force.

    Attributes
    ----------
    facts : dict
        Column of ``sla_profiles`` to the expression over ``orders`` that gives it.
    signatures : list of Signature
        Their ids are their places, from 1.
    """

    policy: Policy
    windowed: frozenset[str]
    extended: frozenset[str]
    facts: dict[str, str] = field(default_factory=dict)
    signatures: list[Signature] = field(default_factory=list)

    def __post_init__(self) -> None:
        lines = self.policy.lines
        self.signatures = list(dict.fromkeys(Signature.of(line) for line in lines))
        self.cutoffs = sorted({line.cutoff for line in lines if line.cutoff is not None})
        self.hours = sorted({(line.start, line.amount or 0) for line in lines if self.needs_due_day(line)})
        used = {selector for line in lines for selector in line.select}
        if self.windowed:
            used |= {"market", "warehouse", "handover"}
            self.facts["segment_id"] = "sla_segment(o.created_at)"
        made = {"above_capacity": self._above_capacity, "value_band": self._value_band}
        self.facts |= {
            SELECTED[key]: made[key]() if key in made else f"o.{name(key)}" for key in SELECTED if key in used
        }
        starts = {line.start for line in lines if line.unit != "hour" or line.stage in self.windowed}
        for start, day in DAYS.items():
            if start in starts or start == "created_at":
                self.facts[day] = f"CAST(sla_local(o.{name(start)}) AS DATE)"
        if any(line.handling for line in lines):
            self.facts |= {"handling_days": "o.handling_days", "handling_unit": "o.handling_unit"}
        if self.cutoffs:
            self.facts |= {"created_cutoffs": self._passed("created_at"), "paid_cutoffs": self._passed("paid_at")}
        if self.hours:
            days = (f"CAST(sla_local(o.{name(start)} + to_hours({n})) AS DATE)" for start, n in self.hours)
            self.facts["hour_due_days"] = f"[{', '.join(days)}]"

    def needs_due_day(self, line: Line) -> bool:
        """Return whether some window adds business days to the hours of `line`."""
        return line.unit == "hour" and line.stage in self.extended

    def _above_capacity(self) -> str:
        """Return whether an order came after as many others of its day as the seller said it can handle."""
        capacity = self.policy.capacity
        if capacity is None:
            return "FALSE"
        return (
            "NOT o.platform_fulfilled AND row_number() OVER ("
            f"PARTITION BY o.platform_fulfilled, o.{name(capacity.per)}, CAST(sla_local(o.created_at) AS DATE) "
            f"ORDER BY o.created_at, o.order_id) > {literal(capacity.orders_a_day)}"
        )

    def _value_band(self) -> str:
        cases = "".join(
            f" WHEN o.currency = {literal(band.currency)} AND o.order_amount_cents >= {literal(band.from_cents)}"
            + ("" if band.below_cents is None else f" AND o.order_amount_cents < {literal(band.below_cents)}")
            + f" THEN {literal(band.id)}"
            for band in self.policy.value_bands
        )
        return f"CASE{cases} END" if cases else "CAST(NULL AS VARCHAR)"

    def _passed(self, start: str) -> str:
        local = f"CAST(sla_local(o.{name(start)}) AS TIME)"
        steps = (f"CAST({local} >= CAST({literal(str(cutoff))} AS TIME) AS INTEGER)" for cutoff in self.cutoffs)
        return f"coalesce({' + '.join(steps)}, 0)"

    def marks(self) -> dict[str, str]:
        """Return the pieces of SQL for the marks of ``orders.sql``."""
        blank = [kind for kind in FACT_TYPES.items() if kind[0] not in self.facts]
        return {
            "facts": ", ".join(f"{expression} AS {column}" for column, expression in self.facts.items()),
            "names": ", ".join(self.facts),
            "blanks": ", ".join(f"CAST(NULL AS {kind}) AS {column}" for column, kind in blank),
            "times": ", ".join(f"o.{column}" for column in self.times()),
            "agree": " AND ".join(f"p.{column} IS NOT DISTINCT FROM f.{column}" for column in self.facts),
        }

    def times(self) -> list[str]:
        """Return the columns of ``orders`` that start or stop some clock."""
        return sorted({"created_at", "cancelled_at"}.union(*(s.times() for s in self.signatures)))

    def clocks(self) -> tuple[dict[str, str], list[dict[str, Value]]]:
        """Return what the marks of ``clock.sql`` stand for, and one row of numbers a signature.

        Each mark becomes a choice by the number that a signature carries for it.
        """
        all_ = [NO_LINE, *self.signatures]
        places: dict[str, list[str]] = {}
        for signature in all_:
            for mark_, piece in signature.pieces().items():
                known = places.setdefault(mark_, [])
                if piece is not None and piece not in known:
                    known.append(piece)
        rows: list[dict[str, Value]] = [
            {
                **{
                    f"{mark_}_no": 0 if piece is None else places[mark_].index(piece) + 1
                    for mark_, piece in signature.pieces().items()
                },
                "platform_too": "platform_fulfilled" in signature.includes,
                "unpaid_too": "unpaid" in signature.includes,
                "stop_event": signature.stop[0] if signature.stop else None,
                "only_when_started": signature.only_when_started,
                "stopped_by_cancelling": "cancelled_at" in signature.stop,
            }
            for signature in all_
        ]
        return {mark_: _choice(f"c.{mark_}_no", known) for mark_, known in places.items()}, rows


def mark(template: str, marks: Mapping[str, str]) -> str:
    """Replace the ``/*marks*/`` of a SQL template by pieces of SQL."""
    return reduce(lambda text, item: text.replace(f"/*{item[0]}*/", item[1]), marks.items(), template)


def _earliest(events: Sequence[str]) -> str | None:
    columns = [f"o.{name(event)}" for event in events]
    if not columns:
        return None
    return columns[0] if len(columns) == 1 else f"least({', '.join(columns)})"


def _choice(number: str, pieces: Sequence[str]) -> str:
    cases = "".join(f" WHEN {place} THEN {piece}" for place, piece in enumerate(pieces, start=1))
    return f"CASE {number}{cases} END" if cases else "CAST(NULL AS TIMESTAMP)"
