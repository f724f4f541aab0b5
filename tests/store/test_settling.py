"""Which rows of the files count: of a line that stands twice one, of two lines that only look alike both."""

from __future__ import annotations

from fulfil_analytics.store.load import settle_rows


def test_lines_whose_sku_numbers_are_damaged_alike_are_told_apart_by_their_product(store, add):
    line = {
        "order_id": "1",
        "sku_id": "1.72941E+18",
        "seller_sku": "6.90123E+12",
        "damaged": "sku_id",
        "quantity": 1,
        "line_total_cents": 1000,
    }
    add("order_lines", **line, product_name="Red mug")
    add("order_lines", **line, product_name="Blue plate")
    add("order_lines", **line, product_name="Red mug")
    settle_rows(store, ())
    assert store.rows("SELECT product_name FROM order_lines ORDER BY ALL") == [("Blue plate",), ("Red mug",)]
