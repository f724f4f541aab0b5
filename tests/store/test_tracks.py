"""Dummy numbers, and what rules about a parcel's way read: steps, runs, origin, rest days."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from fulfil_analytics.policy.model import Calendar
from fulfil_analytics.reference import install_places
from fulfil_analytics.store import build_tracks
from tests.store.conftest import T0, hours

POLICY = SimpleNamespace(
    zone="America/Los_Angeles",
    calendars={
        "us": Calendar(
            rest_weekdays=["sat", "sun"],
            holidays="US",
            add=[dt.date(2026, 11, 27)],
            remove=[dt.date(2026, 12, 25)],
            sources=[],
            confidence="sure",
        )
    },
)


@pytest.fixture
def tracks(store, model):
    def build(as_of: dt.datetime, countries: tuple[str, ...] = ("US",)) -> None:
        model(as_of)
        install_places(store.con, set(countries))
        build_tracks(store, POLICY, as_of)

    return build


@pytest.fixture
def order(add):
    def insert(order_id: str, waybill: str, carrier: str = "USPS", **values) -> None:
        facts = {"market": "US", "state": "TX", "postal_code": "75201", "rts_at": T0, "shipped_at": T0, **values}
        add("order_lines", order_id=order_id, waybill=waybill, carrier_as_given=carrier, **facts)

    return insert


@pytest.fixture
def scan(add):
    def insert(
        waybill: str, hour: float, status: str, place: str = "", postal_code: str | None = None, **values
    ) -> None:
        city, _, state = place.partition(", ")
        add(
            "tracking_events",
            waybill=waybill,
            carrier_as_given="USPS",
            event_at=hours(hour),
            status=status,
            city=city or None,
            state=state or None,
            postal_code=postal_code,
            **values,
        )

    return insert


DUMMIES = [
    ("000000000000", "FedEx", "repeated_character"),
    ("AAAA", "SpeedX", "repeated_character"),
    ("123456789012", "FedEx", "sequence"),
    ("98765", "UPS", "sequence"),
    ("TEST", "FedEx", "dummy_word"),
    ("TEST0001", "SpeedX", "dummy_word"),
    ("N/A", "USPS", "dummy_word"),
    ("NA", "Nobody Knows Inc", "dummy_word"),
    ("D9", "USPS", "order_number"),
    ("2135550147", "USPS", "phone_number"),
    ("12135550147", "UPS", "phone_number"),
]
LOOK_ALIKES = [
    ("9400111111111111111116", "USPS", None),
    ("9400136106206640982302", "USPS", None),
    ("1Z999AA10123456784", "UPS", None),
    ("2135550147", "SpeedX", None),
    ("2135550147", "Nobody Knows Inc", None),
    ("777", "SpeedX", None),
    ("1234", "SpeedX", None),
    ("TESTAMENT99", "SpeedX", None),
    ("NA123456789", "SpeedX", None),
    ("1123456789", "SpeedX", None),
]


@pytest.mark.parametrize("numbers", [DUMMIES, LOOK_ALIKES], ids=["dummies", "look-alikes"])
def test_dummy_numbers(store, model, order, numbers):
    for place, (waybill, carrier, _) in enumerate(numbers, 1):
        order(f"D{place}", waybill, carrier)
    model(hours(5))
    found = dict(store.rows("SELECT order_id, placeholder FROM parcels"))
    assert found == {f"D{place}": kind for place, (_, _, kind) in enumerate(numbers, 1)}


def test_a_phone_number_is_told_by_its_form_alone(store, model, order):
    order("1", "2135550147", "USPS")
    model(hours(5))
    assert store.rows("SELECT waybill FROM parcels UNION SELECT waybill FROM journeys") == [("9999999999",)]


def test_whose_number_a_wrong_number_is(store, model, order):
    order("1", "9400136106206640982302", "UPS")  # the post's
    order("2", "9400136106206640982303", "UPS")  # nobody's
    order("3", "9400136106206640982302", "UPS SurePost")  # its partner's
    order("4", "9400136106206640982302", "USPS")
    order("5", "000000000000", "UPS")  # passes FedEx's check digit, and is a dummy
    order("6", "9400136106206640982302", "SpeedX")  # whose own numbers nobody knows
    model(hours(5))
    assert store.rows("SELECT order_id, fits_carriers FROM parcels ORDER BY order_id") == [
        ("1", "usps"),
        ("2", None),
        ("3", None),
        ("4", None),
        ("5", None),
        ("6", None),
    ]


def test_places_are_found_by_code_or_city_and_contradictions_are_nowhere(store, tracks, order, scan):
    order("1", "W1")
    for number, (place, code) in enumerate(
        [
            ("DALLAS, TX", None),
            ("San José, California", None),
            ("NYC, NY", None),
            ("", "60601-2310"),
            ("DALLAS, TX", "90012"),
            ("DISTRIBUTION CENTER 7, TX", None),
            ("SPRINGFIELD, ", None),
        ]
    ):
        scan("W1", number, "in_transit", place, code)
    tracks(hours(20))
    found = dict(
        store.rows(
            "SELECT coalesce(city, postal_code), CASE WHEN latitude IS NOT NULL THEN state || ' ' || latitude::INT END "
            "FROM track_places WHERE coalesce(city, postal_code) <> '75201' AND coalesce(postal_code, '') <> '90012'"
        )
    )
    assert found == {
        "DALLAS": "TX 33",
        "SAN JOSÉ": "CA 37",
        "NYC": "NY 41",
        "60601-2310": "IL 42",
        "DISTRIBUTION CENTER 7": None,
        "SPRINGFIELD": None,
    }
    assert store.one("SELECT latitude FROM track_places WHERE postal_code = '90012'") is None


def test_steps_skip_scans_without_a_place_and_events_that_are_no_scans(store, tracks, order, scan):
    order("1", "W1")
    scan("W1", -5, "label_created", "DALLAS, TX")
    scan("W1", 0, "departed", "LOS ANGELES, CA")
    scan("W1", 0.5, "in_transit")
    scan("W1", 0.7, "exception", "CHICAGO, IL")
    scan("W1", 1, "arrived", "NEW YORK, NY")
    scan("W1", 30, "not_found")
    tracks(hours(40))
    first, last = store.rows(
        "SELECT s.status, s.next_at, b.shown, s.next_place_at, s.km FROM track_steps AS s "
        "LEFT JOIN track_places AS b ON b.place_id = s.next_place_id ORDER BY s.event_at"
    )
    assert first[:4] == ("departed", hours(0.5), "NEW YORK, NY", hours(1))
    assert 3800 < first[4] < 3950
    assert last == ("arrived", None, None, None, None)


def test_short_near_steps_and_finished_tracks_leave_no_row(store, tracks, order, scan):
    order("1", "W1")
    scan("W1", 0, "picked_up", "DALLAS, TX")
    scan("W1", 3, "arrived", "FORT WORTH, TX")
    scan("W1", 14.9, "delivered", "DALLAS, TX")
    tracks(hours(40))
    assert store.rows("SELECT * FROM track_steps") == []


def test_the_whole_track(store, tracks, order, scan, add):
    add("warehouses", warehouse="West", city="Ontario", state="CA", postal_code="91761")
    add("warehouses", warehouse="Mapped", state="NV", latitude=39.53, longitude=-119.81)
    order("1", "W1", warehouse="West")
    order("2", "W2", warehouse="Mapped", state="Alaska", postal_code="99501")
    order("3", "W3", state="CA", postal_code=None)
    order("4", "W4", carrier="UPS SurePost", state=None, postal_code="9****")
    scan("W1", 0, "picked_up", "DALLAS, TX")
    scan("W1", 20, "arrived", "DALLAS, TX")
    scan("W2", 0, "arrived", "RENO, NV")
    scan("W3", 0, "delivered", "LOS ANGELES, CA")
    scan("W4", 0, "picked_up", "DALLAS, TX")
    tracks(hours(40))
    rows = store.rows(
        "SELECT first_scan_status, warehouse_state, first_state, warehouse_km, zone, hands_over, next_event_at "
        "FROM tracks ORDER BY parcel_id"
    )
    assert rows[0][:3] == ("picked_up", "CA", "TX")
    assert 1800 < rows[0][3] < 2000
    assert rows[0][4:] == ("other_state", False, hours(20))
    assert rows[1] == ("arrived", "NV", "NV", 0, "remote", False, None)
    assert rows[2][4] == "same_state"
    assert rows[3][4:6] == ("unknown", True)


def test_pickups_behind_the_last_mile_are_the_buyers(store, tracks, order, scan):
    order("1", "W1")
    scan("W1", 0, "picked_up", "NEWARK, NJ")
    scan("W1", 2, "picked_up", "DALLAS, TX")
    scan("W1", 30, "ready_for_pickup", "CHICAGO, IL")
    scan("W1", 60, "picked_up", "CHICAGO, IL")
    tracks(hours(90))
    found = store.rows(
        "SELECT first_pickup_at, last_pickup_at, first_pickup_state, last_pickup_state, pickup_km > 2000 FROM tracks"
    )
    assert found == [(hours(0), hours(2), "NJ", "TX", True)]


WAY = [
    (0, "picked_up", "DALLAS, TX"),
    (5, "departed", "DALLAS, TX"),
    (20, "arrived", "CHICAGO, IL"),
    (25, "delivered", "CHICAGO, IL"),
]


def runs(store) -> list[tuple]:
    # `run` only tells runs apart
    return store.rows(
        "SELECT dense_rank() OVER (ORDER BY run), parcel_id, with_pickup, with_delivery FROM track_runs "
        "ORDER BY run, parcel_id"
    )


def test_four_scans_that_two_numbers_share_are_a_run(store, tracks, order, scan):
    for number in ("1", "2"):
        order(number, f"W{number}")
        scan(f"W{number}", -1, "label_created")
        for hour, status, place in WAY:
            scan(f"W{number}", hour, status, place)
    scan("W2", 7, "in_transit")  # names no place and breaks no run
    tracks(hours(40), countries=())
    assert runs(store) == [(1, "1/W1", True, True), (1, "2/W2", True, True)]


@pytest.mark.parametrize(
    "change",
    [
        lambda hour, status, place: (hour + 1 / 3600, status, place) if status == "arrived" else (hour, status, place),
        lambda hour, status, place: (hour, status, "GARY, IN") if status == "arrived" else (hour, status, place),
        lambda hour, status, place: (hour, "label_created", place) if status == "picked_up" else (hour, status, place),
        lambda hour, status, place: (hour, status, "" if status == "departed" else place),
    ],
    ids=["a second off", "another place", "a label", "no place"],
)
def test_less_than_four_equal_scans_are_no_run(store, tracks, order, scan, change):
    for number in ("1", "2"):
        order(number, f"W{number}")
        for event in WAY:
            scan(f"W{number}", *(event if number == "1" else change(*event)))
    tracks(hours(40), countries=())
    assert runs(store) == []


def test_one_bulk_event_on_many_numbers_and_one_number_on_many_orders_are_no_run(store, tracks, order, scan):
    for number in range(30):
        order(f"b{number}", f"B{number}")
        scan(f"B{number}", number / 10, "picked_up", "DALLAS, TX")
        scan(f"B{number}", 20, "arrived", "CHICAGO, IL")
        scan(f"B{number}", 25 + number / 10, "delivered", "CHICAGO, IL")
    for number in range(3):
        order(f"c{number}", "C")
    for hour, status, place in WAY:
        scan("C", hour, status, place)
    tracks(hours(40), countries=())
    assert store.one("SELECT count(*) FROM tracks") == 33
    assert runs(store) == []


def test_rest_days_are_local_days_of_carrier_and_policy(store, tracks, order, scan):
    order("1", "W1")
    scan("W1", -48, "picked_up", "DALLAS, TX")  # Saturday, 31 October 2026
    tracks(dt.datetime(2026, 12, 28, 12), countries=())
    rest = dict(store.rows("SELECT starts_at, ends_at FROM rest_days WHERE carrier = 'usps' AND zone = '*'"))
    assert rest[dt.datetime(2026, 11, 1, 7)] == dt.datetime(2026, 11, 2, 8)  # the clocks change: 25 hours
    assert dt.datetime(2026, 11, 11, 8) in rest  # Veterans Day
    assert dt.datetime(2026, 11, 27, 8) in rest  # added by the policy
    assert dt.datetime(2026, 12, 25, 8) not in rest  # removed by it
    assert dt.datetime(2026, 11, 7, 8) not in rest  # a Saturday: the policy rests, the carrier does not
    assert {carrier for (carrier,) in store.rows("SELECT carrier FROM rest_days")} == {"usps", "*"}


def test_each_place_rests_by_its_own_clock(store, tracks, order, scan):
    order("1", "W1", state="NY", postal_code="10001")
    scan("W1", 0, "picked_up", "EL PASO, TX", postal_code="79901")
    scan("W1", 5, "arrived", "DALLAS, TX")
    tracks(hours(24), countries=("US",))
    clocks = dict(store.rows("SELECT shown, time_zone FROM track_places"))
    assert (clocks["EL PASO, TX"], clocks["DALLAS, TX"]) == ("America/Denver", "America/Chicago")  # the code, the state
    assert store.rows("SELECT last_mile_zone FROM tracks") == [("America/New_York",)]  # nobody was out for delivery yet
    starts = dict(
        store.rows(
            "SELECT zone, hour(min(starts_at)) FROM rest_days WHERE carrier = 'usps' GROUP BY zone ORDER BY zone"
        )
    )
    assert starts.keys() == {"*", "America/Chicago", "America/Denver", "America/New_York"}
    assert starts["America/Chicago"] - starts["America/New_York"] == 1


def test_a_market_without_places_and_a_store_without_tracking(store, tracks, order, scan):
    order("1", "W1", market="ID", state="Jawa Barat", postal_code="40111")
    tracks(hours(5), countries=())
    assert store.rows("SELECT * FROM tracks") == []
    scan("W1", 0, "picked_up", "BANDUNG, JAWA BARAT")
    tracks(hours(5), countries=())
    assert store.rows("SELECT zone, warehouse_km FROM tracks") == [("unknown", None)]
