from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from fulfil_analytics.errors import InputError
from fulfil_analytics.reference import CarrierBook, install_places

GEONAMES = (
    "VN\t100000\tBa Đình\tHà Nội\t44\tQuận Ba Đình\t001\t\t\t21.0341\t105.814\t4\n"
    'VN\t550000\tHải Châu "1"\tĐà Nẵng\t78\t\t\t\t\t16.0471\t108.206\t4\n'
    "TH\t10200\tPhra Nakhon\tBangkok\t40\t\t\t\t\t13.75\t100.49\t4\n"
    "US\t90001\tNot Los Angeles\tCalifornia\tCA\t\t\t\t\t0\t0\t4\n"
)


@pytest.fixture(scope="module")
def us() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        install_places(con, {"US"})
        yield con


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("St. Louis", "SAINT  LOUIS"),
        ("Ft Worth", "fort worth"),
        ("Mt. Vernon", "Mount Vernon"),
        ("N. Las Vegas", "North Las Vegas"),
        ("E St Paul", "East Saint Paul"),
        ("Sault Ste. Marie", "Sault Sainte Marie"),
        ("Winston-Salem", "Winston Salem"),
        ("O'Fallon", "O’Fallon"),
        ("Coeur d'Alene", "COEUR DALENE"),
        ("Coeur d`Alene", "Coeur dAlene"),
        ("Ｎｅｗ　Ｙｏｒｋ", "New York"),
        ("São Paulo", "Sa\u0303o Paulo"),
        ("Đà Nẵng", "da nang"),
        ("Bryn & Bailey", "Bryn and Bailey"),
        ("東京都", " 東京都 "),
        ("Straße", "STRASSE"),
    ],
)
def test_two_ways_to_write_one_place(us: duckdb.DuckDBPyConnection, one: str, other: str) -> None:
    assert us.execute("SELECT fa_place(?) = fa_place(?)", [one, other]).fetchone() == (True,)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Stanton", "Saintanton"),
        ("Portland", "Port Land"),
        ("West", "Wichita"),
        ("Kansas City", "Arkansas City"),
        ("東京", "京都"),
    ],
)
def test_two_places_stay_two(us: duckdb.DuckDBPyConnection, one: str, other: str) -> None:
    assert us.execute("SELECT fa_place(?) = fa_place(?)", [one, other]).fetchone() == (False,)


def test_a_blank_place_is_no_place(us: duckdb.DuckDBPyConnection) -> None:
    assert us.execute("SELECT fa_place(''), fa_place(' - '), fa_place(NULL)").fetchone() == (None, None, None)


def test_abbreviations_are_spelled_out_only_as_words(us: duckdb.DuckDBPyConnection) -> None:
    spelled = us.execute("SELECT fa_place('Mt. St. Helens'), fa_place('Stuart'), fa_place('N S E W')").fetchone()
    assert spelled == ("mount saint helens", "stuart", "north south east west")


def test_names_do_not_depend_on_the_macros_of_other_rooms(book: CarrierBook) -> None:
    with duckdb.connect() as con:
        book.install(con)
        con.execute("CREATE OR REPLACE TEMP MACRO fa_fold(t) AS 'something else'")
        assert con.execute("SELECT fa_carrier_name('Ｆｅｄｅｘ®'), fa_place('Ｎ．Ｙ')").fetchone() == (
            "fedex",
            "north y",
        )


def test_us_postal_codes(us: duckdb.DuckDBPyConnection) -> None:
    rows = us.execute(
        "SELECT postal_code, city, state, round(latitude, 1), round(longitude, 1) FROM places "
        "WHERE country = 'US' AND postal_code IN ('90210', '00501', '09001') ORDER BY postal_code"
    ).fetchall()
    assert rows == [
        ("00501", "Holtsville", "NY", 40.8, -73.0),
        ("09001", "Apo", "AE", None, None),  # military mail has no place on the map
        ("90210", "Beverly Hills", "CA", 34.1, -118.4),
    ]
    assert us.execute("SELECT count(*) > 40000, count(*) = count(DISTINCT postal_code) FROM places").fetchone() == (
        True,
        True,
    )
    assert us.execute("SELECT count(*) FROM places WHERE latitude NOT BETWEEN -90 AND 90").fetchone() == (0,)


def test_a_postal_code_says_its_kind_and_its_clock(us: duckdb.DuckDBPyConnection) -> None:
    kind = "SELECT kind, time_zone FROM places WHERE postal_code = ?"
    assert us.execute(kind, ["90009"]).fetchall() == [("po_box", "America/Los_Angeles")]
    assert us.execute(kind, ["10001"]).fetchall() == [("standard", "America/New_York")]


def test_names_of_a_city(us: duckdb.DuckDBPyConnection) -> None:
    names = us.execute(
        "SELECT city FROM place_names WHERE country = 'US' AND state = 'NY' AND alias IN ('manhattan', 'new york')"
    ).fetchall()
    assert names == [("new york",), ("new york",)]
    heights = us.execute("SELECT city FROM place_names WHERE alias = fa_place('Brooklyn Heights')").fetchall()
    assert ("brooklyn",) in heights


def test_nicknames_states_and_levels(us: duckdb.DuckDBPyConnection) -> None:
    assert (
        us.execute("SELECT place FROM place_alias WHERE country = 'US' AND alias = fa_place('N.Y.C.')").fetchall() == []
    )
    alias = "SELECT place FROM place_alias WHERE country = 'US' AND alias = fa_place(?)"
    assert us.execute(alias, ["NYC"]).fetchall() == [("new york",)]
    assert us.execute(alias, ["L.A"]).fetchall() == []
    assert us.execute(alias, ["LA"]).fetchall() == [("los angeles",)]
    assert us.execute(alias, ["Washington, D.C."]).fetchall() == [("washington",)]
    state = us.execute(
        "SELECT code, remote FROM regions WHERE country = 'US' AND name IN ('Hawaii', 'Ohio') ORDER BY code"
    )
    assert state.fetchall() == [("HI", True), ("OH", False)]
    assert us.execute("SELECT count(*), count(DISTINCT code) FROM regions").fetchone() == (62, 62)
    assert us.execute("FROM postal_levels").fetchall() == [("US", 3)]
    unknown = us.execute("SELECT DISTINCT state FROM places WHERE state NOT IN (SELECT code FROM regions)")
    assert unknown.fetchall() == []


def test_a_country_without_a_source_has_empty_tables() -> None:
    with duckdb.connect() as con:
        install_places(con, {"VN"})
        assert con.execute("SELECT count(*) FROM places").fetchone() == (0,)
        assert con.execute("SELECT count(*) FROM place_names").fetchone() == (0,)
        types = {name: kind for name, kind, *_ in con.execute("DESCRIBE places").fetchall()}
    assert types == {
        "country": "VARCHAR",
        "postal_code": "VARCHAR",
        "city": "VARCHAR",
        "state": "VARCHAR",
        "latitude": "DOUBLE",
        "longitude": "DOUBLE",
        "kind": "VARCHAR",
        "time_zone": "VARCHAR",
    }


def test_a_geonames_file(tmp_path: Path) -> None:
    file = tmp_path / "places.txt"
    file.write_text(GEONAMES, encoding="utf-8")
    with duckdb.connect() as con:
        install_places(con, {"VN", "SG"}, file)
        assert con.execute("FROM places").fetchall() == [
            ("VN", "100000", "Ba Đình", "44", 21.0341, 105.814, None, None),
            ("VN", "550000", 'Hải Châu "1"', "78", 16.0471, 108.206, None, None),
        ]
        assert con.execute("FROM place_names").fetchall() == [
            ("VN", "44", "ba dinh", "ba dinh"),
            ("VN", "78", "hai chau 1", "hai chau 1"),
        ]
        regions = con.execute("SELECT code, name FROM regions WHERE country = 'VN'").fetchall()
        assert regions == [("44", "Hà Nội"), ("78", "Đà Nẵng")]


def test_the_package_speaks_for_the_countries_it_covers(tmp_path: Path) -> None:
    file = tmp_path / "places.txt"
    file.write_text(GEONAMES, encoding="utf-8")
    with duckdb.connect() as con:
        install_places(con, {"US", "TH"}, file)
        la = con.execute("SELECT city FROM places WHERE country = 'US' AND postal_code = '90001'").fetchall()
        assert la == [("Los Angeles",)]
        assert con.execute("SELECT city FROM places WHERE country = 'TH'").fetchall() == [("Phra Nakhon",)]


@pytest.mark.parametrize(
    "text", ["postal_code,city\n100000,Hanoi Secret Lane\n", "VN\t1\t2\n", GEONAMES.replace("\t4\n", "\t4\tmore\n")]
)
def test_a_file_of_another_form_is_refused_without_quoting_it(tmp_path: Path, text: str) -> None:
    file = tmp_path / "places.txt"
    file.write_text(text, encoding="utf-8")
    with duckdb.connect() as con, pytest.raises(InputError) as caught:
        install_places(con, {"VN"}, file)
    assert caught.value.file == "places.txt"
    assert "GeoNames" in caught.value.text()
    assert "Secret" not in caught.value.text()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with duckdb.connect() as con, pytest.raises(InputError, match="no such file"):
        install_places(con, {"VN"}, tmp_path / "nowhere.txt")


def test_the_cache_changes_nothing_and_a_broken_one_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def installed() -> tuple[object, ...]:
        with duckdb.connect() as con:
            install_places(con, {"US"})
            sums = [f"SELECT count(*), sum(hash(t)::HUGEINT) FROM {table} AS t" for table in ("places", "place_names")]
            return tuple(con.execute(query).fetchall()[0] for query in sums)

    made = installed()
    cached = sorted((tmp_path / "fulfil").iterdir())
    assert [file.suffix for file in cached] == [".parquet", ".parquet"]
    assert installed() == made
    cached[0].write_bytes(b"PAR1 not really")
    assert installed() == made
