"""Settles what a carrier event means: codes, words and free text become one status of ``schemas.words``.

Free text of carriers can name people. It is read here and goes no further: the rows that leave hold the status only.

What is looked up comes from the format file, in this order; the first that knows the event wins, and an event that
nothing knows is ``other``, which is never taken for a scan:

1. ``_pending``: phrases that say the carrier does not have the parcel yet; they outrank the feed's own codes, because
   "Departed Shipping Partner Facility, USPS Awaiting Item" is coded as transit by some feeds;
2. ``status``: codes and words, looked up whole, each alias in turn; and, where ``_code_owner`` knows the carrier, the
   code of that carrier (spelled ``owner code``: the same number means different things from carrier to carrier);
3. ``_description``: phrases found anywhere in the description, then in the status itself. The vocabulary's first
   status with a phrase in the text wins, so its order matters: "could not be delivered" stands before "delivered".
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from fulfil_analytics.sources.formats import Format
from fulfil_analytics.sources.raw import Raw
from fulfil_analytics.sql import literal, quoted, read_sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

UNKNOWN = "other"
_FIRST = 5_000
"""Rows whose events are settled ahead."""
_SLOTS = 1_024
"""Of twenty carriers that tell of twenty things each, most find a slot of their own."""
_numbers = itertools.count(1)


def install(con: DuckDBPyConnection) -> None:
    """Make the macros that :func:`settle` uses."""
    con.execute(read_sql("fulfil_analytics.sources", "events.sql"))


def settle(con: DuckDBPyConnection, raw: Raw, item: Format, *, learn: bool = False) -> Raw:
    """Return `raw` with one column ``status`` that holds a normal form; rows of other tables as they are.

    Parameters
    ----------
    con : DuckDBPyConnection
        Connection that will run the rows' SQL.
    raw : Raw
        Rows of a tracking file; its ``columns`` may hold the helpers ``_description`` and ``carrier_as_given``.
    item : Format
        The file's format.
    learn : bool
        The rows are many: what the first of them tell is settled once and looked up from then on.

    Returns
    -------
    Raw
        The same rows in the same order; the description is no longer among the columns.
    """
    if item.table != "tracking_events":
        return raw
    install(con)
    statuses = [quoted(name) for name in raw.columns.get("status", ())]
    descriptions = [quoted(name) for name in raw.columns.get("_description", ())]
    said = f"fa_event_text({_joined(descriptions)})"
    named = f"fa_event_text({_joined(statuses)})"
    carriers = [quoted(name) for name in raw.columns.get("carrier_as_given", ())]
    owner = (
        _lookup(f"fa_event_code(coalesce({', '.join(carriers)}))", _pairs(item, "_code_owner")) if carriers else "NULL"
    )
    found = [
        *_phrases("_said || _named", item, "_pending"),
        *_codes(statuses, _pairs(item, "status")),
        *_phrases("_said", item, "_description"),
        *_phrases("_named", item, "_description"),
        literal(UNKNOWN),
    ]
    status = f"coalesce({', '.join(found)})"
    parts = {"_said": said, "_named": named, "_owner": owner}
    told = f"SELECT *, {', '.join(f'{part} AS {name}' for name, part in parts.items())} FROM"
    learnt: tuple[str, ...] = ()
    if learn:
        # an event is the same by its carrier, status and description; the answers of the first rows serve most others
        cells = [f"coalesce({name}, chr(30))" for name in (*statuses, *descriptions, *carriers)]
        rows = f"SELECT *, concat_ws(chr(31), {', '.join(cells)}) AS _key FROM ({raw.sql})"
        learnt = (f"fa_known_{next(_numbers)}",)
        known = _learnt(con, learnt[0], f"SELECT _key, {status} AS _status FROM ({told} ({rows} LIMIT {_FIRST}))")
        unknown = (f"CASE WHEN _known IS NULL THEN {part} END AS {name}" for name, part in parts.items())
        told = f"SELECT *, {', '.join(unknown)} FROM"
        sql = f"""
        SELECT * EXCLUDE (_said, _named, _owner, _key, _known), coalesce(_known, {status}) AS _status
        FROM ({told} (SELECT *, {known} AS _known FROM ({rows})))"""
    else:
        sql = f"""
        SELECT * EXCLUDE (_said, _named, _owner), {status} AS _status
        FROM ({told} ({raw.sql}))"""
    columns = {name: names for name, names in raw.columns.items() if name != "_description"}
    columns["status"] = ("_status",)
    return replace(raw, sql=sql, columns=columns, learnt=learnt, settled=frozenset({"status"}))


def _learnt(con: DuckDBPyConnection, name: str, rows: str) -> str:
    """Put what `rows` say of ``_key`` into the variable `name`; return the SQL that asks it, null where it is not told.

    The keys are put into slots by their hash; of two in one slot the more frequent stays. They are compared as a whole.
    """
    con.execute(
        f"""SET VARIABLE {name} = (
        SELECT {{'keys': list(kept._key ORDER BY slot), 'statuses': list(kept._status ORDER BY slot)}}
        FROM range(1, {_SLOTS + 1}) AS slots(slot)
        LEFT JOIN (
          SELECT {_slot("_key")} AS slot, max_by({{'_key': _key, '_status': _status}}, (rows, _key)) AS kept
          FROM (SELECT _key, min(_status) AS _status, count(*) AS rows FROM ({rows}) GROUP BY _key)
          GROUP BY slot
        ) USING (slot))"""
    )
    at = f"[{_slot('_key')}]"
    return f"CASE WHEN getvariable('{name}').keys{at} = _key THEN getvariable('{name}').statuses{at} END"


def _slot(key: str) -> str:
    return f"((hash({key}) % {_SLOTS}) + 1)::BIGINT"


def phrase_pattern(phrases: Iterable[str]) -> str:
    """Return the pattern that finds any of `phrases` in an ``fa_event_text``.

    A phrase in an alphabet that writes blanks between words matches whole words; one in Chinese, Japanese or Thai
    matches anywhere.

    Examples
    --------
    >>> phrase_pattern(["Delivered!", "已签收"])
    ' delivered |已签收'
    """
    return _pattern(tuple(phrases))


@cache
def _pattern(phrases: tuple[str, ...]) -> str:
    return "|".join(_edged(folded) for folded in dict.fromkeys(map(_folded, phrases)) if folded)


def _edged(text: str) -> str:
    return (" " if _spaced(text[0]) else "") + text + (" " if _spaced(text[-1]) else "")


def _spaced(sign: str) -> bool:
    return sign.isdecimal() or unicodedata.name(sign, "").startswith(("LATIN", "GREEK", "CYRILLIC", "COMBINING"))


def _folded(text: str) -> str:
    lower = unicodedata.normalize("NFC", text).lower()
    return "".join(sign if unicodedata.category(sign)[0] in "LMN" else " " for sign in lower).strip()


def _joined(names: list[str]) -> str:
    return f"concat_ws(' ', {', '.join(names)})" if names else "''"


def _pairs(item: Format, column: str) -> list[tuple[str, str]]:
    return item.vocabulary(column) if column in item.columns else []


def _codes(statuses: list[str], pairs: list[tuple[str, str]]) -> list[str]:
    codes = [f"fa_event_code({name})" for name in statuses]
    return [
        expression
        for code in codes
        for expression in (_lookup(f"_owner || ' ' || {code}", pairs), _lookup(code, pairs))
        if pairs
    ]


def _lookup(key: str, pairs: list[tuple[str, str]]) -> str:
    """Return the SQL of a lookup of `key`; the first of equal spellings counts."""
    words = {_code(spelling): normal for spelling, normal in reversed(pairs)}
    if not words:
        return "NULL"
    entries = ", ".join(f"{literal(spelling)}: {literal(normal)}" for spelling, normal in words.items())
    return f"MAP {{{entries}}}[{key}]"


def _code(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text).lower()).strip()


def _phrases(text: str, item: Format, column: str) -> list[str]:
    """Return the SQL of a search of `text` for the phrases of a column's vocabularies, one piece a vocabulary."""
    spec = item.columns.get(column)
    found = []
    for name in spec.words if spec else ():
        patterns = {normal: phrase_pattern(phrases) for normal, phrases in item.words[name].items()}
        cases = [
            f"WHEN regexp_matches({text}, {literal(pattern)}) THEN {literal(normal)}"
            for normal, pattern in patterns.items()
            if pattern
        ]
        if cases:
            found.append(f"CASE {' '.join(cases)} END")
    return found
