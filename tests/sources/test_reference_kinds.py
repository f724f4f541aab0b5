"""Labels, products, inventory, warehouses, returns and SLA windows, from the file to canonical rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from fulfil_analytics.errors import InputError
from fulfil_analytics.privacy import Privacy
from fulfil_analytics.sources import Formats, discover, identify, load_formats, open_rows

CONTRACT = {
    "labels": "order_id, tracking_number, recipient, phone, address, city, state, postal_code, country, label_text",
    "products": "seller_sku, product_name, category, weight_g",
    "inventory": "warehouse, seller_sku, on_hand, reserved, sellable, restock_at, taken_at",
    "warehouses": "warehouse, city, state, postal_code, country, latitude, longitude, time_zone",
    "sla-windows": "mode, reason, name, from, to, stage, market, warehouse, handover, action, amount, unit, fixed_at, "
    "opted_in, automatic, reference",
    "tiktok-returns": "Return Order ID, Order ID, Order Amount, Order Status, Order Substatus, Payment Method, SKU ID, "
    "Seller SKU, Product Name, SKU Name, Buyer Username, Return Type, Time Requested, Return Reason, "
    "Return unit price, Return Quantity, Return Logistics Tracking ID, Return Status, Return Sub Status, Refund Time, "
    "Dispute Status, "
    "Appeal Status, Compensation Status, Compensation Amount, Buyer Note",
}


@pytest.fixture(scope="module")
def formats() -> Formats:
    return load_formats()


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def write(folder: Path, header: str, *rows: str) -> Path:
    path = folder / "input.csv"
    path.write_text("\n".join([header.replace(", ", ","), *rows]) + "\n", encoding="utf-8")
    return path


def canonical(con: duckdb.DuckDBPyConnection, path: Path, formats: Formats) -> tuple[str, tuple[str, ...], list[Any]]:
    """Return format id, unknown columns and canonical rows of a file."""
    (source,) = discover([str(path)]).files
    found = identify(con, source, formats)
    with open_rows(con, found, zone="America/New_York", privacy=Privacy("hash", b"k" * 32)) as rows:
        relation = con.sql(rows.select)
        names = relation.columns
        return (
            found.format.id,
            found.unknown_columns,
            [dict(zip(names, row, strict=True)) for row in relation.fetchall()],
        )


@pytest.mark.parametrize("format_id", CONTRACT)
def test_every_column_of_the_contract_is_known(
    con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path, format_id: str
) -> None:
    header = CONTRACT[format_id]
    cells = ",".join(f"{n}" for n in range(1, header.count(",") + 2))
    found, unknown, rows = canonical(con, write(tmp_path, header, cells), formats)
    assert (found, unknown, len(rows)) == (format_id, (), 1)


def test_labels(con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        CONTRACT["labels"],
        "576461413038785752,9234 6903 9047 0910 2369 04,Jane Roe,+1 213 555 0100,1 Sample Way,Reno,NV,89502,US,JANE",
        "576461413038785753,,J*** R**,,,,,,,",
        "5.76461E+17,A1,,,,,,,,",
    )
    _, _, rows = canonical(con, path, formats)
    assert rows[0]["waybill"] == "9234690390470910236904"
    assert None not in (rows[0]["recipient_key"], rows[0]["phone_key"], rows[0]["address_key"])
    assert (rows[1]["recipient_key"], rows[1]["masked"]) == (None, "recipient_key")
    assert rows[2]["_problems"][0].startswith("order_id|damaged_identifier|")
    assert "JANE" not in repr(rows).upper()


def test_products(con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path) -> None:
    path = write(tmp_path, CONTRACT["products"], "SKU-1,Serum,Beauty,250", "SKU-2,,,-5", "SKU-3,,,heavy", ",x,y,1")
    _, _, rows = canonical(con, path, formats)
    assert [row["weight_g"] for row in rows] == [250, -5, None, 1]
    assert rows[2]["_problems"] == ["weight_g|not_a_number|aaaaa"]
    assert rows[3]["_problems"] == ["seller_sku|missing|"]


def test_inventory(con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path) -> None:
    path = write(
        tmp_path, CONTRACT["inventory"], "East,SKU-1,10,2,8,2026-01-31,2026-01-10 08:00:00", "East,SKU-2,0,,,,"
    )
    _, _, rows = canonical(con, path, formats)
    assert (rows[0]["on_hand"], rows[0]["reserved"], rows[0]["sellable"]) == (10, 2, 8)
    assert rows[0]["taken_at"] == datetime(2026, 1, 10, 13)
    assert rows[0]["restock_at"] == datetime(2026, 1, 31, 5)
    assert (rows[1]["on_hand"], rows[1]["reserved"], rows[1]["taken_at"]) == (0, None, None)


def test_warehouses(con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path) -> None:
    path = write(
        tmp_path, CONTRACT["warehouses"], "East,Newark,NJ,07105,United States,40.7357,-74.1724,America/New_York"
    )
    _, _, rows = canonical(con, path, formats)
    assert (rows[0]["postal_code"], rows[0]["country"]) == ("07105", "US")
    assert (rows[0]["latitude"], rows[0]["longitude"]) == (40.7357, -74.1724)


def test_warehouses_are_not_taken_for_inventory_nor_the_other_way_round(
    con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path
) -> None:
    assert canonical(con, write(tmp_path, "warehouse, seller_sku, on_hand", "A,B,1"), formats)[0] == "inventory"
    assert canonical(con, write(tmp_path, "warehouse, city, time_zone", "A,B,UTC"), formats)[0] == "warehouses"


def test_sla_windows(con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        CONTRACT["sla-windows"],
        "extension,campaign,Big Friday,2026-11-27 00:00,2026-11-30 23:59:59,dispatch,US,East,Pick up,add,2,"
        "Business days,,yes,no,N-1",
        "holiday,,New Year,2026-12-31T00:00:00Z,2027-01-02T00:00:00Z,,,,,,,,,,,",
        "festival,,Other,2026-12-31,2027-01-02,,,,,,,,,,,",
        "holiday,,No end,2026-12-31,,,,,,,,,,,,",
        "extension,holiday,Labour Day,2026-04-29,2026-05-03,,,,,fixed,,,2026-05-06,yes,,",
    )
    _, _, rows = canonical(con, path, formats)
    first = rows[0]
    assert (first["mode"], first["reason"], first["stage"], first["market"]) == (
        "extension",
        "campaign",
        "dispatch",
        "US",
    )
    assert (first["from_at"], first["to_at"]) == (datetime(2026, 11, 27, 5), datetime(2026, 12, 1, 4, 59, 59))
    assert (first["handover"], first["action"], first["amount"], first["unit"]) == ("pickup", "add", 2, "business_day")
    assert (first["opted_in"], first["automatic"]) == (True, False)
    assert (rows[1]["stage"], rows[1]["opted_in"], rows[1]["_problems"]) == (None, None, [])
    assert rows[2]["_problems"] == ["mode|unknown_word|aaaaaaaa"]
    # a date alone begins with its day and ends with it: both ends of a window are inclusive
    assert (rows[2]["from_at"], rows[2]["to_at"]) == (datetime(2026, 12, 31, 5), datetime(2027, 1, 3, 4, 59, 59))
    assert rows[3]["_problems"] == ["to_at|missing|"]
    # "ship by 6 May" means all of it
    assert rows[4]["fixed_at"] == datetime(2026, 5, 7, 3, 59, 59)


def test_returns(con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path) -> None:
    values = {
        "Return Order ID": "4035322893000000001\t",
        "Order ID": "576461413038785752\t",
        "SKU ID": "1729412345678901234",
        "Return Type": "Refund only",
        "Time Requested": "2026-01-13",
        "Return Reason": "Wrong item, write to jane@example.com",
        "Return Quantity": "1",
        "Return Logistics Tracking ID": "jx 123-45",
        "Return Status": "Completed",
        "Refund Time": "2026-01-20",
        "Buyer Note": "Jane Roe wants it back",
    }
    cells = ",".join(f'"{values.get(name, "")}"' for name in CONTRACT["tiktok-returns"].split(", "))
    _, _, rows = canonical(con, write(tmp_path, CONTRACT["tiktok-returns"], cells), formats)
    row = rows[0]
    assert (row["return_id"], row["order_id"]) == ("4035322893000000001", "576461413038785752")
    assert (row["quantity"], row["return_waybill"]) == (1, "JX12345")
    assert (row["requested_at"], row["refunded_at"]) == (datetime(2026, 1, 13, 5), datetime(2026, 1, 20, 5))
    assert "@" not in row["return_reason"]
    assert "Jane" not in repr(row)


def test_chinese_return_headers(con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path) -> None:
    path = write(
        tmp_path, "退货单号, 订单号, 退货类型, 申请时间, 退款金额", "1,576461413038785752,仅退款,2026-01-13,8.50"
    )
    found, _, rows = canonical(con, path, formats)
    assert (found, rows[0]["order_id"], rows[0]["refund_amount_cents"]) == ("tiktok-returns", "576461413038785752", 850)


def test_a_returns_file_is_not_taken_for_orders(
    con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path
) -> None:
    cells = ",".join(["576461413038785752"] * 2 + ["1"] * 23)
    assert canonical(con, write(tmp_path, CONTRACT["tiktok-returns"], cells), formats)[0] == "tiktok-returns"


@pytest.mark.parametrize(
    ("header", "looked_for"),
    [("seller_sku, product_name, category", "weight_g"), ("mode, reason, name, from", "to")],
)
def test_a_column_that_is_needed_is_named(
    con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path, header: str, looked_for: str
) -> None:
    with pytest.raises(InputError, match=looked_for):
        canonical(con, write(tmp_path, header, ",".join("abcd"[: header.count(",") + 1])), formats)


def test_the_aftership_export_is_told_by_its_dashboard_columns(
    con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path
) -> None:
    path = write(
        tmp_path,
        "Tracking number, Order number, Shipment title, Carrier, Status, Sub-status, Latest event",
        "9234690390470910236904,1,x,USPS,InfoReceived,,Label Created",
        "9234690390470910236905,2,x,USPS,Delivered,Delivered_001,Left with Jane Roe",
        "9234690390470910236906,3,x,USPS,Something,,",
    )
    found, _, rows = canonical(con, path, formats)
    assert found == "aftership-export"
    assert [row["status"] for row in rows] == ["label_created", "delivered", "other"]
    assert "Jane" not in repr(rows)
