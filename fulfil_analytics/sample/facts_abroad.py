"""Thailand, Viet Nam and Japan of the sample: enough for one small export each, not a model of their policies."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

from fulfil_analytics.sample.facts_us import US
from fulfil_analytics.sample.model import Market, Place, Product, Warehouse

# postcode, city level, state level, latitude, longitude, level below the city
_TH = """
10110|Watthana|Bangkok|13.74|100.59|Khlong Toei Nuea
10400|Phaya Thai|Bangkok|13.78|100.54|Sam Sen Nai
50200|Mueang Chiang Mai|Chiang Mai|18.79|98.99|Si Phum
40000|Mueang Khon Kaen|Khon Kaen|16.43|102.83|Nai Mueang
83000|Mueang Phuket|Phuket|7.88|98.39|Talat Yai
90110|Hat Yai|Songkhla|7.01|100.47|Hat Yai
20150|Bang Lamung|Chon Buri|12.93|100.88|Nong Prue
"""
_VN = """
|Quận 1|TP. Hồ Chí Minh|10.78|106.70|Phường Bến Nghé
|Quận Bình Thạnh|TP. Hồ Chí Minh|10.81|106.71|Phường 25
|Quận Hoàn Kiếm|Hà Nội|21.03|105.85|Phường Hàng Bạc
|Quận Cầu Giấy|Hà Nội|21.04|105.79|Phường Dịch Vọng
|Quận Hải Châu|Đà Nẵng|16.06|108.22|Phường Thạch Thang
|Quận Ninh Kiều|Cần Thơ|10.03|105.78|Phường Tân An
"""
_JP = """
150-0001|渋谷区|東京都|35.67|139.70|神宮前
160-0022|新宿区|東京都|35.69|139.71|新宿
530-0001|大阪市北区|大阪府|34.70|135.50|梅田
460-0008|名古屋市中区|愛知県|35.17|136.90|栄
810-0001|福岡市中央区|福岡県|33.59|130.40|天神
060-0042|札幌市中央区|北海道|43.06|141.35|大通西
"""


def _places(rows: str, zone: str) -> tuple[Place, ...]:
    cells = (row.split("|") for row in rows.split("\n") if row)
    return tuple(
        Place(code, city, state, state, float(lat), float(lon), ZoneInfo(zone), district)
        for code, city, state, lat, lon, district in cells
    )


def _priced(factor: int) -> tuple[Product, ...]:
    return tuple(replace(good, price_cents=good.price_cents // 100 * 100 * factor) for good in US.products)


_THAI, _VIETNAMESE, _JAPANESE = (
    _places(_TH, "Asia/Bangkok"),
    _places(_VN, "Asia/Ho_Chi_Minh"),
    _places(_JP, "Asia/Tokyo"),
)
TH = Market(
    id="th",
    country="TH",
    country_name="Thailand",
    currency="THB",
    zone=ZoneInfo("Asia/Bangkok"),
    holidays=frozenset({dt.date(2026, 10, 23)}),
    places=_THAI,
    warehouses=(Warehouse("Bangkok", _THAI[0]),),
    products=_priced(33),
    carriers=(("Flash Express", "flash_th", 60), ("J&T Express", "jt_eight", 40)),
)
VN = Market(
    id="vn",
    country="VN",
    country_name="Vietnam",
    currency="VND",
    zone=ZoneInfo("Asia/Ho_Chi_Minh"),
    holidays=frozenset(),
    places=_VIETNAMESE,
    warehouses=(Warehouse("Kho Bình Thạnh", _VIETNAMESE[1]),),
    products=_priced(25_000),
    carriers=(("SPX Express", "spx_vn", 50), ("J&T Express", "jt_eight", 50)),
)
JP = Market(
    id="jp",
    country="JP",
    country_name="日本",
    currency="JPY",
    zone=ZoneInfo("Asia/Tokyo"),
    holidays=frozenset({dt.date(2026, 11, 3)}),
    places=_JAPANESE,
    warehouses=(Warehouse("東京倉庫", _JAPANESE[0]),),
    products=_priced(150),
    carriers=(("日本郵便", "s10_jp", 50), ("ヤマト運輸", "yamato", 50)),
)
