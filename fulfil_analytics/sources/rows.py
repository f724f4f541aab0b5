"""Opens a recognised file as canonical rows."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fulfil_analytics.errors import UsageError
from fulfil_analytics.privacy import Privacy
from fulfil_analytics.sources import lookups
from fulfil_analytics.sources.canonical import Reading, Select
from fulfil_analytics.sources.identify import Recognised, free, open_raw
from fulfil_analytics.sources.market import market_counts
from fulfil_analytics.sources.study import settled_order

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_TRIGGER = re.compile(r"(?<!\d)(20\d\d)-(\d\d)-(\d\d)-(\d\d)[_:.-](\d\d)(?!\d)")
AHEAD = re.compile(r".*_due_at|auto_cancel_.*|release_at|restock_at|from_at|to_at|fixed_at")
"""Times that may lie ahead of the export; they do not tell when it was made."""


class Rows:
    """The canonical rows of one file; use it in a ``with`` block.

    Whoever stores the rows calls ``recognised.source.refuse_change()`` before the last word: reading takes time. An
    error of DuckDB while the SELECT runs may show a line of the file; it is not to be shown.

    Attributes
    ----------
    select : str
        SELECT of the table's columns in model order and ``_problems VARCHAR[]``, in the order of the file. It can be
        run any number of times, on the connection it was opened with.
    table : str
        Table the rows belong to.
    zone : str
        Zone that local times were read with.
    """

    def __init__(
        self,
        con: DuckDBPyConnection,
        recognised: Recognised,
        reading: Reading,
        shop: str | None,
    ) -> None:
        self._con = con
        self._recognised = recognised
        self._reading = reading
        self._raw = open_raw(con, recognised, whole=True)
        self.select = Select(
            self._raw, recognised.format, reading, source_file=recognised.source.shown, shop=shop
        ).sql()
        self.table = recognised.format.table
        self.zone = recognised.format.time.zone or reading.zone

    def rows_in(self) -> int:
        """Return the number of data rows of the file, those that cannot be read among them."""
        return self._recognised.rows

    @property
    def moments(self) -> tuple[str, ...]:
        """Columns of the SELECT that tell when the file was exported where its name does not: times that lie behind."""
        return () if self._by_name() else tuple(self._seen())

    def exported_at(self, latest: datetime | None) -> datetime:
        """Return when the file was exported, UTC: by its name, else by the latest time in it, else its time of change.

        The time in a name is local time of the shop. Deadlines and other times ahead do not count.

        Parameters
        ----------
        latest : datetime, optional
            The latest time in the columns :attr:`moments`, UTC without zone.
        """
        return self._by_name() or latest or self._recognised.source.modified_at

    def _by_name(self) -> datetime | None:
        source = self._recognised.source
        match = _TRIGGER.search(source.shown.rpartition("/")[2])
        if match:
            try:
                year, month, day, hour, minute = map(int, match.groups())
                local = datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(self.zone))
                return local.astimezone(UTC).replace(tzinfo=None)
            except ValueError:
                pass
        return None

    def _seen(self) -> list[str]:
        return [
            name
            for name, spec in self._recognised.format.columns.items()
            if spec.type in ("time", "epoch")
            and not name.startswith("_")
            and self._raw.columns.get(name)
            and not AHEAD.fullmatch(name)
        ]

    def close(self) -> None:
        """Free what the rows stand on."""
        free(self._con, self._raw)

    def __enter__(self) -> Rows:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_rows(
    con: DuckDBPyConnection,
    recognised: Recognised,
    *,
    zone: str,
    shop: str | None = None,
    privacy: Privacy,
    date_order: str = "",
) -> Rows:
    """Open a recognised file.

    Parameters
    ----------
    con : DuckDBPyConnection
        Connection that will run the SELECT; macros are made in it and its TimeZone becomes UTC.
    recognised : Recognised
        What :func:`identify` found.
    zone : str
        IANA zone of times without offset.
    shop : str, optional
        Shop of the rows where the file has no such column.
    privacy : Privacy
        What becomes of names, phones and streets.
    date_order : {"", "day-first", "month-first"}
        The user's word for a file whose cells do not tell; blank: as the layout has it.

    Raises
    ------
    InputError
        Dates that can be read both ways, and nothing settles it.
    UsageError
        A `date_order` or `zone` that is none.
    """
    if date_order not in ("", "day-first", "month-first"):
        raise UsageError(f"--dates {date_order} is not known", remedy="Write day-first or month-first")
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise UsageError(f"no time zone {zone}", remedy="Write an IANA name such as America/Los_Angeles") from None
    lookups.install(con, privacy)
    layout, found = recognised.format, recognised.study
    order = settled_order(found, layout, date_order, recognised.source.shown)
    currency = lookups.currency_of(layout.market)
    reading = Reading(
        zone=zone,
        times=found.times_of(order),
        plain_times=found.plain_times,
        zeros_are_damage=found.zeros_are_damage,
        market=layout.market,
        point="unknown" if not currency else "thousands" if lookups.is_whole(currency) else "decimal",
    )
    return Rows(con, recognised, reading, shop)


def markets(con: DuckDBPyConnection, recognised: Recognised) -> dict[str, int]:
    """Return how many rows of a file show which market: by their country, else the layout, else their currency.

    Rows that show none are left out. One pass over a few columns, unless :func:`identify` saw it already.
    """
    lookups.prepare(con)
    if recognised.format.kind != "orders":
        return {}
    if recognised.markets is not None:
        return dict(recognised.markets)
    raw = open_raw(con, recognised)
    try:
        counted = market_counts(con, raw, recognised.format, "source_line")
    finally:
        free(con, raw)
    return {market: rows for market, rows, _ in counted if market is not None}
