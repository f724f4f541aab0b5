"""Building the derived tables (orders, parcels, journeys, parcel_events) for one as-of moment."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import TYPE_CHECKING

from fulfil_analytics.reference.placeholders import placeholders
from fulfil_analytics.schemas import words
from fulfil_analytics.sql import Given, Value, fill, read_sql, run_script
from fulfil_analytics.store.record import forget_record

if TYPE_CHECKING:
    import duckdb

    from fulfil_analytics.policy import Policy
    from fulfil_analytics.reference import CarrierBook
    from fulfil_analytics.store.database import Store

TIMES = {
    "order_lines": (
        "created_at",
        "paid_at",
        "rts_at",
        "shipped_at",
        "delivered_at",
        "cancel_requested_at",
        "cancelled_at",
        "updated_at",
    ),
    "tracking_events": ("event_at",),
}


_FEW = 50_000
_THREADS = "SELECT current_setting('threads')"


def latest_time(store: Store) -> dt.datetime | None:
    """Return the latest time that the exports and the tracking tell of (UTC), the default as-of moment.

    Deadlines, release dates and windows lie ahead by nature and do not count.
    """
    parts = " UNION ALL ".join(
        f"SELECT greatest({', '.join(f'max({column})' for column in columns)}) AS t FROM {table}"
        for table, columns in TIMES.items()
    )
    latest: dt.datetime | None = store.one(f"SELECT max(t) FROM ({parts})")
    return latest


def small(store: Store) -> bool:
    """Tell whether planning, which one thread does, is most of the cost: then two things are done at a time.

    Of a large store one thing alone uses the cores better, and half the memory.
    """
    return few_orders(store) and int(store.one(_THREADS)) > 1


def few_orders(store: Store) -> bool:
    """Tell the same by the orders alone, for what must not depend on the machine."""
    return int(store.one("SELECT count(*) FROM orders")) <= _FEW


def build_model(store: Store, carriers: CarrierBook, as_of: dt.datetime, given: Given | None = None) -> None:
    """Derive orders, parcels, journeys and parcel_events as they were known at `as_of` (UTC, without zone).

    Beside them, for rules: ``order_quantities``, ``stock_needs``, ``open_orders``, ``order_inputs``,
    ``record_conflicts``, ``stray_waybills``, ``order_weights`` and ``order_contents``. `given` tables are taken as they
    are: a store that holds a part of the data cannot tell what all of it says.
    """
    values: dict[str, Value] = {"as_of": as_of, "scan_statuses": list(words.SCAN_STATUS)}
    if given is None:
        forget_record(store)  # what is about to change stands on nothing until all of it is there
    carriers.install(store.con)
    for table in ("parcels", "journeys", "orders"):
        store.con.execute(f"DELETE FROM {table}")
    run_model(store, "10_lines", values, given)
    numbers = (
        "SELECT c.carrier, l.waybill FROM lines AS l JOIN carrier_of AS c ON c.carrier_as_given = l.carrier_as_given"
    )
    carriers.zeros_lost(store.con, source=f"({numbers} WHERE l.waybill IS NOT NULL)")
    for file in ("20_parcel_base", "30_journeys", "40_orders"):
        run_model(store, file, values, given)
    carriers.check(store.con, source="(SELECT DISTINCT carrier, waybill FROM parcel_base WHERE NOT waybill_damaged)")
    carriers.fits(store.con, source="(SELECT waybill FROM waybill_checks WHERE outcome = 'bad')")
    run_model(store, "50_parcels", {**values, **asdict(placeholders())}, given)
    for file in ("70_stock", "75_records", "80_weights", "85_contents"):
        run_model(store, file, values, given)


def build_tracks(
    store: Store, policy: Policy, as_of: dt.datetime, given: Given | None = None, *, keep_moves: bool = False
) -> None:
    """Derive what rules about a parcel's way read; needs the model and the tables of places.

    Tables: ``track_places``, ``track_steps``, ``tracks``, ``track_runs``, ``rest_days``, ``destination_names``,
    ``origin_names``, ``masked_places``, ``masked_labels`` and ``order_days``. Days are local days of the policy's zone.
    `given` as for :func:`build_model`. The temporary table ``moves``, the largest of all, goes unless `keep_moves`.
    """
    if given is None or "rest_days" not in given:
        install_rest_holidays_of(store, policy, as_of)
    run_model(store, "60_tracks", {"as_of": as_of, "zone": policy.zone}, given)
    if not keep_moves:
        store.con.execute("DROP TABLE moves")
    for file in ("62_destinations", "63_masks"):
        run_model(store, file, {}, given)
    run_model(store, "65_days", {"zone": policy.zone}, given)


def install_rest_holidays_of(store: Store, policy: Policy, as_of: dt.datetime) -> None:
    """Write the temporary table ``rest_holidays`` for the years of the parcels' events."""
    years: tuple[int, int] | None = store.one("SELECT (year(min(event_at)), year(max(event_at))) FROM parcel_events")
    install_rest_holidays(store.con, policy, *(years if years and years[0] else (as_of.year, as_of.year)), as_of)


def install_rest_holidays(
    con: duckdb.DuckDBPyConnection, policy: Policy, first_year: int, last_year: int, as_of: dt.datetime
) -> None:
    """Write the temporary table ``rest_holidays``: public holidays of each calendar that a carrier keeps."""
    con.execute("CREATE OR REPLACE TEMP TABLE rest_holidays (calendar VARCHAR, day DATE)")
    wanted = con.execute(
        "SELECT DISTINCT rest_holidays FROM carriers WHERE rest_holidays NOT IN ('market', 'none')"
    ).fetchall()
    for calendar in ("market", *(name for (name,) in wanted)):
        days = _holidays(calendar, policy, first_year - 1, max(last_year, as_of.year) + 1)
        con.execute("INSERT INTO rest_holidays SELECT ?, unnest(?::DATE[])", [calendar, sorted(days)])


def _holidays(calendar: str, policy: Policy, first_year: int, last_year: int) -> set[dt.date]:
    """Return the public holidays of a country, or of the policy (the rest days of all its calendars together)."""
    from fulfil_analytics.policy.calendar import holiday_days

    if calendar != "market":
        return set(holiday_days(calendar, True, first_year, last_year))
    return {
        day
        for one in policy.calendars.values()
        for day in {*holiday_days(one.holidays, one.observed, first_year, last_year), *one.add} - {*one.remove}
    }


def run_model(store: Store, file: str, values: dict[str, Value], given: Given | None = None) -> None:
    """Run a file of ``store/model``."""
    run_script(store.con, fill(read_sql("fulfil_analytics.store", f"model/{file}.sql"), values), given)
