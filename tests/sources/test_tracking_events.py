"""What carriers' codes and words mean. A pre-possession message taken for a scan hides a fake shipment; a scan that is
missed accuses a seller who did ship: both directions are read here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from fulfil_analytics.schemas import words
from fulfil_analytics.sources.events import phrase_pattern, settle
from fulfil_analytics.sources.formats import Formats, load_formats
from fulfil_analytics.sources.json_reader import read_json
from fulfil_analytics.sources.raw import Raw
from fulfil_analytics.sql import literal

FIXTURES = Path(__file__).parent / "fixtures" / "json"


@pytest.fixture(scope="module")
def formats() -> Formats:
    return load_formats()


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def settled(
    con: duckdb.DuckDBPyConnection,
    formats: Formats,
    *events: tuple[str | None, str | None, str | None],
    format_id: str = "tracking-template",
) -> list[str]:
    """Return the status of each event, given as status, description, carrier."""
    rows = ", ".join(f"({i}, {', '.join(map(literal, event))})" for i, event in enumerate(events, 1))
    sql = f"SELECT * FROM (VALUES {rows}) AS t (source_line, s, d, c)"
    columns = {"status": ("s",), "_description": ("d",), "carrier_as_given": ("c",)}
    raw = settle(con, Raw(sql, columns, len(events)), formats[format_id])
    assert "_description" not in raw.columns
    (status,) = raw.columns["status"]
    return [found for (found,) in con.sql(f"SELECT {status} FROM ({raw.sql}) ORDER BY source_line").fetchall()]


def test_what_was_learnt_of_the_first_events_means_the_same(con: duckdb.DuckDBPyConnection, formats: Formats) -> None:
    rows = """SELECT i AS source_line, [NULL, '', 'in_transit', 'USPS 01', '01', 'odd'][i % 6 + 1] AS s,
        CASE WHEN i % 7 > 0 THEN ['Delivered', 'Shipping label created', 'Left', '', 'in_transit'][i % 5 + 1]
        || CASE WHEN i > 5000 THEN ' again' ELSE '' END END AS d, [NULL, 'USPS', 'UPS'][i % 3 + 1] AS c
        FROM range(6000) AS r(i)"""
    raw = Raw(rows, {"status": ("s",), "_description": ("d",), "carrier_as_given": ("c",)}, 6000)
    item = formats["tracking-template"]
    each, learnt = settle(con, raw, item), settle(con, raw, item, learn=True)
    told, again = (
        con.execute(f"SELECT _status FROM ({it.sql}) ORDER BY source_line").fetchall() for it in (each, learnt)
    )
    assert told == again
    assert {status for (status,) in told} >= {"delivered", "label_created", "in_transit", "other"}
    assert con.execute(f"SELECT len(list_distinct(getvariable('{learnt.learnt[0]}').keys))").fetchall()[0][0] > 20


def test_every_normal_form_means_itself_in_every_feed(con: duckdb.DuckDBPyConnection, formats: Formats) -> None:
    for item in formats:
        if item.table == "tracking_events":
            events = [(status, None, None) for status in words.EVENT_STATUS]
            assert settled(con, formats, *events, format_id=item.id) == list(words.EVENT_STATUS), item.id


def test_every_word_of_every_vocabulary_is_a_normal_form(formats: Formats) -> None:
    for item in formats:
        if item.table == "tracking_events":
            for name, vocabulary in item.words.items():
                assert name == "code_owner" or set(vocabulary) <= set(words.EVENT_STATUS), (item.id, name)


BEFORE_POSSESSION = (
    "Departed Shipping Partner Facility, USPS Awaiting Item",
    "Arrived Shipping Partner Facility, USPS Awaiting Item",
    "Shipping Label Created, USPS Awaiting Item",
    "Shipment Received, Package Acceptance Pending",
    "Pre-Shipment Info Sent to USPS, USPS Awaiting Item",
    "SHIPPER CREATED A LABEL, UPS HAS NOT RECEIVED THE PACKAGE YET",
)


def test_a_message_before_possession_outranks_the_feed_s_code(con: duckdb.DuckDBPyConnection, formats: Formats) -> None:
    codes = (None, "InTransit_Departure", "in_transit", "InTransit", "arrived")
    events = [(code, text, "USPS") for text in BEFORE_POSSESSION for code in codes]
    events += [(text, None, None) for text in BEFORE_POSSESSION]
    assert settled(con, formats, *events) == ["label_created"] * len(events)


TEXTS = (
    ("Accepted at USPS Origin Sort Facility", "picked_up"),
    ("Arrived at USPS Regional Origin Facility", "arrived"),
    ("Departed USPS Regional Facility", "departed"),
    ("Out for Delivery, Expected Delivery by 9:00pm", "out_for_delivery"),
    ("Delivered, Front Door/Porch", "delivered"),
    ("Notice Left (No Authorized Recipient Available)", "attempted"),
    ("Your item could not be delivered", "attempted"),
    ("UNDELIVERED", "attempted"),
    ("Item was returned to sender and delivered", "returned"),
    ("Your package will be delivered by 5 January", "other"),
    ("Your order will be shipped soon", "other"),
    ("The parcel is waiting to be picked up by the carrier", "label_created"),
    ("Picked up by the recipient at the counter", "delivered"),
    ("Parcel delivered to the carrier", "picked_up"),
    ("Pickup failed: parcel not ready", "label_created"),
    ("In transit to next facility", "in_transit"),
    ("Undeliverednot a word", "other"),
    ("包裹已下单，待揽收", "label_created"),
    ("【杭州市】安排揽收，快递员正在赶来", "label_created"),
    ("【上海市】快件已揽收", "picked_up"),
    ("【深圳市】派件员 某某 正在派件，签收前请当面验货", "out_for_delivery"),
    ("客户已签收，感谢使用", "delivered"),
    ("派件失败，无人签收", "attempted"),
    ("快件离开【上海转运中心】，发往【深圳】", "departed"),
    ("快件到达【深圳转运中心】", "arrived"),
    ("预计明天送达", "other"),
    ("快件已退回，寄件人签收", "returned"),
    ("จัดส่งสำเร็จ", "delivered"),
    ("นำจ่ายสำเร็จ", "delivered"),
    ("อยู่ระหว่างการนำส่ง", "out_for_delivery"),
    ("จัดส่งไม่สำเร็จ", "attempted"),
    ("Giao hàng thành công", "delivered"),
    ("Giao hàng không thành công", "attempted"),
    ("Đơn hàng đã giao cho đơn vị vận chuyển", "picked_up"),
    ("Paket sedang diantar oleh kurir", "out_for_delivery"),
    ("Paket telah diterima oleh penerima", "delivered"),
    ("Diterima di gudang Jakarta", "arrived"),
    ("配達完了", "delivered"),
    ("持ち出し中", "out_for_delivery"),
    ("ご不在のため持ち戻りました", "attempted"),
    ("Cash on delivery order", "other"),
    ("The package has not been picked up yet", "label_created"),
    ("Your order has not been delivered", "other"),
    ("Awaiting collection by the recipient", "ready_for_pickup"),
    ("Seller dispatched from own warehouse", "other"),
    ("Your order is in processing", "other"),
    ("卖家已发货", "other"),
    ("等待快递员上门揽收", "label_created"),
    ("快件在【深圳】发出，下一站【上海】", "departed"),
    ("ถึงผู้รับ", "other"),
    ("集荷依頼", "other"),
    ("", "other"),
    ("12345", "other"),
    ("Lorem ipsum dolor", "other"),
)


@pytest.fixture(scope="module")
def understood(con: duckdb.DuckDBPyConnection, formats: Formats) -> dict[str, tuple[str, str]]:
    """Text to its status, as a description without status and as a status of its own."""
    found = settled(
        con, formats, *((None, text, None) for text, _ in TEXTS), *((text, None, None) for text, _ in TEXTS)
    )
    halves = zip(found[: len(TEXTS)], found[len(TEXTS) :], strict=True)
    return dict(zip((text for text, _ in TEXTS), halves, strict=True))


@pytest.mark.parametrize(("text", "status"), TEXTS)
def test_free_text_is_understood_or_left_alone(understood: dict[str, tuple[str, str]], text: str, status: str) -> None:
    assert understood[text] == (status, status)


def test_a_known_status_is_not_overruled_by_its_description(con: duckdb.DuckDBPyConnection, formats: Formats) -> None:
    assert settled(con, formats, ("picked_up", "will be delivered to you", None)) == ["picked_up"]


def test_an_unknown_status_falls_back_to_the_description_then_to_other(
    con: duckdb.DuckDBPyConnection, formats: Formats
) -> None:
    events = [("ZZ-9", "Delivered", None), ("ZZ-9", "…", None), ("Successfully delivered!", "…", None)]
    assert settled(con, formats, *events) == ["delivered", "other", "delivered"]


CODES = (
    ("J&T Express VN", "110", "arrived"),
    ("j&t  express my", "110", "exception"),
    ("J&T Express MY", "100", "delivered"),
    ("J&T Express", "110", "other"),
    (None, "110", "other"),
    ("USPS", "GX", "label_created"),
    ("USPS", "oa", "picked_up"),
    ("UPS", "OA", "other"),
    ("Ninja Van", "Successful Pickup", "picked_up"),
    ("Ninja Van", "Pickup fail", "label_created"),
    ("Ninja Van", "Van En-route to Pickup", "label_created"),
    ("Ninja Van", "Parcel Weight Update", "in_transit"),
    ("Ninja Van", "On Vehicle for Delivery (RTS)", "returning"),
)


def test_codes_of_carriers(con: duckdb.DuckDBPyConnection, formats: Formats) -> None:
    found = settled(con, formats, *((code, None, carrier) for carrier, code, _ in CODES))
    assert [(carrier, code, status) for (carrier, code, _), status in zip(CODES, found, strict=True)] == list(CODES)


@pytest.mark.parametrize(
    ("phrases", "pattern"),
    [
        (["Out for delivery!"], " out for delivery "),
        (["已签收"], "已签收"),
        (["Đã giao"], " đã giao "),
        (["60天无变化"], " 60天无变化"),
        (["a", "A "], " a "),
        (["...", ""], ""),
    ],
)
def test_phrases_match_whole_words_where_words_are_written_apart(phrases: list[str], pattern: str) -> None:
    assert phrase_pattern(phrases) == pattern


def test_tables_without_events_pass_through(con: duckdb.DuckDBPyConnection, formats: Formats) -> None:
    raw = Raw("SELECT 1 AS source_line", {}, 1)
    assert settle(con, raw, formats["products"]) is raw


# Feeds ---------------------------------------------------------------------------------------------------------------


def feed(con: duckdb.DuckDBPyConnection, formats: Formats, file: str, format_id: str, *columns: str) -> list[tuple]:
    raw = read_json(con, FIXTURES / file, "utf-8", formats[format_id])
    picked = [f"coalesce({', '.join(raw.columns[name])})" for name in columns]
    return con.sql(f"SELECT {', '.join(picked)} FROM ({raw.sql}) ORDER BY source_line").fetchall()


def test_17track(con: duckdb.DuckDBPyConnection, formats: Formats) -> None:
    rows = feed(con, formats, "17track.json", "17track-api", "waybill", "status", "event_at", "carrier_as_given")
    assert rows == [
        ("lk 000000000cn", "delivered", "2026-01-12T17:30:00Z", "China Post"),
        ("lk 000000000cn", "label_created", "2026-01-11T09:30:00-08:00", "China Post"),
        ("lk 000000000cn", "arrived", "2026-01-10T09:30:00-08:00", "China Post"),
        ("lk 000000000cn", "other", "2026-01-09T09:30:00-08:00", "China Post"),
        ("LK000000001CN", "not_found", None, "China Post"),
        ("LK000000002CN", "expired", "2026-01-02T03:04:05Z", None),
        ("LK000000003CN", "not_found", None, None),
    ]


def test_aftership(con: duckdb.DuckDBPyConnection, formats: Formats) -> None:
    rows = feed(con, formats, "aftership.json", "aftership-api", "waybill", "status", "event_at", "postal_code")
    assert [(waybill[-1], *rest) for waybill, *rest in rows] == [
        ("4", "label_created", "2023-12-20T02:12:00-06:00", "89502"),
        ("4", "in_transit", "2023-12-21T02:12:00", None),
        ("4", "delivered", "2023-12-22T02:12:00+00:00", None),
        ("5", "not_found", None, None),
        ("6", "expired", None, None),
    ]


def test_kuaidi100(con: duckdb.DuckDBPyConnection, formats: Formats) -> None:
    rows = feed(con, formats, "kuaidi100.json", "kuaidi100-api", "carrier_as_given", "status")
    assert rows == [
        ("yuantong", status)
        for status in ("delivered", "out_for_delivery", "departed", "picked_up", "label_created", "other")
    ]


def test_tiktok_tracking_names_its_order_by_the_file(con: duckdb.DuckDBPyConnection, formats: Formats) -> None:
    rows = feed(con, formats, "576461413038785752.json", "tiktok-api-tracking", "order_id", "status")
    assert rows == [
        ("576461413038785752", status)
        for status in ("delivered", "out_for_delivery", "picked_up", "label_created", "other")
    ]


def test_tiktok_tracking_names_its_order_by_a_key(
    con: duckdb.DuckDBPyConnection, formats: Formats, tmp_path: Path
) -> None:
    path = tmp_path / "999999999999999999.jsonl"
    path.write_text(
        '{"order_id": "576461413038785752", "tracking": [{"description": "Delivered", "update_time_millis": 1}]}\n'
        '{"order_id": "576461413038785753", "data": {"tracking": []}}\n'
    )
    raw = read_json(con, path, "utf-8", formats["tiktok-api-tracking"])
    rows = con.sql(f"SELECT order_id, _status, event_at FROM ({raw.sql}) ORDER BY source_line").fetchall()
    assert rows == [("576461413038785752", "delivered", "1"), ("576461413038785753", "not_found", None)]
