"""A policy with changes laid over it: what a shop's file does to its market's, done in memory for a what-if."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from fulfil_analytics.errors import PolicyError, UsageError, suggest
from fulfil_analytics.policy.layers import merge_parts
from fulfil_analytics.policy.load import checked_policy
from fulfil_analytics.policy.model import Line, Policy

WHAT_IF = "what if"
_UNITS = {
    "hour": "hour",
    "hours": "hour",
    "business_day": "business_day",
    "business_days": "business_day",
    "calendar_day": "calendar_day",
    "calendar_days": "calendar_day",
    "day": "calendar_day",
    "days": "calendar_day",
}


def changed_policy(policy: Policy, changes: Mapping[str, Any]) -> Policy:
    """Return `policy` with `changes` laid over it, checked as a policy file is.

    Parameters
    ----------
    policy : Policy
        What the changes are laid over.
    changes : mapping
        Keys of a policy file, as :mod:`tomllib` would read them: entries of ``line``, ``window``, ``metric``,
        ``version`` replace the keys of the entry they name by ``id``, or are added.

    Raises
    ------
    PolicyError
        A change does not say what a policy may say; with the key and the words that are allowed.
    """
    below = policy.model_dump(by_alias=True, exclude_defaults=True, exclude={"file", "sha256"})
    data = merge_parts(dict(changes), below)
    text = json.dumps(data, sort_keys=True, default=str)
    return checked_policy(data, file=WHAT_IF, sha256=hashlib.sha256(text.encode()).hexdigest())


def limit_lines(policy: Policy, limits: Mapping[str, str | tuple[int, str]]) -> list[dict[str, Any]]:
    """Return the entries of ``line`` that give each stage another length.

    Parameters
    ----------
    limits : mapping
        Stage to length: ``"1 business_day"`` or ``(1, "business_day")``. What lies beyond it after a cut-off keeps
        its distance. Lines that add an order's own handling time keep it; the length is what runs after it. The
        platform's own deadline of the export, which would win under mode ``effective``, is left aside.

    Raises
    ------
    UsageError
        An unknown stage, or a length that cannot be read.
    """
    entries = []
    for stage, length in limits.items():
        amount, unit = _length(stage, length)
        lines = [line for line in policy.lines if line.stage == stage and line.amount is not None]
        if not lines:
            known = sorted({str(line.stage) for line in policy.lines if line.amount is not None})
            raise UsageError(f"policy {policy.id} sets no length for {stage}", remedy=suggest(stage, known))
        entries += [_entry(line, amount, unit, policy) for line in lines]
    return entries


def _entry(line: Line, amount: int, unit: str, policy: Policy) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": line.id, "amount": amount, "unit": unit, "platform_due": None}
    if line.amount_after_cutoff is not None and line.amount is not None:
        entry["amount_after_cutoff"] = amount + line.amount_after_cutoff - line.amount
    if unit == "business_day" and line.calendar is None:
        entry["calendar"] = next(iter(policy.calendars), None)
    return entry


def _moment(value: Any) -> Any:
    """Return the day or moment a text names; a day must not become its midnight."""
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else value
    except ValueError:
        return value


def _length(stage: str, length: str | tuple[int, str]) -> tuple[int, str]:
    number, unit = (length.split(maxsplit=1) + [""])[:2] if isinstance(length, str) else length
    word = str(unit).replace(" ", "_")
    if not str(number).isdigit() or word not in _UNITS:
        what = f"{length!r} is no length of time for {stage}"
        raise UsageError(what, remedy="Write it like '1 business_day', '48 hours' or '3 calendar_days'")
    return int(number), _UNITS[word]


def window_entries(windows: Sequence[Mapping[str, Any]], policy: Policy) -> list[dict[str, Any]]:
    """Return the entries of ``window`` for windows granted in a what-if; what they leave out takes its usual meaning.

    Raises
    ------
    PolicyError
        A window without ``from`` and ``to``.
    """
    taken = {window.id for window in policy.windows}
    entries = []
    for number, window in enumerate(windows, start=1):
        for key in ("from", "to"):
            if key not in window:
                raise PolicyError(f"window {number} has no {key!r}", file=WHAT_IF, remedy="Write both local days")
        usual = {
            "automatic": True,  # granted means in force
            "title": "granted in a what-if",
            "reason": "ticket",
            "action": "add",
            "confidence": "sure",
            "sources": [],
        }
        name = f"what-if-{number}"
        given = {key: _moment(value) if key in ("from", "to", "fixed_at") else value for key, value in window.items()}
        entries.append({"id": name if name not in taken else f"{name}-more", **usual, **given})
    return entries
