"""A finding's message and evidence as SQL expressions: no finding is ever formatted one by one."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from fulfil_analytics.rulebook.header import HOLE, RESERVED
from fulfil_analytics.rulebook.model import Rule
from fulfil_analytics.sql import literal

_BETWEEN = {"en": ", ", "zh": "、"}


def evidence_columns(rule: Rule, kinds: Mapping[str, str]) -> list[str]:
    """Return the columns of the SELECT that are evidence, in order: all but the key and the reserved ones."""
    return [name for name in kinds if name not in (*RESERVED, *rule.frame.columns)]


def message_sql(rule: Rule, kinds: Mapping[str, str], *, as_of: dt.datetime, lang: str, zone: str) -> str:
    """Return an expression over ``bad`` that gives the message.

    Parameters
    ----------
    rule : Rule
        The rule with the parameters in force.
    kinds : mapping of str to str
        Columns of the SELECT and their kinds.
    as_of : datetime
        As-of moment, UTC without zone.
    lang : {"en", "zh"}
        Language of the template.
    zone : str
        IANA zone in which times are told.
    """
    template = rule.message(lang)
    parts, end = [], 0
    for hole in HOLE.finditer(template):
        parts.append(literal(template[end : hole.start()]))
        parts.append(_told(rule, hole[1], kinds, as_of, lang, zone))
        end = hole.end()
    parts.append(literal(template[end:]))
    return " || ".join(part for part in parts if part != "''") or "''"


def evidence_sql(rule: Rule, kinds: Mapping[str, str], as_of: dt.datetime) -> str:
    """Return an expression over ``bad`` that gives the evidence as JSON text, keys in the SELECT's order.

    Last stand ``limits``, the numbers in force that the rule compared with, and ``as_of`` where the rule looked at it:
    with them a reader needs no other file than the exports.
    """
    pairs = [
        f"{literal(json_key(name, first=number == 0))} || coalesce({_json(name, kinds[name])}, 'null')"
        for number, name in enumerate(evidence_columns(rule, kinds))
    ]
    held: dict[str, object] = {}
    if limits := {name: value for name, value in rule.values.items() if isinstance(value, int | float)}:
        held["limits"] = limits
    if "{as_of}" in rule.sql:
        held["as_of"] = f"{as_of.isoformat(timespec='seconds')}Z"
    if held:
        pairs.append(literal(("," if pairs else "") + json.dumps(held)[1:-1]))
    return " || ".join(["'{'", *pairs, "'}'"])


def json_key(name: str, *, first: bool) -> str:
    """Return ``"name":`` with the comma before it that all but the first need."""
    return f'{"" if first else ","}"{name}":'


def _json(name: str, kind: str) -> str:
    if kind == "text":
        return f"fa_json_text(bad.{name})"
    if kind == "timestamp":
        return f"'\"' || fa_iso(bad.{name}) || '\"'"
    return f"CAST(bad.{name} AS STRING)"


def _told(rule: Rule, hole: str, kinds: Mapping[str, str], as_of: dt.datetime, lang: str, zone: str) -> str:
    if hole in kinds:
        return f"coalesce({_shown(rule, hole, kinds[hole], lang, zone)}, '?')"
    if hole == "as_of":
        local = as_of.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone))
        return literal(f"{local:%Y-%m-%d %H:%M:%S} {zone}")
    value = rule.values[hole]
    return literal(_BETWEEN[lang].join(value) if isinstance(value, tuple) else str(value))


def _shown(rule: Rule, name: str, kind: str, lang: str, zone: str) -> str:
    if kind == "timestamp":
        return f"fa_moment(bad.{name}, {literal(zone)})"
    text = f"CAST(bad.{name} AS STRING)"
    words = rule.header.words.get(name)
    if not words:
        return text
    cases = " ".join(f"WHEN {literal(word)} THEN {literal(getattr(said, lang))}" for word, said in words.items())
    return f"CASE {text} {cases} ELSE {text} END"
