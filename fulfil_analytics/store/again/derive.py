"""Deriving again: what is touched, the part, and putting it back in one transaction."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from fulfil_analytics.reference import install_places
from fulfil_analytics.schemas import words
from fulfil_analytics.sql import Given, Value, fill, made_by, read_sql, run_script
from fulfil_analytics.store.again.part import Part, part_of
from fulfil_analytics.store.derive import build_model, build_tracks, install_rest_holidays_of, run_model
from fulfil_analytics.store.record import Basis, Record, facts_of, put_record, read_record

if TYPE_CHECKING:
    from fulfil_analytics.store.database import Store

MOST = 0.3
"""Share of touched orders above which everything is derived anew: it costs less."""
_NOTHING = "SELECT 1 AS none WHERE FALSE"


@dataclass(frozen=True)
class Touched:
    """How much was derived again.

    Attributes
    ----------
    orders : int
        Orders derived again.
    of : int
        Orders of the store.
    remade : frozenset of str
        Tables of single orders that were made anew for all of them.
    """

    orders: int
    of: int
    remade: frozenset[str] = frozenset()


@cache
def tables() -> dict[str, dict[str, Any]]:
    """Return how each derived table is made again: ``tables.toml``."""
    text = files("fulfil_analytics.store").joinpath("again/tables.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def derive_again(store: Store, basis: Basis, before: Callable[[Part], None] | None = None) -> Touched | None:
    """Bring orders, parcels, journeys and all else that the model derives up to date, where only a part is touched.

    Parameters
    ----------
    store : Store
        A store with a name; on its connection the places and carriers are installed.
    basis : Basis
        What the tables are to stand on.
    before : callable, optional
        Is given the part, which knows the touched orders, while the store's tables are still as they were.

    Returns
    -------
    Touched or None
        None: nothing was changed, and everything is to be derived anew.
    """
    record = read_record(store)
    if record is None or record.fingerprint != basis.fingerprint():
        return None
    present = {file for (file,) in store.rows("SELECT source_file FROM source_files")}
    if not present.issuperset(record.files):
        return None
    with part_of(store) as part:
        part.run("touched", known=list(record.files) or [""], **_span(record.as_of, basis.as_of))
        if not part.close_over_numbers():
            return None
        known = int(store.one("SELECT count(*) FROM orders"))
        if part.count("touched_orders") > MOST * known:
            return None
        facts = _derive_part(part, basis, record)
        if facts is None:
            return None
        _find_runs(part, basis)
        if before is not None:
            before(part)
        remade = _put_back(part, basis, facts, present)
        return Touched(part.count("orders"), int(store.one("SELECT count(*) FROM orders")), remade)


def _span(one: dt.datetime, other: dt.datetime) -> dict[str, Value]:
    return {"from": min(one, other), "until": max(one, other)}


def _derive_part(part: Part, basis: Basis, record: Record) -> dict[str, Any] | None:
    """Run the model over the part; None where a fact of the whole has changed, so that every order is touched."""
    store = part.store
    part.cut()
    given = _of_the_whole(part, basis.as_of)
    build_model(store, basis.carriers, basis.as_of, given)
    countries = {market for (market,) in store.rows(part.text("countries"))}
    covered = [carrier for (carrier,) in store.rows("SELECT carrier_key FROM covered_carriers")]
    facts = facts_of(part.whole, basis.as_of, countries, covered)
    if facts != record.facts:
        return None
    install_places(store.con, countries, basis.places)
    build_tracks(store, basis.policy, basis.as_of, given, keep_moves=True)
    part.run("places")
    if part.count("gone_places"):
        part.run("places_left")
    return facts


def _of_the_whole(part: Part, as_of: dt.datetime) -> Given:
    """Return what only the whole tells, or comes later: SELECTs in place of the model's own."""
    whole = part.names["whole"]

    def over_whole(file: str, made: str, read: str) -> str:
        script = fill(read_sql("fulfil_analytics.store", f"model/{file}.sql"), {"as_of": as_of})
        return made_by(script, made).partition(" AS\n")[2].replace(f" {read}", f" {whole}.main.{read}")

    return {
        "covered_carriers": part.text("covered", as_of=as_of),
        "tracking_period": over_whole("30_journeys", "tracking_period", "tracking_events"),
        "file_reach": over_whole("75_records", "file_reach", "loaded_order_lines"),
        "orders_known": "SELECT NULL::TIMESTAMP AS first_created_at, NULL::TIMESTAMP AS last_exported_at",
        "shared_scans": _NOTHING,
        "track_runs": _NOTHING,
        "rest_days": _NOTHING,
    }


def _find_runs(part: Part, basis: Basis) -> None:
    """Find the runs of scans of the touched parcels and of those that share scans with them."""
    part.run("runs")
    part.look("ways", "main")
    script = fill(
        read_sql("fulfil_analytics.store", "model/60_tracks.sql"), {"as_of": basis.as_of, "zone": basis.policy.zone}
    )
    for table in ("numbered_parcels", "numbered_files", "moves", "shared_scans"):
        part.store.con.execute(made_by(script, table))
    part.run("runs_of_part")
    part.store.con.execute("DROP TABLE moves")


def _put_back(part: Part, basis: Basis, facts: Mapping[str, Any], present: set[str]) -> frozenset[str]:
    """Put the part's rows in the place of the old ones, and make anew what looks across groups; all or nothing.

    Returns the tables of single orders that were made anew for all of them.
    """
    store = part.whole
    basis.carriers.install(store.con)
    store.con.begin()
    try:
        learned = _weights_are_learned(store)
        for table, key in tables()["put_back"].items():
            if not (learned and table in tables()["learned"]["80_weights"]):
                _put_table(part, table, key)
        run_script(store.con, part.text("put_runs"))
        _make_whole(store, basis, learned=learned)
        run_script(store.con, part.text("derived_again"))
        put_record(store.con, basis, dict(facts), present)
        store.con.commit()
        return frozenset(table for made in tables()["learned"].values() for table in made) if learned else frozenset()
    except BaseException:
        store.con.rollback()
        raise


_GONE = {
    "order_id": "order_id IN (FROM part.main.touched_orders)",
    "parcel_id": "parcel_id IN (FROM part.main.touched_parcels)",
    "waybill": "waybill IN (FROM part.main.touched_numbers)",
    "label": "(source_file, source_line) IN (SELECT (source_file, source_line) FROM part.main.touched_labels)",
    "place": "place_id IN (FROM part.main.gone_places)",
}
_COME = {"place": "WHERE place_id NOT IN (SELECT place_id FROM track_places)"}


def _put_table(part: Part, table: str, key: str) -> None:
    name = part.names["part"]
    con = part.whole.con
    con.execute(f"DELETE FROM {table} WHERE {_GONE[key].replace('part.', f'{name}.')}")
    con.execute(f"INSERT INTO {table} BY NAME SELECT * FROM {name}.main.{table} {_COME.get(key, '')}")


def _weights_are_learned(store: Store) -> bool:
    """Tell whether a line has no weight anywhere: what a unit weighs is then learned from parcels."""
    return bool(store.one(read_sql("fulfil_analytics.store", "again/learned.sql")))


def _make_whole(store: Store, basis: Basis, *, learned: bool) -> None:
    """Make the tables that look across groups anew, each by the model's own statement."""
    values: dict[str, Value] = {
        "as_of": basis.as_of,
        "zone": basis.policy.zone,
        "scan_statuses": list(words.SCAN_STATUS),
    }
    run_model(store, "10_lines", values)
    install_rest_holidays_of(store, basis.policy, basis.as_of)
    run_script(store.con, read_sql("fulfil_analytics.store", "again/moves.sql"))
    wanted = {**(tables()["learned"] if learned else {}), **tables()["whole"]}
    for file, made in wanted.items():
        script = fill(read_sql("fulfil_analytics.store", f"model/{file}.sql"), values)
        for table in made:
            store.con.execute(made_by(script, table))
