/*
id = "impossible_journey"
title.en = "A way no parcel can go"
title.zh = "物流轨迹不可能"
severity = "critical"
evidence_class = "hard"
grain = "parcel"
again = { reach = "order" }
scope = "not parcels.platform_fulfilled and journeys.first_scan_at is not null"
explained_by = ["cloned_track", "duplicate_waybill"]
message.en = "The track cannot be one parcel's: {fault} ({from_place} at {from_at}, {to_place} at {to_at}, {km} km apart)."
message.zh = "该轨迹不可能属于同一包裹：{fault}（{from_at} 在 {from_place}，{to_at} 在 {to_place}，相距 {km} 公里）。"

[[not_testable]]
reason = "damaged_identifier"
when = "parcels.waybill_damaged"

[words.fault]
too_fast = { en = "two scans are further apart than a parcel flies in the time", zh = "两次扫描之间的距离超过运输所能达到的速度" }
delivered_first = { en = "it was delivered before any other scan", zh = "签收早于其他所有扫描" }
after_delivery = { en = "it was scanned in another region after it was delivered", zh = "签收后又在其他地区被扫描" }

[params]
speed_km_h = { type = "int", default = 900, min = 300, max = 2000, doc = "fastest a parcel travels, km/h" }
min_km = { type = "int", default = 200, min = 100, max = 5000, doc = "distance from which a step is judged, km" }
skew_minutes = { type = "int", default = 15, min = 0, max = 1440, doc = "difference between the carrier's clocks that is forgiven, minutes" }
reuse_days = { type = "int", default = 60, min = 1, max = 730, doc = "days after delivery from which a scan belongs to the number's next parcel" }

[docs]
what = "Tracks with two consecutive places too far apart for the time, a delivery before every other scan, or a scan in another region after the delivery."
why = "A track that no parcel can have made is made up, or put together of several parcels' tracks."
not_raised_when = [
  "the speed is one that air services reach, or the places are near each other",
  "the clocks of two scans differ by less than the tolerance",
  "the parcel went back to the sender",
  "a scan names no place that can be found, or a postal code that contradicts its state",
  "the number was used again long after the delivery",
]
could_be_wrong = [
  { name = "zone_of_scans", en = "the tracking input has local times without offset: going east to west up to a few hours are missing", zh = "轨迹为不含时区的当地时间：由东向西会少几个小时", when = "found.fault = 'too_fast' and fa_seconds(found.from_at, found.to_at) > 0 and found.km * 3600 < {speed_km_h} * (fa_seconds(found.from_at, found.to_at) + 10800)" },
  { name = "daylight_saving", en = "an hour is lost by daylight saving", zh = "夏令时造成的一小时差异", when = "found.fault = 'too_fast' and fa_seconds(found.from_at, found.to_at) > 0 and found.km * 3600 < {speed_km_h} * (fa_seconds(found.from_at, found.to_at) + 3600)" },
  { name = "late_scan_upload", en = "the carrier uploads some scans late, with the time of the upload", zh = "承运商延迟上传扫描并以上传时间记录" },
  { name = "recycled_number", en = "the number was used before: the two scans are weeks apart", zh = "单号曾被使用：两次扫描相隔数周", when = "fa_seconds(found.from_at, found.to_at) > 30 * 86400" },
  { name = "return_leg", en = "the parcel was on its way back after a refusal", zh = "包裹拒收后退回途中", when = "journeys.returned_at is not null" },
  { name = "wrong_depot", en = "two cities of one name in one state, or a scan booked on the wrong depot", zh = "同州同名城市，或扫描记在错误的站点" },
]
evidence_to_keep = "The carrier's own page for the number with all events and places."
sources = [
  "Douyin shop, 2025-10: track splicing, a real waybill's track copied onto another number",
  "TikTok Shop list of false shipment (SEA/UK guidelines): false logistics information",
]

[given]
track_places = '''
place_id | state | shown
1        | NY    | NEW YORK, NY
2        | CA    | LOS ANGELES, CA
3        | NJ    | NEWARK, NJ
'''

[[example]]
name = "the fastest that is possible, and a kilometre more"
flags = ["P2"]
threshold = ["speed_km_h", "skew_minutes"]
evidence = { P2 = { fault = "too_fast", km = "1126", from_place = "NEW YORK, NY", to_place = "LOS ANGELES, CA" } }
parcels = '''
parcel_id | waybill
P1        | W1
P2        | W2
'''
journeys = '''
parcel_id | covered | first_scan_at
P1        | true    | 2026-01-06 09:00
P2        | true    | 2026-01-06 09:00
'''
track_steps = '''
parcel_id | event_at         | status   | place_id | next_place_at    | next_place_id | next_place_status | km
P1        | 2026-01-06 09:00 | departed | 1        | 2026-01-06 10:00 | 2             | arrived           | 1125
P2        | 2026-01-06 09:00 | departed | 1        | 2026-01-06 10:00 | 2             | arrived           | 1126
'''

[[example]]
name = "places that are near, and just far enough, when clocks are exact"
flags = ["P2"]
threshold = ["min_km"]
params = { skew_minutes = 0 }
parcels = '''
parcel_id | waybill
P1        | W1
P2        | W2
'''
journeys = '''
parcel_id | covered | first_scan_at
P1        | true    | 2026-01-06 09:00
P2        | true    | 2026-01-06 09:00
'''
track_steps = '''
parcel_id | event_at         | status   | place_id | next_place_at    | next_place_id | next_place_status | km
P1        | 2026-01-06 09:00 | departed | 1        | 2026-01-06 09:00 | 2             | arrived           | 199
P2        | 2026-01-06 09:00 | departed | 1        | 2026-01-06 09:00 | 2             | arrived           | 200
'''

[[example]]
name = "delivered before anything else; within the skew of the clocks; only other deliveries behind it"
flags = ["P2"]
threshold = ["skew_minutes"]
evidence = { P2 = { fault = "delivered_first" } }
parcels = '''
parcel_id | waybill
P1        | W1
P2        | W2
P3        | W3
'''
journeys = '''
parcel_id | covered | first_scan_at    | delivered_at     | last_scan_at
P1        | true    | 2026-01-06 09:00 | 2026-01-06 09:00 | 2026-01-06 09:15:00
P2        | true    | 2026-01-06 09:00 | 2026-01-06 09:00 | 2026-01-06 09:15:01
P3        | true    | 2026-01-06 09:00 | 2026-01-06 09:00 | 2026-01-06 15:00:00
'''
parcel_events = '''
parcel_id | event_at            | status    | is_scan | city     | state
P1        | 2026-01-06 09:00:00 | delivered | true    | New York | NY
P1        | 2026-01-06 09:15:00 | arrived   | true    | New York | NY
P2        | 2026-01-06 09:00:00 | delivered | true    | New York | NY
P2        | 2026-01-06 09:15:01 | arrived   | true    | New York | NY
P3        | 2026-01-06 09:00:00 | delivered | true    | New York | NY
P3        | 2026-01-06 15:00:00 | delivered | true    | New York | NY
'''

[[example]]
name = "scanned elsewhere after the delivery; near it; on its way back; the number's next parcel, and a second earlier"
flags = ["P1", "P5"]
threshold = ["min_km", "reuse_days"]
evidence = { P1 = { fault = "after_delivery", km = "3900" } }
parcels = '''
parcel_id | waybill
P1        | W1
P2        | W2
P3        | W3
P4        | W4
P5        | W5
'''
journeys = '''
parcel_id | covered | first_scan_at    | delivered_at     | returned_at
P1        | true    | 2026-01-03 09:00 | 2026-01-06 09:00 |
P2        | true    | 2026-01-03 09:00 | 2026-01-06 09:00 |
P3        | true    | 2026-01-03 09:00 | 2026-01-06 09:00 | 2026-01-10 09:00
P4        | true    | 2025-11-03 09:00 | 2025-11-09 09:00 |
P5        | true    | 2025-11-03 09:00 | 2025-11-09 09:00 |
'''
track_steps = '''
parcel_id | event_at         | status    | place_id | next_place_at    | next_place_id | next_place_status | km
P1        | 2026-01-06 09:00 | delivered | 1        | 2026-01-08 09:00 | 2             | arrived           | 3900
P2        | 2026-01-06 09:00 | delivered | 1        | 2026-01-08 09:00 | 3             | arrived           | 199
P3        | 2026-01-06 09:00 | delivered | 1        | 2026-01-10 09:00 | 2             | returned          | 3900
P4        | 2025-11-09 09:00 | delivered | 1        | 2026-01-08 09:00:00 | 2          | picked_up         | 3900
P5        | 2025-11-09 09:00 | delivered | 1        | 2026-01-08 08:59:59 | 2          | picked_up         | 3900
'''

[[example]]
name = "a damaged number, and the platform's parcel"
flags = []
not_testable = { P1 = "damaged_identifier" }
parcels = '''
parcel_id | waybill | waybill_damaged | platform_fulfilled
P1        | 9.4E+21 | true            | false
P2        | W2      | false           | true
'''
journeys = '''
parcel_id | covered | first_scan_at
P1        | false   | 2026-01-06 09:00
P2        | true    | 2026-01-06 09:00
'''
track_steps = '''
parcel_id | event_at         | status   | place_id | next_place_at    | next_place_id | km
P1        | 2026-01-06 09:00 | departed | 1        | 2026-01-06 10:00 | 2             | 3900
P2        | 2026-01-06 09:00 | departed | 1        | 2026-01-06 10:00 | 2             | 3900
'''

[[example]]
name = "no parcels at all"
flags = []
*/
with too_fast as (
  select
    track_steps.parcel_id,
    'too_fast' as fault,
    1 as rank,
    track_steps.event_at as from_at,
    track_steps.next_place_at as to_at,
    from_places.shown as from_place,
    to_places.shown as to_place,
    track_steps.km,
    track_steps.source_file,
    track_steps.source_line
  from track_steps
  join track_places as from_places on from_places.place_id = track_steps.place_id
  join track_places as to_places on to_places.place_id = track_steps.next_place_id
  where track_steps.km >= {min_km}
    and track_steps.km * 3600
      > {speed_km_h} * (abs(fa_seconds(track_steps.event_at, track_steps.next_place_at)) + 60 * {skew_minutes})
),
after_delivery as (
  select
    track_steps.parcel_id,
    'after_delivery' as fault,
    2 as rank,
    track_steps.event_at as from_at,
    track_steps.next_place_at as to_at,
    from_places.shown as from_place,
    to_places.shown as to_place,
    track_steps.km,
    track_steps.source_file,
    track_steps.source_line
  from track_steps
  join journeys on journeys.parcel_id = track_steps.parcel_id
  join track_places as from_places on from_places.place_id = track_steps.place_id
  join track_places as to_places on to_places.place_id = track_steps.next_place_id
  where track_steps.status = 'delivered'
    and track_steps.km >= {min_km}
    and from_places.state <> to_places.state
    and journeys.returned_at is null
    and fa_add_seconds(track_steps.event_at, 60 * {skew_minutes}) < track_steps.next_place_at
    and track_steps.next_place_at < fa_add_hours(track_steps.event_at, 24 * {reuse_days})
),
delivered_first as (
  select
    journeys.parcel_id,
    'delivered_first' as fault,
    3 as rank,
    journeys.delivered_at as from_at,
    parcel_events.event_at as to_at,
    journeys.last_city as from_place,
    parcel_events.city as to_place,
    cast(null as bigint) as km,
    parcel_events.source_file,
    parcel_events.source_line
  from journeys
  join parcel_events on parcel_events.parcel_id = journeys.parcel_id
  where journeys.delivered_at = journeys.first_scan_at
    and journeys.last_scan_at > journeys.delivered_at
    and journeys.returned_at is null
    and parcel_events.status in ('picked_up', 'in_transit', 'arrived', 'departed', 'customs', 'out_for_delivery')
    and fa_add_seconds(journeys.delivered_at, 60 * {skew_minutes}) < parcel_events.event_at
    and parcel_events.event_at < fa_add_hours(journeys.delivered_at, 24 * {reuse_days})
),
faults as (
  select
    too_fast.parcel_id, too_fast.fault, too_fast.rank, too_fast.from_at, too_fast.to_at, too_fast.from_place,
    too_fast.to_place, too_fast.km, too_fast.source_file, too_fast.source_line
  from too_fast
  union all
  select
    after_delivery.parcel_id, after_delivery.fault, after_delivery.rank, after_delivery.from_at, after_delivery.to_at,
    after_delivery.from_place, after_delivery.to_place, after_delivery.km, after_delivery.source_file,
    after_delivery.source_line
  from after_delivery
  union all
  select
    delivered_first.parcel_id, delivered_first.fault, delivered_first.rank, delivered_first.from_at, delivered_first.to_at,
    delivered_first.from_place, delivered_first.to_place, delivered_first.km, delivered_first.source_file,
    delivered_first.source_line
  from delivered_first
),
ranked as (
  select
    faults.parcel_id,
    faults.fault,
    faults.from_at,
    faults.to_at,
    faults.from_place,
    faults.to_place,
    faults.km,
    faults.source_file,
    faults.source_line,
    row_number() over (
      partition by faults.parcel_id
      order by
        faults.rank nulls last, faults.km desc nulls last, faults.from_at nulls last, faults.to_at nulls last,
        faults.source_file nulls last, faults.source_line nulls last
    ) as nth
  from faults
)
select
  ranked.parcel_id,
  ranked.to_at as occurred_at,
  ranked.source_file,
  ranked.source_line,
  ranked.fault,
  ranked.from_place,
  ranked.from_at,
  ranked.to_place,
  ranked.to_at,
  ranked.km
from ranked
where ranked.nth = 1
