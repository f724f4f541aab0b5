"""The United States of the sample: real postcodes and cities, made-up goods, people who do not exist."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from fulfil_analytics.sample.model import Market, Place, Product, Warehouse

PACIFIC = ZoneInfo("America/Los_Angeles")
_ZONES = {
    "P": PACIFIC,
    "M": ZoneInfo("America/Denver"),
    "Z": ZoneInfo("America/Phoenix"),
    "C": ZoneInfo("America/Chicago"),
    "E": ZoneInfo("America/New_York"),
    "A": ZoneInfo("America/Anchorage"),
    "H": ZoneInfo("Pacific/Honolulu"),
    "R": ZoneInfo("America/Puerto_Rico"),
}
_STATE_NAMES = (
    "AK=Alaska|AL=Alabama|AR=Arkansas|AZ=Arizona|CA=California|CO=Colorado|CT=Connecticut|DC=District of Columbia|"
    "FL=Florida|GA=Georgia|HI=Hawaii|IA=Iowa|ID=Idaho|IL=Illinois|IN=Indiana|KY=Kentucky|LA=Louisiana|"
    "MA=Massachusetts|MD=Maryland|ME=Maine|MI=Michigan|MN=Minnesota|MO=Missouri|NC=North Carolina|NE=Nebraska|"
    "NJ=New Jersey|NM=New Mexico|NV=Nevada|NY=New York|OH=Ohio|OK=Oklahoma|OR=Oregon|PA=Pennsylvania|"
    "PR=Puerto Rico|RI=Rhode Island|SC=South Carolina|TN=Tennessee|TX=Texas|UT=Utah|VA=Virginia|VT=Vermont|"
    "WA=Washington|WI=Wisconsin"
)
_STATES = dict(pair.split("=") for pair in _STATE_NAMES.split("|"))
_ROWS = """
90012|Los Angeles|CA|34.06|-118.24|P
90026|Los Angeles|CA|34.08|-118.26|P
91761|Ontario|CA|34.03|-117.62|P
92101|San Diego|CA|32.72|-117.16|P
92109|San Diego|CA|32.80|-117.24|P
94110|San Francisco|CA|37.75|-122.42|P
95112|San Jose|CA|37.35|-121.89|P
95814|Sacramento|CA|38.58|-121.49|P
93721|Fresno|CA|36.74|-119.78|P
97209|Portland|OR|45.53|-122.69|P
98101|Seattle|WA|47.61|-122.33|P
98109|Seattle|WA|47.63|-122.35|P
99201|Spokane|WA|47.67|-117.44|P
83702|Boise|ID|43.63|-116.21|M
84101|Salt Lake City|UT|40.76|-111.90|M
89101|Las Vegas|NV|36.17|-115.12|P
85004|Phoenix|AZ|33.46|-112.07|Z
85705|Tucson|AZ|32.27|-110.98|Z
87102|Albuquerque|NM|35.08|-106.65|M
80202|Denver|CO|39.75|-104.99|M
80903|Colorado Springs|CO|38.84|-104.81|M
75201|Dallas|TX|32.79|-96.80|C
75219|Dallas|TX|32.81|-96.81|C
77002|Houston|TX|29.76|-95.36|C
77019|Houston|TX|29.75|-95.41|C
78205|San Antonio|TX|29.42|-98.49|C
78701|Austin|TX|30.27|-97.74|C
76102|Fort Worth|TX|32.76|-97.33|C
79901|El Paso|TX|31.76|-106.48|M
73102|Oklahoma City|OK|35.47|-97.52|C
72201|Little Rock|AR|34.75|-92.28|C
70112|New Orleans|LA|29.96|-90.08|C
63103|Saint Louis|MO|38.63|-90.22|C
63110|Saint Louis|MO|38.62|-90.26|C
64105|Kansas City|MO|39.10|-94.59|C
68102|Omaha|NE|41.26|-95.94|C
50309|Des Moines|IA|41.59|-93.62|C
55401|Minneapolis|MN|44.98|-93.27|C
53202|Milwaukee|WI|43.05|-87.90|C
60601|Chicago|IL|41.89|-87.62|C
60614|Chicago|IL|41.92|-87.65|C
46204|Indianapolis|IN|39.77|-86.15|E
43215|Columbus|OH|39.97|-83.00|E
44113|Cleveland|OH|41.48|-81.70|E
45202|Cincinnati|OH|39.11|-84.50|E
48226|Detroit|MI|42.33|-83.05|E
15222|Pittsburgh|PA|40.45|-79.99|E
19103|Philadelphia|PA|39.95|-75.17|E
19107|Philadelphia|PA|39.95|-75.16|E
21201|Baltimore|MD|39.29|-76.63|E
20001|Washington|DC|38.91|-77.02|E
23219|Richmond|VA|37.55|-77.44|E
27601|Raleigh|NC|35.77|-78.63|E
28202|Charlotte|NC|35.23|-80.84|E
29401|Charleston|SC|32.78|-79.94|E
30303|Atlanta|GA|33.75|-84.39|E
32202|Jacksonville|FL|30.33|-81.65|E
33130|Miami|FL|25.77|-80.21|E
33602|Tampa|FL|27.96|-82.46|E
37203|Nashville|TN|36.15|-86.79|C
38103|Memphis|TN|35.14|-90.05|C
35203|Birmingham|AL|33.52|-86.81|C
40202|Louisville|KY|38.25|-85.75|E
10001|New York|NY|40.75|-74.00|E
10016|New York|NY|40.74|-73.98|E
10282|New York|NY|40.72|-74.01|E
12207|Albany|NY|42.65|-73.76|E
14202|Buffalo|NY|42.89|-78.88|E
07102|Newark|NJ|40.73|-74.18|E
08817|Edison|NJ|40.52|-74.40|E
06103|Hartford|CT|41.77|-72.68|E
02108|Boston|MA|42.36|-71.07|E
02903|Providence|RI|41.82|-71.42|E
05401|Burlington|VT|44.48|-73.22|E
04101|Portland|ME|43.66|-70.26|E
96813|Honolulu|HI|21.32|-157.85|H
99501|Anchorage|AK|61.22|-149.87|A
00901|San Juan|PR|18.47|-66.10|R
"""
# SKU, name, category, variation, price in cents, packed weight in grams, SKU number, product number
_GOODS = """
MUG-BLUE|Stoneware mug|Kitchenware|Blue|1499|430|1729412345678901231|1729512345678901231
MUG-SAND|Stoneware mug|Kitchenware|Sand|1499|430|1729412345678901232|1729512345678901231
TOTE-NAT|Cotton tote bag|Bags|Natural|1299|180|1729412345678901233|1729512345678901232
SOCK-3PK|Wool socks, pack of three|Clothing|Grey|1899|240|1729412345678901234|1729512345678901233
YOGA-MAT|Yoga mat 6 mm|Sports|Green|3299|1150|1729412345678901235|1729512345678901234
PUZZLE-1K|Jigsaw puzzle, 1000 pieces|Toys|Forest|2199|720|1729412345678901236|1729512345678901235
FRAME-A4|Picture frame A4|Home|Oak|1799|610|1729412345678901237|1729512345678901236
TOWEL-SET|Bath towels, set of two|Home|White|2799|980|1729412345678901238|1729512345678901237
NOTE-DOT|Dotted notebook|Stationery|Black|999|310|1729412345678901239|1729512345678901238
POT-12CM|Plant pot 12 cm|Garden|Terracotta|1199|560|1729412345678901241|1729512345678901239
LAMP-SHADE|Linen lamp shade|Home|Cream|2499|480|1729412345678901242|1729512345678901241
APRON-STR|Kitchen apron|Kitchenware|Striped|1699|260|1729412345678901243|1729512345678901242
"""


def _place(row: str) -> Place:
    code, city, state, latitude, longitude, zone = row.split("|")
    return Place(code, city, state, _STATES[state], float(latitude), float(longitude), _ZONES[zone])


def _product(row: str) -> Product:
    sku, name, category, variation, price, weight, sku_id, product_id = row.split("|")
    return Product(sku, name, category, variation, int(price), int(weight), sku_id, product_id)


PLACES = {row[:5]: _place(row) for row in _ROWS.split("\n") if row}
WAREHOUSES = (
    Warehouse("Ontario CA", PLACES["91761"]),
    Warehouse("Dallas TX", PLACES["75201"]),
    Warehouse("Edison NJ", PLACES["08817"]),
)
US = Market(
    id="us",
    country="US",
    country_name="United States",
    currency="USD",
    zone=PACIFIC,
    holidays=frozenset(
        dt.date.fromisoformat(day)
        for day in ("2026-07-03", "2026-09-07", "2026-10-12", "2026-11-11", "2026-11-26", "2026-12-25")
    ),
    places=tuple(PLACES.values()),
    warehouses=WAREHOUSES,
    products=tuple(_product(row) for row in _GOODS.split("\n") if row),
    carriers=(("USPS", "usps", 45), ("UPS", "ups", 27), ("FedEx", "fedex", 18), ("FedEx", "fedex_ground", 10)),
    remote=frozenset({"AK", "HI", "PR"}),
)
