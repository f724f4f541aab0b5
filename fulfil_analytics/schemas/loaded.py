"""Tables that exports are loaded into: one row a row of an input file.

Every row says where it came from: `source_file` (as shown to the user) and `source_line` (the row number a spreadsheet
shows, the header being row 1; for JSON the running number of the record, from 1).
"""

import polars as pl

from fulfil_analytics.schemas import words
from fulfil_analytics.schemas.base import TIME, Table, col

ORDER_ID = r"^[0-9A-Za-z][0-9A-Za-z_-]{0,39}$"
WAYBILL = r"^[0-9A-Z][0-9A-Z./+_#-]{0,59}$"
BIG = 1_000_000_000
MONEY = 100 * BIG
"""Hundredths of a currency unit that no order reaches in any currency; ten digits in an amount are a phone number."""


class Sourced(Table):
    """Where a row came from."""

    source_file: pl.String = col("input file, as named in source_files", required=True)
    source_line: pl.Int64 = col("row number a spreadsheet shows", required=True, ge=1)


class OrderLines(Sourced):
    """One row a line of an order in an export. Facts of the order repeat on each line and are never summed."""

    order_id: pl.String = col("platform's order number", required=True, str_matches=ORDER_ID)
    line_id: pl.String = col("platform's line number (API only)")
    sku_id: pl.String = col("platform's SKU number")
    seller_sku: pl.String = col("seller's own SKU")
    product_id: pl.String = col("platform's product number")
    product_name: pl.String = col("product name, e-mail addresses and phone numbers struck out")
    product_category: pl.String = col("category, as exported")
    variation: pl.String = col("variation, as exported")
    quantity: pl.Int64 = col("units ordered in this line", ge=0, le=BIG)
    quantity_returned: pl.Int64 = col("units returned in this line", ge=0, le=BIG)
    currency: pl.String = col("ISO 4217 code", str_matches=r"^[A-Z]{3}$")
    unit_price_cents: pl.Int64 = col("original price of one unit, hundredths of the currency unit", ge=-MONEY, le=MONEY)
    line_total_cents: pl.Int64 = col(
        "line subtotal after discounts, hundredths of the currency unit", ge=-MONEY, le=MONEY
    )
    order_amount_cents: pl.Int64 = col(
        "amount of the whole order, repeated on each line, hundredths of the currency unit", ge=-MONEY, le=MONEY
    )
    refund_amount_cents: pl.Int64 = col(
        "refund of the whole order, repeated on each line, hundredths of the currency unit", ge=-MONEY, le=MONEY
    )
    shop: pl.String = col("shop the file belongs to, as set in fulfil.toml or a column of the file")
    market: pl.String = col("ISO 3166 country the order is delivered in", str_matches=r"^[A-Z]{2}$")
    order_status: pl.String = col("normal form of the order's status", isin=words.ORDER_STATUS)
    order_substatus: pl.String = col("normal form of the sub-status", isin=words.ORDER_STATUS)
    order_type: pl.String = col("normal, pre_order, made_to_order, ...", isin=words.ORDER_TYPE)
    cancel_or_return: pl.String = col("cancel, return, or null", isin=("cancel", "return", "other"))
    created_at: TIME = col("order created, UTC", required=True)
    paid_at: TIME = col("paid, UTC; null for unpaid and for undelivered cash on delivery")
    rts_at: TIME = col("ready to ship: seller called ship order, UTC")
    shipped_at: TIME = col("platform's shipped time, UTC")
    delivered_at: TIME = col("platform's delivered time, UTC")
    cancel_requested_at: TIME = col("buyer asked to cancel, UTC")
    cancelled_at: TIME = col("cancelled, UTC")
    updated_at: TIME = col("last status change, UTC")
    cancelled_by: pl.String = col("who cancelled", isin=words.PARTY)
    cancel_reason: pl.String = col("normal form of the reason", isin=words.CANCEL_REASON)
    fulfilled_by: pl.String = col("seller or platform (FBT)", isin=words.FULFILLED_BY)
    label_by: pl.String = col(
        "who provides the shipping label: seller (seller shipping) or platform", isin=words.FULFILLED_BY
    )
    warehouse: pl.String = col("warehouse name, as exported")
    handover: pl.String = col("how the parcel reaches the carrier", isin=("pickup", "dropoff"))
    delivery_option: pl.String = col("delivery option, as exported")
    pickup_point: pl.Boolean = col("delivered to a collection point instead of the buyer's door")
    package_id: pl.String = col("platform's package number of this line")
    waybill: pl.String = col(
        "normalised waybill number: upper case, half width, no blanks or hyphens", str_matches=WAYBILL
    )
    carrier_as_given: pl.String = col("shipping provider, as exported")
    damaged: pl.String = col("identifier columns a spreadsheet damaged, comma separated; null when none")
    weight_g: pl.Int64 = col("weight from the export, grams", ge=0, le=BIG)
    buyer_key: pl.String = col("buyer's account", personal="name")
    recipient_key: pl.String = col("recipient's name; null when masked", personal="name")
    phone_key: pl.String = col("recipient's phone; null when masked", personal="phone")
    address_key: pl.String = col("street lines joined and normalised; null when masked", personal="street")
    masked: pl.String = col("personal columns the platform had masked, comma separated; null when none")
    country: pl.String = col("recipient's country, as exported")
    state: pl.String = col("recipient's state, province or region, as exported")
    city: pl.String = col("recipient's city, as exported")
    district: pl.String = col("recipient's district below the city, as exported")
    postal_code: pl.String = col("recipient's postal code, as exported")
    is_cod: pl.Boolean = col("cash on delivery")
    is_sample: pl.Boolean = col("sample order to a creator")
    is_replacement: pl.Boolean = col("replacement for another order")
    is_exchange: pl.Boolean = col("exchange of another order")
    is_gift: pl.Boolean = col("bought as a gift: goes to somebody else than the buyer")
    parcel_tag: pl.String = col("platform's own word: combined or split", isin=("combined", "split"))
    rts_due_at: TIME = col("platform's own latest ready-to-ship time (rts_sla_time), UTC")
    collection_due_at: TIME = col("platform's own latest collection time (tts_sla_time), UTC")
    delivery_due_at: TIME = col("platform's own deliver-by time (delivery_sla_time), UTC")
    auto_cancel_rts_at: TIME = col("platform cancels if not ready to ship by then (shipping_due_time), UTC")
    auto_cancel_collection_at: TIME = col("platform cancels if not collected by then (collection_due_time), UTC")
    handling_days: pl.Int64 = col("seller's handling time of this order", ge=0, le=365)
    handling_unit: pl.String = col("unit of handling_days", isin=("calendar_day", "business_day"))
    release_at: TIME = col("pre-order: when handling starts, UTC")
    service_level: pl.String = col("delivery programme, as exported")
    note_content: pl.String = col(
        "what the seller's note holds that does not belong there (link, whatsapp, ...), comma separated; blank when "
        "nothing, null when the file has no notes"
    )
    exposed: pl.String = col(
        "free texts that hold a phone number or an e-mail address (note, buyer_message, product_name, variation), "
        "comma separated; blank when none, null when the file has no free text"
    )


class TrackingEvents(Sourced):
    """One row a carrier event. Free text of carriers is classified on the way in and not kept: it can name people."""

    waybill: pl.String = col("normalised waybill number", str_matches=WAYBILL)
    order_id: pl.String = col("order number, where the feed gives no waybill", str_matches=ORDER_ID)
    carrier_as_given: pl.String = col("carrier, as the feed names it")
    event_at: TIME = col("time of the event, UTC; null for not_found rows")
    status: pl.String = col("normal form of the event", required=True, isin=words.EVENT_STATUS)
    city: pl.String = col("city of the event")
    state: pl.String = col("state or province of the event")
    postal_code: pl.String = col("postal code of the event")
    country: pl.String = col("ISO 3166 country of the event")
    weight_g: pl.Int64 = col("weight measured by the carrier, grams", ge=0, le=BIG)


class Labels(Sourced):
    """One row a shipping label."""

    order_id: pl.String = col("order number", required=True, str_matches=ORDER_ID)
    waybill: pl.String = col("normalised waybill number", str_matches=WAYBILL)
    recipient_key: pl.String = col("recipient on the label", personal="name")
    phone_key: pl.String = col("phone on the label", personal="phone")
    address_key: pl.String = col("street on the label, normalised", personal="street")
    masked: pl.String = col("personal columns that were masked, comma separated")
    city: pl.String = col("city on the label")
    state: pl.String = col("state on the label")
    postal_code: pl.String = col("postal code on the label")
    country: pl.String = col("country on the label")
    label_content: pl.String = col(
        "what the label's text holds that does not belong there (link, whatsapp, advert, ...), comma separated; blank "
        "when nothing, null without text. The carrier's own links and the recipient's own phone are left out"
    )


class Products(Sourced):
    """Catalogue: one row a seller SKU."""

    seller_sku: pl.String = col("seller's own SKU", key=True)
    product_name: pl.String = col("product name")
    category: pl.String = col("category")
    weight_g: pl.Int64 = col("weight of one packed unit, grams", ge=0, le=BIG)


class Inventory(Sourced):
    """Stock: one row a SKU and warehouse and moment."""

    warehouse: pl.String = col("warehouse name", key=True)
    seller_sku: pl.String = col("seller's own SKU", key=True)
    on_hand: pl.Int64 = col("units on hand", ge=-BIG, le=BIG)
    reserved: pl.Int64 = col("units reserved", ge=-BIG, le=BIG)
    sellable: pl.Int64 = col("units that may be sold", ge=-BIG, le=BIG)
    restock_at: TIME = col("next restock, UTC")
    taken_at: TIME = col("moment of the count, UTC")


class Warehouses(Sourced):
    """Warehouses: where parcels leave from."""

    warehouse: pl.String = col("warehouse name", key=True)
    city: pl.String = col("city")
    state: pl.String = col("state or province")
    postal_code: pl.String = col("postal code")
    country: pl.String = col("ISO 3166 country")
    latitude: pl.Float64 = col("degrees north", ge=-90, le=90)
    longitude: pl.Float64 = col("degrees east", ge=-180, le=180)
    time_zone: pl.String = col("IANA time zone")


class Returns(Sourced):
    """Returns and refunds."""

    return_id: pl.String = col("platform's return number")
    order_id: pl.String = col("order number", required=True, str_matches=ORDER_ID)
    sku_id: pl.String = col("platform's SKU number")
    seller_sku: pl.String = col("seller's own SKU")
    return_type: pl.String = col("refund, return, ... as exported")
    return_reason: pl.String = col("reason, as exported, personal data struck out")
    return_status: pl.String = col("status, as exported")
    quantity: pl.Int64 = col("units", ge=0, le=BIG)
    refund_amount_cents: pl.Int64 = col("refund, hundredths of the currency unit", ge=-MONEY, le=MONEY)
    requested_at: TIME = col("request, UTC")
    refunded_at: TIME = col("refund, UTC")
    return_waybill: pl.String = col("waybill of the way back", str_matches=WAYBILL)


class SlaWindows(Sourced):
    """Windows in which other deadlines apply. Both ends inclusive; blank selectors mean all."""

    mode: pl.String = col("holiday, extension or force_majeure", required=True, isin=words.WINDOW_MODE)
    reason: pl.String = col("holiday, campaign or ticket", isin=words.WINDOW_REASON)
    name: pl.String = col("name of the window", required=True)
    from_at: TIME = col("first order creation time covered, UTC", required=True)
    to_at: TIME = col("last order creation time covered, UTC", required=True)
    stage: pl.String = col("stage; blank means rts and dispatch", isin=words.STAGE)
    market: pl.String = col("ISO 3166 country; blank means all")
    warehouse: pl.String = col("warehouse; blank means all")
    handover: pl.String = col("pickup or dropoff; blank means all", isin=("pickup", "dropoff"))
    action: pl.String = col("add, replace or fixed", isin=words.WINDOW_ACTION)
    amount: pl.Int64 = col("how many units are added or replace", ge=0, le=3660)
    unit: pl.String = col("hour, calendar_day or business_day", isin=words.DURATION_UNIT)
    fixed_at: TIME = col("fixed due time, UTC")
    opted_in: pl.Boolean = col("the seller opted in")
    automatic: pl.Boolean = col("the platform applies it to everybody")
    reference: pl.String = col("notice or ticket number")


LOADED: dict[str, type[Table]] = {
    "order_lines": OrderLines,
    "tracking_events": TrackingEvents,
    "labels": Labels,
    "products": Products,
    "inventory": Inventory,
    "warehouses": Warehouses,
    "returns": Returns,
    "sla_windows": SlaWindows,
}
"""Table name to model. The name of an input kind is its table's, except that kind `orders` loads order_lines and
kind `tracking` loads tracking_events (see `sources/formats/*.toml`, key `table`)."""
