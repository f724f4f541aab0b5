"""What became of the rules that ran: one by one, and as tables."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

    from fulfil_analytics.rulebook import Rule


@dataclass(frozen=True)
class RuleRun:
    """What became of one rule; the counts are of things (orders, parcels, files), not of findings.

    Attributes
    ----------
    rule : Rule
        The rule.
    status : str
        ``done``, ``not_testable`` (nothing in its scope could be judged) or ``failed``.
    in_scope, tested, flagged, excused, not_testable : int
        ``in_scope = tested + excused + not_testable`` and ``flagged <= tested``.
    why : dict
        Reason to count, or ``error`` to the text of what failed.
    seconds : float
        How long it took; never part of the outputs.
    """

    rule: Rule
    status: str
    in_scope: int = 0
    tested: int = 0
    flagged: int = 0
    excused: int = 0
    not_testable: int = 0
    why: dict[str, str | dict[str, int]] = field(default_factory=dict)
    seconds: float = 0.0


def explains(runs: Sequence[RuleRun]) -> pa.Table:
    """Return which rule's findings explain which rule's, the best explanation first."""
    import pyarrow as pa

    rows = [
        {"rule_id": run.rule.id, "root_rule_id": root, "rank": rank}
        for run in runs
        for rank, root in enumerate(run.rule.explained_by)
    ]
    schema = pa.schema([("rule_id", pa.string()), ("root_rule_id", pa.string()), ("rank", pa.int64())])
    return pa.Table.from_pylist(rows, schema=schema)


def coverage(runs: Sequence[RuleRun]) -> pa.Table:
    """Return the rows of table ``coverage``."""
    import pyarrow as pa

    counts = ("in_scope", "tested", "flagged", "excused", "not_testable")
    rows: list[dict[str, Any]] = [
        {
            "rule_id": run.rule.id,
            "family": run.rule.family,
            "grain": run.rule.grain,
            "status": run.status,
            **{count: getattr(run, count) for count in counts},
            "why": json.dumps(run.why, ensure_ascii=False, sort_keys=True),
        }
        for run in runs
    ]
    text = [(name, pa.string()) for name in ("rule_id", "family", "grain", "status")]
    schema = pa.schema([*text, *((count, pa.int64()) for count in counts), ("why", pa.string())])
    return pa.Table.from_pylist(rows, schema=schema)
