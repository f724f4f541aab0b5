"""One order, explained: its facts, what happened to it, its clocks under each mode, its findings and excuses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fulfil_analytics.errors import UsageError
from fulfil_analytics.report.facts import Row, rows
from fulfil_analytics.report.words import Lang, Words, listed_json, parsed

if TYPE_CHECKING:
    import duckdb
    from rich.console import RenderableType

EXCUSES = (
    "platform_fulfilled",
    "cancelled_before_collection",
    "is_combined",
    "is_split",
    "is_rebilled",
    "is_sample",
    "is_replacement",
    "is_exchange",
    "pickup_point",
)
"""Columns of ``orders`` that excuse an order where a rule says so."""


@dataclass(frozen=True)
class Explanation:
    """What is known of one order at the as-of moment; nothing personal.

    Attributes
    ----------
    order_id : str
        The order.
    facts : dict
        Columns of ``orders`` that are not personal.
    parcels : list of dict
        Its parcels: waybill, carrier, whether tracking covers it and if not why, events, scans.
    timeline : list of dict
        What happened, in order: ``happened_at`` (UTC), ``origin`` (``export``, ``carrier`` or ``deadline``), ``word``,
        ``waybill``, ``city``, ``state``, ``country``, ``is_scan``, ``source_file``, ``source_line``. A deadline is the
        effective one of the stage ``word`` names.
    clocks : list of dict
        One a stage and mode: ``clock_start``, ``due_at``, ``stopped_at`` (UTC), ``outcome``, ``why`` (parsed JSON).
    findings : list of dict
        Columns of ``findings``; ``evidence`` and ``explanations`` are parsed, ``root_rule`` names the rule of the one
        that explains it, ``verdict_reason``, ``verdict_by`` and ``verdict_at`` what a reviewer said.
    excuses : list of str
        Names of the excuses of :data:`EXCUSES` that are true.
    policy : dict
        Id and title of the policy that judged.
    words : Words
        Language and zone of :meth:`to_rich` and :meth:`to_html`.
    """

    order_id: str
    facts: Row
    parcels: list[Row]
    timeline: list[Row]
    clocks: list[Row]
    findings: list[Row]
    excuses: list[str]
    policy: dict[str, Any]
    words: Words

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON values; times are ISO 8601 in UTC."""
        names = ("order_id", "facts", "parcels", "timeline", "clocks", "findings", "excuses", "policy")
        plain: dict[str, Any] = plain_values({name: getattr(self, name) for name in names})
        return plain

    def to_rich(self) -> RenderableType:
        """Return what a terminal shows."""
        from fulfil_analytics.report.explain_view import to_rich

        return to_rich(self)

    def to_html(self) -> str:
        """Return a fragment of HTML with its own style, for a notebook or a page."""
        from fulfil_analytics.report.explain_view import to_html

        return to_html(self)

    def to_page(self) -> str:
        """Return a whole HTML page, to be kept or sent."""
        from fulfil_analytics.report.explain_view import to_html
        from fulfil_analytics.report.page import environment

        title = self.words("explain.title", order=self.order_id)
        return (
            environment().get_template("document.html.j2").render(t=self.words, title=title, body=to_html(self, top=1))
        )

    def _repr_html_(self) -> str:
        return self.to_html()

    def __rich__(self) -> RenderableType:
        return self.to_rich()


def explain(
    con: duckdb.DuckDBPyConnection, order_id: str, *, lang: Lang, zone: str, policy: Mapping[str, Any]
) -> Explanation:
    """Return what is known of one order.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
        Holds the tables of :mod:`fulfil_analytics.schemas` and ``parcel_events``; read only.
    order_id : str
        The platform's order number; blanks around it do not matter.
    lang, zone
        Language and IANA time zone of what is shown.
    policy : mapping
        ``id`` and ``title`` of the policy that judged.

    Raises
    ------
    UsageError
        No order has this number; the nearest ones are named.
    """
    words = Words(lang, zone)
    wanted = order_id.strip()
    found = rows(con, "explain_order", order_id=wanted)
    if not found:
        near = [row["order_id"] for row in rows(con, "nearest_orders", order_id=wanted)]
        remedy = words("explain.nearest", orders=words.join(near)) if near else words("explain.look")
        raise UsageError(words("explain.unknown", order=wanted), remedy=remedy)
    facts = {name: value for name, value in found[0].items() if name not in EXCUSES and name != "order_id"}
    return Explanation(
        order_id=wanted,
        facts=facts,
        parcels=rows(con, "explain_parcels", order_id=wanted),
        timeline=rows(con, "explain_timeline", order_id=wanted),
        clocks=[{**row, "why": parsed(row["why"])} for row in rows(con, "explain_clocks", order_id=wanted)],
        findings=[
            {**row, "evidence": parsed(row["evidence"]), "explanations": listed_json(row["explanations"])}
            for row in rows(con, "explain_findings", order_id=wanted)
        ],
        excuses=[name for name in EXCUSES if found[0][name]],
        policy={key: policy.get(key) for key in ("id", "title")},
        words=words,
    )


def plain_values(value: Any) -> Any:
    """Return plain JSON values; times are ISO 8601, UTC times with Z."""
    if isinstance(value, dict):
        return {key: plain_values(part) for key, part in value.items()}
    if isinstance(value, list):
        return [plain_values(part) for part in value]
    if isinstance(value, dt.datetime):
        return value.isoformat() + "Z"
    return value.isoformat() if isinstance(value, dt.date) else value
