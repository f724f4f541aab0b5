"""What the derived tables say, case by case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from fulfil_analytics.store import Store, latest_time
from tests.store.conftest import T0, Add, hours

Model = Callable[[dt.datetime], None]
USPS, USPS_2 = "9400111206213859496247", "9400111206213859496254"


def one(store: Store, query: str) -> dict[str, Any]:
    cursor = store.con.execute(query)
    row = cursor.fetchone()
    assert row is not None
    return dict(zip([column[0] for column in cursor.description or ()], row, strict=True))


def order(add: Add, order_id: str = "1", **values: Any) -> None:
    add(
        "order_lines",
        **{"order_id": order_id, "waybill": USPS, "carrier_as_given": "USPS", "rts_at": hours(1), **values},
    )


def event(add: Add, at: dt.datetime | None, status: str = "in_transit", **values: Any) -> None:
    add("tracking_events", **{"waybill": USPS, "carrier_as_given": "usps", "event_at": at, "status": status, **values})


def tracking_began(add: Add) -> None:
    """The tracking input begins before any number was given: everything later is covered."""
    event(add, T0, waybill="9400111206213859499999")


def test_dispatch_stops_at_the_first_scan_of_the_last_parcel(store: Store, add: Add, model: Model) -> None:
    tracking_began(add)
    order(add)
    order(add, waybill=USPS_2)
    event(add, hours(1.5), "label_created")
    event(add, hours(2), "picked_up")
    event(add, hours(9), "picked_up", waybill=USPS_2)
    model(hours(50))
    assert one(store, "SELECT dispatched_at, tracking_covered, is_split FROM orders") == {
        "dispatched_at": hours(9),
        "tracking_covered": True,
        "is_split": True,
    }


def test_a_covered_parcel_without_a_scan_keeps_the_order_open_whatever_the_export_says(
    store: Store, add: Add, model: Model
) -> None:
    order(add, shipped_at=hours(3))
    order(add, "2", waybill=USPS_2)
    event(add, hours(0), "picked_up", waybill=USPS_2)
    model(hours(50))
    found = one(store, "SELECT * FROM orders WHERE order_id = '1'")
    assert (found["dispatched_at"], found["shipped_at"], found["tracking_covered"]) == (None, hours(3), True)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"carrier_as_given": "UPS", "waybill": "1Z5R89390357567127"}, "carrier_not_covered"),
        ({"rts_at": T0 - dt.timedelta(days=9)}, "given_before_tracking"),
        ({"damaged": "waybill", "waybill": "9.4E+21"}, "waybill_damaged"),
    ],
)
def test_where_tracking_does_not_cover_the_parcel_the_shipped_time_stops(
    store: Store, add: Add, model: Model, values: dict[str, Any], why: str
) -> None:
    order(add, shipped_at=hours(3), **values)
    order(add, "2", waybill=USPS_2)
    event(add, hours(0), "picked_up", waybill=USPS_2)
    model(hours(50))
    assert one(store, "SELECT covered, not_covered_why FROM journeys WHERE order_id = '1'") == {
        "covered": False,
        "not_covered_why": why,
    }
    assert one(store, "SELECT dispatched_at FROM orders WHERE order_id = '1'")["dispatched_at"] == hours(3)


def test_an_uncovered_parcel_without_a_shipped_time_stops_at_the_scan_there_is(
    store: Store, add: Add, model: Model
) -> None:
    order(add, rts_at=hours(-9))
    event(add, hours(2), "picked_up")
    model(hours(50))
    assert one(store, "SELECT dispatched_at, tracking_covered FROM orders") == {
        "dispatched_at": hours(2),
        "tracking_covered": False,
    }


def test_without_any_tracking_nothing_is_covered(store: Store, add: Add, model: Model) -> None:
    order(add)
    model(hours(50))
    assert one(store, "SELECT not_covered_why FROM journeys")["not_covered_why"] == "no_tracking_input"


@pytest.mark.parametrize("asked_at", [None, hours(9)])
def test_a_not_found_row_covers_its_carrier_and_is_no_event(
    store: Store, add: Add, model: Model, asked_at: dt.datetime | None
) -> None:
    tracking_began(add)
    order(add)
    event(add, asked_at, "not_found")
    model(hours(50))
    found = one(store, "SELECT covered, events, scans, first_event_at FROM journeys")
    assert found == {"covered": True, "events": 0, "scans": 0, "first_event_at": None}


def test_a_feed_that_names_another_carrier_joins_on_the_number_alone_when_one_order_uses_it(
    store: Store, add: Add, model: Model
) -> None:
    tracking_began(add)
    order(add, carrier_as_given="FedEx")
    event(add, hours(2), "picked_up")
    model(hours(50))
    assert one(store, "SELECT scans, covered FROM journeys") == {"scans": 1, "covered": True}


def test_the_same_digits_under_two_carriers_take_only_their_own_events(store: Store, add: Add, model: Model) -> None:
    order(add, "1", carrier_as_given="USPS")
    order(add, "2", carrier_as_given="FedEx")
    event(add, hours(2), "picked_up")
    model(hours(50))
    assert store.rows("SELECT order_id, scans FROM journeys ORDER BY order_id") == [("1", 1), ("2", 0)]


@pytest.mark.parametrize(("days", "first", "second"), [(31, 2, 3), (30, 5, 5)])
def test_a_number_used_again_a_month_later_has_the_events_of_its_own_time(
    store: Store, add: Add, model: Model, days: int, first: int, second: int
) -> None:
    tracking_began(add)
    later = dt.timedelta(days=days)
    order(add)
    order(add, "2", rts_at=hours(1) + later)
    event(add, hours(2), "picked_up")
    event(add, hours(40), "delivered")
    event(add, hours(1) + later - dt.timedelta(days=2), "label_created")
    event(add, hours(3) + later, "picked_up")
    event(add, hours(30) + later, "delivered")
    model(hours(2000))
    rows = store.rows("SELECT order_id, events FROM journeys ORDER BY order_id")
    assert rows == [("1", first), ("2", second)]


def test_combined_needs_the_same_buyer_and_address(store: Store, add: Add, model: Model) -> None:
    for order_id, buyer in (("1", "b1"), ("2", "b1"), ("3", "b9")):
        order(add, order_id, buyer_key=buyer, recipient_key=buyer, address_key=buyer)
    model(hours(50))
    assert store.rows("SELECT order_id, is_combined, combined_orders FROM parcels ORDER BY order_id") == [
        ("1", True, 2),
        ("2", True, 2),
        ("3", False, 1),
    ]


def test_unknown_buyers_are_not_taken_for_one_another(store: Store, add: Add, model: Model) -> None:
    order(add, "1")
    order(add, "2")
    model(hours(50))
    assert store.rows("SELECT is_combined, combined_orders FROM parcels") == [(False, 1), (False, 1)]


def test_a_shared_package_or_the_platforms_word_makes_them_combined(store: Store, add: Add, model: Model) -> None:
    order(add, "1", package_id="P")
    order(add, "2", package_id="P")
    order(add, "3", waybill=USPS_2, parcel_tag="combined")
    model(hours(50))
    assert store.rows("SELECT order_id, is_combined FROM parcels ORDER BY order_id") == [
        ("1", True),
        ("2", True),
        ("3", True),
    ]


def test_damaged_numbers_are_never_taken_for_one_another(store: Store, add: Add, model: Model) -> None:
    for order_id in ("1", "2"):
        order(add, order_id, waybill="9.4E+21", damaged="waybill", buyer_key="b")
    model(hours(50))
    assert store.rows("SELECT is_combined, waybill_reason FROM parcels") == [(False, "damaged"), (False, "damaged")]


def test_cancelled_before_collection_is_an_excuse_and_after_it_is_none(store: Store, add: Add, model: Model) -> None:
    order(add, "1", order_status="cancelled", cancelled_at=hours(3))
    order(add, "2", waybill=USPS_2, order_status="cancelled", cancelled_at=hours(30))
    event(add, hours(9), "picked_up", waybill=USPS_2)
    model(hours(50))
    assert store.rows("SELECT order_id, cancelled_before_collection FROM orders ORDER BY order_id") == [
        ("1", True),
        ("2", False),
    ]


def test_a_cancelled_line_does_not_hold_the_order_up(store: Store, add: Add, model: Model) -> None:
    tracking_began(add)
    order(add, "1")
    order(add, "1", waybill=USPS_2, order_status="cancelled", cancelled_at=hours(2))
    event(add, hours(9), "picked_up")
    model(hours(50))
    found = one(store, "SELECT dispatched_at, cancelled_at FROM orders")
    assert found == {"dispatched_at": hours(9), "cancelled_at": None}


def test_nothing_later_than_as_of_is_used(store: Store, add: Add, model: Model) -> None:
    order(add, "1", shipped_at=hours(9), order_status="cancelled", cancelled_at=hours(40))
    order(add, "2", created_at=hours(60))
    event(add, hours(2), "picked_up")
    event(add, hours(20), "delivered")
    model(hours(10))
    found = one(store, "SELECT order_id, order_status, cancelled_at, shipped_at, received_at FROM orders")
    assert found == {
        "order_id": "1",
        "order_status": None,
        "cancelled_at": None,
        "shipped_at": hours(9),
        "received_at": None,
    }


def test_a_label_event_is_no_scan_and_the_last_place_is_the_place_of_delivery(
    store: Store, add: Add, model: Model
) -> None:
    order(add)
    event(add, hours(1), "label_created", city="Ontario", state="CA")
    event(add, hours(5), "picked_up", city="Ontario", state="CA")
    event(add, hours(30), "delivered", city="Dallas", state="TX", postal_code="75201")
    event(add, hours(31), "other", city="Nowhere")
    model(hours(50))
    found = one(
        store, "SELECT first_scan_at, label_at, second_scan_at, last_city, last_postal_code, first_city FROM journeys"
    )
    assert found == {
        "first_scan_at": hours(5),
        "label_at": hours(1),
        "second_scan_at": hours(30),
        "last_city": "Dallas",
        "last_postal_code": "75201",
        "first_city": "Ontario",
    }


def test_tracking_of_no_order_is_kept_apart(store: Store, add: Add, model: Model) -> None:
    order(add)
    event(add, hours(5), waybill="9400111206213859490000")
    model(hours(50))
    assert store.rows("SELECT waybill, events FROM tracked_waybills") == [("9400111206213859490000", 1)]


def test_the_latest_time_is_that_of_facts_not_of_deadlines(store: Store, add: Add) -> None:
    order(add, delivery_due_at=hours(900))
    event(add, hours(7))
    assert latest_time(store) == hours(7)


def test_a_number_that_a_later_export_replaced_is_rebilled(store: Store, add: Add, model: Model) -> None:
    """An older row of the order, merged away, bears another number."""
    for number, (old, new) in enumerate([("W0", "W1"), ("W2", "W2"), (None, "W3"), ("W4", None)]):
        add("order_lines", order_id=f"O{number}", waybill=new, carrier_as_given="USPS")
        add("order_lines", order_id=f"O{number}", waybill=old, carrier_as_given="USPS")
        newest = "SELECT max(source_line) FROM loaded_order_lines"
        store.con.execute(f"UPDATE loaded_order_lines SET is_current = FALSE WHERE source_line = ({newest})")
    model(hours(1))
    rows = dict(store.rows("SELECT order_id, is_rebilled FROM orders"))
    assert rows == {"O0": True, "O1": False, "O2": False, "O3": False}


def test_a_number_that_came_later_was_not_given_with_the_first(store: Store, add: Add, model: Model) -> None:
    """The order's ready-to-ship time is that of its first number; a damaged one was no other number."""
    store.con.execute("UPDATE source_files SET exported_at = ?", [hours(30)])
    store.con.execute(
        "INSERT INTO source_files BY NAME SELECT * REPLACE ('b.csv' AS source_file, 'bb' AS sha256), FROM source_files"
    )
    store.con.execute("UPDATE source_files SET exported_at = ? WHERE source_file = 'b.csv'", [hours(60)])
    told = {"carrier_as_given": "USPS", "rts_at": hours(1)}
    for number, (old, new, damaged) in enumerate(
        [("W0", "W1", None), ("W2", "W2", None), (None, "W3", None), ("9.4E+21", "W4", "waybill")]
    ):
        add("order_lines", order_id=f"O{number}", waybill=new, source_file="b.csv", **told)
        add("order_lines", order_id=f"O{number}", waybill=old, damaged=damaged, **told)
        newest = "SELECT max(source_line) FROM loaded_order_lines"
        store.con.execute(f"UPDATE loaded_order_lines SET is_current = FALSE WHERE source_line = ({newest})")
    model(hours(100))
    rows = dict(store.rows("SELECT order_id, given_at FROM parcels"))
    assert rows == {"O0": hours(60), "O1": hours(1), "O2": hours(1), "O3": hours(1)}


def test_how_a_combined_or_split_order_is_known(store: Store, add: Add, model: Model) -> None:
    same = {"buyer_key": "b", "address_key": "a", "recipient_key": "r", "postal_code": "1", "carrier_as_given": "USPS"}
    add("order_lines", order_id="O1", waybill="W1", **same)
    add("order_lines", order_id="O2", waybill="W1", **same)
    add("order_lines", order_id="O3", waybill="W3", carrier_as_given="USPS", parcel_tag="combined")
    add("order_lines", order_id="O4", waybill="W4", carrier_as_given="USPS", parcel_tag="split")
    for waybill in ("W5", "W6"):
        add("order_lines", order_id="O5", waybill=waybill, carrier_as_given="USPS")
    for order in ("O7", "O8"):
        add("order_lines", order_id=order, waybill="W7", carrier_as_given="USPS", package_id="P")
    model(hours(1))
    rows = {order: told for order, *told in store.rows("SELECT order_id, combined_by, split_by FROM orders")}
    assert rows == {
        "O1": ["same_buyer_and_address", None],
        "O2": ["same_buyer_and_address", None],
        "O3": ["platform_tag", None],
        "O4": [None, "platform_tag"],
        "O5": [None, "several_parcels"],
        "O7": ["same_package", None],
        "O8": ["same_package", None],
    }
