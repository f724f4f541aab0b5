/*
id = "stalled_after_pickup"
title.en = "Nothing after the first scan"
title.zh = "揽收后无物流更新"
severity = "medium"
evidence_class = "soft"
grain = "parcel"
again = { reach = "order", settled_by = ["tracks.next_event_at"] }
scope = "not parcels.platform_fulfilled and journeys.first_scan_at is not null"
explained_by = ["duplicate_waybill", "scan_before_order"]
message.en = "{outcome} after the first scan of waybill {waybill}: {hours_waited} h went by ({limit_hours} h are allowed)."
message.zh = "运单 {waybill} 首次扫描后{outcome}：已过 {hours_waited} 小时（允许 {limit_hours} 小时）。"

[[not_testable]]
reason = "damaged_identifier"
when = "parcels.waybill_damaged"

[words.outcome]
none = { en = "Nothing came", zh = "再无更新" }
late = { en = "The next event came late", zh = "下一次更新过晚" }

[params]
limit_hours = { type = "int", default = 24, min = 1, max = 720, doc = "hours from the first scan until the next event" }

[docs]
what = "Parcels of which the carrier shows nothing within the limit after its first scan."
why = "A parcel that is scanned once and never again is how empty or withdrawn parcels look; platforms count 24 h without an update against the seller."
not_raised_when = [
  "any event at a later moment came within the limit, whatever it says (a new label, or a row that finds nothing, is none)",
  "the first scan is of the last mile already: out for delivery, attempted, delivered, returned",
  "the parcel is with customs",
  "the platform knows it as delivered, or the order was cancelled, within the limit",
  "the as-of moment is inside the limit",
]
could_be_wrong = [
  { name = "tracking_ends_early", en = "the carrier's part of the tracking input ends a day or more before the as-of moment: fetch the numbers again before acting", zh = "该承运商的轨迹数据在截止时间前一天以上就结束：处理前请重新查询", when = "fa_add_hours(carrier_periods.last_event_at, 24) < {as_of}" },
  { name = "carrier_rested", en = "a rest day of the carrier lies between: the platform counts elapsed hours all the same", zh = "期间有承运商休息日：平台仍按自然小时计算", when = "found.rest_days > 0" },
  { name = "long_first_leg", en = "a long first leg without a stop: the parcel went on afterwards", zh = "首段运输较长且无中转：之后继续运输", when = "found.next_event_at is not null" },
]
evidence_to_keep = "The carrier's own page for the number; the carrier's answer where the parcel is."
sources = [
  "Pinduoduo, versions of 2020-2024: no further update within 24 h of the first information",
  "Douyin shop, 2022-12-30: no sorting-centre event within 24 h after the first pick-up",
  "Taobao: no logistics update for 24 h after pick-up",
]

[[example]]
name = "next event at the limit, and a second later"
flags = ["P2"]
threshold = ["limit_hours"]
as_of = "2026-01-09 12:00"
evidence = { P2 = { outcome = "late", hours_waited = "24" } }
parcels = '''
parcel_id | waybill
P1        | W1
P2        | W2
'''
journeys = '''
parcel_id | covered | first_scan_at
P1        | true    | 2026-01-06 09:00:00
P2        | true    | 2026-01-06 09:00:00
'''
tracks = '''
parcel_id | first_scan_at       | first_scan_status | next_event_at
P1        | 2026-01-06 09:00:00 | picked_up         | 2026-01-07 09:00:00
P2        | 2026-01-06 09:00:00 | picked_up         | 2026-01-07 09:00:01
'''

[[example]]
name = "silence until the as-of moment: inside the limit, and a second beyond; a rest day of the carrier is told"
flags = ["P2"]
threshold = ["limit_hours"]
as_of = "2026-01-12 09:00:00"
evidence = { P2 = { outcome = "none", hours_waited = "24", rest_days = "1" } }
explanations = { P2 = { carrier_rested = "possible", long_first_leg = "ruled_out" } }
parcels = '''
parcel_id | waybill
P1        | W1
P2        | W2
'''
journeys = '''
parcel_id | covered | first_scan_at
P1        | true    | 2026-01-11 09:00:00
P2        | true    | 2026-01-11 08:59:59
'''
tracks = '''
parcel_id | first_scan_at       | first_scan_status | next_event_at
P1        | 2026-01-11 09:00:00 | picked_up         |
P2        | 2026-01-11 08:59:59 | arrived           |
'''
rest_days = '''
carrier | zone             | starts_at        | ends_at
*       | *                | 2026-01-11 08:00 | 2026-01-12 08:00
*       | America/New_York | 2026-01-11 05:00 | 2026-01-12 05:00
usps    | *                | 2026-01-11 08:00 | 2026-01-12 08:00
'''

[[example]]
name = "delivered at its only scan, out for delivery, with customs; delivered or cancelled soon after, as the platform says"
flags = []
as_of = "2026-01-12 09:00:00"
parcels = '''
parcel_id | waybill | delivered_at     | order_cancelled_at
P1        | W1      |                  |
P2        | W2      |                  |
P3        | W3      |                  |
P4        | W4      | 2026-01-07 08:00 |
P5        | W5      |                  | 2026-01-07 08:00
'''
journeys = '''
parcel_id | covered | first_scan_at
P1        | true    | 2026-01-06 09:00
P2        | true    | 2026-01-06 09:00
P3        | true    | 2026-01-06 09:00
P4        | true    | 2026-01-06 09:00
P5        | true    | 2026-01-06 09:00
'''
tracks = '''
parcel_id | first_scan_at    | first_scan_status | next_event_at
P1        | 2026-01-06 09:00 | delivered         |
P2        | 2026-01-06 09:00 | out_for_delivery  |
P3        | 2026-01-06 09:00 | customs           |
P4        | 2026-01-06 09:00 | picked_up         |
P5        | 2026-01-06 09:00 | picked_up         |
'''

[[example]]
name = "never scanned, a damaged number, fulfilled by the platform"
flags = []
not_testable = { P2 = "damaged_identifier" }
as_of = "2026-01-12 09:00:00"
parcels = '''
parcel_id | waybill | waybill_damaged | platform_fulfilled
P1        | W1      | false           | false
P2        | 9.4E+21 | true            | false
P3        | W3      | false           | true
'''
journeys = '''
parcel_id | covered | first_scan_at
P1        | true    |
P2        | false   | 2026-01-06 09:00
P3        | true    | 2026-01-06 09:00
'''
tracks = '''
parcel_id | first_scan_at    | first_scan_status | next_event_at
P2        | 2026-01-06 09:00 | picked_up         |
P3        | 2026-01-06 09:00 | picked_up         |
'''

[[example]]
name = "no parcels at all"
flags = []
*/
with ends as (
  select
    tracks.parcel_id,
    parcels.waybill,
    coalesce(parcels.carrier, '*') as carrier,
    tracks.first_scan_at,
    tracks.first_scan_status,
    tracks.next_event_at,
    coalesce(
      tracks.next_event_at,
      case when parcels.delivered_at > tracks.first_scan_at then parcels.delivered_at end,
      case when parcels.order_cancelled_at > tracks.first_scan_at then parcels.order_cancelled_at end,
      {as_of}
    ) as end_at
  from tracks
  join parcels on parcels.parcel_id = tracks.parcel_id
  where tracks.first_scan_status in ('picked_up', 'in_transit', 'arrived', 'departed')
),
stalled as (
  select
    ends.parcel_id, ends.waybill, ends.carrier, ends.first_scan_at, ends.first_scan_status, ends.next_event_at, ends.end_at
  from ends
  where fa_add_hours(ends.first_scan_at, {limit_hours}) < ends.end_at
),
rested as (
  select stalled.parcel_id, count(rest_days.starts_at) as rest_days
  from stalled
  left join rest_days
    on rest_days.carrier = stalled.carrier
    and rest_days.zone = '*'
    and rest_days.starts_at < stalled.end_at
    and rest_days.ends_at > stalled.first_scan_at
  group by stalled.parcel_id
)
select
  stalled.parcel_id,
  fa_add_hours(stalled.first_scan_at, {limit_hours}) as occurred_at,
  case when stalled.next_event_at is null then 'none' else 'late' end as outcome,
  stalled.waybill,
  stalled.first_scan_at,
  stalled.first_scan_status,
  stalled.next_event_at,
  fa_hours(stalled.first_scan_at, stalled.end_at) as hours_waited,
  rested.rest_days
from stalled
join rested on rested.parcel_id = stalled.parcel_id
