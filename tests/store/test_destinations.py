"""Destinations in markets without a table of postal areas: measured with a file of places, else told by names."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from fulfil_analytics.policy import load_policies
from fulfil_analytics.reference import install_places
from fulfil_analytics.resources import rules_folder
from fulfil_analytics.store import build_tracks

T0 = dt.datetime(2026, 11, 2, 16)
POLICY = load_policies([rules_folder() / "policies"])["tiktok-th"]
# A GeoNames postal file: country, code, place, three levels of name and code, latitude, longitude, accuracy.
GEONAMES = """\
TH\t10200\tPhra Nakhon\tBangkok\t40\tPhra Nakhon\t1001\t\t\t13.7645\t100.4990\t4
TH\t10200\tWat Bowon Niwet\tBangkok\t40\tPhra Nakhon\t1001\t\t\t13.7600\t100.4998\t4
TH\t11000\tNonthaburi\tNonthaburi\t38\tMueang Nonthaburi\t1201\t\t\t13.8600\t100.5140\t4
TH\t50000\tMueang Chiang Mai\tChiang Mai\t02\tMueang Chiang Mai\t5001\t\t\t18.7900\t98.9870\t4
"""

NAMES = [
    # market, ordered (state, city), tracked (state, city), verdict
    ("TH", ("Bangkok", None), ("Krung Thep Maha Nakhon", None), "match"),
    ("TH", ("Changwat Chiang Mai", None), ("CHIANG MAI", None), "match"),
    ("TH", ("Bangkok", None), ("Chiang Mai", None), "clash"),
    ("TH", ("กรุงเทพ", None), ("Bangkok", None), "cannot_tell"),  # two scripts
    ("TH", ("กรุงเทพ", None), ("จังหวัด เชียงใหม่", None), "clash"),
    ("TH", ("Bangkok", "Dusit"), ("Nonthaburi", "DUSIT"), "match"),  # the city agrees
    ("TH", ("Chonburi", None), ("Chon Buri", None), "match"),
    ("TH", ("Nakhon Pathom", None), ("Nakhon Sawan", None), "cannot_tell"),  # half of the name is the same
    ("VN", ("TP. Hồ Chí Minh", None), ("Ho Chi Minh City", None), "match"),
    ("VN", ("Tỉnh Bình Dương", None), ("Binh Duong", None), "match"),
    ("VN", ("TP HCM", None), ("Sài Gòn", None), "match"),
    ("VN", ("Hà Nội", None), ("Hanoi", None), "match"),
    (
        "VN",
        ("Hà Nội", None),
        ("Cần Thơ", None),
        "cannot_tell",
    ),  # provinces were merged: old and new names stand side by side
    ("ID", ("Provinsi Jawa Barat", "Kota Bandung"), ("West Java", "BANDUNG"), "match"),
    ("ID", ("DKI Jakarta", None), ("Jakarta Raya", None), "match"),
    ("ID", ("Jawa Barat", None), ("Jawa Timur", None), "cannot_tell"),
    ("ID", ("DKI Jakarta", "Jakarta Selatan"), ("Bali", "Kab. Badung"), "clash"),
    ("ID", ("Bali", None), ("Jawa Barat", None), "clash"),
    ("MY", ("W.P. Kuala Lumpur", None), ("KL", None), "match"),
    ("MY", ("Pulau Pinang", None), ("Penang", None), "match"),
    ("MY", ("Selangor", None), ("Johor", None), "clash"),
    ("JP", ("東京都", None), ("東京", None), "match"),
    ("JP", ("大阪府", None), ("京都府", None), "clash"),
    ("JP", ("Osaka-fu", None), ("OSAKA", None), "match"),
    ("JP", ("東京都", None), ("Tokyo", None), "cannot_tell"),
    ("GB", ("Greater London", "London"), ("London", "LONDON"), "match"),
    ("GB", (None, "London"), (None, "Leeds"), "cannot_tell"),  # cities alone accuse nobody
    ("DE", ("Bayern", None), ("Bavaria", None), "cannot_tell"),
    ("GB", ("England", None), ("Greater London", None), "cannot_tell"),  # the one lies in the other
    ("GB", ("Engl***", None), ("Scotland", None), "cannot_tell"),
]


@pytest.fixture
def deliver(store, add, model):
    def delivered(number: int, market: str, ordered, tracked) -> None:
        add(
            "order_lines",
            order_id=f"O{number}",
            waybill=f"W{number}",
            carrier_as_given="SpeedX",
            market=market,
            rts_at=T0,
            shipped_at=T0,
            delivered_at=T0,
            **dict(zip(("state", "city", "postal_code"), ordered, strict=False)),
        )
        add(
            "tracking_events",
            waybill=f"W{number}",
            carrier_as_given="SpeedX",
            event_at=T0,
            status="delivered",
            **dict(zip(("state", "city", "postal_code"), tracked, strict=False)),
        )

    return delivered


def derived(store, model, places: Path | None = None) -> None:
    as_of = T0 + dt.timedelta(days=1)
    model(as_of)
    markets = {market for (market,) in store.rows("SELECT DISTINCT market FROM orders")}
    install_places(store.con, markets, places)
    build_tracks(store, POLICY, as_of)


def judged(store, model, places: Path | None = None) -> dict[str, tuple]:
    derived(store, model, places)
    rows = store.rows("SELECT parcel_id, level, verdict, km, same_city FROM destination_names")
    return {parcel_id.split("/")[0]: told for parcel_id, *told in rows}


def test_names_without_any_reference(store, model, deliver) -> None:
    for number, (market, ordered, tracked, _) in enumerate(NAMES):
        deliver(number, market, ordered, tracked)
    told = judged(store, model)
    wrong = [
        (market, ordered, tracked, verdict, told[f"O{number}"][1])
        for number, (market, ordered, tracked, verdict) in enumerate(NAMES)
        if told[f"O{number}"][1] != verdict
    ]
    assert wrong == []


def test_a_geonames_file_measures_the_way_between_two_codes(store, model, deliver, tmp_path) -> None:
    file = tmp_path / "TH.txt"
    file.write_text(GEONAMES, encoding="utf-8")
    deliver(1, "TH", (None, None, "10200"), (None, None, "50000"))
    deliver(2, "TH", (None, None, "10200"), (None, None, "11000"))
    deliver(3, "TH", (None, None, "10200"), (None, None, "10200"))
    deliver(4, "TH", (None, "Dusit", "10200"), (None, "DUSIT", "50000"))
    deliver(5, "TH", ("Bangkok", None, "10200"), ("Chiang Mai", None, "99999"))  # a code that the file lacks
    told = judged(store, model, file)
    assert told["O1"][:2] == ["postal_code", "measured"]
    assert 520 <= told["O1"][2] <= 600
    assert told["O2"][1] == "measured"
    assert told["O2"][2] <= 5
    assert told["O3"][:3] == ["postal_code", "match", None]
    assert told["O4"][3]
    assert told["O5"][:2] == ["state", "clash"]


def test_a_market_with_postal_areas_is_not_compared_by_names(store, model, deliver) -> None:
    deliver(1, "US", ("TX", "Dallas", "75201"), ("NY", "New York", "10001"))
    assert judged(store, model) == {}


ORIGINS = [
    # market, warehouse (state, city, code), first scan (state, city, code), verdict
    ("TH", ("Bangkok", None, None), ("Krung Thep Maha Nakhon", None, None), "match"),
    ("TH", ("Bangkok", None, None), ("Nonthaburi", None, None), "clash"),  # twelve kilometres apart
    ("TH", ("Bangkok", None, None), ("กรุงเทพ", None, None), "cannot_tell"),
    ("TH", (None, None, "10200"), ("Chiang Mai", None, "10200"), "match"),
    ("ID", ("Jawa Barat", "Bandung", None), ("West Java", None, None), "match"),
    ("GB", ("England", "Leeds", None), ("Yorkshire", "LEEDS", None), "match"),
    ("GB", (None, "Leeds", None), (None, "London", None), "cannot_tell"),
    ("MY", ("Selangor", None, None), (None, None, None), None),  # a scan without a place
    ("MY", (None, None, None), ("Johor", None, None), "no row"),  # a warehouse without one
    ("US", ("CA", "Ontario", "91761"), ("CA", "Ontario", "91761"), "no row"),
]


def test_the_first_scan_and_the_warehouse_by_name(store, model, add) -> None:
    for number, (market, house, scan, _) in enumerate(ORIGINS):
        facts = {"waybill": f"W{number}", "carrier_as_given": "SpeedX"}
        names = ("state", "city", "postal_code")
        add("warehouses", warehouse=f"H{number}", **dict(zip(names, house, strict=True)))
        add("order_lines", order_id=f"O{number}", market=market, rts_at=T0, warehouse=f"H{number}", **facts)
        add("tracking_events", event_at=T0, status="picked_up", **facts, **dict(zip(names, scan, strict=True)))
    derived(store, model)
    told = dict(store.rows("SELECT split_part(parcel_id, '/', 1), verdict FROM origin_names"))
    wrong = [
        (origin, told.get(f"O{number}", "no row"))
        for number, origin in enumerate(ORIGINS)
        if told.get(f"O{number}", "no row") != origin[3]
    ]
    assert wrong == []
