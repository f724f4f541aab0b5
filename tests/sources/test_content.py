"""What notes and labels hold, told by kind: what is found, and what only looks like it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from fulfil_analytics.privacy import Privacy
from fulfil_analytics.sources import lookups
from tests.sources.reading import read, write

BUYER = "135550100"

LABELS = [
    ("10 % off, write to us on WhatsApp https://shop.example.com/again", "link,whatsapp,advert"),
    ("www.shop-again.com", "link"),
    ("ｗｗｗ．shop-again．com", "link"),
    ("https://usps.com.evil.example/x", "link"),
    ("https://evil-usps.com/x", "link"),
    ("usps.com ups.com shop-again.com", "link"),
    ("write to sales@shop-again.com", "email"),
    ("加微信 abc123 好评返现", "wechat,advert"),
    ("扫码领红包", "qr,advert"),
    ("แอดไลน์ @shop", "line"),
    ("LINE ID: shop99", "line"),
    ("Quét mã QR để nhận quà, Zalo 0912 345 678", "phone,zalo,qr"),
    ("hubungi kami WA: 081234567890", "whatsapp"),
    ("t.me/shopagain", "link,telegram"),
    ("TO: JANE ROE (213) 555-0100 Call (626) 555-0100", "phone"),
    ("BEGIN:VCARD", "qr"),
]
HARMLESS = [
    "USPS GROUND ADVANTAGE https://tools.usps.com/go/TrackConfirmAction?tLabels=9400136106203245714758",
    "usps.com ups.com, fedex.com.",
    "https://www.tiktok.com/@shop",
    "TO: JANE ROE (213) 555-0100 LOS ANGELES CA 90012-1234",
    "TO: JANE ROE +1 213 555 0100",
    "FROM: Shop Inc (626) 555-0199 mail@shop-again.com\nTO: JANE (213) 555-0100",
    "9400 1361 0620 3937 9079 94",
    "7782 1343 0094 REF 0123456789",
    "(420) 98101 9400 1361 0620 3937 9079 94",
    "SEATTLE, WA 98101-1420",
    "call 2026-11-05 1015",
    "Scan this code at drop-off",
    "微信支付",
    "สั่งออนไลน์ ขอบคุณ",
    "St. Louis, MO. U.S.A. No.4",
    "production line @ 3, LINE 2",
]


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        lookups.install(opened, Privacy("hash", b"k" * 32))
        yield opened


def content(con: duckdb.DuckDBPyConnection, text: str | None, place: str, phone: str | None = BUYER) -> str | None:
    query = "SELECT fa_content(n, ?, ?) FROM (SELECT fa_content_form(?::VARCHAR) AS n)"
    found: str | None = con.execute(query, [place, phone, text]).fetchall()[0][0]
    return found


@pytest.mark.parametrize(("text", "kinds"), LABELS)
def test_a_label(con: duckdb.DuckDBPyConnection, text: str, kinds: str) -> None:
    assert content(con, text, "label") == kinds


@pytest.mark.parametrize("text", HARMLESS)
def test_a_harmless_label(con: duckdb.DuckDBPyConnection, text: str) -> None:
    assert content(con, text, "label") == ""


def test_without_the_buyers_phone_no_phone_is_held_against_anyone(con: duckdb.DuckDBPyConnection) -> None:
    assert content(con, "Call (626) 555-0199", "label") == "phone"
    assert content(con, "Call (626) 555-0199", "label", None) == ""


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("ask hazel.testwell@example.com about the colour", ""),
        ("contact us at sales@example.com", "email"),
        ("used coupon code SAVE10, 10% off given", ""),
        ("buyer wants to be reached on WhatsApp", "whatsapp"),
        (None, ""),
    ],
)
def test_a_note(con: duckdb.DuckDBPyConnection, text: str | None, kinds: str) -> None:
    assert content(con, text, "note") == kinds


def test_a_label_without_text_is_not_known(con: duckdb.DuckDBPyConnection) -> None:
    assert content(con, None, "label") is None


@pytest.mark.parametrize(
    ("text", "exposes"),
    [
        ("ask a.b@example.com", True),
        ("tel: +62 812-3456-7890", True),
        ("(213) 555-0100", True),
        ("3 for 2@9.99", False),
        ("Bolt 2026-1115-0716 M8", False),
        ("9400 1361 0620 3937 9079 94", False),
        ("order 576424982806152143", False),
        (None, False),
    ],
)
def test_personal_data_in_a_free_text(con: duckdb.DuckDBPyConnection, text: str | None, exposes: bool) -> None:
    assert con.execute("SELECT fa_exposes_raw(t) FROM (SELECT ?::VARCHAR AS t)", [text]).fetchall()[0][0] is exposes


def test_an_order_export_keeps_the_kinds_and_never_the_text(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "Order ID,Order Status,Created Time,Product Name,Buyer Message,Seller Note,Phone #\n"
        "576424982806152143,To ship,11/15/2026 10:41:38 PM,Mug,call (626) 555-0199,Telegram t.me/zq,(+1)213-555-0100\n"
        "576424982806152144,To ship,11/15/2026 10:41:38 PM,Mug zq@example.com,,,\n",
    )
    first, second = read(path).rows
    assert (first["note_content"], first["exposed"]) == ("link,telegram", "buyer_message")
    assert (second["note_content"], second["exposed"]) == ("", "product_name")
    assert "zq" not in repr([first, second]) and "0199" not in repr(first)


def test_an_export_without_free_text_says_so(tmp_path: Path) -> None:
    (row,) = read(
        write(tmp_path, "Order ID,Order Status,Created Time\n576424982806152143,To ship,11/15/2026 10:41:38 PM\n")
    ).rows
    assert (row["note_content"], row["exposed"]) == (None, None)


def test_labels(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "order_id,tracking_number,recipient,phone,label_text\n"
        "O1,9400136106203937907994,Jane Roe,(213) 555-0100,Jane Roe (213) 555-0100 call (626) 555-0199\n"
        "O2,9400136106203937907994,Jane Roe,(213)***0100,call (626) 555-0199\n"
        "O3,9400136106203937907994,Jane Roe,(213) 555-0100,\n",
        "labels.csv",
    )
    assert [row["label_content"] for row in read(path).rows] == ["phone", "", None]
