"""What a parcel should weigh, and what the free texts of an order hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from fulfil_analytics.reference import CarrierBook
from fulfil_analytics.store import Store, build_model, open_store
from tests.store.conftest import T0, hours

Add = Callable[..., None]


def order(add: Add, order_id: str, waybill: str, sku: str = "MAT", quantity: int = 1, **values: Any) -> None:
    line = {
        "order_id": order_id,
        "waybill": waybill,
        "carrier_as_given": "USPS",
        "rts_at": hours(1),
        "seller_sku": sku,
        "created_at": T0,
    }
    add("order_lines", **{**line, "quantity": quantity, **values})


def weighed(add: Add, waybill: str, grams: int | None, at: float = 2) -> None:
    add(
        "tracking_events",
        waybill=waybill,
        carrier_as_given="usps",
        event_at=hours(at),
        status="picked_up",
        weight_g=grams,
    )


def weights(store: Store, order_id: str) -> dict[str, Any]:
    cursor = store.con.execute("SELECT * FROM order_weights WHERE order_id = ?", [order_id])
    (row,) = cursor.fetchall()
    return dict(zip([column[0] for column in cursor.description or ()], row, strict=True))


def fill(add: Add) -> None:
    """One small shop; every order is a case of its own."""
    add("products", seller_sku="MAT", weight_g=1000)
    add("products", seller_sku="MUG", weight_g=400)

    order(add, "plain", "W1", quantity=2, weight_g=77)
    order(add, "plain", "W1", "MUG")
    weighed(add, "W1", 900)
    weighed(add, "W1", 1400, at=3)

    for name in ("together1", "together2"):
        order(add, name, "W2", buyer_key="b", address_key="a", recipient_key="r")
    weighed(add, "W2", 2100)

    order(add, "stranger1", "W3", buyer_key="b", address_key="a")
    order(add, "stranger2", "W3", buyer_key="c", address_key="d")
    weighed(add, "W3", 40)

    for name, first, second in (("split", "W4", "W5"), ("half", "W6", "W7")):
        order(add, name, first)
        order(add, name, second, "MUG")
        weighed(add, first, 1420)
    weighed(add, "W5", 30)

    order(add, "cancelled", "W8", "MUG")
    order(add, "cancelled", "W8", cancelled_at=hours(1))
    weighed(add, "W8", 430)

    order(add, "export", "W9", "CUP", quantity=3, weight_g=300)
    weighed(add, "W9", 330)
    order(add, "mixed", "W10", "CUP", weight_g=300)
    order(add, "mixed", "W10")
    weighed(add, "W10", 1330)
    order(add, "unknown", "W11", "JUG")
    weighed(add, "W11", 330)

    for i in range(10):
        order(add, f"A{i}", f"WA{i}", "NEW", quantity=1 + i % 2)
        weighed(add, f"WA{i}", (500 + i) * (1 + i % 2))
    order(add, "empty", "W12", "NEW")
    weighed(add, "W12", 30)
    for i in range(9):
        order(add, f"B{i}", f"WB{i}", "RARE")
        weighed(add, f"WB{i}", 500)

    for grams in (1000, 1500, 907, 431):
        order(add, f"step{grams}", f"WS{grams}", "MUG")
        weighed(add, f"WS{grams}", grams)

    order(add, "blind", "W13")
    weighed(add, "W13", None)

    order(add, "texts", "W14", product_name="x", note_content="link,line", exposed="note", recipient_key="r")
    order(add, "texts", "W14", "MUG", note_content="line", exposed="note,product_name")
    order(add, "bare", "W15")
    add("labels", order_id="texts", waybill="W14", label_content="advert", recipient_key="s")
    add("labels", order_id="texts", waybill="0912345678", label_content="")
    add("labels", order_id="bare", recipient_key="s")


@pytest.fixture(scope="module")
def store(carriers: CarrierBook) -> Iterator[Store]:
    lines = count(2)
    with open_store() as opened:
        opened.con.execute(
            "INSERT INTO source_files BY NAME SELECT 'a.csv' AS source_file, 'aa' AS sha256, 1 AS bytes, "
            "'orders' AS kind, 'by-hand' AS format, 0 AS rows_in, 0 AS rows_loaded, 0 AS rows_merged, "
            "0 AS rows_quarantined"
        )

        def add(table: str, **values: Any) -> None:
            row = {"source_file": "a.csv", "source_line": next(lines), "is_current": True, **values}
            marks = ", ".join("?" for _ in row)
            opened.con.execute(f"INSERT INTO loaded_{table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))

        opened.con.begin()
        fill(add)
        opened.con.commit()
        build_model(opened, carriers, hours(50))
        yield opened


CASES = [
    ("plain", {"weighed_g": 1400, "expected_g": 2400, "basis": "catalogue", "units": 3}),
    ("plain", {"missing_sku": "MAT", "missing_units": 1, "missing_off_g": 0}),
    ("together1", {"weighed_g": 2100, "expected_g": 2000, "orders_together": 2, "why_not": None}),
    ("together2", {"weighed_g": 2100, "expected_g": 2000, "orders_together": 2, "why_not": None}),
    ("stranger1", {"why_not": "number_of_several_people"}),
    ("split", {"weighed_g": 1450, "expected_g": 1400, "parcels": 2, "waybill": None, "why_not": None}),
    ("half", {"why_not": "part_not_weighed"}),
    ("cancelled", {"expected_g": 400, "units": 1}),
    ("export", {"basis": "export", "least_expected_g": 300, "most_expected_g": 900}),
    ("mixed", {"basis": "mixed", "expected_g": 1300}),
    ("unknown", {"why_not": "no_item_weight"}),
    ("empty", {"basis": "learned", "weighed_g": 30, "missing_sku": "NEW", "missing_units": 1}),
    ("B0", {"why_not": "no_item_weight"}),
    ("step1000", {"least_weighed_g": 1}),
    ("step1500", {"least_weighed_g": 1001}),
    ("step907", {"least_weighed_g": 454}),
    ("step431", {"least_weighed_g": 431}),
    ("blind", {"why_not": "not_weighed", "weighed_g": None}),
]


@pytest.mark.parametrize(("order_id", "expected"), CASES)
def test_what_an_order_should_weigh(store: Store, order_id: str, expected: dict[str, Any]) -> None:
    row = weights(store, order_id)
    assert {name: row[name] for name in expected} == expected


def test_an_empty_parcel_hardly_moves_what_is_learned(store: Store) -> None:
    row = weights(store, "empty")
    assert 480 <= row["least_expected_g"] <= row["expected_g"] <= row["most_expected_g"] <= 530


def test_what_texts_and_labels_hold_is_told_once_an_order(store: Store) -> None:
    found = store.rows(
        "SELECT order_id, note_content, exposed, labels, label_content, label_waybill, labels_comparable, "
        "has_product_text, notes_read, labels_read FROM order_contents WHERE order_id IN ('texts', 'bare') ORDER BY ALL"
    )
    assert found == [
        ("bare", None, None, 1, None, None, False, False, False, False),
        ("texts", "line, link", "note, product_name", 2, "advert", "W14", True, True, True, True),
    ]
