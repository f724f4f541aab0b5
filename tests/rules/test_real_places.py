"""destination_mismatch against the reference tables themselves: what is one place in the US, and what is not."""

from __future__ import annotations

import datetime as dt

import pytest

from fulfil_analytics.engines import DuckDBEngine, install_prelude
from fulfil_analytics.reference import install_places
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.rulebook import judge
from fulfil_analytics.rulebook.load import read_rule
from fulfil_analytics.rulebook.tables import REFERENCE
from fulfil_analytics.schemas import TABLES, create_table

SAME = [
    (("90012", "Los Angeles", "CA"), ("90012-1234", "LOS ANGELES", "California")),
    (("90012", "Los Angeles", "CA"), ("90089", "VERNON", "CA")),
    (("90028", "Hollywood", "CA"), (None, "LOS ANGELES", "CA")),
    (("63101", "St. Louis", "Missouri"), (None, "SAINT LOUIS", "MO")),
    (("10001", "NYC", "NY"), (None, "New York", "NY")),
    (("11201", "Brooklyn", "NY"), ("10001", "Brooklyn", "New York")),
    ((None, "San José", "CA"), (None, "SAN JOSE", "CA")),
    ((None, "Ｄａｌｌａｓ", "TX"), (None, "Dallas", "Texas")),
    ((None, "Washington", "District of Columbia"), (None, "WASHINGTON", "DC")),
    ((None, "Coeur d'Alene", "ID"), (None, "COEUR D ALENE", "ID")),
    (("7030", "Hoboken", "NJ"), ("07030", "Jersey City", None)),
    (("83814", None, None), ("83815", None, None)),
    (("15213", "Pittsburg", "Pennsylvania"), (None, "PITTSBURGH", "PA")),
    (("10001", "纽约", "NY"), (None, "NEW YORK", "NY")),
    (("11201", "New York", "NY"), (None, "BROOKLYN", "NY")),
    (("90012", "Los Angeles, CA", "CA"), (None, "LOS ANGELES", "CA")),
    (("90012", "洛杉矶", "加利福尼亚州"), ("91311", "LOS ANGELES", "CA")),
    ((None, "PITTSBURGH", "PA"), ("15213", "Pittsburg", "PA")),
]
DIFFERENT = [
    (("90012", "Los Angeles", "CA"), ("10001", "New York", "NY"), "postal_code"),
    (("62701", "Springfield", "IL"), ("01101", "Springfield", None), "postal_code"),
    (("63101", "Saint Louis", "MO"), (None, "Saint Paul", "MN"), "city"),
    ((None, "Portland", "OR"), (None, "Portland", "ME"), "city"),
    ((None, None, "Montana"), (None, None, "MO"), "state"),
    (("90012", None, None), ("9001", None, None), "postal_code"),
    (("90012", "洛杉矶", "CA"), (None, "SAN FRANCISCO", "CA"), "city"),
    (("90012", "Los Angeles", "CA"), (None, "LONG BEACH", "CA"), "city"),
    (("10001", "纽约", "NY"), ("90012", "LOS ANGELES", "CA"), "postal_code"),
]


@pytest.fixture(scope="module")
def flagged():
    import duckdb

    con = duckdb.connect()
    for table in ("orders", "parcels", "journeys"):
        con.execute(create_table(table, TABLES[table]))
    for table in ("destination_names", "masked_places", "tracks"):
        columns = ", ".join(f"{column} {kind}" for column, kind in REFERENCE[table].items())
        con.execute(f"CREATE TABLE {table} ({columns})")
    install_places(con, {"US"})
    install_prelude(con)
    pairs = [(a, b) for a, b in SAME] + [(a, b) for a, b, _ in DIFFERENT]
    for number, (order, tracked) in enumerate(pairs):
        con.execute(
            "INSERT INTO parcels BY NAME SELECT 'US' AS market, TIMESTAMP '2026-01-01' AS delivered_at, "
            "? AS parcel_id, ? AS postal_code, ? AS city, ? AS state",
            [str(number), *order],
        )
        con.execute(
            "INSERT INTO journeys BY NAME "
            "SELECT ? AS parcel_id, ? AS last_postal_code, ? AS last_city, ? AS last_state",
            [str(number), *tracked],
        )
    rule = read_rule(rules_folder() / "fake_shipment" / "destination_mismatch.sql", "fake_shipment")
    with DuckDBEngine(con) as engine:
        found = engine.batches(judge.bad_rows(rule, dt.datetime(2026, 2, 1)))
        return {pairs[int(row["parcel_id"])]: row["level"] for batch in found for row in batch.to_pylist()}


@pytest.mark.parametrize(("order", "tracked"), SAME)
def test_one_place(flagged, order, tracked):
    assert (order, tracked) not in flagged


@pytest.mark.parametrize(("order", "tracked", "level"), DIFFERENT)
def test_two_places(flagged, order, tracked, level):
    assert flagged.get((order, tracked)) == level
