/*
id = "origin_mismatch"
title.en = "Set out from somewhere else"
title.zh = "揽收地与发货仓不符"
severity = "high"
evidence_class = "soft"
grain = "parcel"
again = { reach = "order" }
scope = "not parcels.platform_fulfilled and journeys.first_scan_at is not null"
explained_by = ["duplicate_waybill", "cloned_track"]
message.en = "The first scan was in {scan_place}, {km} km from the warehouse in {warehouse_place}."
message.zh = "首次扫描在 {scan_place}，距发货仓（{warehouse_place}）{km} 公里。"

[join]
origin_names = "origin_names.parcel_id = parcels.parcel_id"

[[not_testable]]
reason = "damaged_identifier"
when = "parcels.waybill_damaged"
[[not_testable]]
reason = "warehouse_unknown"
when = "coalesce(parcels.warehouse, '') = '' or (tracks.warehouse_state is null and origin_names.parcel_id is null)"
[[not_testable]]
reason = "given_before_tracking"
when = "journeys.not_covered_why = 'given_before_tracking'"
[[not_testable]]
reason = "first_scan_without_place"
when = "(tracks.first_state is null and origin_names.verdict is null) or tracks.first_place_at > tracks.first_scan_at"
[[not_testable]]
reason = "no_distance"
when = """tracks.warehouse_km is null
  and not coalesce(tracks.first_state = tracks.warehouse_state, false)
  and not coalesce(origin_names.verdict = 'match', false)"""
[[not_testable]]
reason = "no_common_level"
when = """tracks.warehouse_km > {radius_km}
  and (tracks.first_state is null or tracks.warehouse_state is null)
  and origin_names.verdict = 'cannot_tell'"""

[params]
radius_km = { type = "int", default = 300, min = 0, max = 5000, doc = "how far the carrier's first hub may lie from the warehouse in another state, km" }

[docs]
what = "Parcels whose first scan is in another state than the warehouse the order left from, and further from it than a first hub lies."
why = "A forged sender or route is on TikTok Shop's list of false shipment; a number bought elsewhere starts where its seller sits."
not_raised_when = [
  "the first scan is in the warehouse's state, however far",
  "it is in another state and within the radius of the carrier's first mile",
  "the market has no table of postal areas and the names of the states or of the cities agree; that names differ accuses nobody: without a file of places (--places) a neighbouring hub may be near, and the parcel is not testable",
  "the warehouse's place is unknown, or the first scan names none; then the parcel is not testable",
  "the tracking begins after the number was given: the first scan seen is not the first",
  "the first scan is of the last mile: it says nothing of the origin",
]
could_be_wrong = [
  { name = "other_warehouse", en = "the stock was moved, or the parcel left from another warehouse than the order says", zh = "库存已调拨，或从订单未注明的仓库发出" },
  { name = "far_hub", en = "the carrier scans first at a far hub: its first scan is no pick-up", zh = "承运商在较远的分拨中心首次扫描：首次扫描不是揽收", when = "found.first_scan_status <> 'picked_up'" },
  { name = "edge_of_city", en = "the distance is measured from the edge of the city, as the crow flies: only little beyond the limit", zh = "距离按直线从城市边缘计算：仅略超过限值", when = "found.km <= 1.2 * {radius_km}" },
]
evidence_to_keep = "Signed hand-over manifest with place and time; the stock transfer."
sources = [
  "TikTok Shop list of false shipment (SEA/UK guidelines): forged warehouse address or route",
  "Douyin shop, 2025-10: pick-up node does not match the real sorting place",
]

[[example]]
name = "within the radius of the first mile, and beyond it"
flags = ["P2"]
threshold = ["radius_km"]
evidence = { P2 = { km = "301", scan_place = "RENO, NV", warehouse_place = "ONTARIO, CA" } }
parcels = '''
parcel_id | waybill | warehouse
P1        | W1      | West
P2        | W2      | West
'''
journeys = '''
parcel_id | covered | first_scan_at
P1        | true    | 2026-01-06 09:00
P2        | true    | 2026-01-06 09:00
'''
tracks = '''
parcel_id | first_scan_at    | first_scan_status | first_place_at   | first_place | first_state | warehouse_place | warehouse_state | warehouse_km
P1        | 2026-01-06 09:00 | picked_up         | 2026-01-06 09:00 | RENO, NV    | NV          | ONTARIO, CA     | CA              | 300
P2        | 2026-01-06 09:00 | picked_up         | 2026-01-06 09:00 | RENO, NV    | NV          | ONTARIO, CA     | CA              | 301
'''

[[example]]
name = "the same state however far, and a first scan at the buyer's door"
flags = []
parcels = '''
parcel_id | waybill | warehouse
P1        | W1      | West
P2        | W2      | West
'''
journeys = '''
parcel_id | covered | first_scan_at
P1        | true    | 2026-01-06 09:00
P2        | true    | 2026-01-06 09:00
'''
tracks = '''
parcel_id | first_scan_at    | first_scan_status | first_place_at   | first_state | warehouse_state | warehouse_km
P1        | 2026-01-06 09:00 | arrived           | 2026-01-06 09:00 | CA          | CA              | 900
P2        | 2026-01-06 09:00 | delivered         | 2026-01-06 09:00 | NY          | CA              | 3900
'''

[[example]]
name = "a market without postal areas: names clear, and accuse only with the distance"
flags = ["P2"]
not_testable = { P3 = "no_distance", P4 = "no_distance", P6 = "first_scan_without_place", P7 = "no_common_level" }
parcels = '''
parcel_id | waybill | warehouse | market
P1        | W1      | Bangkok   | TH
P2        | W2      | Bangkok   | TH
P3        | W3      | Bangkok   | TH
P4        | W4      | Bangkok   | TH
P5        | W5      | Bangkok   | TH
P6        | W6      | Bangkok   | TH
P7        | W7      | Bangkok   | TH
P8        | W8      | Bangkok   | TH
'''
journeys = '''
parcel_id | covered | first_scan_at
P1        | true    | 2026-01-06 09:00
P2        | true    | 2026-01-06 09:00
P3        | true    | 2026-01-06 09:00
P4        | true    | 2026-01-06 09:00
P5        | true    | 2026-01-06 09:00
P6        | true    | 2026-01-06 09:00
P7        | true    | 2026-01-06 09:00
P8        | true    | 2026-01-06 09:00
'''
tracks = '''
parcel_id | first_scan_at    | first_scan_status | first_place_at   | first_place | first_state | warehouse_place | warehouse_km
P1        | 2026-01-06 09:00 | picked_up         | 2026-01-06 09:00 | KRUNG THEP  |             | BANGKOK         |
P2        | 2026-01-06 09:00 | picked_up         | 2026-01-06 09:00 | CHIANG MAI  | Chiang Mai  | BANGKOK         | 560
P3        | 2026-01-06 09:00 | picked_up         | 2026-01-06 09:00 | CHIANG MAI  |             | BANGKOK         |
P4        | 2026-01-06 09:00 | picked_up         | 2026-01-06 09:00 | เชียงใหม่   |             | BANGKOK         |
P5        | 2026-01-06 09:00 | picked_up         | 2026-01-06 09:00 | NONTHABURI  | Nonthaburi  | BANGKOK         | 12
P6        | 2026-01-06 09:00 | picked_up         |                  |             |             | BANGKOK         |
P7        | 2026-01-06 09:00 | picked_up         | 2026-01-06 09:00 | เชียงใหม่   | Chiang Mai  | BANGKOK         | 560
P8        | 2026-01-06 09:00 | picked_up         | 2026-01-06 09:00 | BANG KAPI   | Bangkok     | BANGKOK         | 301
'''
origin_names = '''
parcel_id | verdict
P1        | match
P2        | clash
P3        | clash
P4        | cannot_tell
P5        | clash
P6        |
P7        | cannot_tell
P8        | match
'''

[[example]]
name = "what cannot be judged, and what is not the seller's"
flags = []
not_testable = { P1 = "warehouse_unknown", P2 = "first_scan_without_place", P3 = "first_scan_without_place", P4 = "no_distance", P5 = "given_before_tracking", P6 = "damaged_identifier" }
parcels = '''
parcel_id | waybill | warehouse | waybill_damaged | platform_fulfilled
P1        | W1      |           | false           | false
P2        | W2      | West      | false           | false
P3        | W3      | West      | false           | false
P4        | W4      | West      | false           | false
P5        | W5      | West      | false           | false
P6        | 9.4E+21 | West      | true            | false
P7        | W7      | West      | false           | true
'''
journeys = '''
parcel_id | covered | not_covered_why       | first_scan_at
P1        | true    |                       | 2026-01-06 09:00
P2        | true    |                       | 2026-01-06 09:00
P3        | true    |                       | 2026-01-06 09:00
P4        | true    |                       | 2026-01-06 09:00
P5        | false   | given_before_tracking | 2026-01-06 09:00
P6        | false   | waybill_damaged       | 2026-01-06 09:00
P7        | true    |                       | 2026-01-06 09:00
'''
tracks = '''
parcel_id | first_scan_at    | first_scan_status | first_place_at   | first_state | warehouse_state | warehouse_km
P1        | 2026-01-06 09:00 | picked_up         | 2026-01-06 09:00 | NY          |                 |
P2        | 2026-01-06 09:00 | picked_up         |                  |             | CA              |
P3        | 2026-01-06 09:00 | picked_up         | 2026-01-08 09:00 | NY          | CA              | 3900
P4        | 2026-01-06 09:00 | picked_up         | 2026-01-06 09:00 | NY          | CA              |
P5        | 2026-01-06 09:00 | arrived           | 2026-01-06 09:00 | NY          | CA              | 3900
P6        | 2026-01-06 09:00 | arrived           | 2026-01-06 09:00 | NY          | CA              | 3900
P7        | 2026-01-06 09:00 | arrived           | 2026-01-06 09:00 | NY          | CA              | 3900
'''

[[example]]
name = "no parcels at all"
flags = []
*/
select
  tracks.parcel_id,
  tracks.first_scan_at as occurred_at,
  tracks.first_place as scan_place,
  tracks.warehouse_place,
  tracks.warehouse_km as km,
  tracks.first_scan_at,
  tracks.first_scan_status
from tracks
left join origin_names on origin_names.parcel_id = tracks.parcel_id
where tracks.warehouse_km > {radius_km}
  and coalesce(tracks.first_state <> tracks.warehouse_state, origin_names.verdict = 'clash')
  and not coalesce(origin_names.verdict = 'match', false)
  and tracks.first_scan_status in ('picked_up', 'in_transit', 'arrived', 'departed')
