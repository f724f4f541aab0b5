"""What a report looks at: a stretch of days, a shop, and a connection on which the report's own tables stand.

Charts and tables are plain functions over a :class:`View`. The page opens one for its week, the notebook one for the
whole audit; both draw with the same functions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fulfil_analytics.errors import UsageError
from fulfil_analytics.report.facts import Row, query, rows
from fulfil_analytics.report.words import Lang, Words
from fulfil_analytics.sql import Value, fill, read_sql

if TYPE_CHECKING:
    import duckdb

TREND_DAYS = 56
"""So many days before its own the trend of a period shows."""
TREND_OF_ALL = 92
"""So many days back the trend of all orders goes."""
MODES = ("standard", "holiday", "effective")
"""The modes a chart compares; the table of rates has all four."""
STAGES = ("rts", "dispatch", "delivery")
"""The stages charts are made of."""


@dataclass(frozen=True)
class Scope:
    """Which orders a report speaks of: those created on certain local days, of one shop or of all.

    Attributes
    ----------
    first, last : date, optional
        First and last local day, both included; without them all days.
    shop : str, optional
        Only this shop.
    name : str
        How people call it, e.g. ``2026-W46``; empty for all days.
    """

    first: dt.date | None = None
    last: dt.date | None = None
    shop: str | None = None
    name: str = ""

    def before(self) -> Scope:
        """Return the stretch of equal length just before; for all days it is no stretch at all."""
        if self.first is None or self.last is None:
            return Scope(shop=self.shop)
        days = (self.last - self.first).days + 1
        back = dt.timedelta(days=days)
        first, last = self.first - back, self.last - back
        return Scope(first, last, self.shop, _named(first, last))

    def bounds(self, zone: str) -> tuple[dt.datetime, dt.datetime] | None:
        """Return first and last second of the days in `zone`, UTC without zone; None for all days."""
        from zoneinfo import ZoneInfo

        if self.first is None or self.last is None:
            return None
        local = ZoneInfo(zone)
        start = dt.datetime.combine(self.first, dt.time.min, local)
        end = dt.datetime.combine(self.last + dt.timedelta(days=1), dt.time.min, local)
        begins, ends = (moment.astimezone(dt.UTC).replace(tzinfo=None) for moment in (start, end))
        return begins, ends - dt.timedelta(seconds=1)


def read_scope(
    week: str | None = None, start: str | None = None, end: str | None = None, shop: str | None = None
) -> Scope:
    """Return the scope that the options ``--week``, ``--from``, ``--to`` and ``--shop`` name.

    Raises
    ------
    UsageError
        A week or a day that is none, both a week and days, one day without the other, or an end before its start.

    Examples
    --------
    >>> read_scope("2026-W46").before()
    Scope(first=datetime.date(2026, 11, 2), last=datetime.date(2026, 11, 8), shop=None, name='2026-W45')
    """
    from fulfil_analytics.sla.figures import read_week

    if week is not None:
        if start is not None or end is not None:
            raise UsageError("a week and days were given", column="--week", remedy="Give --week, or --from and --to")
        first, last = read_week(week)
        return Scope(first, last, shop, _named(first, last))
    if start is None and end is None:
        return Scope(shop=shop)
    if start is None or end is None:
        missing = "--from" if start is None else "--to"
        raise UsageError("one end of the days is missing", column=missing, remedy="Give both --from and --to")
    first, last = _day(start, "--from"), _day(end, "--to")
    if last < first:
        raise UsageError("the days end before they begin", column="--to", remedy=f"Give a day from {first} on")
    return Scope(first, last, shop, _named(first, last))


def _day(text: str, option: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is not a day", column=option, remedy="Write it like 2026-11-09") from None


def _named(first: dt.date, last: dt.date) -> str:
    year, week, weekday = first.isocalendar()
    if weekday == 1 and (last - first).days == 6:
        return f"{year}-W{week:02}"
    return str(first) if first == last else f"{first} – {last}"


def latest_week(as_of: dt.datetime, zone: str) -> Scope:
    """Return the last ISO week that was over at `as_of` (UTC without zone)."""
    from zoneinfo import ZoneInfo

    today = as_of.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone)).date()
    monday = today - dt.timedelta(days=today.weekday() + 7)
    return Scope(monday, monday + dt.timedelta(days=6), None, _named(monday, monday + dt.timedelta(days=6)))


@dataclass(frozen=True)
class View:
    """An audit as a report looks at it.

    Attributes
    ----------
    con : duckdb.DuckDBPyConnection
        A connection of its own: the report's tables are temporary in it, the audit's tables are only read.
    words : Words
        Language and zone.
    as_of : datetime
        The moment the audit speaks for, UTC without zone.
    scope : Scope
        Which orders it speaks of.
    compared : Scope
        The week (or days) whose change is explained: the scope's own, else the last ISO week that was over.
    policy : mapping
        The plain values of the policy, for windows and lines; may be empty.
    """

    con: duckdb.DuckDBPyConnection
    words: Words
    as_of: dt.datetime
    scope: Scope = Scope()
    compared: Scope = Scope()
    policy: Mapping[str, Any] = field(default_factory=dict)
    _made: set[str] = field(default_factory=set, repr=False)

    def rows(self, name: str, **values: Value) -> list[Row]:
        """Return the rows of a query of ``queries/`` that gives few of them; the tables it names are made first."""
        self._make(query(name, **{**self._values(), **values}))
        return rows(self.con, name, **{**self._values(), **values})

    def one(self, name: str, **values: Value) -> Row:
        """Return the only row of a query."""
        (row,) = self.rows(name, **values)
        return row

    def _values(self) -> dict[str, Value]:
        before = self.compared.before()
        if self.scope.first is None:  # of all days the last that fit a chart and the page's size
            trend = self.words.local(self.as_of).date() - dt.timedelta(days=TREND_OF_ALL)
        else:
            trend = self.scope.first - dt.timedelta(days=TREND_DAYS)
        return {
            "as_of": self.as_of,
            "zone": self.words.zone,
            "shop": self.scope.shop,
            "first": self.scope.first,
            "last": self.scope.last,
            "trend_first": trend,
            "now_first": self.compared.first,
            "now_last": self.compared.last,
            "before_first": before.first,
            "before_last": before.last,
        }

    def _make(self, text: str) -> None:
        """Make the report's tables that `text` names and that are not there yet; each is one file of ``views/``."""
        for table, needed in _TABLES.items():
            if table in text and table not in self._made:
                self._made.add(table)
                for other in needed:
                    self._make(other)
                body = read_sql("fulfil_analytics.report", f"views/{self._file(table)}.sql")
                self.con.execute(fill(body, {**self._values(), "stages": STAGES, "modes": MODES}))

    def _file(self, table: str) -> str:
        """Return which file makes a table; outcomes side by side, where they stand so, are read three times as fast."""
        if table != "seen_counts":
            return table
        wide = "SELECT count(*) FROM information_schema.tables WHERE table_name = 'deadline_modes'"
        return "seen_counts_wide" if self.con.execute(wide).fetchall()[0][0] else table


_TABLES: dict[str, tuple[str, ...]] = {
    "seen_facts": (),
    "seen_orders": ("seen_facts",),
    "seen_findings": ("seen_orders",),
    "seen_placed": ("seen_facts",),
    "seen_counts": ("seen_placed",),
    "seen_parcels": ("seen_orders", "seen_placed"),
}
"""Temporary tables and views of a report, each with those it reads."""


@contextmanager
def view(
    con: duckdb.DuckDBPyConnection,
    *,
    as_of: dt.datetime,
    lang: Lang = "en",
    zone: str = "UTC",
    scope: Scope | None = None,
    policy: Mapping[str, Any] | None = None,
) -> Iterator[View]:
    """Open a view of the audit that `con` holds; the report's tables go when it is closed.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
        Holds the tables of :mod:`fulfil_analytics.schemas` and ``parcel_events``; read only.
    as_of : datetime
        The moment the audit speaks for, UTC without zone.
    lang, zone
        Language and IANA zone of what is shown; days begin in `zone`.
    scope : Scope, optional
        Which orders to speak of; all by default.
    policy : mapping, optional
        ``policy.model_dump()``.

    Raises
    ------
    UsageError
        No order is of the shop that `scope` names.
    """
    scope = scope or Scope()
    with con.cursor() as own:
        own.execute("SET TimeZone = 'UTC'")
        _local_time(own, zone)
        compared = scope if scope.first else latest_week(as_of, zone)
        found = View(own, Words(lang, zone), as_of, scope, compared, policy or {})
        _check_shop(found)
        yield found


def _local_time(con: duckdb.DuckDBPyConnection, zone: str) -> None:
    from fulfil_analytics.sla.tables import install_local_time

    bounds = con.execute("SELECT year(min(created_at)), year(max(created_at)) FROM orders").fetchall()[0]
    install_local_time(con, zone, *((bounds[0] - 1, bounds[1] + 1) if bounds[0] else (dt.MINYEAR, dt.MINYEAR)))


def _check_shop(found: View) -> None:
    from fulfil_analytics.errors import suggest

    if found.scope.shop is None:
        return
    shops = [
        shop for (shop,) in found.con.execute("SELECT DISTINCT shop FROM orders WHERE shop IS NOT NULL").fetchall()
    ]
    if found.scope.shop not in shops:
        raise UsageError(
            f"no order is of shop {found.scope.shop!r}",
            column="--shop",
            remedy=suggest(found.scope.shop, sorted(shops)),
        )
