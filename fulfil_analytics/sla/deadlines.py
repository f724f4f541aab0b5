"""Deadlines of every order, stage and mode, in SQL over the whole table at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from fulfil_analytics.errors import InputError
from fulfil_analytics.policy.model import Policy
from fulfil_analytics.schemas.words import SLA_MODE, STAGE
from fulfil_analytics.sla import tables
from fulfil_analytics.sla.metrics import with_metric_clocks
from fulfil_analytics.sla.moments import naive_utc
from fulfil_analytics.sla.plan import Plan, mark
from fulfil_analytics.sla.profiles import write_profiles
from fulfil_analytics.sql import Value, fill, literal, name, read_sql

if TYPE_CHECKING:
    import duckdb

OUTCOMES = ("on_time", "late", "open", "overdue", "uncounted", "cancelled", "unproven")
"""What the numbers of ``outcome.sql`` mean. The last three are ``not_applicable`` in ``deadlines``."""
DAYS_PER_UNIT = 2
"""No calendar rests so often that a business day takes more than this many days, a month of closure aside."""


class Bounds(NamedTuple):
    """What the deadlines of one order need to know of all orders.

    Attributes
    ----------
    first_created, last_created : datetime, optional
        Of the orders; null when there is none.
    last_start : datetime, optional
        The latest moment that can start a clock.
    handling_days : int, optional
        The longest handling time that an order states.
    paid_known : bool
        Whether the exports have payment times at all.
    """

    first_created: dt.datetime | None
    last_created: dt.datetime | None
    last_start: dt.datetime | None
    handling_days: int | None
    paid_known: bool


def bounds_of(con: duckdb.DuckDBPyConnection) -> Bounds:
    """Return the bounds of table ``orders``."""
    row = con.execute(read_sql("fulfil_analytics.sla", "bounds.sql")).fetchone()
    return Bounds(*row) if row else Bounds(None, None, None, None, False)


def build_deadlines(
    con: duckdb.DuckDBPyConnection,
    policy: Policy,
    as_of: dt.datetime,
    bounds: Bounds | None = None,
    touched: str | None = None,
    *,
    settled: bool = False,
) -> None:
    """Write ``deadlines``: when each stage of each order was due under each mode, and how it came out.

    Reads ``orders`` and ``sla_windows``. Writes the tables ``deadline_orders`` (one row an order: its times and its
    profile), ``deadline_profiles`` (one row a profile), ``deadline_lines`` (one row a profile and stage: which case,
    which clock) and ``deadline_cases`` (one row a combination of line, days and windows). Over them stand the views
    ``deadline_clocks`` and ``deadline_modes`` (one row an order and stage) and ``deadlines``, one row an order, stage
    and mode, with the columns of :class:`fulfil_analytics.schemas.derived.Deadlines`; view ``order_deadlines`` is what
    rules ask of it, one row an order and stage, and ``cancel_deadlines`` the next time at which the platform cancels an
    order.

    Parameters
    ----------
    con : DuckDBPyConnection
        The store's connection.
    policy : Policy
        The policy whose lines govern; its zone is that of all local days.
    as_of : datetime
        The moment the audit speaks for. Without zone it is UTC.
    bounds : Bounds, optional
        Those of all orders, where `con` holds a part of them.
    touched : str, optional
        Table of the orders to read again, where the others' times and facts are known to be the same as before; see
        :func:`fulfil_analytics.sla.profiles.write_profiles`.
    settled : bool
        Make ``deadline_modes`` and ``deadlines`` tables: of a few orders their rows cost less than planning them anew.

    Raises
    ------
    InputError
        A window of the input cannot be meant: it ends before it starts, or does not say by how much.
    """
    moment = naive_utc(as_of)
    policy = with_metric_clocks(policy)
    _check_windows(con)
    bounds = bounds or bounds_of(con)
    years = years_of(con, policy, bounds, moment)
    tables.install_windows(con, policy)
    tables.install_calendars(con, policy, *years)
    macros = tables.install_local_time(con, policy.zone, *years)
    values: dict[str, Value] = {
        "as_of": moment,
        "policy": policy.id,
        "buffer": policy.holiday_reading == "buffer",
        "stacked": policy.stacking == "sum",
        "first_order": bounds.first_created,
        "last_order": bounds.last_created,
        "paid_known": bounds.paid_known,
        "stages": STAGE,
    }
    _run(con, "windows", values)
    macros += tables.install_segments(con)
    plan = Plan(policy, *_windowed(con), moment)
    tables.install_lines(con, plan)
    _drop(con, "order_deadlines", "deadlines", "deadline_modes", "deadline_clocks", "deadline_cases")
    write_profiles(con, plan, values, macros, touched)
    marks = plan.marks()
    for step in ("window_sets", "cases", "standard"):
        _run(con, step, values, marks)
    for step in ("buffer", "modes", "reasons"):
        _run(con, step, values)
    con.execute(
        "CREATE TABLE deadline_cases AS "
        "SELECT *, '' AS confidence, TRUE AS assessed, FALSE AS one_due FROM sla_told LIMIT 0"
    )
    _run(con, "deadline_cases", values)
    if plan.chained:
        for step in ("chain", "standard", "buffer", "modes", "reasons", "chained", "deadline_cases"):
            _run(con, step, values)
    choices, numbers = plan.clocks()
    tables.install_clocks(con, numbers)
    _run(con, "clock", values, choices)
    outcome = fill(read_sql("fulfil_analytics.sla", "outcome.sql"), values)
    more = "to_seconds(1 + grace_seconds)" if plan.grace else "INTERVAL 1 SECOND"
    ends = {f"outcome due_{m}": mark(outcome, {"end": f"(due_{m} + {more})"}) for m in SLA_MODE}
    told = {"why": "why", "by_platform": "by_platform", "has_due": "due IS NOT NULL", "reason": reason("code")}
    told = {"told": mark(read_sql("fulfil_analytics.sla", "why.sql"), told)}
    reasons = {f"reason {code}": reason(code) for code in ("code_standard", "code_effective")}
    listed = {"kind": "TABLE" if settled else "VIEW", "outcomes": f"[{', '.join(map(literal, OUTCOMES))}]"}
    _run(con, "views", values, {**listed, **ends, **told, **reasons})
    # where no order has two such stages, there is nothing to compare
    both = _count(con, "SELECT count(DISTINCT stage) FROM deadline_lines WHERE starts_with(stage, 'auto_cancel_')") > 1
    first = read_sql("fulfil_analytics.sla", "cancel_deadlines_first.sql") if both else ""
    _run(con, "cancel_deadlines", values, {"first": first})


def reason(code: str) -> str:
    """Return the SQL that tells why a stage whose outcome is number `code` has no deadline that counts, or null."""
    return mark(read_sql("fulfil_analytics.sla", "reason.sql"), {"code": code})


def prepare_local_time(con: duckdb.DuckDBPyConnection, policy: Policy, as_of: dt.datetime) -> None:
    """Define ``sla_local(t)`` on a connection that :func:`build_deadlines` did not run on; rates need it."""
    tables.install_local_time(con, policy.zone, *years_of(con, policy, bounds_of(con), naive_utc(as_of)))


def _run(
    con: duckdb.DuckDBPyConnection, step: str, values: Mapping[str, Value], marks: Mapping[str, str] | None = None
) -> None:
    con.execute(mark(fill(read_sql("fulfil_analytics.sla", f"{step}.sql"), values), marks or {}))


def _windowed(con: duckdb.DuckDBPyConnection) -> tuple[frozenset[str], frozenset[str], bool]:
    """Return stages that windows in force concern, those to which one adds business days, whether one names states."""
    rows = con.execute(
        "SELECT DISTINCT unnest(stages), coalesce(action = 'add' AND unit = 'business_day', FALSE), "
        "coalesce(states, warehouse_states) IS NOT NULL FROM sla_windows_all"
    ).fetchall()
    windowed, extended = (frozenset(s for s, adds, _ in rows if adds or not only) for only in (False, True))
    return windowed, extended, any(named for *_, named in rows)


def years_of(con: duckdb.DuckDBPyConnection, policy: Policy, bounds: Bounds, as_of: dt.datetime) -> tuple[int, int]:
    """Return the years the calendars must hold: those of the orders, and as far on as a deadline can reach."""
    if bounds.first_created is None or bounds.last_start is None:
        return dt.date.min.year, dt.date.min.year
    first, last, handling = bounds.first_created.year, bounds.last_start.year, bounds.handling_days
    added = _count(con, "SELECT coalesce(sum(amount), 0) FROM sla_windows WHERE unit <> 'hour'")
    added += sum(window.amount or 0 for window in policy.windows if window.unit != "hour")
    closed = _count(con, "SELECT coalesce(sum(date_diff('day', from_at, to_at) + 1), 0) FROM sla_windows")
    longest = max(max(line.amount or 0, line.amount_after_cutoff or 0) for line in policy.lines)
    # a line may follow another stage's
    reach = (2 * longest + (handling or 0) + added) * DAYS_PER_UNIT + closed + 60
    return first - 1, max(last, as_of.year) + 1 + reach // 365


def _check_windows(con: duckdb.DuckDBPyConnection) -> None:
    found = con.execute(read_sql("fulfil_analytics.sla", "window_faults.sql")).fetchone()
    if found is not None:
        file, line, column, fault, remedy = found
        raise InputError(fault, file=file, line=line, column=column, remedy=remedy)


def _count(con: duckdb.DuckDBPyConnection, query: str) -> int:
    row = con.execute(query).fetchone()
    return int(row[0]) if row else 0


def _drop(con: duckdb.DuckDBPyConnection, *names: str) -> None:
    """Make room for views, whether tables or views of their names stand there."""
    found = con.execute(
        "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = 'main' "
        f"AND table_catalog = current_database() AND table_name IN {literal(names)}"
    ).fetchall()
    for table, kind in found:
        con.execute(f"DROP {'VIEW' if kind == 'VIEW' else 'TABLE'} {name(table)}")
