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
    **dict.fromkeys(("is_cod", "is_sample", "pickup_point", "platform_shipped"), "BOOLEAN"),
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

    def marks(self) -> dict[str, str]:
        """Return the pieces of SQL for the marks of ``clock.sql``."""
        nothing = "CAST(NULL AS TIMESTAMP)"
        return {
            "start": f"o.{name(self.start)}",
            "stop": _earliest(self.stop),
            "proof": _earliest(self.proof),
            "moot": _earliest(self.moot),
            "cancelled": nothing if "cancelled_at" in self.stop else "o.cancelled_at",
            "platform_due": nothing if self.platform_due is None else f"o.{name(self.platform_due)}",
        }

    def values(self) -> dict[str, Value]:
        """Return the literals for the holes of ``clock.sql``."""
        return {
            "platform_too": "platform_fulfilled" in self.includes,
            "unpaid_too": "unpaid" in self.includes,
            "stop_event": self.stop[0] if self.stop else None,
            "only_when_started": self.only_when_started,
        }


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
            self.facts["segment_id"] = "g.segment_id"
        self.facts |= {SELECTED[key]: f"o.{name(key)}" for key in SELECTED if key in used}
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
            "agree": " AND ".join(f"p.{column} IS NOT DISTINCT FROM f.{column}" for column in self.facts),
            "segments": "ASOF LEFT JOIN sla_segments AS g ON o.created_at >= g.begins_at" if self.windowed else "",
        }


def mark(template: str, marks: Mapping[str, str]) -> str:
    """Replace the ``/*marks*/`` of a SQL template by pieces of SQL."""
    return reduce(lambda text, item: text.replace(f"/*{item[0]}*/", item[1]), marks.items(), template)


def _earliest(events: Sequence[str]) -> str:
    columns = [f"o.{name(event)}" for event in events]
    if not columns:
        return "CAST(NULL AS TIMESTAMP)"
    return columns[0] if len(columns) == 1 else f"least({', '.join(columns)})"
