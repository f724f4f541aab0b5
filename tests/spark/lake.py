"""A lakehouse made of a sample's exports: Parquet tables with other names, types and units, and the mapping of them."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb

ZONE = "America/Los_Angeles"
ORDERS = """
order_id               order_no      Order ID                    text
order_status           stage         Order Status                text
order_substatus        substage      Order Substatus             text
cancel_or_return       undo          Cancelation/Return Type     text
order_type             how_ordered   Normal or Pre-order         text
sku_id                 variant_no    SKU ID                      text
seller_sku             item          Seller SKU                  text
product_id             good_no       Product ID                  text
product_name           good          Product Name                text
product_category       branch        Product Category            text
variation              flavour       Variation                   text
quantity               pieces        Quantity                    whole
quantity_returned      pieces_back   Sku Quantity of return      whole
unit_price_cents       price         SKU Unit Original Price     hundredths
line_total_cents       paid_line     SKU Subtotal After Discount hundredths
order_amount_cents     paid_order    Order Amount                hundredths
refund_amount_cents    paid_back     Order Refund Amount         hundredths
created_at             ordered       Created Time                local
paid_at                settled       Paid Time                   local
rts_at                 packed        RTS Time                    local
shipped_at             left_us       Shipped Time                local
delivered_at           arrived       Delivered Time              local
cancelled_at           called_off    Cancelled Time              local
cancelled_by           called_off_by Cancel By                   text
cancel_reason          called_off_as Cancel Reason               text
fulfilled_by           who_packs     Fulfillment Type            text
label_by               who_labels    Delivery Option Type        text
warehouse              house         Warehouse Name              text
delivery_option        service       Delivery Option             text
package_id             box_no        Package ID                  text
waybill                parcel_no     Tracking ID                 text
carrier_as_given       haulier       Shipping Provider Name      text
weight_g               kilos         Weight(kg)                  thousandths
buyer_key              account       Buyer Username              text
recipient_key          person        Recipient                   text
phone_key              telephone     Phone #                     text
country                land          Country                     text
state                  province      State                       text
city                   town          City                        text
postal_code            post_code     Zipcode                     text
note_content           note          Seller Note                 text
buyer_message          message       Buyer Message               text
"""
AS_NAMED = {
    "tracking_events": {
        "waybill": "tracking_number",
        "carrier_as_given": "carrier",
        "event_at": "event_time",
        "status": "status",
        "city": "city",
        "state": "state",
        "postal_code": "postal_code",
        "country": "country",
        "weight_g": "weight_g",
    },
    "labels": {
        "order_id": "order_id",
        "waybill": "tracking_number",
        "recipient_key": "recipient",
        "phone_key": "phone",
        "address_key": "address",
        "city": "city",
        "state": "state",
        "postal_code": "postal_code",
        "country": "country",
        "label_content": "label_text",
    },
    "returns": {
        "return_id": "Return Order ID",
        "order_id": "Order ID",
        "sku_id": "SKU ID",
        "seller_sku": "Seller SKU",
        "return_type": "Return Type",
        "return_reason": "Return Reason",
        "return_status": "Return Status",
        "quantity": "Return Quantity",
        "requested_at": "Time Requested",
        "refunded_at": "Refund Time",
        "return_waybill": "Return Logistics Tracking ID",
    },
}
"""Canonical column to header of the export; in the lake the columns are called ``x_`` and their number."""
FILES = {"tracking_events": "tracking.csv", "labels": "labels.csv", "returns": "Return-Refund orders.csv"}
SAME = ("products", "inventory", "warehouses")
"""Tables whose columns have the canonical names in the lake: a mapping need not name them."""


def orders_file(exports: Path) -> Path:
    """Return the newest order export of a sample."""
    return max(exports.glob("All order-*.csv"))


def type_phones_as_waybills(orders: Path) -> tuple[str, str]:
    """Write a phone number in place of two orders' waybills: the order's own, and another; return those orders."""
    with orders.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    head = rows[0]
    order, number, phone = (head.index(name) for name in ("Order ID", "Tracking ID", "Phone #"))
    shipped: dict[str, str] = {}
    for row in rows[2:]:
        if row[number].strip():
            shipped.setdefault(row[order], row[phone])
    own, other = list(shipped)[:2]
    typed = {own: "".join(filter(str.isdigit, shipped[own])), other: "2135550147"}
    for row in rows[2:]:
        row[number] = typed.get(row[order], row[number])
    with orders.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    return own.strip(), other.strip()


def make_lake(exports: Path, folder: Path) -> Path:
    """Write the exports as Parquet tables ``lake_<table>`` and return the mapping file that describes them."""
    folder.mkdir()
    orders = [line.split(None, 2) for line in ORDERS.strip().splitlines()]
    columns = [(canonical, ours, *rest.rsplit(None, 1)) for canonical, ours, rest in orders]
    text = "nullif(trim({}, e' \\t'), '')"
    made = {
        "text": text,
        "whole": f"CAST({text} AS INTEGER)",
        "hundredths": f"CAST({text} AS DECIMAL(12, 2))",
        "thousandths": f"CAST({text} AS DECIMAL(9, 3))",
        "local": f"strptime({text}, '%m/%d/%Y %I:%M:%S %p')",
    }
    told = {
        "text": "{}",
        "whole": "{}",
        "hundredths": "cast({} * 100 as bigint)",
        "thousandths": "cast({} * 1000 as bigint)",
        "local": f"to_utc_timestamp({{}}, '{ZONE}')",
    }
    street = [("street_1", "Address Line 1"), ("street_2", "Address Line 2")]
    said = [f'{canonical} = "{told[kind].format(ours)}"' for canonical, ours, _, kind in columns]
    said += ["address_key = \"concat_ws(' ', street_1, street_2)\"", "is_cod = \"pay_by = 'Cash on delivery'\""]
    cells = [f"{made[kind].format(_quoted(header))} AS {ours}" for _, ours, header, kind in columns]
    cells += [f"{text.format(_quoted(header))} AS {ours}" for ours, header in street]
    cells += [f"{text.format(_quoted('Payment Method'))} AS pay_by"]
    with duckdb.connect() as con:
        _write(con, orders_file(exports), folder / "order_lines", cells, described=True)
        mapping = ["[order_lines]", 'from = "lake_order_lines"', 'where = "not deleted"']
        mapping += [
            'exported_at = "2026-11-16T07:16:00-08:00"',
            "[order_lines.columns]",
            'source_line = "row_no"',
            *said,
        ]
        for table, named in AS_NAMED.items():
            cells = [f"{_quoted(header)} AS x_{number}" for number, header in enumerate(named.values())]
            _write(con, exports / FILES[table], folder / table, cells)
            mapping += [f"[{table}]", f'from = "lake_{table}"', f"[{table}.columns]", 'source_line = "row_no"']
            zoned = {"requested_at", "refunded_at"}
            expressions = {c: f"x_{n}" for n, c in enumerate(named)}
            expressions |= {c: f"to_utc_timestamp({expressions[c]}, '{ZONE}')" for c in zoned & set(named)}
            mapping += [f'{column} = "{expression}"' for column, expression in expressions.items()]
        for table in SAME:
            _write(con, exports / f"{table}.csv", folder / table, ["*"])
            mapping += [f"[{table}]", f'from = "lake_{table}"', f"[{table}.columns]", 'source_line = "row_no"']
        _write(con, exports / "sla_windows.csv", folder / "sla_windows", ['*, "from" AS from_at, "to" AS to_at'])
        mapping += ["[sla_windows]", 'from = "lake_sla_windows"', "[sla_windows.columns]", 'source_line = "row_no"']
    place = folder / "lake.toml"
    place.write_text("\n".join(mapping) + "\n", encoding="utf-8")
    return place


def _quoted(header: str) -> str:
    return '"' + header.replace('"', '""') + '"'


def _write(
    con: duckdb.DuckDBPyConnection, file: Path, folder: Path, cells: list[str], *, described: bool = False
) -> None:
    """Write a CSV as Parquet, each row with the number a spreadsheet shows; a second row may describe the columns."""
    folder.mkdir()
    read = f"read_csv({str(file)!r}, header = true, all_varchar = true)"
    rows = f"SELECT *, row_number() OVER () + 1 AS row_no, false AS deleted FROM {read}"
    select = f"SELECT {', '.join(cells)}, row_no, deleted FROM ({rows}) WHERE row_no > {2 if described else 1}"
    if cells[0].startswith("*"):
        select = f"SELECT {', '.join(cells)} FROM ({rows})"
    con.execute(f"COPY ({select}) TO {str(folder / 'rows.parquet')!r} (FORMAT parquet)")


def show_lake(spark, folder: Path) -> None:
    """Make the tables of a lake known to the session."""
    for table in sorted(path for path in folder.iterdir() if path.is_dir()):
        spark.read.parquet(str(table)).createOrReplaceTempView(f"lake_{table.name}")


def called(exports: Path) -> dict[str, str]:
    """Return what the tables of a lake are called in outputs, and the exports they were made of."""
    files = {"order_lines": orders_file(exports).name, **FILES}
    files |= {table: f"{table}.csv" for table in (*SAME, "sla_windows")}
    return {f"lake_{table}": file for table, file in files.items()}
