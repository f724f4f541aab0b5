"""The policy as DuckDB tables: lines, versions, calendars, windows. They are temporary and go with the connection."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fulfil_analytics.policy.calendar import (
    FIRST_YEAR,
    LAST_YEAR,
    calendar_days,
    first_moment,
    last_moment,
    offset_changes,
    utc,
    window_bounds,
)
from fulfil_analytics.policy.model import Calendar, Line, Policy, Window
from fulfil_analytics.sla.plan import Plan, Signature, stage_of, start_key, starts_of
from fulfil_analytics.sql import Value, fill, literal, name, read_sql

if TYPE_CHECKING:
    import duckdb

EVERY_DAY = Calendar(rest_weekdays=[], sources=[], confidence="sure")
"""The calendar of lines that name none: every day counts."""

LINES = {
    "line_id": "INTEGER",
    "version_id": "INTEGER",
    "stage": "VARCHAR",
    "of_stage": "VARCHAR",
    "priority": "INTEGER",
    "selectors": "INTEGER",
    "start_event": "VARCHAR",
    "start_key": "VARCHAR",
    "after_stage": "VARCHAR",
    "signature_id": "INTEGER",
    "amount": "INTEGER",
    "unit": "VARCHAR",
    "late_amount": "INTEGER",
    "cutoff": "TIME",
    "cutoff_place": "INTEGER",
    "windowed": "BOOLEAN",
    "hour_place": "INTEGER",
    "calendar_id": "INTEGER",
    "handling": "BOOLEAN",
    "handling_default": "INTEGER",
    "handling_min": "INTEGER",
    "handling_max": "INTEGER",
    "extension_cap": "INTEGER",
    "seconds_early": "INTEGER",
    "day_0": "VARCHAR",
    "is_exact": "BOOLEAN",
    "grace_seconds": "BIGINT",
    "fixed_at": "TIMESTAMP",
    "only_when_started": "BOOLEAN",
    "why": "VARCHAR",
}
WINDOWS = {
    "name": "VARCHAR",
    "mode": "VARCHAR",
    "reason": "VARCHAR",
    "from_at": "TIMESTAMP",
    "to_at": "TIMESTAMP",
    "stages": "VARCHAR[]",
    "market": "VARCHAR",
    "warehouse": "VARCHAR",
    "handover": "VARCHAR",
    "states": "VARCHAR[]",
    "warehouse_states": "VARCHAR[]",
    "action": "VARCHAR",
    "amount": "BIGINT",
    "unit": "VARCHAR",
    "fixed_at": "TIMESTAMP",
    "proof": "VARCHAR",
    "in_force": "BOOLEAN",
}


_KINDS = {"no": "UTINYINT", "event": "VARCHAR"}
"""Last word of a clock's column to its type; the others are true or false."""


def install_windows(con: duckdb.DuckDBPyConnection, policy: Policy) -> None:
    """Write the table ``sla_policy_windows``: the notices that the policy file holds."""
    table(con, "sla_policy_windows", WINDOWS, _windows(policy))


def install_lines(con: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Write the tables ``sla_lines``, ``sla_line_selectors`` and ``sla_versions``."""
    policy = plan.policy
    rows: list[tuple[Any, ...]] = []
    chosen: list[tuple[int, int, list[str]]] = []
    calendars = {key: number for number, key in enumerate(policy.calendars, start=1)}
    for version_id, version in enumerate(policy.versions, start=1):
        for line in policy.lines_of(version.id):
            line_id = len(rows) + 1
            rows.append((line_id, version_id, *_line(line, plan, calendars), _why(line, policy, version.id)))
            for key, values in line.select.items():
                chosen.append((line_id, plan.selectors.index(key) + 1, [_text(value) for value in values]))
    table(con, "sla_lines", LINES, rows)
    table(con, "sla_line_selectors", {"line_id": "INTEGER", "place": "INTEGER", "accepted": "VARCHAR[]"}, chosen)
    spans = [(i, v.from_day, v.until_day or dt.date(LAST_YEAR, 12, 31)) for i, v in enumerate(policy.versions, 1)]
    table(con, "sla_versions", {"version_id": "INTEGER", "from_day": "DATE", "until_day": "DATE"}, spans)


def install_calendars(con: duckdb.DuckDBPyConnection, policy: Policy, first_year: int, last_year: int) -> None:
    """Write the table ``sla_calendar``: one row a calendar and local day.

    Columns: `calendar_id`, `calendar`, `zone`, `local_date`, `day_start_utc`, `day_end_utc` (23:59:59 local),
    `is_business`, `business_index` (business days up to and including the day).
    """
    con.execute(
        "CREATE OR REPLACE TEMP TABLE sla_calendar (calendar_id INTEGER, calendar VARCHAR, zone VARCHAR, "
        "local_date DATE, day_start_utc TIMESTAMP, day_end_utc TIMESTAMP, is_business BOOLEAN, business_index BIGINT)"
    )
    template = read_sql("fulfil_analytics.sla", "calendar.sql")
    for number, (key, calendar) in enumerate([("", EVERY_DAY), *policy.calendars.items()]):
        days = calendar_days(calendar, policy.zone, max(first_year, FIRST_YEAR), min(last_year, LAST_YEAR))
        if days:
            begins = [*(day.begins_at for day in days), days[-1].ends_at + dt.timedelta(seconds=1)]
            values: dict[str, Value] = {
                "calendar_id": number,
                "calendar": key,
                "zone": policy.zone,
                "first_day": days[0].day,
                "days": len(days),
                "begins": ",".join(str(int(moment.replace(tzinfo=dt.UTC).timestamp())) for moment in begins),
                "business": ",".join("1" if day.is_business else "0" for day in days),
            }
            con.execute(fill(template, values))


def install_local_time(con: duckdb.DuckDBPyConnection, zone: str, first_year: int, last_year: int) -> str:
    """Define ``sla_local(t)``: UTC as wall time of the zone. Faster than ICU by far, and one source of zone data.

    Returns its text, as :func:`install_segments` does.
    """
    changes, last = offset_changes(zone, max(first_year, FIRST_YEAR), min(last_year, LAST_YEAR))
    cases = "".join(f" WHEN t < {literal(until)} THEN t + to_seconds({offset})" for until, offset in changes)
    body = f"CASE{cases} ELSE t + to_seconds({last}) END" if cases else f"t + to_seconds({last})"
    con.execute(f"CREATE OR REPLACE TEMP MACRO sla_local(t) AS {body}")
    return body


def install_segments(con: duckdb.DuckDBPyConnection) -> str:
    """Define ``sla_segment(t)``: the number of the segment that `t` falls into, null before the first."""
    begins = con.execute("SELECT begins_at, segment_id FROM sla_segments ORDER BY segment_id DESC").fetchall()
    cases = "".join(f" WHEN t >= {literal(moment)} THEN {number}" for moment, number in begins)
    body = f"CASE{cases} END" if cases else "NULL"
    con.execute(f"CREATE OR REPLACE TEMP MACRO sla_segment(t) AS {body}")
    return body


def install_clocks(con: duckdb.DuckDBPyConnection, numbers: Sequence[Mapping[str, Value]]) -> None:
    """Write ``deadline_lines``: one row a profile and stage, with its case and what starts and stops its clock."""
    columns = {key: _KINDS.get(key.rpartition("_")[2], "BOOLEAN") for key in numbers[0]}
    rows = [(place, *row.values()) for place, row in enumerate(numbers)]
    table(con, "sla_signatures", {"signature_id": "INTEGER", **columns}, rows)
    con.execute(
        "CREATE OR REPLACE TABLE deadline_lines AS SELECT p.profile_id, p.stage, p.case_id, s.* EXCLUDE (signature_id) "
        "FROM sla_profile_cases AS p JOIN sla_signatures AS s ON s.signature_id = p.signature_id"
    )


def table(
    con: duckdb.DuckDBPyConnection, table_name: str, columns: dict[str, str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Write a temporary table from Python rows, one bulk statement."""
    body = ", ".join(f"{name(column)} {kind}" for column, kind in columns.items())
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name(table_name)} ({body})")
    if rows:
        values = [list(column) for column in zip(*rows, strict=True)]
        unnested = ", ".join(f"unnest(?::{kind}[])" for kind in columns.values())
        con.execute(f"INSERT INTO {name(table_name)} SELECT {unnested}", values)


def _line(line: Line, plan: Plan, calendars: dict[str, int]) -> tuple[Any, ...]:
    due, zone = line.due_time, plan.policy.zone
    hour = (starts_of(line), line.amount or 0)
    return (
        line.stage,
        stage_of(line),
        line.priority,
        len(line.select),
        line.start,
        start_key(line),
        line.after,
        plan.signatures.index(Signature.of(line)) + 1,
        line.amount,
        line.unit,
        line.amount if line.amount_after_cutoff is None else line.amount_after_cutoff,
        line.cutoff,
        None if line.cutoff is None else plan.cutoffs.index(line.cutoff) + 1,
        stage_of(line) in plan.windowed,
        plan.hours.index(hour) + 1 if plan.needs_due_day(line) else None,
        calendars.get(line.calendar or "", 0),
        line.handling,
        line.handling_default,
        line.handling_min,
        line.handling_max,
        line.extension_cap,
        86399 - (due.hour * 3600 + due.minute * 60 + due.second),
        line.day_0,
        line.is_exact,
        60 * line.grace_minutes,
        None if line.fixed_at is None else utc(line.fixed_at, zone),
        line.only_when_started,
    )


def _why(line: Line, policy: Policy, version: str) -> str:
    """Return the part of `why` that all orders of a line share: a JSON object without its closing brace."""
    said: dict[str, Any] = {
        "policy": policy.id,
        "version": version,
        "line": line.id,
        "sources": line.sources,
        "addresses": [policy.sources[key].address for key in line.sources if policy.sources[key].address],
        "confidence": line.confidence,
        "assessed": line.assessed,
        "start": line.start,
    }
    if line.start_else is not None:
        said["start_else"] = line.start_else
    if line.fixed_at is not None:
        said["duration"] = f"until {line.fixed_at.isoformat(sep=' ')}"
    elif line.amount is not None:
        said["duration"] = f"{'handling time + ' if line.handling else ''}{line.amount} {line.unit}"
    if line.after is not None:
        said["after"] = line.after
    if line.grace_minutes:
        said["grace_minutes"] = line.grace_minutes
    if line.calendar is not None:
        said["calendar"] = line.calendar
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))[:-1]


def _windows(policy: Policy) -> list[tuple[Any, ...]]:
    return [
        (
            window.title,
            window.mode,
            window.reason,
            *window_bounds(window, policy.zone),
            list(window.stages),
            window.market,
            window.warehouse,
            window.handover,
            window.states or None,
            window.warehouse_states or None,
            window.action,
            window.amount,
            window.unit,
            None if window.fixed_at is None else utc(window.fixed_at, policy.zone),
            window.proof or None,
            in_force(window, policy.zone),
        )
        for window in policy.windows
    ]


def in_force(window: Window, zone: str) -> bool:
    """Return whether a notice holds for this seller: for everybody, or opted into in time."""
    if window.automatic or window.opted_in_at is None:
        return window.automatic
    asked = first_moment(window.opted_in_at, zone)
    return window.opt_in_until is None or asked <= last_moment(window.opt_in_until, zone)


def _text(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else value
