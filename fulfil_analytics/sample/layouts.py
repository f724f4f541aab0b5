"""The order export as each market writes it: headers in order, words, dates, money."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

_ENGLISH = {
    "Order ID": "order_id",
    "Order Status": "status",
    "Order Substatus": "substatus",
    "Cancelation/Return Type": "cancel_type",
    "Normal or Pre-order": "pre_order",
    "SKU ID": "sku_id",
    "Seller SKU": "seller_sku",
    "Product ID": "product_id",
    "Product Name": "product_name",
    "Variation": "variation",
    "Quantity": "quantity",
    "Sku Quantity of return": "returned",
    "SKU Unit Original Price": "price",
    "SKU Subtotal Before Discount": "before",
    "SKU Platform Discount": "nothing",
    "SKU Seller Discount": "discount",
    "SKU Subtotal After Discount": "after",
    "Shipping Fee After Discount": "shipping",
    "Original Shipping Fee": "shipping",
    "Shipping Fee Seller Discount": "nothing",
    "Co-Funded Shipping Fee Discount": "nothing",
    "Shipping Fee Platform Discount": "nothing",
    "Payment platform discount": "nothing",
    "Retail Delivery Fee": "nothing",
    "Taxes": "tax",
    "Order Amount": "amount",
    "Order Refund Amount": "refund",
    "Created Time": "created",
    "Paid Time": "paid",
    "RTS Time": "rts",
    "Shipped Time": "shipped",
    "Delivered Time": "delivered",
    "Cancelled Time": "cancelled",
    "Cancel By": "cancelled_by",
    "Cancel Reason": "cancel_reason",
    "Fulfillment Type": "fulfilment",
    "Warehouse Name": "warehouse",
    "Tracking ID": "waybill",
    "Delivery Option Type": "option_type",
    "Delivery Option": "option",
    "Shipping Provider Name": "carrier",
    "Buyer Message": "message",
    "Buyer Username": "username",
    "Recipient": "recipient",
    "Phone #": "phone",
    "Country": "country",
    "State": "state",
    "Province": "state",
    "City": "city",
    "Zipcode": "postal_code",
    "Address Line 1": "street",
    "Address Line 2": "unit",
    "Detail Address": "street",
    "Additional address information": "unit",
    "Districts": "district",
    "Commune": "district",
    "Payment Method": "payment",
    "Weight(kg)": "weight",
    "Product Category": "category",
    "Package ID": "package_id",
    "Seller Note": "note",
    "Shipping Information": "shipping_information",
}
_START = (
    "Order ID|Order Status|Order Substatus|Cancelation/Return Type|Normal or Pre-order|SKU ID|Seller SKU|"
    "{product}Product Name|Variation|{bundle}Quantity|Sku Quantity of return|SKU Unit Original Price|"
    "SKU Subtotal Before Discount|SKU Platform Discount|SKU Seller Discount|SKU Subtotal After Discount|"
    "Shipping Fee After Discount|Original Shipping Fee|Shipping Fee Seller Discount|"
    "{funded}Shipping Fee Platform Discount|Payment platform discount|{retail}Taxes|Order Amount|"
    "Order Refund Amount|Created Time|Paid Time|RTS Time|Shipped Time|Delivered Time|Cancelled Time|Cancel By|"
    "Cancel Reason|Fulfillment Type|Warehouse Name|Tracking ID|{option}Delivery Option|Shipping Provider Name|"
    "Buyer Message|{nickname}Buyer Username|Recipient|Phone #|"
)
_PLAIN = dict.fromkeys(("product", "bundle", "funded", "retail", "option", "nickname"), "")
_SEA_END = "|Payment Method|Weight(kg)|Product Category|Package ID|Seller Note|Checked Status|Checked Marked by"
_US_HEADERS = (
    _START.format(
        product="Product ID|",
        bundle=" Virtual Bundle Seller SKU|",
        funded="Co-Funded Shipping Fee Discount|",
        retail="Retail Delivery Fee|",
        option="Delivery Option Type|",
        nickname="Buyer Nickname|",
    )
    + "Country|State|City|Zipcode|Address Line 1|Address Line 2|Delivery Instruction|Payment Method|Weight(kg)|"
    "Product Category|Package ID|Seller Note|Shipping Information|Combined Listing|Order Channel|Creator Handle"
).split("|")
_VN_HEADERS = (
    _START.format(**_PLAIN)
    + "Country|Province|District|Commune|Detail Address|Additional address information"
    + _SEA_END
).split("|")
_TH_HEADERS = (
    _START.format(**_PLAIN)
    + "Zipcode|Country|Province|District|Districts|Detail Address|Additional address information"
    + _SEA_END
    + "|Request Tax Invoice|Tax Info - Buyer Tax ID|Tax Info - Type|Tax Info - Full Name of Buyer|Tax Info - Email|"
    "Tax Info - Phone Number|Tax Info - Registered Address|Tax Info - Address Type"
).split("|")
_JP = (
    "注文ID=order_id|注文状況=status|注文のサブ状況=substatus|キャンセル/返品のタイプ=cancel_type|"
    "通常の注文または予約注文=pre_order|SKU ID=sku_id|セラーSKU=seller_sku|商品名=product_name|"
    "バリエーション=variation|数量=quantity|返品済みのSKU数=returned|SKUの元の価格=price|SKU小計（割引前）=before|"
    "プラットフォームが資金提供を行うSKU割引=nothing|セラーSKU割引=discount|SKU小計（割引後）=after|割引後の送料=shipping|"
    "元の送料=shipping|セラー送料割引=nothing|プラットフォーム送料割引=nothing|プラットフォーム割引=|注文金額=amount|"
    "注文の返金額=refund|注文作成時刻=created|注文の支払い日時=paid|発送準備完了日時=rts|発送日時=shipped|配達日時=delivered|"
    "キャンセル日時=cancelled|キャンセル元：=cancelled_by|キャンセル理由=cancel_reason|フルフィルメントタイプ=fulfilment|"
    "倉庫名=warehouse|追跡ID=waybill|配達オプションのタイプ=option_type|配送業者名=carrier|カスタマーのユーザー名=username|"
    "受取人=recipient|名=|姓=|国=country|郵便番号=postal_code|都道府県=state|市区町村=city|町名=district|詳細住所1=street|"
    "詳細住所2=unit|支払い方法=payment|電話番号=phone|重量（kg）=weight|商品カテゴリー=category|荷物ID=package_id|セラーメモ=note|"
    "配送先情報=shipping_information|統合リスト=|カスタマーからのメッセージ=message"
)
DESCRIPTIONS = {
    "order_id": "Platform unique order ID.",
    "status": "Current order status.",
    "cancel_type": "The filed to explain the order is in cancellation or in return/refund.",
    "sku_id": "Platform SKU ID.",
    "seller_sku": "Seller sku input by the seller in the product system.",
    "product_name": "Platform product name.",
    "variation": "Platform SKU variation",
    "quantity": "SKU sold quantity in the order.",
    "returned": "SKU returned quantity in the order.",
    "price": "1 SKU original price.",
    "before": "It equals to SKU Unit Original Price * Sku Quantity.",
    "waybill": "The order's tracking number.",
    "option": "The order's delivery option.",
}
_TIMES = ("created", "paid", "rts", "shipped", "delivered", "cancelled")
TABBED = frozenset({"order_id", "sku_id", "product_id", "package_id", "postal_code", *_TIMES})
"""Cells that end in a TAB in the CSV form, even when there is nothing before it."""
_EN_WORDS = {
    "unpaid": ("Unpaid", ""),
    "awaiting_shipment": ("To ship", "Awaiting shipment"),
    "awaiting_collection": ("To ship", "Awaiting collection"),
    "in_transit": ("Shipped", "In transit"),
    "delivered": ("Shipped", "Delivered"),
    "completed": ("Completed", "Completed"),
    "cancelled": ("Canceled", "Canceled"),
}
_TH_WORDS = {
    "unpaid": ("ค้างชำระ", ""),
    "awaiting_shipment": ("ที่จะจัดส่ง", "รอจัดส่ง"),
    "awaiting_collection": ("ที่จะจัดส่ง", "รอเข้ารับ"),
    "in_transit": ("จัดส่งแล้ว", "อยู่ระหว่างขนส่ง"),
    "delivered": ("จัดส่งแล้ว", "จัดส่งสำเร็จ"),
    "completed": ("เสร็จสมบูรณ์", "เสร็จสมบูรณ์"),
    "cancelled": ("ยกเลิกแล้ว", "ยกเลิกแล้ว"),
}
# only Shipped, Delivered and Canceled are attested for Viet Nam, and only the unshipped state for Japan:
# the others stay English, as localised values are not known
_VN_WORDS = {
    **_EN_WORDS,
    "in_transit": ("Đã vận chuyển", "In transit"),
    "delivered": ("Đã vận chuyển", "Đã giao"),
    "cancelled": ("Đã hủy", "Đã hủy"),
}
_JP_WORDS = {
    **_EN_WORDS,
    "awaiting_shipment": ("未発送", "発送待ち"),
    "awaiting_collection": ("未発送", "Awaiting collection"),
}


def _plain_money(cents: int) -> str:
    whole, part = divmod(cents, 100)
    return f"{whole}.{part:02}" if part else str(whole)


def _yen(cents: int) -> str:
    return f"{cents // 100:,} JPY"


@dataclass(frozen=True)
class Layout:
    """One market's order export."""

    columns: tuple[tuple[str, str], ...]
    """Header and what stands in the column; an empty meaning is an empty column."""
    words: dict[str, tuple[str, str]] = field(default_factory=lambda: _EN_WORDS)
    day_first: bool = False
    yen: bool = False
    described: bool = False

    def time(self, moment: dt.datetime | None) -> str:
        """Return a local time (in whatever zone `moment` has) as the export writes it."""
        if moment is None:
            return ""
        if self.day_first:
            return f"{moment:%d/%m/%Y %H:%M:%S}"
        return f"{moment:%m/%d/%Y} {moment.hour % 12 or 12}:{moment:%M:%S} {'AM' if moment.hour < 12 else 'PM'}"

    def money(self, cents: int) -> str:
        """Return an amount as the export writes it."""
        return _yen(cents) if self.yen else _plain_money(cents)


def _english(headers: list[str], **other: str) -> tuple[tuple[str, str], ...]:
    meanings = {**_ENGLISH, **other}
    return tuple((header, meanings.get(header, "")) for header in headers)


BY_MARKET = {
    "us": Layout(_english(_US_HEADERS), described=True),
    "th": Layout(_english(_TH_HEADERS, District="city"), _TH_WORDS, day_first=True, described=True),
    "vn": Layout(_english(_VN_HEADERS, District="city"), _VN_WORDS, day_first=True),
    "jp": Layout(
        tuple((header, meaning) for header, meaning in (pair.split("=") for pair in _JP.split("|"))),
        _JP_WORDS,
        yen=True,
    ),
}
