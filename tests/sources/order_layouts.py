"""Made-up order exports in every layout that was seen (headers verbatim, in order); nobody in them is real."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Sequence
from pathlib import Path

START = (
    "Order ID, Order Status, Order Substatus, Cancelation/Return Type, Normal or Pre-order, SKU ID, Seller SKU, "
    "Product Name, Variation, Quantity, Sku Quantity of return, SKU Unit Original Price, SKU Subtotal Before Discount, "
    "SKU Platform Discount, SKU Seller Discount, SKU Subtotal After Discount, Shipping Fee After Discount, "
    "Original Shipping Fee, Shipping Fee Seller Discount, Shipping Fee Platform Discount"
)
TIMES = (
    "Created Time, Paid Time, RTS Time, Shipped Time, Delivered Time, Cancelled Time, Cancel By, Cancel Reason, "
    "Fulfillment Type, Warehouse Name, Tracking ID"
)
SEA = f"{TIMES}, Delivery Option, Shipping Provider Name, Buyer Message, Buyer Username, Recipient, Phone #"
END = "Payment Method, Weight(kg), Product Category, Package ID"
SEA_MONEY = "Payment platform discount, Taxes, Order Amount, Order Refund Amount"
TH_TAX = (
    "Request Tax Invoice, Tax Info - Buyer Tax ID, Tax Info - Type, Tax Info - Full Name of Buyer, Tax Info - Email, "
    "Tax Info - Phone Number, Tax Info - Registered Address, Tax Info - Address Type"
)
CHECKED = "Seller Note, Checked Status, Checked Marked by"
DETAIL = "Detail Address, Additional address information"

US_63 = (
    "Order ID, Order Status, Order Substatus, Cancelation/Return Type, Normal or Pre-order, SKU ID, Seller SKU, "
    "Product ID, Product Name, Variation,  Virtual Bundle Seller SKU, Quantity, Sku Quantity of return, "
    "SKU Unit Original Price, SKU Subtotal Before Discount, SKU Platform Discount, SKU Seller Discount, "
    "SKU Subtotal After Discount, Shipping Fee After Discount, Original Shipping Fee, Shipping Fee Seller Discount, "
    "Co-Funded Shipping Fee Discount, Shipping Fee Platform Discount, Payment platform discount, Retail Delivery Fee, "
    f"Taxes, Order Amount, Order Refund Amount, {TIMES}, Delivery Option Type, Delivery Option, "
    "Shipping Provider Name, Buyer Message, Buyer Nickname, Buyer Username, Recipient, Phone #, Country, State, City, "
    f"Zipcode, Address Line 1, Address Line 2, Delivery Instruction, {END}, Seller Note, Shipping Information, "
    "Combined Listing, Order Channel, Creator Handle"
)
US_57 = (
    f"{START}, Payment platform discount, Retail Delivery Fee, Taxes, Order Amount, Order Refund Amount, {TIMES}, "
    "Delivery Option Type, Delivery Option, Shipping Provider Name, Buyer Message, Buyer Username, Recipient, Phone #, "
    "Country, State, City, Zipcode, Detail Address, Additional address information, House Name or Number, "
    f"Delivery Instruction, {END}, Seller Note, Shipping Information"
)
VN = f"{START}, {SEA_MONEY}, {SEA}, Country, Province, District, Commune, {DETAIL}, {END}, {CHECKED}"
TH = (
    f"{START}, {SEA_MONEY}, {SEA}, Zipcode, Country, Province, District, Districts, {DETAIL}, {END}, {CHECKED}, "
    f"{TH_TAX}"
)
TH_NEW = TH.replace(TH_TAX, f"Order Channel, Creator Handle, {TH_TAX}")
TH_OLD = (
    f"{START}, Payment platform discount, Taxes, Small Order Fee, Order Amount, Order Refund Amount, {SEA}, Zipcode, "
    f"Country, Province, District, {DETAIL}, {END}, {CHECKED}"
)
PH = f"{START}, {SEA_MONEY}, {SEA}, Country, Region, Province, Municipality, Barangay, {DETAIL}, {END}, {CHECKED}"
ID = (
    f"{START}, Distance Shipping Fee, Distance Fee, Order Refund Amount, Payment platform discount, "
    "Buyer Service Fee, Handling Fee, Shipping Insurance, Item Insurance, Order Amount, "
    f"{SEA}, Zipcode, Country, Province, Regency and City, Districts, Villages, {DETAIL}, {END}, Purchase Channel, "
    f"{CHECKED}, Tokopedia Invoice Number"
)
ID_2 = ", ".join(["Dynamic Commission", *reversed(ID.split(", "))])
JP = (
    "注文ID,注文状況,注文のサブ状況,キャンセル/返品のタイプ,通常の注文または予約注文,SKU ID,セラーSKU,商品名,"
    "バリエーション,数量,返品済みのSKU数,SKUの元の価格,SKU小計（割引前）,"
    "プラットフォームが資金提供を行うSKU割引,セラーSKU割引,SKU小計（割引後）,割引後の送料,元の送料,"
    "セラー送料割引,プラットフォーム送料割引,プラットフォーム割引,注文金額,注文の返金額,注文作成時刻,"
    "注文の支払い日時,発送準備完了日時,発送日時,配達日時,キャンセル日時,キャンセル元：,キャンセル理由,"
    "フルフィルメントタイプ,倉庫名,追跡ID,配達オプションのタイプ,配送業者名,カスタマーのユーザー名,"
    "受取人,名,姓,国,郵便番号,都道府県,市区町村,町名,詳細住所1,詳細住所2,支払い方法,電話番号,"
    "重量（kg）,商品カテゴリー,荷物ID,セラーメモ,配送先情報,統合リスト,カスタマーからのメッセージ"
)
GENERIC = US_57.replace("Retail Delivery Fee, ", "").replace("State, City", "Province, City")
ZH = (
    "订单号,订单状态,订单子状态,取消/退货类型,商品名称,商品数量,订单金额,订单创建时间,支付时间,发货时间,"
    "快递单号,物流承运商,国家,省份,城市,邮编,收件人,电话,详细地址"
)

DESCRIPTION = {
    "Order ID": "Platform unique order ID.",
    "Order Status": "Current order status.",
    "Cancelation/Return Type": "The filed to explain the order is in cancellation or in return/refund.",
    "SKU ID": "Platform SKU ID.",
    "Quantity": "SKU sold quantity in the order.",
    "Tracking ID": "The order's tracking number.",
    "注文ID": "プラットフォームの注文ID",
}


def headers(layout: str) -> list[str]:
    """Return the headers of a layout; only the one that has a leading blank in real files keeps it."""
    if ", " not in layout:
        return layout.split(",")
    return [part.strip() if "Virtual" not in part else " " + part.strip() for part in layout.split(", ")]


def table(
    layout: str, rows: Sequence[dict[str, str]], *, described: bool = False, nfd: bool = False
) -> list[list[str]]:
    """Return header, description row if asked for, and rows; a cell that a row does not name is blank."""
    names = headers(layout)
    unknown = {name for row in rows for name in row} - set(names)
    if unknown:
        raise ValueError(f"no such headers: {unknown}")
    written = [unicodedata.normalize("NFD", name) + "  " if nfd else name for name in names]
    body = [[row.get(name, "") for name in names] for row in rows]
    return [written, *([[DESCRIPTION.get(name, "") for name in names]] if described else []), *body]


def csv_bytes(rows: Sequence[Sequence[str]], *, delimiter: str = ",", end: str = "\r\n", bom: bool = True) -> bytes:
    """Return a CSV as Seller Center writes it: byte order mark, CRLF."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(rows)
    return (b"\xef\xbb\xbf" if bom else b"") + text.getvalue().encode()


def write_xlsx(path: Path, rows: Sequence[Sequence[object]], sheet: str = "OrderSKUList") -> Path:
    """Write a workbook of text cells with a notes sheet in front."""
    import xlsxwriter

    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Notes").write_string(0, 0, "nothing to see")
        page = book.add_worksheet(sheet)
        for row, cells in enumerate(rows):
            for place, cell in enumerate(cells):
                if cell != "":
                    page.write_string(row, place, str(cell))
    return path


US_ROWS = [
    {
        "Order ID": "576461234567890123\t",
        "Order Status": "To ship",
        "Order Substatus": "Awaiting collection",
        "Normal or Pre-order": "Normal",
        "SKU ID": "1729412345678901234\t",
        "Seller SKU": "WATCH-01",
        "Product Name": "Quartz watch",
        "Variation": "Default",
        "Quantity": "1",
        "Sku Quantity of return": "0",
        "SKU Unit Original Price": "41",
        "SKU Subtotal After Discount": "41",
        "Order Amount": "53.05",
        "Created Time": "09/08/2026 10:17:29 AM\t",
        "Paid Time": "09/08/2026 10:17:33 AM\t",
        "RTS Time": "\t",
        "Fulfillment Type": "Fulfillment by seller",
        "Warehouse Name": "LA-1",
        "Tracking ID": "9234 6903-9047 0910 2369 04",
        "Delivery Option Type": "Shipped by seller",
        "Delivery Option": "Standard shipping",
        "Shipping Provider Name": "USPS",
        "Buyer Username": "test.buyer",
        "Recipient": "Ann Example",
        "Phone #": "(+1)213-555-0100",
        "Country": "United States",
        "State": "Illinois",
        "City": "Springfield",
        "Zipcode": "62701\t",
        "Payment Method": "ApplePay",
        "Weight(kg)": "0.45",
        "Product Category": "Quartz Watches",
        "Package ID": "1153412345678901234\t",
        "Shipping Information": "Springfield\nline two, with a comma\n\nIllinois",
    },
    {
        "Order ID": "576461234567890124\t",
        "Order Status": "Canceled",
        "Order Substatus": "Canceled",
        "Cancelation/Return Type": "Cancel",
        "Normal or Pre-order": "Pre-order",
        "SKU ID": "1729412345678901235\t",
        "Quantity": "2",
        "Order Amount": "120.07",
        "Order Refund Amount": "119.42",
        "Created Time": "12/31/2026 11:59:59 PM\t",
        "Paid Time": "\t",
        "Cancelled Time": "01/01/2027 12:30:00 AM\t",
        "Cancel By": "SYSTEM",
        "Cancel Reason": "Customer overdue to pay",
        "Fulfillment Type": "Fulfillment by TikTok Shop",
        "Recipient": "T**** B****",
        "Phone #": "(+1)213-***-0100",
        "Country": "United States",
        "State": "California",
        "City": "Los Angeles",
        "Zipcode": "90001",
        "Payment Method": "COD",
    },
]
