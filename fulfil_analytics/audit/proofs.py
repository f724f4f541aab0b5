"""What the given files can prove: an answer for each kind of false shipment that the platform names."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fulfil_analytics.schemas import DERIVED, duckdb_types

if TYPE_CHECKING:
    import duckdb

    from fulfil_analytics.rulebook.proofs import Kind, Proofs

Covered = Mapping[str, Mapping[str, Any]]
_UNTOLD = {"status": "not_run", "in_scope": 0, "tested": 0, "flagged": 0, "why": "{}"}


def write_proofs(con: duckdb.DuckDBPyConnection, files: Sequence[Proofs], lang: str) -> None:
    """Write table ``proofs`` from what table ``coverage`` says the rules could judge.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
        The store, with coverage written.
    files : sequence of Proofs
        The kinds.
    lang : {"en", "zh"}
        Language of titles and of what is still needed.
    """
    columns = ("rule_id", "status", "in_scope", "tested", "flagged", "why")
    rows_of_rules = con.execute(f"SELECT {', '.join(columns)} FROM coverage").fetchall()
    covered = {row[0]: dict(zip(columns, row, strict=True)) for row in rows_of_rules}
    wanted = sorted({column for one in files for need in one.need.values() for column in need.any_of})
    held = _held(con, wanted)
    rows = [row for one in files for row in _rows(one, covered, held, lang)]
    names = list(duckdb_types(DERIVED["proofs"]))
    con.execute("DELETE FROM proofs")
    for place, row in enumerate(rows, start=1):
        values = {"place": place, **row}
        con.execute(f"INSERT INTO proofs VALUES ({', '.join('?' * len(names))})", [values[name] for name in names])


def _held(con: duckdb.DuckDBPyConnection, wanted: Sequence[str]) -> set[str]:
    """Return the columns (checked when the file was read) that hold any value; what is missing or null holds none."""
    there = {
        name for (name,) in con.execute("SELECT table_name || '.' || column_name FROM duckdb_columns()").fetchall()
    }
    known = [(column, *column.split(".", 1)) for column in wanted if column in there]
    if not known:
        return set()
    asked = ", ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {field} IS NOT NULL)" for _, table, field in known)
    (found,) = con.execute(f"SELECT {asked}").fetchall()
    return {column for (column, *_), holds in zip(known, found, strict=True) if holds}


def _rows(proofs: Proofs, covered: Covered, held: set[str], lang: str) -> Iterator[dict[str, Any]]:
    missing = {name for name, need in proofs.need.items() if not held & set(need.any_of)}
    for kind in proofs.kind:
        ways = [{"rule_id": way.rule, "shows": way.shows, **_told(covered.get(way.rule, _UNTOLD))} for way in kind.way]
        able = [way for way in ways if way["tested"]]
        best = next((way for way in able if way["shows"] == "prove"), None) or next(iter(able), None)
        answer = best["shows"] if best else "cannot"
        leading = max((way for way in able if way["shows"] == answer), key=lambda way: way["tested"], default=None)
        yield {
            "kind": kind.id,
            "title": getattr(kind.title, lang),
            "answer": answer,
            "tested": leading["tested"] if leading else 0,
            "in_scope": leading["in_scope"] if leading else max(way["in_scope"] for way in ways),
            "flagged": sum(way["flagged"] for way in ways),
            "ways": _json(ways),
            "further": _json(_further(kind, proofs, ways, missing, lang)),
            "outside": getattr(kind.outside, lang),
        }


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    why = json.loads(row["why"]).get("not_testable", {})
    return {**{name: row[name] for name in ("status", "in_scope", "tested", "flagged")}, "not_testable": why}


def _further(
    kind: Kind, proofs: Proofs, ways: Sequence[Mapping[str, Any]], missing: set[str], lang: str
) -> list[dict[str, Any]]:
    """Return what is missing, each once, with the strongest answer it would help to: of ways not judging everything."""
    found: dict[str, dict[str, Any]] = {}
    for way, told in sorted(zip(kind.way, ways, strict=True), key=lambda pair: pair[0].shows):
        if told["tested"] and told["tested"] == told["in_scope"]:
            continue
        for name in way.needs:
            if name in missing and name not in found:
                title = getattr(proofs.need[name].title, lang)
                found[name] = {"need": name, "title": title, "then": way.shows, "rules": []}
            if name in missing:
                found[name]["rules"].append(way.rule)
    return list(found.values())


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
