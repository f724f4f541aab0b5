"""Which orders an audit is looked at for: conditions a person names, and the predicates they mean."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from fulfil_analytics.errors import UsageError, suggest
from fulfil_analytics.sql import literal, name

TIMES = ("day", "week", "month", "since", "until")
"""Conditions on the local time at which an order was created."""
FINDINGS = ("rule_id", "family", "severity", "evidence_class", "verdict")
"""Conditions that choose among findings; the orders stay."""
_WEEK = re.compile(r"(\d{4})-W(\d{2})\Z")
_MONTH = re.compile(r"(\d{4})-(\d{2})\Z")
_KINDS: dict[str, type | tuple[type, ...]] = {"VARCHAR": str, "BOOLEAN": bool, "BIGINT": int}


@dataclass(frozen=True)
class Chosen:
    """Conditions, all of which must hold.

    Attributes
    ----------
    conditions : tuple of (str, tuple)
        Name and the values it may have.
    """

    conditions: tuple[tuple[str, tuple[Any, ...]], ...] = ()

    def and_(self, conditions: Mapping[str, Any]) -> Chosen:
        """Return these conditions and more; a name may come again, then both must hold.

        Raises
        ------
        UsageError
            An unknown name, or a value of another kind.
        """
        known = order_columns()
        names = (*known, "carrier", *TIMES, *FINDINGS)
        more = []
        for key, value in conditions.items():
            if key not in names:
                raise UsageError(f"orders cannot be chosen by {key}", column="where", remedy=suggest(key, names))
            values = tuple(value) if isinstance(value, list | tuple | set | frozenset) else (value,)
            for one in values:
                _refuse_kind(key, one, known.get(key, "VARCHAR"))
            more.append((key, values))
        return Chosen((*self.conditions, *more))

    def by_time(self) -> bool:
        """Return whether a stretch of time is among the conditions."""
        return any(key in TIMES for key, _ in self.conditions)

    def orders(self, zone: str) -> str:
        """Return the predicate over ``orders``; blank when all are chosen."""
        parts = [_predicate(key, values, zone) for key, values in self.conditions if key not in FINDINGS]
        return " AND ".join(parts)

    def findings(self) -> str:
        """Return the predicate over ``findings``; blank when all are chosen."""
        return " AND ".join(_among(key, values) for key, values in self.conditions if key in FINDINGS)

    def __str__(self) -> str:
        return ", ".join(f"{key} = {' or '.join(map(str, values))}" for key, values in self.conditions)


def order_columns() -> dict[str, str]:
    """Return the columns of ``orders`` that may be named, with their kinds: nothing personal, no times."""
    from fulfil_analytics.schemas import DERIVED, columns

    return {
        column.name: column.duckdb
        for column in columns(DERIVED["orders"])
        if not column.personal and column.duckdb in _KINDS
    }


def _refuse_kind(key: str, value: Any, kind: str) -> None:
    wanted = _KINDS[kind]
    if key in ("since", "until") and isinstance(value, dt.date):
        return
    if value is None and key not in TIMES:
        return
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        said = {"VARCHAR": "text", "BOOLEAN": "True or False", "BIGINT": "a whole number"}[kind]
        raise UsageError(f"{key} is {said}, not {value!r}", column="where", remedy=f"Write {_EXAMPLE.get(key, said)}")


_EXAMPLE = {
    "order_id": "the number in quotes: order ids are text, and longer than a number can hold",
    "week": "an ISO week such as '2026-W46'",
    "day": "'2026-11-16'",
    "month": "'2026-11'",
    "since": "'2026-11-16'",
    "until": "'2026-11-16'",
}


def _predicate(key: str, values: tuple[Any, ...], zone: str) -> str:
    if key in TIMES:
        spans = [_span(key, value, zone) for value in values]
        return "(" + " OR ".join(_within(*span) for span in spans) + ")"
    if key == "carrier":
        return f"order_id IN (SELECT order_id FROM shop.main.parcels WHERE {_among('carrier', values)})"
    return _among(key, values)


def _among(key: str, values: Iterable[Any]) -> str:
    named = [value for value in values if value is not None]
    parts = []
    if named:
        parts.append(f"{name(key)} IN ({', '.join(literal(value) for value in named)})")
    if len(named) < len(tuple(values)):
        parts.append(f"{name(key)} IS NULL")
    return "(" + (" OR ".join(parts) or "FALSE") + ")"


def _within(begins: dt.datetime | None, ends: dt.datetime | None) -> str:
    parts = [] if begins is None else [f"created_at >= {literal(begins)}"]
    parts += [] if ends is None else [f"created_at < {literal(ends)}"]
    return "(" + " AND ".join(parts) + ")"


def _span(key: str, value: Any, zone: str) -> tuple[dt.datetime | None, dt.datetime | None]:
    """Return first moment and the moment after the last, UTC, of a stretch of local time."""
    first, after = _days(key, value)
    if key == "since":
        return midnight(first, zone), None
    if key == "until":
        return None, midnight(after, zone)
    return midnight(first, zone), midnight(after, zone)


def _days(key: str, value: Any) -> tuple[dt.date, dt.date]:
    """Return first local day and the day after the last."""
    text = str(value)
    try:
        if key == "week":
            return week_days(text)
        if key == "month" and (found := _MONTH.match(text)):
            year, month = int(found[1]), int(found[2])
            return dt.date(year, month, 1), dt.date(year + month // 12, month % 12 + 1, 1)
        if key in ("day", "since", "until"):
            day = dt.date.fromisoformat(text[:10])
            return day, day + dt.timedelta(days=1)
    except ValueError:
        pass
    raise UsageError(f"{value!r} is no {key}", column="where", remedy=f"Write {_EXAMPLE[key]}")


def week_days(text: str) -> tuple[dt.date, dt.date]:
    """Return Monday of an ISO week and of the one after it.

    Raises
    ------
    ValueError
        It is no ISO week.

    Examples
    --------
    >>> week_days("2026-W46")
    (datetime.date(2026, 11, 9), datetime.date(2026, 11, 16))
    """
    found = _WEEK.match(text)
    if found is None:
        raise ValueError(text)
    monday = dt.date.fromisocalendar(int(found[1]), int(found[2]), 1)
    return monday, monday + dt.timedelta(days=7)


def midnight(day: dt.date, zone: str) -> dt.datetime:
    """Return the moment a local day begins, UTC without zone."""
    local = dt.datetime.combine(day, dt.time(), ZoneInfo(zone))
    return local.astimezone(dt.UTC).replace(tzinfo=None)
