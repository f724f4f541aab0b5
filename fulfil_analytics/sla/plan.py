"""What a policy asks of the orders: which facts decide a deadline, and which clocks there are.

The pieces of SQL made here hold nothing but names from closed lists and literals.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce

from fulfil_analytics.policy.model import Line, Policy
from fulfil_analytics.sla import facts
from fulfil_analytics.sql import Value, literal, name

_CHOSEN = {"stopper": "VARCHAR", "untimed": "BOOLEAN"}
"""What the marks of ``clock.sql`` choose, where that is no time."""

FACT_TYPES = {
    **dict.fromkeys(("market", "warehouse", "handover", "state", "warehouse_state", "handling_unit"), "VARCHAR"),
    "handling_days": "BIGINT",
    "segment_id": "BIGINT",
    "hour_due_days": "DATE[]",
}
"""Columns of ``sla_profiles`` that later steps name whether this policy asks for them or not."""


@dataclass(frozen=True)
class Signature:
    """What lines must share for their clocks to be read from the orders by one statement."""

    start: tuple[str, ...]
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
            starts_of(line),
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
            "start": _first("o", self.start),
            "stop": _earliest(self.stop),
            "proof": _earliest(self.proof),
            "moot": _earliest(self.moot),
            "stopper": _which(self.stop),
            "untimed": _said(self.stop),
            "platform_due": None if self.platform_due is None else f"o.{name(self.platform_due)}",
        }

    def times(self) -> set[str]:
        """Return the times that the clocks are read from."""
        due = set() if self.platform_due is None else {self.platform_due}
        return {*self.start, *self.stop, *self.proof, *self.moot, *due}


NO_LINE = Signature(("created_at",), (), (), (), None, ("platform_fulfilled", "unpaid"), False)
"""Stands for the clock of a stage that no line governs: nothing stops it, and it has no deadline."""


@dataclass
class Plan:
    """The facts and clocks of a policy, given the windows that are in force.

    Attributes
    ----------
    windowed, extended : frozenset of str
        Stages that windows concern; those to which one adds business days.
    by_area : bool
        Whether a window in force names states.
    as_of : datetime
        UTC without zone.
    facts : dict
        Column of ``sla_profiles`` to the expression over ``orders`` that gives it.
    selectors : list of str
        Selectors that lines use, in the order in which ``sla_line_selectors`` numbers them.
    signatures : list of Signature
        Their ids are their places, from 1.
    """

    policy: Policy
    windowed: frozenset[str]
    extended: frozenset[str]
    by_area: bool = False
    as_of: dt.datetime = dt.datetime.max
    facts: dict[str, str] = field(default_factory=dict)
    selectors: list[str] = field(default_factory=list)
    signatures: list[Signature] = field(default_factory=list)

    def __post_init__(self) -> None:
        lines = self.policy.lines
        self.signatures = list(dict.fromkeys(Signature.of(line) for line in lines))
        self.cutoffs = sorted({line.cutoff for line in lines if line.cutoff is not None})
        self.hours = sorted({(starts_of(line), line.amount or 0) for line in lines if self.needs_due_day(line)})
        used = {selector for line in lines for selector in line.select}
        self.selectors = [selector for selector in facts.SELECTED if selector in used]
        if self.windowed:
            used |= {"market", "warehouse", "handover"}
            self.facts["segment_id"] = "sla_segment(o.created_at)"
        if self.by_area:
            used |= {"state", "warehouse_state"}
        self.facts |= {facts.SELECTED[key]: facts.expression(key, self.policy) for key in facts.SELECTED if key in used}
        self.starts = {("created_at",)} | {
            starts_of(line) for line in lines if line.unit != "hour" or stage_of(line) in self.windowed
        }
        for start in sorted(self.starts):
            self.facts[day_of(start)] = f"CAST(sla_local({_first(None, start)}) AS DATE)"
        if any(line.handling for line in lines):
            self.facts |= {"handling_days": "o.handling_days", "handling_unit": "o.handling_unit"}
        self.cut = sorted({starts_of(line) for line in lines if line.cutoff is not None})
        self.facts |= {_cutoffs_of(start): self._passed(start) for start in self.cut}
        if self.hours:
            days = (f"CAST(sla_local({_first(None, start)} + to_hours({n})) AS DATE)" for start, n in self.hours)
            self.facts["hour_due_days"] = f"[{', '.join(days)}]"

    def needs_due_day(self, line: Line) -> bool:
        """Return whether the day on which the hours of `line` run out decides its deadline."""
        return line.unit == "hour" and line.after is None and (stage_of(line) in self.extended or not line.is_exact)

    @property
    def single(self) -> bool:
        """Whether all facts of an order follow from its own rows, and none from how many orders came before it."""
        return self.policy.capacity is None or "above_capacity" not in self.facts

    @property
    def chained(self) -> bool:
        """Whether some line begins at the deadline of another stage."""
        return any(line.after is not None for line in self.policy.lines)

    @property
    def grace(self) -> bool:
        """Whether some line has a grace period."""
        return any(line.grace_minutes for line in self.policy.lines)

    def _passed(self, start: tuple[str, ...]) -> str:
        local = f"CAST(sla_local({_first(None, start)}) AS TIME)"
        steps = (f"CAST({local} >= CAST({literal(str(cutoff))} AS TIME) AS INTEGER)" for cutoff in self.cutoffs)
        return f"coalesce({' + '.join(steps)}, 0)"

    def marks(self) -> dict[str, str]:
        """Return the pieces of SQL for the marks of ``orders.sql`` and ``cases.sql``."""
        blank = [kind for kind in FACT_TYPES.items() if kind[0] not in self.facts]
        chosen = [facts.SELECTED[selector] for selector in self.selectors]
        times = self.times()
        return {
            "facts": ", ".join(f"{expression} AS {column}" for column, expression in self.facts.items()),
            "names": ", ".join(self.facts),
            "blanks": ", ".join(f"CAST(NULL AS {kind}) AS {column}" for column, kind in blank) or "NULL AS nothing",
            "times": ", ".join(facts.column(time) for time in times),
            "joins": facts.joins({*times, *self.facts}, self.policy, self.as_of),
            "agree": " AND ".join(f"p.{column} IS NOT DISTINCT FROM f.{column}" for column in self.facts),
            "selectors": ", ".join(chosen) or "1 AS one",
            "accepted": "[" + ", ".join(f"CAST({column} AS VARCHAR)" for column in chosen) + "]"
            if chosen
            else "CAST([] AS VARCHAR[])",
            "chosen": " AND ".join(f"s.{column} IS NOT DISTINCT FROM p.{column}" for column in chosen) or "TRUE",
            "day_0": _by_start("l.start_key", {start: f"g.{day_of(start)}" for start in self.starts}),
            "cutoffs": _by_start("l.start_key", {start: f"g.{_cutoffs_of(start)}" for start in self.cut}),
        }

    def times(self) -> list[str]:
        """Return the times that start or stop some clock."""
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
                "start_event": signature.start[0],
                "stop_event": signature.stop[0] if signature.stop else None,
                "only_when_started": signature.only_when_started,
                "stopped_by_cancelling": "cancelled_at" in signature.stop,
            }
            for signature in all_
        ]
        return {
            mark_: _choice(f"c.{mark_}_no", known, _CHOSEN.get(mark_, "TIMESTAMP")) for mark_, known in places.items()
        }, rows


def mark(template: str, marks: Mapping[str, str]) -> str:
    """Replace the ``/*marks*/`` of a SQL template by pieces of SQL."""
    return reduce(lambda text, item: text.replace(f"/*{item[0]}*/", item[1]), marks.items(), template)


def stage_of(line: Line) -> str:
    """Return the stage that windows know: that of a metric's own clock is the stage it is made from."""
    return line.stage.partition("@")[0]


def starts_of(line: Line) -> tuple[str, ...]:
    """Return the times of which the first that is known starts the clock of `line`."""
    return (line.start,) if line.start_else is None else (line.start, line.start_else)


def start_key(line: Line) -> str:
    """Return the name of the start of `line` in ``sla_lines``."""
    return "_or_".join(starts_of(line))


def day_of(start: tuple[str, ...]) -> str:
    """Return the column of ``sla_profiles`` with the local day of a start."""
    return f"{'_or_'.join(start)}_day"


def _cutoffs_of(start: tuple[str, ...]) -> str:
    return f"{'_or_'.join(start)}_cutoffs"


def _first(table: str | None, times: Sequence[str]) -> str:
    """Return the first of the times that is known: columns of `table`, or of the joined tables of ``orders.sql``."""
    columns = [facts.column(time) if table is None else f"{table}.{name(time)}" for time in times]
    return columns[0] if len(columns) == 1 else f"coalesce({', '.join(columns)})"


def _earliest(events: Sequence[str]) -> str | None:
    columns = [f"o.{name(event)}" for event in events]
    if not columns:
        return None
    return columns[0] if len(columns) == 1 else f"least({', '.join(columns)})"


def _which(events: Sequence[str]) -> str | None:
    """Return the name of the event that stopped the clock, where there are several that could."""
    if len(events) == 1:
        return None
    columns = [f"o.{name(event)}" for event in events]
    cases = "".join(f" WHEN {column} THEN {literal(event)}" for column, event in zip(columns, events, strict=True))
    return f"CASE least({', '.join(columns)}){cases} END" if columns else None


_SAID = {
    "rts_at": "o.reached >= 1",
    "shipped_at": "o.reached >= 2",
    **dict.fromkeys(
        ("dispatched_at", "first_event_at", "first_scan_at", "dispatch_scan_at"),
        "o.reached >= 2 AND NOT o.tracking_covered",
    ),
    **dict.fromkeys(("received_at", "delivered_at", "delivery_scan_at", "attempted_at"), "o.reached = 3"),
}
"""Event to what says of an order ``o`` that it has happened, whenever. Where the tracking covers an order and tells of
no scan, a status is no scan."""


def _said(events: Sequence[str]) -> str | None:
    said = dict.fromkeys(f"({_SAID[event]})" for event in events if event in _SAID)
    return f"({' OR '.join(said)})" if said else None


def _by_start(number: str, pieces: Mapping[tuple[str, ...], str]) -> str:
    cases = "".join(f" WHEN {literal('_or_'.join(start))} THEN {piece}" for start, piece in sorted(pieces.items()))
    return f"CASE {number}{cases} END" if cases else "NULL"


def _choice(number: str, pieces: Sequence[str], kind: str) -> str:
    cases = "".join(f" WHEN {place} THEN {piece}" for place, piece in enumerate(pieces, start=1))
    return f"CASE {number}{cases} END" if cases else f"CAST(NULL AS {kind})"
