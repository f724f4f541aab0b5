"""The policy's part of the report: its lines with their sources, and the windows in which other deadlines apply.

A policy comes as the plain values of :class:`fulfil_analytics.policy.Policy` (``policy.model_dump()``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from fulfil_analytics.report.facts import Row
from fulfil_analytics.report.tables import Cell, chip, code, left, stack, table
from fulfil_analytics.report.words import NONE, Words

if TYPE_CHECKING:
    from fulfil_analytics.report.view import View

Item = Mapping[str, Any]


MOST = 40
"""Windows shown at most."""


def all_windows(view: View) -> list[Row]:
    """Return the windows of the seller's file and of the policy, as rows of ``queries/windows.sql``."""
    return view.rows("windows") + policy_windows(view.policy)


def lead(words: Words, policy: Item, sha256: str) -> str:
    """Return which policy judged, how it reads the seller's own holiday mode, and how much of it is unverified."""
    said = [words("policy.lead", id=policy.get("id", NONE), sha256=sha256[:12])]
    if policy.get("holiday_reading"):
        said.append(words("policy.reading", reading=words.term("holiday_reading", policy["holiday_reading"])))
    unverified = sum(line.get("confidence") == "unverified" for line in policy.get("lines", []))
    if unverified:
        said.append(words("policy.unverified", n=words.count(unverified)))
    return words.run_on(said)


def lines(words: Words, policy: Item) -> Markup:
    """Return the policy's lines: what they say, for which orders, who says so and how sure that is."""
    versions = {version["id"]: version for version in policy.get("versions", [])}
    body = [_line(words, line, versions) for line in policy.get("lines", [])]
    return table(words, "table-policy", left("line", "says", "for", "valid", "source"), body, note=words("policy.note"))


def _line(words: Words, line: Item, versions: Mapping[str, Item]) -> Sequence[Cell]:
    stop = words("unit.or").join(words.term("clock", event) for event in line.get("stop") or [])
    clock = f"{words.term('clock', line.get('start') or 'created_at')} → {stop}" if stop else None
    selectors = [_selector(words, name, values) for name, values in sorted((line.get("select") or {}).items())]
    return [
        stack(words.term("stage", line.get("stage")), code(line.get("id", NONE))),
        stack(duration(words, line) or NONE, clock, *_further(words, line), words.policy(line.get("note") or "")),
        stack(words("policy.all")) if not selectors else stack(selectors[0], *selectors[1:]),
        stack(*[valid(words, versions.get(key, {})) for key in line.get("versions") or [""]]),
        said_by(words, line),
    ]


def _selector(words: Words, name: str, values: Any) -> str:
    """Return which orders a line is for, in words where the vocabulary has them."""
    told = values if isinstance(values, list | tuple) else [values]
    if list(told) == [True]:
        return words.term("selector", name)
    return f"{words.term('dimension', name)} = {words.join([words.term(name, plain(value)) for value in told])}"


def duration(words: Words, line: Item) -> str | None:
    """Return how long a line allows; None where only the platform's own deadline is known."""
    if line.get("fixed_at"):
        return words("window.fixed", due=plain(line["fixed_at"]))
    parts = [words("policy.handling")] if line.get("handling") else []
    if line.get("amount") is not None and line.get("unit") and (line["amount"] or not parts):
        parts.append(words(f"duration.{line['unit']}", n=line["amount"]))
    return " + ".join(parts) or None


def _further(words: Words, line: Item) -> list[str]:
    found = []
    if line.get("cutoff") and line.get("amount_after_cutoff") is not None:
        after = words(f"duration.{line['unit']}", n=line["amount_after_cutoff"])
        found.append(words("policy.cutoff", time=plain(line["cutoff"])[:5], amount=after))
    if line.get("platform_due"):
        found.append(words("policy.platform_due", column=line["platform_due"]))
    if line.get("assessed") is False:
        found.append(words("policy.not_assessed"))
    return found


def valid(words: Words, version: Item) -> str:
    """Return the order days for which a version holds."""
    start, end = version.get("from_day"), version.get("until_day")
    if not start and not end:
        return words("policy.always")
    return words("policy.from", start=start) if not end else f"{start or '…'} – {end}"


def said_by(words: Words, item: Item) -> Cell:
    """Return who says something, and how sure it is."""
    confidence = item.get("confidence")
    sure = chip(f"confidence-{confidence}", words.term("confidence", confidence)) if confidence else None
    return stack(plain(item.get("sources") or []) or NONE, sure)


def sources(words: Words, policy: Item) -> Markup:
    """Return the pages the policy rests on."""
    body = [
        [
            code(key),
            stack(source.get("title", ""), source.get("address")),
            source.get("dated") or NONE,
            source.get("read") or NONE,
        ]
        for key, source in (policy.get("sources") or {}).items()
    ]
    return table(words, "table-sources", left("source_key", "page", "dated", "read"), body)


def plain(value: object) -> str:
    """Return a value of a policy file or of a JSON column in one line."""
    if value is None:
        return NONE
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return " · ".join(f"{key} {plain(part)}" for key, part in value.items() if part not in (None, "", [], {}))
    if isinstance(value, list | tuple):
        return ", ".join(plain(part) for part in value)
    return str(value)


def policy_windows(policy: Item) -> list[Row]:
    """Return the windows of the policy file as rows of ``queries/windows.sql``; local times become UTC."""
    zone = ZoneInfo(str(policy.get("zone") or "UTC"))
    found: list[Row] = []
    for window in policy.get("windows", []):
        start = _moment(window["from_at"], zone, dt.time.min)
        end = _moment(window["to_at"], zone, dt.time(23, 59, 59))
        fixed = None if window.get("fixed_at") is None else _moment(window["fixed_at"], zone, dt.time(23, 59, 59))
        same = {
            key: window.get(key)
            for key in ("mode", "reason", "market", "warehouse", "handover", "action", "amount", "unit", "automatic")
        }
        said = {
            "name": window.get("title") or window["id"],
            "stages": list(window.get("stages") or []),
            "reference": plain(window.get("sources") or []),
        }
        found.append({**same, **said, "opted_in": False, "from_at": start, "to_at": end, "fixed_at": fixed})
    return found


def _moment(value: str | dt.date, zone: ZoneInfo, time: dt.time) -> dt.datetime:
    """Return a date (with `time`) or a time of a policy file in UTC without zone."""
    if isinstance(value, str):
        value = dt.date.fromisoformat(value) if len(value) == len("2026-11-16") else dt.datetime.fromisoformat(value)
    moment = value if isinstance(value, dt.datetime) else dt.datetime.combine(value, time)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return aware.astimezone(dt.UTC).replace(tzinfo=None)


def windows(words: Words, rows: Sequence[Row]) -> Markup:
    """Return the windows in which other deadlines apply."""
    body = [
        [
            stack(words.policy(row["name"]), row["reference"]),
            stack(
                words.term("mode", row["mode"]), words.term("window_reason", row["reason"]) if row["reason"] else None
            ),
            stack(words.moment(row["from_at"]), words.moment(row["to_at"])),
            _effect(words, row),
            stack(
                words.join([words.term("stage", stage) for stage in row["stages"]]),
                " · ".join(str(row[name]) for name in ("market", "warehouse", "handover") if row[name]) or None,
            ),
            _taken(words, row),
        ]
        for row in rows
    ]
    return table(words, "table-windows", left("window", "mode", "created_between", "effect", "for", "applies"), body)


def touching(windows: Sequence[Row], first: dt.datetime | None, last: dt.datetime | None) -> list[Row]:
    """Return the last :data:`MOST` windows that touch the days of the orders (UTC), earliest first."""
    found = [row for row in windows if first and last and row["from_at"] <= last and row["to_at"] >= first]
    return sorted(found, key=lambda row: (row["from_at"], row["to_at"], row["name"]))[-MOST:]


def in_force(row: Row) -> bool:
    """Return whether a window counts: it is automatic, the seller opted in, or it is the seller's own."""
    return bool(row["automatic"] or row["opted_in"] or row["mode"] == "holiday")


def _effect(words: Words, row: Row) -> str:
    if row["fixed_at"] is not None:
        return words("window.fixed", due=words.moment(row["fixed_at"]))
    if row["amount"] is None:
        return words.term("window_action", row["action"])
    amount = words(f"duration.{row['unit']}", n=row["amount"]) if row["unit"] else str(row["amount"])
    return words("window.replace" if row["action"] == "replace" else "window.add", amount=amount)


def _taken(words: Words, row: Row) -> str:
    if row["mode"] == "holiday":
        return words("window.own")
    if row["automatic"]:
        return words("window.automatic")
    return words("window.opted_in") if row["opted_in"] else words("window.not_opted_in")
