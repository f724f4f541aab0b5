"""The clocks of one order, for people."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import duckdb


class Clock(NamedTuple):
    """One stage of an order under one mode.

    Attributes
    ----------
    stage, mode : str
        Which clock.
    clock_start, due_at, stopped_at : datetime or None
        UTC without zone.
    outcome : str
        ``on_time``, ``late``, ``open``, ``overdue`` or ``not_applicable``.
    why : dict
        Policy line with its sources, days skipped, windows applied, or why not applicable.
    """

    stage: str
    mode: str
    clock_start: dt.datetime | None
    due_at: dt.datetime | None
    stopped_at: dt.datetime | None
    outcome: str
    why: dict[str, Any]


def clocks(con: duckdb.DuckDBPyConnection, order_id: str) -> list[Clock]:
    """Return the clocks of an order, stages and modes in the order of a parcel's life; empty when it is unknown."""
    from fulfil_analytics.schemas.words import SLA_MODE, STAGE

    query = "SELECT stage, mode, clock_start, due_at, stopped_at, outcome, why FROM deadlines WHERE order_id = ?"
    found = []
    for stage, mode, clock_start, due_at, stopped_at, outcome, why in con.execute(query, [order_id]).fetchall():
        found.append(Clock(stage, mode, clock_start, due_at, stopped_at, outcome, json.loads(why)))
    return sorted(found, key=lambda clock: (STAGE.index(clock.stage), SLA_MODE.index(clock.mode)))
