"""What the model says of stock, quantities and contradicting exports, case by case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from fulfil_analytics.store import Store
from tests.store.conftest import T0, Add, hours

Model = Callable[[dt.datetime], None]
NOW = hours(100)
ITEM = {"sku_id": "77", "seller_sku": "MUG", "quantity": 1, "warehouse": "North"}


def line(add: Add, order_id: str = "1", **values: Any) -> None:
    add("order_lines", **{"order_id": order_id, "order_status": "to_ship", "paid_at": T0, **ITEM, **values})


def file(store: Store, name: str, exported_at: dt.datetime, *, by_clock: bool = False) -> None:
    store.con.execute(
        "INSERT INTO source_files BY NAME SELECT ? AS source_file, ? AS sha256, ?::TIMESTAMP AS exported_at, "
        "?::BOOLEAN AS exported_by_clock, 1 AS bytes, 'orders' AS kind, 'by-hand' AS format, 0 AS rows_in, "
        "0 AS rows_loaded, 0 AS rows_merged, 0 AS rows_quarantined",
        [name, name, exported_at, by_clock],
    )


def superseded(store: Store, name: str) -> None:
    store.con.execute("UPDATE loaded_order_lines SET is_current = FALSE WHERE source_file = ?", [name])


def quantities(store: Store) -> tuple[Any, ...]:
    query = (
        "SELECT units_ordered, units_cancelled, units_in_parcels, units_returned, refund_unclear FROM order_quantities"
    )
    return store.rows(query)[0]


# ------------------------------------------------------------------------------------------------------- quantities


def test_units_of_lines_without_a_parcel_are_not_shipped(store: Store, add: Add, model: Model) -> None:
    line(add, quantity=2, waybill="W1")
    line(add, sku_id="78", quantity=3)
    line(add, sku_id="79", quantity=4, package_id="P1")
    model(NOW)
    assert quantities(store) == (9, 0, 6, 0, False)


@pytest.mark.parametrize(
    "cancelled", [{"order_status": "cancelled"}, {"order_substatus": "cancelled"}, {"cancel_or_return": "cancel"}]
)
def test_a_cancelled_line_is_not_owed(store: Store, add: Add, model: Model, cancelled: dict[str, Any]) -> None:
    line(add, quantity=2, waybill="W1")
    line(add, sku_id="78", quantity=3, **cancelled)
    model(NOW)
    assert quantities(store) == (5, 3, 2, 0, False)


def test_a_number_that_could_not_be_read_is_a_number(store: Store, add: Add, model: Model) -> None:
    line(add, waybill="W1")
    line(add, sku_id="78", source_line=500)
    store.con.execute("INSERT INTO quarantine VALUES ('a.csv', 500, 'waybill', 'cell', 'out_of_range', 'A9')")
    model(NOW)
    assert quantities(store)[2] == 2


def test_returned_units_count_once_whichever_file_tells_them(store: Store, add: Add, model: Model) -> None:
    line(add, quantity=3, quantity_returned=1, waybill="W1", refund_amount_cents=500)
    add("returns", order_id="1", quantity=1, requested_at=hours(50))
    add("returns", order_id="1", quantity=5, requested_at=NOW + dt.timedelta(hours=1))
    model(NOW)
    assert quantities(store) == (3, 0, 3, 1, False)


@pytest.mark.parametrize("by_return", [True, False])
def test_a_refund_that_names_no_units_leaves_open_how_many_are_owed(
    store: Store, add: Add, model: Model, by_return: bool
) -> None:
    line(add, quantity=3, waybill="W1", refund_amount_cents=None if by_return else 500)
    if by_return:
        add("returns", order_id="1")
    model(NOW)
    assert quantities(store)[4] is True


# ------------------------------------------------------------------------------------------------------------ stock


def stock(add: Add, **values: Any) -> None:
    add("inventory", **{"warehouse": "North", "seller_sku": "MUG", "sellable": 3, "taken_at": hours(50), **values})


def needs(store: Store) -> list[tuple[Any, ...]]:
    return store.rows("SELECT order_id, units_so_far, units_open, is_counted FROM stock_needs ORDER BY order_id")


def test_units_are_given_out_in_the_order_of_creation(store: Store, add: Add, model: Model) -> None:
    stock(add)
    line(add, "2", created_at=hours(1), quantity=2)
    line(add, "1", created_at=hours(2), quantity=1)
    line(add, "3", created_at=hours(3), quantity=1)
    line(add, "3", created_at=hours(3), quantity=1, sku_id="79")
    model(NOW)
    assert needs(store) == [("1", 3, 5, True), ("2", 2, 5, True), ("3", 5, 5, True)]


def test_what_was_packed_before_the_count_takes_nothing_from_it_and_what_was_packed_since_does(
    store: Store, add: Add, model: Model
) -> None:
    stock(add)
    line(add, "1", rts_at=hours(40), quantity=7)
    line(add, "2", rts_at=hours(60), quantity=2, created_at=hours(9))
    line(add, "3", created_at=hours(1))
    model(NOW)
    assert needs(store) == [("3", 3, 3, True)]


@pytest.mark.parametrize(
    "values",
    [
        {"order_status": "unpaid"},
        {"order_status": "cancelled"},
        {"cancelled_at": hours(2)},
        {"cancel_requested_at": hours(2)},
        {"cancel_or_return": "cancel"},
        {"order_status": "completed"},
        {"order_type": "pre_order"},
        {"fulfilled_by": "platform"},
        {"quantity": None},
    ],
)
def test_these_wait_for_nothing_from_the_stock(store: Store, add: Add, model: Model, values: dict[str, Any]) -> None:
    stock(add)
    line(add, **values)
    model(NOW)
    assert needs(store) == []


def test_a_count_joins_whatever_the_case_and_not_before_it_was_taken(store: Store, add: Add, model: Model) -> None:
    stock(add, warehouse=" north", seller_sku="mug ")
    line(add)
    model(NOW)
    assert needs(store) == [("1", 1, 1, True)]
    model(hours(49))
    assert needs(store) == [("1", 1, 1, False)]
    assert store.rows("SELECT items, items_counted FROM open_orders") == [(1, 0)]


def test_reserved_units_are_there_though_they_may_not_be_sold(store: Store, add: Add, model: Model) -> None:
    stock(add, sellable=None, on_hand=5, reserved=2)
    line(add)
    model(NOW)
    assert store.rows("SELECT sellable, physical FROM stock_needs") == [(3, 5)]


# -------------------------------------------------------------------------------------------------------- conflicts


@pytest.fixture
def two_files(store: Store) -> Store:
    file(store, "old.csv", hours(60))
    file(store, "new.csv", hours(90))
    return store


def conflicts(store: Store) -> list[tuple[Any, ...]]:
    return store.rows("SELECT fact, how, kept, other FROM record_conflicts ORDER BY fact")


def both(store: Store, add: Add, old: dict[str, Any], new: dict[str, Any]) -> None:
    line(add, source_file="old.csv", **old)
    line(add, source_file="new.csv", **new)
    # each file tells of an order that has been through everything: no column is missing
    whole = {"shipped_at": hours(1), "delivered_at": hours(2), "cancelled_at": hours(3)}
    line(add, "8", source_file="old.csv", **whole)
    line(add, "9", source_file="new.csv", **whole)
    superseded(store, "old.csv")


def test_an_older_state_is_no_conflict(two_files: Store, add: Add, model: Model) -> None:
    both(
        two_files,
        add,
        {"order_status": "unpaid", "paid_at": None},
        {
            "order_status": "completed",
            "shipped_at": hours(61),
            "delivered_at": hours(70),
            "waybill": "W1",
            "rts_at": hours(60),
        },
    )
    model(NOW)
    assert conflicts(two_files) == []


@pytest.mark.parametrize(("minutes", "found"), [(0.9, []), (1, ["created_at"])])
def test_moments_that_never_change_may_differ_by_less_than_a_minute(
    two_files: Store, add: Add, model: Model, minutes: float, found: list[str]
) -> None:
    both(two_files, add, {}, {"created_at": T0 + dt.timedelta(minutes=minutes)})
    model(NOW)
    assert [fact for fact, *_ in conflicts(two_files)] == found


def test_a_moment_that_the_newer_export_lost_and_a_state_that_went_back(
    two_files: Store, add: Add, model: Model
) -> None:
    both(two_files, add, {"order_status": "delivered", "delivered_at": hours(20)}, {"order_status": "to_ship"})
    model(NOW)
    assert conflicts(two_files) == [
        ("delivered_at", "lost", None, "2026-11-03 14:00:00 UTC"),
        ("order_status", "went_back", "to_ship", "delivered"),
    ]


def test_a_file_without_the_column_has_lost_nothing(two_files: Store, add: Add, model: Model) -> None:
    line(add, source_file="old.csv", delivered_at=hours(20), order_status="completed")
    line(add, source_file="new.csv", order_status="completed")
    superseded(two_files, "old.csv")
    model(NOW)
    assert conflicts(two_files) == []


def test_where_the_order_of_the_exports_is_not_known_states_prove_nothing(store: Store, add: Add, model: Model) -> None:
    file(store, "old.csv", hours(60))
    file(store, "new.csv", hours(90), by_clock=True)
    both(store, add, {"order_status": "delivered", "delivered_at": hours(20)}, {"order_status": "to_ship"})
    model(NOW)
    assert conflicts(store) == []


def test_a_cancelled_order_does_not_come_back(two_files: Store, add: Add, model: Model) -> None:
    both(two_files, add, {"order_status": "cancelled", "cancelled_at": hours(20)}, {"order_status": "to_ship"})
    model(NOW)
    assert [(fact, how) for fact, how, *_ in conflicts(two_files)] == [
        ("cancelled_at", "lost"),
        ("order_status", "went_back"),
    ]


def test_a_quantity_is_told_once_however_the_file_cuts_it(two_files: Store, add: Add, model: Model) -> None:
    line(add, source_file="old.csv", quantity=2, source_line=40)
    line(add, source_file="old.csv", quantity=2, source_line=41)
    line(add, source_file="new.csv", quantity=1, line_id="a")
    line(add, source_file="new.csv", quantity=1, line_id="b")
    line(add, "2", source_file="old.csv", quantity=2)
    line(add, "2", source_file="new.csv", quantity=3)
    line(add, "3", source_file="old.csv", quantity=2)
    line(add, "3", source_file="new.csv", quantity=1, cancel_or_return="cancel")
    superseded(two_files, "old.csv")
    model(NOW)
    assert two_files.rows("SELECT order_id, fact, kept, other FROM record_conflicts") == [("2", "quantity", "3", "2")]


@pytest.mark.parametrize(("moment", "found"), [(hours(90), ["order_status", "shipped_at", "waybill"]), (hours(60), [])])
def test_exports_of_one_moment_agree_in_everything(
    store: Store, add: Add, model: Model, moment: dt.datetime, found: list[str]
) -> None:
    file(store, "old.csv", moment)
    file(store, "new.csv", hours(90))
    both(
        store,
        add,
        {"order_status": "to_ship", "waybill": "W1"},
        {"order_status": "shipped", "waybill": "W2", "shipped_at": hours(20)},
    )
    model(NOW)
    assert [fact for fact, *_ in conflicts(store)] == found


# ------------------------------------------------------------------------------------------- numbers and deadlines


def test_why_a_tracked_number_may_be_on_no_order(store: Store, add: Add, model: Model) -> None:
    file(store, "new.csv", hours(50))
    line(add, source_file="new.csv")
    for waybill, at in (("BACK1", 20), ("EARLY1", -9), ("LATE1", 60), ("STRAY1", 20)):
        add("tracking_events", waybill=waybill, event_at=hours(at), status="in_transit")
    add("returns", order_id="1", return_waybill="BACK1")
    model(NOW)
    assert store.rows(
        "SELECT waybill, is_return, before_orders, after_exports FROM stray_waybills ORDER BY waybill"
    ) == [
        ("BACK1", True, False, False),
        ("EARLY1", False, True, False),
        ("LATE1", False, False, True),
        ("STRAY1", False, False, False),
    ]
