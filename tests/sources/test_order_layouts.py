"""Every order layout that was seen, read the whole way."""

from __future__ import annotations

from datetime import datetime

import order_layouts as layouts
import pytest
from order_layouts import csv_bytes, table, write_xlsx
from reading import FORMATS, read, write

from fulfil_analytics.schemas import LOADED, duckdb_types

SEA_ROW = {
    "Order ID": "583870900000000123\t",
    "Order Status": "Shipped",
    "Created Time": "25/05/2026 22:05:43\t",
    "Order Amount": "238",
    "Tracking ID": "TH12 345-6",
    "Recipient": "Som Example",
    "Detail Address": "1 Main Road",
    "Additional address information": "Floor 2",
    "Payment Method": "COD",
}
LAYOUTS = {
    "us-63": (layouts.US_63, layouts.US_ROWS[0], "tiktok-orders-us", {"city": "Springfield", "state": "Illinois"}),
    "us-57": (
        layouts.US_57,
        {k: v for k, v in layouts.US_ROWS[0].items() if k in layouts.headers(layouts.US_57)},
        "tiktok-orders-us",
        {"city": "Springfield", "postal_code": "62701"},
    ),
    "vn": (
        layouts.VN,
        SEA_ROW
        | {"Order Status": "Đã vận chuyển", "Province": "P", "District": "D", "Commune": "C", "Country": "Vietnam"},
        "tiktok-orders-vn",
        {"state": "P", "city": "D", "district": "C", "market": "VN", "currency": "VND", "order_status": "shipped"},
    ),
    "th": (
        layouts.TH,
        SEA_ROW
        | {
            "Order Status": "จัดส่งแล้ว",
            "Order Substatus": "จัดส่งสำเร็จ",
            "Province": "P",
            "District": "D",
            "Districts": "T",
            "Zipcode": "10110",
        },
        "tiktok-orders-th",
        {"state": "P", "city": "D", "district": "T", "postal_code": "10110", "order_substatus": "delivered"},
    ),
    "th-new": (layouts.TH_NEW, SEA_ROW | {"Order Channel": "LIVE"}, "tiktok-orders-th", {"market": "TH"}),
    "th-old": (
        layouts.TH_OLD,
        SEA_ROW | {"District": "D", "Order Amount": "THB 199.00"},
        "tiktok-orders-th",
        {"city": "D", "order_amount_cents": 19900, "currency": "THB"},
    ),
    "ph": (
        layouts.PH,
        SEA_ROW | {"Region": "R", "Province": "P", "Municipality": "M", "Barangay": "B"},
        "tiktok-orders-ph",
        {"state": "P", "city": "M", "district": "B", "market": "PH"},
    ),
    "id": (
        layouts.ID,
        SEA_ROW | {"Order Status": "Dikirim", "Regency and City": "K", "Districts": "D", "Order Amount": "120.000"},
        "tiktok-orders-id",
        {"city": "K", "district": "D", "order_amount_cents": 12000000, "currency": "IDR", "order_status": "shipped"},
    ),
    "id-2": (
        layouts.ID_2,
        SEA_ROW | {"Order Amount": "Rp1.234.567"},
        "tiktok-orders-id",
        {"order_amount_cents": 123456700},
    ),
    "jp": (
        layouts.JP,
        {
            "注文ID": "582315036312176570\t",
            "注文状況": "未発送",
            "注文のサブ状況": "発送待ち",
            "注文金額": "11,990 JPY",
            "注文作成時刻": "01/27/2026 6:03:56 PM\t",
            "発送準備完了日時": "\t",
            "フルフィルメントタイプ": "Fulfillment by seller",
            "追跡ID": "1234-5678-9012",
            "都道府県": "東京都",
            "市区町村": "千代田区",
            "国": "日本",
            "詳細住所1": "一丁目",
            "詳細住所2": "二番",
        },
        "tiktok-orders-jp",
        {
            "order_amount_cents": 1199000,
            "currency": "JPY",
            "market": "JP",
            "order_status": "to_ship",
            "created_at": datetime(2026, 1, 27, 18, 3, 56),
            "rts_at": None,
            "waybill": "123456789012",
            "city": "千代田区",
            "fulfilled_by": "seller",
        },
    ),
    "mx": (
        layouts.GENERIC,
        {
            "Order ID": "577461234567890123",
            "Order Status": "Enviado",
            "Order Substatus": "Entregado",
            "Created Time": "01/27/2026 6:03:56 PM\t",
            "Order Amount": "MXN 1,234.56",
            "Country": "México",
            "Province": "Jalisco",
            "City": "Guadalajara",
        },
        "tiktok-orders",
        {
            "order_status": "shipped",
            "order_substatus": "delivered",
            "market": "MX",
            "currency": "MXN",
            "order_amount_cents": 123456,
            "state": "Jalisco",
        },
    ),
    "gb": (
        layouts.GENERIC,
        {
            "Order ID": "577461234567890123",
            "Order Status": "To ship",
            "Created Time": "27/01/2026 18:03:56",
            "Order Amount": "£12.50",
        },
        "tiktok-orders",
        {"market": "GB", "currency": "GBP", "order_amount_cents": 1250, "created_at": datetime(2026, 1, 27, 18, 3, 56)},
    ),
    "zh": (
        layouts.ZH,
        {
            "订单号": "577461234567890123",
            "订单状态": "待发货",
            "订单子状态": "待揽收",
            "订单创建时间": "2026/01/27 18:03:56",
            "快递单号": "ＳＦ１２３",
            "国家": "美国",
            "收件人": "王某某",
        },
        "tiktok-orders-zh",
        {"order_status": "to_ship", "order_substatus": "awaiting_collection", "waybill": "SF123", "market": "US"},
    ),
}


XLSX = ("us-63", "th", "jp")
CASES = [*((case, "csv") for case in LAYOUTS), *((case, "xlsx") for case in XLSX)]


@pytest.mark.parametrize(("case", "container"), CASES)
def test_layout_is_read(tmp_path, case, container):
    layout, row, format_id, expected = LAYOUTS[case]
    rows = table(layout, [row], described=True)
    path = tmp_path / f"whatever.{container}"
    if container == "csv":
        path.write_bytes(csv_bytes(rows))
    else:
        write_xlsx(path, rows)
    found = read(path)
    assert found.recognised.format.id == format_id
    assert found.recognised.unknown_columns == ()
    assert found.problems == []
    assert found.rows_in == 1
    (got,) = found.rows
    assert got["source_line"] == 3
    assert {name: got[name] for name in expected} == expected


def test_columns_are_the_models_in_order(tmp_path):
    found = read(write(tmp_path, csv_bytes(table(layouts.US_63, layouts.US_ROWS))))
    assert list(found.rows[0]) == [*duckdb_types(LOADED["order_lines"]), "_problems"]


def test_every_cell_of_a_us_row(tmp_path):
    found = read(
        write(tmp_path, csv_bytes(table(layouts.US_63, layouts.US_ROWS))), zone="America/Los_Angeles", shop="one"
    )
    open_order, cancelled = ({k: v for k, v in row.items() if v is not None} for row in found.rows)
    keys = {k for k in open_order if k.endswith("_key")}
    assert keys == {"buyer_key", "recipient_key", "phone_key"}
    assert all(len(open_order.pop(key)) == 32 for key in keys)
    assert open_order == {
        "source_file": "orders.csv",
        "source_line": 2,
        "order_id": "576461234567890123",
        "sku_id": "1729412345678901234",
        "seller_sku": "WATCH-01",
        "product_name": "Quartz watch",
        "product_category": "Quartz Watches",
        "variation": "Default",
        "quantity": 1,
        "quantity_returned": 0,
        "currency": "USD",
        "unit_price_cents": 4100,
        "line_total_cents": 4100,
        "order_amount_cents": 5305,
        "shop": "one",
        "market": "US",
        "order_status": "to_ship",
        "order_substatus": "awaiting_collection",
        "order_type": "normal",
        "created_at": datetime(2026, 9, 8, 17, 17, 29),
        "paid_at": datetime(2026, 9, 8, 17, 17, 33),
        "fulfilled_by": "seller",
        "label_by": "seller",
        "warehouse": "LA-1",
        "delivery_option": "Standard shipping",
        "package_id": "1153412345678901234",
        "waybill": "9234690390470910236904",
        "carrier_as_given": "USPS",
        "weight_g": 450,
        "country": "United States",
        "state": "Illinois",
        "city": "Springfield",
        "postal_code": "62701",
        "is_cod": False,
        "note_content": "",
        "exposed": "",
        "_problems": [],
    }
    assert cancelled["masked"] == "recipient_key,phone_key"
    assert "recipient_key" not in cancelled
    assert cancelled["cancel_reason"] == "unpaid_timeout"
    assert cancelled["cancelled_by"] == "system"
    assert cancelled["fulfilled_by"] == "platform"
    assert cancelled["is_cod"] is True
    assert cancelled["created_at"] == datetime(2027, 1, 1, 7, 59, 59)


def test_headers_in_nfd_with_trailing_blanks_and_other_case(tmp_path):
    rows = table(layouts.JP, [LAYOUTS["jp"][1]], nfd=True)
    assert read(write(tmp_path, csv_bytes(rows))).recognised.format.id == "tiktok-orders-jp"
    rows = table(layouts.US_63, layouts.US_ROWS)
    rows[0] = [f"  {name.upper()} " for name in rows[0]]
    assert read(write(tmp_path, csv_bytes(rows))).recognised.format.id == "tiktok-orders-us"


def test_columns_in_any_order_and_new_ones_are_reported(tmp_path):
    rows = [list(reversed(row)) for row in table(layouts.US_63, layouts.US_ROWS)]
    rows = [[*row, extra] for row, extra in zip(rows, ["New Thing 213-555-0100", "a", "b"], strict=True)]
    found = read(write(tmp_path, csv_bytes(rows)))
    assert found.rows[0]["order_id"] == "576461234567890123"
    assert found.recognised.unknown_columns == ("New Thing […]",)


@pytest.mark.parametrize(
    ("delimiter", "bom", "end"), [(",", True, "\r\n"), (";", False, "\n"), ("\t", True, "\n"), (",", False, "\r")]
)
def test_csv_dialects(tmp_path, delimiter, bom, end):
    rows = csv_bytes(table(layouts.US_63, layouts.US_ROWS), delimiter=delimiter, bom=bom, end=end)
    found = read(write(tmp_path, rows))
    assert [row["order_id"] for row in found.rows] == ["576461234567890123", "576461234567890124"]


@pytest.mark.parametrize(
    ("codec", "encoding"),
    [("utf-16", "utf-16-le"), ("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be"), ("gb18030", "gb18030")],
)
def test_other_encodings_are_recognised(tmp_path, codec, encoding):
    text = csv_bytes(table(layouts.ZH, [LAYOUTS["zh"][1]] * 3), bom=False).decode()
    found = read(write(tmp_path, text.encode(codec)))
    assert found.recognised.encoding == encoding
    assert [row["order_substatus"] for row in found.rows] == ["awaiting_collection"] * 3


@pytest.mark.parametrize("mode", ["hash", "drop", "keep"])
def test_personal_values_by_mode(tmp_path, mode):
    path = write(tmp_path, csv_bytes(table(layouts.US_63, layouts.US_ROWS)))
    first = read(path, mode=mode).rows[0]
    text = repr(first)
    assert ("ann example" in text) == (mode == "keep")
    assert (first["phone_key"] is None) == (mode == "drop")
    assert "555-0100" not in text


def test_address_lines_are_joined_into_one_key(tmp_path):
    keys = []
    for lines in (("1 Main Road", "Floor 2"), ("1 main rd Floor 2", ""), ("1 Main Road", "Floor 3")):
        row = SEA_ROW | dict(zip(("Detail Address", "Additional address information"), lines, strict=True))
        keys.append(read(write(tmp_path, csv_bytes(table(layouts.TH, [row])))).rows[0]["address_key"])
    assert keys[0] == keys[1] != keys[2]


def test_canonical_csv_and_parquet_give_the_same_rows(tmp_path):
    import duckdb

    text = (
        "order_id,created_at,order_status,quantity,order_amount_cents,currency,market,recipient,phone,address,is_sample,waybill\n"
        "A-1,2026-01-05T10:00:00+07:00,shipped,2,1999,THB,TH,Ann Example,0891234567,1 Main St,true,ab 12-3\n"
        "A-2,2026-01-05 10:00:00,to_ship,1,5,USD,US,,,,,\n"
    )
    plain = read(write(tmp_path, text), zone="America/New_York")
    parquet = tmp_path / "orders.bin"
    with duckdb.connect() as con:
        con.execute(
            f"COPY (FROM read_csv('{tmp_path / 'orders.csv'}', all_varchar = true)) TO '{parquet}' (FORMAT parquet)"
        )
    packed = read(parquet, zone="America/New_York")
    assert plain.recognised.format.id == packed.recognised.format.id == "orders-canonical"
    assert (plain.recognised.container, packed.recognised.container) == ("csv", "parquet")
    assert [row["source_line"] for row in packed.rows] == [1, 2]
    drop = {"source_file", "source_line"}
    for one, other in zip(plain.rows, packed.rows, strict=True):
        assert {k: v for k, v in one.items() if k not in drop} == {k: v for k, v in other.items() if k not in drop}
    first, second = plain.rows
    assert first["created_at"] == datetime(2026, 1, 5, 3)
    assert second["created_at"] == datetime(2026, 1, 5, 15)
    assert (first["order_amount_cents"], first["is_sample"], first["waybill"]) == (1999, True, "AB123")


def test_every_shipped_layout_names_its_source():
    assert all(item.source and item.confidence for item in FORMATS)


@pytest.mark.parametrize(
    ("number", "kept"),
    [
        ("2135550143", "PHONE#10"),  # the buyer's own, as dialled at home
        ("12135550143", "PHONE#11"),  # with the country code
        ("2135550144", "2135550144"),  # another number of that form is a number of a carrier nobody knows
    ],
)
def test_the_buyers_own_phone_is_no_waybill(tmp_path, number, kept):
    row = {
        **layouts.US_ROWS[0],
        "Phone #": "(+1)213-555-0143",
        "Tracking ID": number,
        "Shipping Provider Name": "Local Post",
    }
    (found,) = read(write(tmp_path, csv_bytes(table(layouts.US_63, [row])))).rows
    assert found["waybill"] == kept


@pytest.mark.parametrize("mode", ["hash", "keep"])
@pytest.mark.parametrize("written", ["2135550143", "12135550143", "213 5550143", "1-2135550143"])
def test_the_buyers_own_phone_stands_in_no_column(tmp_path, written, mode):
    places = ["City", "State", "Zipcode", "Warehouse Name", "Product Category", "Delivery Option"]
    others = ["Seller SKU", "Product Name", "Variation", "Shipping Provider Name"]
    names = [*places, *others, "Tracking ID", "Package ID", "SKU ID", "Product ID"]
    row = {
        **layouts.US_ROWS[0],
        **dict.fromkeys(names, written),
        "Phone #": "(+1)213-555-0143",
        "City": f"LA {written}",
    }
    (found,) = read(write(tmp_path, csv_bytes(table(layouts.US_63, [row]))), mode=mode).rows
    found.pop("phone_key")
    assert "5550143" not in repr(found)
    assert found["city"].startswith("LA ")
    assert found["waybill"] == f"PHONE#{sum(sign.isdigit() for sign in written)}"


def test_a_place_has_no_long_run_of_digits_whoever_it_belongs_to(tmp_path):
    row = {
        **layouts.US_ROWS[0],
        "Phone #": "(+1)213-***-0143",
        "City": "LA 13812345678",
        "State": "2135550144",
        "Zipcode": "2135550144",
        "Warehouse Name": "1000012345",
        "Product Name": "Part 2135550144",
    }
    found = read(write(tmp_path, csv_bytes(table(layouts.US_63, [row]))))
    (got,) = found.rows
    assert (got["city"], got["state"], got["postal_code"]) == ("LA […]", "[…]", None)
    assert (got["warehouse"], got["product_name"]) == ("1000012345", "Part 2135550144")
    assert found.problems == [(2, "postal_code|personal|9999999999")]


def test_a_phone_that_lost_its_digits_is_nobodys(tmp_path):
    rows = [{**layouts.US_ROWS[0], "Phone #": phone} for phone in ("6.28123E+12", "1.21356e+10", "12135550143.0")]
    found = read(write(tmp_path, csv_bytes(table(layouts.US_63, rows))), mode="keep")
    assert [row["phone_key"] for row in found.rows] == [None, None, "135550143"]
    assert [problem for _, problem in found.problems] == [
        "phone_key|damaged_identifier|9.99999A+99",
        "phone_key|damaged_identifier|9.99999a+99",
    ]


def test_a_country_of_points_writes_the_day_first(tmp_path):
    cells = {"Created Time": "08.09.2026 10:17:29", "Paid Time": "", "Order Amount": "53,05", "Weight(kg)": "0,45"}
    row = {**layouts.US_ROWS[0], **cells}
    found = read(write(tmp_path, csv_bytes(table(layouts.US_63, [row]), delimiter=";")))
    (got,) = found.rows
    assert found.recognised.date_order == "day-first"
    assert got["created_at"] == datetime(2026, 9, 8, 10, 17, 29)
    assert (got["order_amount_cents"], got["weight_g"]) == (5305, 450)


@pytest.mark.parametrize("item", FORMATS.of("csv"), ids=lambda item: item.id)
def test_whoever_asks_for_the_order_of_day_and_month_can_read_the_answer(item):
    if any(spec.type == "time" for spec in item.columns.values()):
        forms = set(item.time.formats)
        assert {f"%{a}/%{b}/%Y{time}" for a, b in ("md", "dm") for time in ("", " %H:%M", " %H:%M:%S")} <= forms
        assert {"%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S"} <= forms
