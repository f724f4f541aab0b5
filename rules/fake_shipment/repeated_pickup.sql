/*
id = "repeated_pickup"
title.en = "Picked up more than once"
title.zh = "重复揽收"
severity = "medium"
evidence_class = "soft"
grain = "parcel"
again = { reach = "order" }
scope = "not parcels.platform_fulfilled and tracks.first_pickup_at is not null"
explained_by = ["cloned_track", "duplicate_waybill", "scan_before_order"]
message.en = "Picked up in {first_place} at {first_at} and again in {last_place} at {last_at} ({hours_apart} h later)."
message.zh = "{first_at} 在 {first_place} 揽收后，{last_at} 又在 {last_place} 揽收（相隔 {hours_apart} 小时）。"

[[not_testable]]
reason = "damaged_identifier"
when = "parcels.waybill_damaged"

[[excused]]
reason = "rebilled_in_origin_state"
when = "orders.is_rebilled and tracks.first_pickup_state = tracks.last_pickup_state"
[[excused]]
reason = "handed_over"
when = "tracks.hands_over"

[params]
apart_hours = { type = "int", default = 24, min = 1, max = 720, doc = "hours between pick-up scans in one state" }
hub_km = { type = "int", default = 50, min = 0, max = 5000, doc = "pick-up scans in two states nearer than this are of one hub, km" }

[docs]
what = "Parcels with pick-up scans in different states, or in one state more than the limit apart, under one number."
why = "A parcel is picked up once. Several pick-ups are how a track looks that was made anew, or a number that served several parcels."
not_raised_when = [
  "the hub scans it again within the hour, or the same day in one state",
  "the two states meet at one hub",
  "the carrier hands over to another, which accepts the parcel anew",
  "the parcel was re-billed inside its state: it has another number then",
  "the second pick-up stands behind the last mile: the buyer fetched the parcel",
]
could_be_wrong = [
  { name = "weekend_between", en = "collected before a weekend and accepted at the counter after it, in one state", zh = "周末前揽收、周末后在柜台收寄（同州）", when = "fa_hours(tracks.first_pickup_at, tracks.last_pickup_at) <= 72 and coalesce(tracks.first_pickup_state = tracks.last_pickup_state, true)" },
  { name = "hub_word", en = "a feed that words an acceptance at a hub as a pick-up", zh = "轨迹将分拨中心收寄表述为揽收" },
  { name = "rebilled", en = "the parcel was re-billed within the state it left from", zh = "包裹在始发州内改换单号", when = "tracks.first_pickup_state = tracks.last_pickup_state" },
]
evidence_to_keep = "The carrier's own page for the number with all events."
sources = [
  "WeChat shop: several abnormal repeated pick-up scans",
  "Pinduoduo 2022-08: of several pick-up scans the last one decides",
]

[[example]]
name = "in one state: at the limit, and a second later"
flags = ["P2"]
threshold = ["apart_hours"]
evidence = { P2 = { hours_apart = "24" } }
parcels = '''
parcel_id | waybill
P1        | W1
P2        | W2
'''
tracks = '''
parcel_id | first_pickup_at     | last_pickup_at      | first_pickup_state | last_pickup_state | pickup_km
P1        | 2026-01-06 09:00:00 | 2026-01-07 09:00:00 | CA                 | CA                |
P2        | 2026-01-06 09:00:00 | 2026-01-07 09:00:01 | CA                 | CA                |
'''

[[example]]
name = "in two states: hubs apart, one hub, distance unknown"
flags = ["P2", "P3"]
threshold = ["hub_km"]
evidence = { P2 = { first_place = "NEWARK, NJ", last_place = "DALLAS, TX" } }
parcels = '''
parcel_id | waybill
P1        | W1
P2        | W2
P3        | W3
'''
tracks = '''
parcel_id | first_pickup_at  | last_pickup_at   | first_pickup_state | last_pickup_state | pickup_km | first_pickup_place | last_pickup_place
P1        | 2026-01-06 09:00 | 2026-01-06 10:00 | NJ                 | NY                | 49        | NEWARK, NJ         | NEW YORK, NY
P2        | 2026-01-06 09:00 | 2026-01-06 10:00 | NJ                 | TX                | 50        | NEWARK, NJ         | DALLAS, TX
P3        | 2026-01-06 09:00 | 2026-01-06 10:00 | NJ                 | TX                |           | NEWARK, NJ         | TX
'''

[[example]]
name = "scanned twice at one hub within the hour, picked up once, a place unknown"
flags = []
parcels = '''
parcel_id | waybill
P1        | W1
P2        | W2
P3        | W3
'''
tracks = '''
parcel_id | first_pickup_at  | last_pickup_at   | first_pickup_state | last_pickup_state
P1        | 2026-01-06 09:00 | 2026-01-06 09:40 | CA                 | CA
P2        | 2026-01-06 09:00 | 2026-01-06 09:00 | CA                 | CA
P3        | 2026-01-06 09:00 | 2026-01-06 15:00 | CA                 |
'''

[[example]]
name = "handed over, never picked up, a damaged number, the platform's parcel"
flags = []
excused = { P1 = "handed_over" }
not_testable = { P3 = "damaged_identifier" }
parcels = '''
parcel_id | waybill | waybill_damaged | platform_fulfilled
P1        | W1      | false           | false
P2        | W2      | false           | false
P3        | 9.4E+21 | true            | false
P4        | W4      | false           | true
'''
tracks = '''
parcel_id | first_pickup_at  | last_pickup_at   | first_pickup_state | last_pickup_state | hands_over
P1        | 2026-01-06 09:00 | 2026-01-09 09:00 | CA                 | NY                | true
P2        |                  |                  |                    |                   | false
P3        | 2026-01-06 09:00 | 2026-01-09 09:00 | CA                 | NY                | false
P4        | 2026-01-06 09:00 | 2026-01-09 09:00 | CA                 | NY                | false
'''

[[example]]
name = "re-billed in the state it left from is excused; re-billed into another state, or not re-billed, is not"
flags = ["P2", "P3"]
excused = { P1 = "rebilled_in_origin_state" }
orders = '''
order_id | is_rebilled
O1       | true
O2       | true
O3       | false
'''
parcels = '''
parcel_id | order_id | waybill
P1        | O1       | W1
P2        | O2       | W2
P3        | O3       | W3
'''
tracks = '''
parcel_id | first_pickup_at  | last_pickup_at   | first_pickup_state | last_pickup_state | pickup_km
P1        | 2026-01-06 09:00 | 2026-01-08 10:00 | CA                 | CA                |
P2        | 2026-01-06 09:00 | 2026-01-08 10:00 | CA                 | TX                | 900
P3        | 2026-01-06 09:00 | 2026-01-08 10:00 | CA                 | CA                |
'''

[[example]]
name = "no parcels at all"
flags = []
*/
select
  tracks.parcel_id,
  tracks.last_pickup_at as occurred_at,
  coalesce(tracks.first_pickup_place, 'an unknown place') as first_place,
  tracks.first_pickup_at as first_at,
  coalesce(tracks.last_pickup_place, 'an unknown place') as last_place,
  tracks.last_pickup_at as last_at,
  fa_hours(tracks.first_pickup_at, tracks.last_pickup_at) as hours_apart,
  tracks.pickup_km as km
from tracks
where fa_add_hours(tracks.first_pickup_at, {apart_hours}) < tracks.last_pickup_at
  or (tracks.first_pickup_state <> tracks.last_pickup_state and coalesce(tracks.pickup_km, {hub_km}) >= {hub_km})
