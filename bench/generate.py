"""Makes big raw exports for the benchmark: ``python bench/generate.py DIR --orders 1000000 --seed 1``.

A made-up US seller's order export in its real layout (byte order mark, CRLF, TABs, multi-line cells, one row a SKU
line, several files) and the tracking template, about six events a parcel, with violations planted at a realistic rate.
All rows are made by DuckDB from the seed, a slice of the orders at a time, so memory does not grow with their number.
The same seed, sizes and DuckDB version give the same bytes. `fulfil sample` makes smaller samples, of every kind.

DIR then holds ``exports/`` (the inputs), with ``--new P`` also ``new/`` (the newest P percent of the orders and the
newest P percent of all events, whosever parcel they are: what the next exports would bring), and ``truth.parquet``
(rule_id, order_id, waybill of what was planted; a planted case may have more true findings that follow from it, such as
a late dispatch after a number nobody scanned).
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import time
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fulfil_analytics.sample.facts_us import US
from fulfil_analytics.sample.layouts import BY_MARKET
from fulfil_analytics.sample.model import Place

HERE = Path(__file__).resolve().parent
END = dt.datetime(2026, 11, 16, 8)
LAST_DAY = dt.date(2026, 11, 15)
ORDERS_A_FILE = 150_000
"""Below the platform's cap of an export; at the cap a file would look cut off."""
TRACKING = "tracking_number,carrier,event_time,status,description,location,city,state,postal_code,country,weight_g"


def sql(name: str) -> str:
    """Return the text of a query beside this file."""
    return (HERE / f"generate_{name}.sql").read_text(encoding="utf-8")


def _offset(place: Place) -> int:
    """Return the hours of the place's clock ahead of UTC at the end of the sample."""
    ahead = END.replace(tzinfo=dt.UTC).astimezone(place.zone).utcoffset() or dt.timedelta()
    return round(ahead / dt.timedelta(hours=1))


def prepare(con: duckdb.DuckDBPyConnection, orders: int, seed: int, weeks: int) -> None:
    """Give the connection the facts and the variables that every slice draws from."""
    con.execute(sql("tables"))
    places = sorted(US.places, key=lambda place: place.state in US.remote)
    numbers = {place.postal_code: number for number, place in enumerate(places)}
    for number, place in enumerate(places):
        names = (place.postal_code, place.city, place.state, place.state_name)
        at = (place.latitude, place.longitude, _offset(place), place.state in US.remote)
        con.execute("INSERT INTO given_places VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", [number, *names, *at])
    for number, house in enumerate(US.warehouses):
        con.execute("INSERT INTO given_houses VALUES (?, ?, ?)", [number, house.name, numbers[house.place.postal_code]])
    for number, good in enumerate(US.products):
        words = (good.seller_sku, good.name, good.category, good.variation)
        rest = (good.price_cents, good.weight_g, good.sku_id, good.product_id)
        con.execute("INSERT INTO given_products VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", [number, *words, *rest])
    con.execute("INSERT INTO given_holidays SELECT unnest(?::DATE[])", [sorted(US.holidays)])
    variables = {
        "seed": seed,
        "orders": orders,
        "days": weeks * 7,
        "first_day": LAST_DAY - dt.timedelta(days=weeks * 7 - 1),
        "last_day": LAST_DAY,
        "end_at": END,
        "mainland": sum(place.state not in US.remote for place in places),
    }
    for name, value in variables.items():
        con.execute(f"SET VARIABLE {name} = ?", [value])
    con.execute(sql("setup"))


def catalogue(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write the small reference files."""
    con.execute(f"COPY (SELECT seller_sku, product_name, category, weight_g FROM products) TO '{folder}/products.csv'")
    columns = "name AS warehouse, city, state, zip AS postal_code, 'US' AS country, lat AS latitude, lon AS longitude"
    con.execute(f"COPY (SELECT {columns} FROM houses ORDER BY house) TO '{folder}/warehouses.csv'")


def _lines(con: duckdb.DuckDBPyConnection, query: str, header: str, file: Path, end: str) -> None:
    """Write the one text column of a query as it is, a line a row."""
    text = sql(query).replace("AS line\n", f'AS "{header}"\n')
    how = f"FORMAT csv, HEADER true, QUOTE '', ESCAPE '', DELIMITER '\x01', NEW_LINE '{end}'"
    con.execute(f"COPY ({text}) TO '{file}' ({how})")


def _find_new_from(con: duckdb.DuckDBPyConnection, orders: int, new: float) -> None:
    """Set the moment from which events belong to ``new/``, by the events of a few orders from the whole span."""
    con.execute("SET VARIABLE step = ?", [orders // 20_000 // 2 * 2 + 1])
    con.execute("SET VARIABLE lo = 0")
    con.execute("SET VARIABLE hi = ?", [orders])
    con.execute(sql("slice"))
    con.execute("SET VARIABLE new_from = (SELECT quantile_disc(events.at, ?) FROM events)", [1 - new / 100])
    con.execute("SET VARIABLE step = 1")


def _keep_for_later(con: duckdb.DuckDBPyConnection) -> None:
    """Take the events of ``new/`` out of the slice."""
    con.execute("CREATE TABLE IF NOT EXISTS late_events AS FROM events LIMIT 0")
    con.execute("INSERT INTO late_events FROM events WHERE events.at >= getvariable('new_from')")
    con.execute("DELETE FROM events WHERE events.at >= getvariable('new_from')")


def write_slice(con: duckdb.DuckDBPyConnection, folder: Path, low: int, high: int, copy: int, new: float) -> int:
    """Write the orders from `low` up to `high` and their events; return the number of events."""
    con.execute("SET VARIABLE lo = ?", [low])
    con.execute("SET VARIABLE hi = ?", [high])
    con.execute(sql("slice"))
    if folder.name == "new" and copy == 0:
        con.execute("INSERT INTO events FROM late_events")
    elif folder.name == "exports" and new:
        _keep_for_later(con)
    number = f" ({copy})" if copy else ""
    header = "\ufeff" + ",".join(name for name, _ in BY_MARKET["us"].columns)
    _lines(con, "orders", header, folder / f"All order-{END:%Y-%m-%d}-07_16{number}.csv", "\\r\\n")
    _lines(con, "events", TRACKING, folder / f"tracking-{copy:03}.csv", "\\n")
    con.execute("INSERT INTO truth " + sql("truth"))
    row = con.execute("SELECT count(*) FROM events").fetchone()
    return int(row[0]) if row else 0


def generate(folder: Path, orders: int, seed: int, *, weeks: int = 4, new: float = 0, memory: str = "2GB") -> int:
    """Write a benchmark folder.

    Parameters
    ----------
    folder : Path
        Made when absent; files of the same names are replaced.
    orders : int
        Orders in all, at least 2.
    seed : int
        Another seed, other orders; not negative.
    weeks : int
        Weeks over which the orders are spread, 2 to 30.
    new : float
        Percent of the orders and the events that go to ``new/`` instead of ``exports/``.
    memory : str
        Limit for DuckDB.

    Returns
    -------
    int
        Events written.
    """
    con = duckdb.connect(config={"memory_limit": memory})
    prepare(con, orders, seed, weeks)
    cut = orders - round(orders * new / 200) * 2
    _find_new_from(con, orders, new)
    events = 0
    for name, low, high in (("exports", 0, cut), ("new", cut, orders)):
        if low == high:
            continue
        part = folder / name
        part.mkdir(parents=True, exist_ok=True)
        catalogue(con, part)
        for copy, start in enumerate(range(low, high, ORDERS_A_FILE)):
            events += write_slice(con, part, start, min(start + ORDERS_A_FILE, high), copy, new)
    con.execute(f"COPY (FROM truth ORDER BY ALL) TO '{folder}/truth.parquet'")
    con.close()
    return events


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Makes big raw exports for the benchmark.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--weeks", type=int, default=4)
    parser.add_argument("--new", type=float, default=0, help="percent of orders and events that go to new/")
    told = parser.parse_args()
    start = time.monotonic()
    events = generate(told.folder, told.orders, told.seed, weeks=told.weeks, new=told.new)
    print(f"{told.folder}: {told.orders} orders, {events} events in {time.monotonic() - start:.1f} s")


if __name__ == "__main__":
    main()
