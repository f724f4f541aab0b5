"""A person's verdicts on findings: kept in the store, found again by ``finding_id`` after every run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from fulfil_analytics.audit.risk import write_risk
from fulfil_analytics.errors import UsageError
from fulfil_analytics.privacy import struck

if TYPE_CHECKING:
    from fulfil_analytics.store import Store

Verdict = Literal["upheld", "excused"]
LONGEST = 1_000
_COLUMNS = ("finding_id", "rule_id", "order_id", "verdict", "reason", "author", "reviewed_at", "raised")


def review(
    store: Store, finding_ids: Sequence[str], verdict: Verdict, *, reason: str, author: str, at: dt.datetime
) -> list[dict[str, Any]]:
    """Keep a verdict on findings of `store`; earlier verdicts stay, the latest counts. No finding is ever deleted.

    Parameters
    ----------
    store : Store
        A store that holds an audit.
    finding_ids : sequence of str
        The findings; all are known, or none is judged.
    verdict : {"upheld", "excused"}
        What the reviewer says.
    reason : str
        Why; e-mail addresses and phone numbers are struck out.
    author : str
        Who says so.
    at : datetime
        When, UTC without zone.

    Returns
    -------
    list of dict
        The findings judged: ``finding_id``, ``rule_id``, ``order_id``, ``message``.

    Raises
    ------
    UsageError
        A finding the store does not hold (the nearest ids are named), or a blank reason or author.
    """
    reason, author = _said(reason, "--reason"), _said(author, "--author")
    judged = [_finding(store, finding_id.strip()) for finding_id in dict.fromkeys(finding_ids)]
    store.con.begin()
    try:
        for finding in judged:
            store.con.execute(
                "INSERT INTO reviews BY NAME SELECT unnest([?], recursive := true)",
                [
                    {
                        **{name: finding[name] for name in ("finding_id", "rule_id", "order_id")},
                        "verdict": verdict,
                        "reason": reason,
                        "author": author,
                        "reviewed_at": at,
                    }
                ],
            )
            store.con.execute("UPDATE findings SET verdict = ? WHERE finding_id = ?", [verdict, finding["finding_id"]])
        write_risk(store.con)
        store.con.commit()
    except BaseException:
        store.con.rollback()
        raise
    return judged


def reviews(store: Store) -> list[dict[str, Any]]:
    """Return every verdict kept in `store`, the oldest first.

    Returns
    -------
    list of dict
        Columns of table ``reviews``, and ``raised``: whether the last run raised the finding again.
    """
    rows = store.rows(
        "SELECT r.finding_id, r.rule_id, r.order_id, r.verdict, r.reason, r.author, r.reviewed_at, "
        "f.finding_id IS NOT NULL FROM reviews AS r LEFT JOIN findings AS f ON f.finding_id = r.finding_id "
        "ORDER BY r.reviewed_at, r.finding_id"
    )
    return [dict(zip(_COLUMNS, row, strict=True)) for row in rows]


def _said(text: str, option: str) -> str:
    said = " ".join(struck(text).split())[:LONGEST]
    if not said:
        raise UsageError("nothing is said here", column=option, remedy="Write it in a few words")
    return said


def _finding(store: Store, finding_id: str) -> dict[str, Any]:
    found = store.rows("SELECT finding_id, rule_id, order_id, message FROM findings WHERE finding_id = ?", [finding_id])
    if found:
        return dict(zip(("finding_id", "rule_id", "order_id", "message"), found[0], strict=True))
    near = store.rows(
        "SELECT finding_id FROM findings ORDER BY levenshtein(finding_id, ?), finding_id LIMIT 3", [finding_id[:60]]
    )
    names = ", ".join(name for (name,) in near)
    raise UsageError(
        f"the store's last audit has no finding {finding_id[:60]}",
        file=str(store.path),
        column="--finding",
        remedy=f"The nearest are {names}" if near else "Run fulfil audit INPUT --db FILE first",
    )


__all__ = ["LONGEST", "Verdict", "review", "reviews"]
