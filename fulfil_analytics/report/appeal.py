"""An order's appeal: clause, facts, whose clock failed, what the platform asks to see, and how long there is."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fulfil_analytics.errors import UsageError
from fulfil_analytics.report.explain import Explanation, explain, plain_values
from fulfil_analytics.report.facts import Row, rows
from fulfil_analytics.report.words import Lang

if TYPE_CHECKING:
    import duckdb
    from rich.console import RenderableType

    from fulfil_analytics.policy.appeals import Appeals, Document, Ground

LATE = ("late", "overdue")
STRETCHES = ("label", "hand_over", "scan", "transit")


@dataclass(frozen=True)
class Case:
    """One late stage of the order.

    Attributes
    ----------
    clock : dict
        The effective clock: ``stage``, ``clock_start``, ``due_at``, ``stopped_at`` (UTC), ``outcome``, ``why``.
    standard : dict or None
        The standard clock of the stage.
    clause : dict
        ``line``, ``version``, ``note``, ``confidence``, and ``sources``: ``key``, ``title``, ``address``, ``dated``,
        ``read``.
    cause : dict or None
        Row of ``late_causes``: seconds of each stretch and by how much it overran.
    until : dict or None
        ``day`` (last local day to appeal), ``days_left`` at as-of (negative when over), ``again_days``, ``note``,
        ``confidence``, ``sources``; None where no page names a time.
    grounds : list of dict
        ``title``, ``confidence``, ``sources``, ``documents``: ``id``, ``title``, ``present``, ``where`` (row or file).
    """

    clock: Row
    standard: Row | None
    clause: dict[str, Any]
    cause: Row | None
    until: dict[str, Any] | None
    grounds: list[dict[str, Any]]


@dataclass(frozen=True)
class Appeal:
    """What a seller hands in for one order.

    Attributes
    ----------
    explanation : Explanation
        The order with timeline, clocks, findings, excuses.
    cases : list of Case
        One a late stage; empty where nothing was late.
    files : list of dict
        Input files the facts come from: ``source_file``, ``sha256``, ``kind``.
    as_of : datetime
        UTC without zone.
    general : bool
        Whether the list of documents is the general one, because the policy publishes none.
    """

    explanation: Explanation
    cases: list[Case]
    files: list[Row]
    as_of: dt.datetime
    general: bool

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON values; times are ISO 8601 in UTC."""
        cases = [{name: getattr(case, name) for name in Case.__dataclass_fields__} for case in self.cases]
        found: dict[str, Any] = plain_values({"cases": cases, "files": self.files, "general": self.general})
        return {**self.explanation.to_dict(), "appeal": found}

    def to_rich(self) -> RenderableType:
        """Return what a terminal shows."""
        from fulfil_analytics.report.appeal_view import to_rich

        return to_rich(self)

    def to_page(self) -> str:
        """Return the appeal as a page of its own, to be printed or sent."""
        from fulfil_analytics.report.appeal_view import to_page

        return to_page(self)

    def _repr_html_(self) -> str:
        return self.to_page()

    def __rich__(self) -> RenderableType:
        return self.to_rich()


def appeal(
    con: duckdb.DuckDBPyConnection,
    order_id: str,
    *,
    lang: Lang,
    zone: str,
    policy: Mapping[str, Any],
    as_of: dt.datetime,
    appeals: Appeals,
    documents: Path | None = None,
) -> Appeal:
    """Return the appeal of one order.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
        Holds the audit's tables; read only.
    order_id : str
        The platform's order number.
    lang, zone
        Language and IANA time zone of what is shown.
    policy : mapping
        ``policy.model_dump()``.
    as_of : datetime
        UTC without zone; days left are counted from it.
    appeals : Appeals
        What the policy lets a seller plead.
    documents : Path, optional
        Folder with the seller's own documents, each named after the document's id.

    Raises
    ------
    UsageError
        No order has this number, or `documents` is no folder.
    """
    found = explain(con, order_id, lang=lang, zone=zone, policy=policy)
    shown = {row["fact"]: row for row in rows(con, "appeal_facts", order_id=found.order_id)}
    causes = {row["stage"]: row for row in rows(con, "explain_causes", order_id=found.order_id)}
    own = _documents(documents)
    effective = [clock for clock in found.clocks if clock["mode"] == "effective" and clock["outcome"] in LATE]
    cases = []
    for clock in effective:
        stage, cause = clock["stage"], causes.get(clock["stage"])
        grounds = [g for g in appeals.grounds if g.fits(stage, cause["cause"] if cause else None)]
        cases.append(
            Case(
                clock,
                next((c for c in found.clocks if c["mode"] == "standard" and c["stage"] == stage), None),
                _clause(clock, policy),
                cause,
                _until(found, clock, appeals, as_of),
                [_ground(found, ground, appeals, shown, own) for ground in grounds],
            )
        )
    return Appeal(
        found, cases, rows(con, "explain_files", order_id=found.order_id), as_of, appeals.policy != policy.get("id")
    )


def _clause(clock: Row, policy: Mapping[str, Any]) -> dict[str, Any]:
    why = clock["why"]
    sources = policy.get("sources") or {}
    line: Mapping[str, Any] = next((item for item in policy.get("lines", []) if item.get("id") == why.get("line")), {})
    cited = [
        {"key": key, **{name: (sources.get(key) or {}).get(name) or "" for name in _SOURCE}}
        for key in why.get("sources", [])
    ]
    return {
        "line": why.get("line"),
        "version": why.get("version"),
        "confidence": why.get("confidence"),
        "note": line.get("note") or "",
        "sources": cited,
    }


_SOURCE = ("title", "address", "dated", "read")


def _until(found: Explanation, clock: Row, appeals: Appeals, as_of: dt.datetime) -> dict[str, Any] | None:
    line = appeals.deadline(clock["stage"])
    if line is None or clock["due_at"] is None:
        return None
    words = found.words
    day = words.local(clock["due_at"]).date() + dt.timedelta(days=line.days)
    return {
        "day": day,
        "days": line.days,
        "days_left": (day - words.local(as_of).date()).days,
        "again_days": line.again_days,
        "note": "" if line.note is None else getattr(line.note, words.lang),
        "confidence": line.confidence,
        "sources": _pages(appeals, line.sources),
    }


def _pages(appeals: Appeals, keys: list[str]) -> list[str]:
    return [f"{key}: {appeals.sources[key].title}" for key in keys]


def _ground(
    found: Explanation, ground: Ground, appeals: Appeals, shown: Mapping[str, Row], own: Mapping[str, Row]
) -> dict[str, Any]:
    return {
        "id": ground.id,
        "title": getattr(ground.title, found.words.lang),
        "confidence": ground.confidence,
        "sources": _pages(appeals, ground.sources),
        "documents": [_document(found, document, shown, own) for document in ground.documents],
    }


def _document(
    found: Explanation, document: Document, shown: Mapping[str, Row], own: Mapping[str, Row]
) -> dict[str, Any]:
    row = own.get(document.id) or next((shown[fact] for fact in document.shown_by if fact in shown), None)
    return {
        "id": document.id,
        "title": getattr(document.title, found.words.lang),
        "present": row is not None,
        "shown_by": list(document.shown_by),
        "where": row,
    }


def _documents(folder: Path | None) -> dict[str, Row]:
    """Return the seller's own documents by id: name and hash, never their content."""
    if folder is None:
        return {}
    if not folder.is_dir():
        raise UsageError(
            "this is no folder", file=str(folder), column="--documents", remedy="Name the folder of documents"
        )
    return {
        path.stem: {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in sorted(folder.iterdir())
        if path.is_file() and not path.name.startswith(".")
    }
