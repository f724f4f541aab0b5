/*
id = "transit_stall"
title.en = "Stuck on the way"
title.zh = "运输停滞"
severity = "medium"
evidence_class = "soft"
grain = "parcel"
again = { reach = "order", settled_by = ["tracks.last_mile_at"] }
scope = "not parcels.platform_fulfilled and journeys.first_scan_at is not null"
explained_by = ["scan_before_order", "stalled_after_pickup"]
message.en = "No scan for {gap_hours} h after {from_place} ({zone}: {limit_hours} h are allowed; {rest_hours} h of rest days are not counted)."
message.zh = "{from_place} 之后 {gap_hours} 小时无扫描（{zone}允许 {limit_hours} 小时；已扣除休息日 {rest_hours} 小时）。"

[[not_testable]]
reason = "damaged_identifier"
when = "parcels.waybill_damaged"

[words.zone]
same_state = { en = "within one state", zh = "同州/省" }
other_state = { en = "to another state", zh = "跨州/省" }
remote = { en = "to or from a remote region", zh = "偏远地区" }
unknown = { en = "origin or destination unknown", zh = "起点或终点未知" }

[params]
same_state_hours = { type = "int", default = 48, min = 12, max = 720, doc = "hours between two scans within one state" }
other_state_hours = { type = "int", default = 72, min = 12, max = 720, doc = "hours between two scans from state to state" }
remote_hours = { type = "int", default = 120, min = 12, max = 720, doc = "hours where an end is remote or unknown" }

[docs]
what = "Parcels that were not scanned for longer than the limit of their way, from the first scan up to out for delivery; a parcel still open counts to the as-of moment."
why = "Platforms count a parcel that does not move against the seller; an empty or withdrawn parcel looks just so."
not_raised_when = [
  "the days between were rest days of the carrier (Sundays and public holidays unless its file says otherwise): they do not count",
  "a customs event stands at either end of the gap",
  "an event that is no scan (an exception, a message) lies between and neither part is too long",
  "the parcel was out for delivery, delivered or on its way back already",
  "the platform knows it as delivered, or the order was cancelled, within the limit",
]
could_be_wrong = [
  { name = "tracking_ends_early", en = "the carrier's part of the tracking input ends a day or more before the as-of moment: fetch the numbers again before acting", zh = "该承运商的轨迹数据在截止时间前一天以上就结束：处理前请重新查询", when = "fa_add_hours(carrier_periods.last_event_at, 24) < {as_of}" },
  { name = "slow_service", en = "the carrier scans rarely on long legs (ship, rail, economy services)", zh = "承运商在长途（海运、铁路、经济服务）中很少扫描", when = "case when found.zone = 'same_state' then false end" },
  { name = "weather_or_customs", en = "a customs or weather hold that no event names", zh = "未在节点中注明的海关或天气延误" },
]
evidence_to_keep = "The carrier's own page for the number; its answer where the parcel is."
sources = [
  "Douyin shop, 2022-12-30: gap up to out for delivery 48 h in a province, 72 h else, remote longer",
  "Pinduoduo, versions of 2020-2024: 48 h, remote 72 h, very remote 120 h",
]

[[example]]
name = "each zone at its limit and a second beyond"
flags = ["P2", "P4", "P6", "P8"]
threshold = ["same_state_hours", "other_state_hours", "remote_hours"]
evidence = { P2 = { zone = "same_state", gap_hours = "48", limit_hours = "48", from_place = "DALLAS, TX" }, P6 = { limit_hours = "120" } }
parcels = '''
parcel_id | waybill
P1        | W1
P2        | W2
P3        | W3
P4        | W4
P5        | W5
P6        | W6
P7        | W7
P8        | W8
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
parcel_id | zone
P1        | same_state
P2        | same_state
P3        | other_state
P4        | other_state
P5        | remote
P6        | remote
P7        | unknown
P8        | unknown
'''
track_places = '''
place_id | shown
1        | DALLAS, TX
'''
track_steps = '''
parcel_id | event_at         | status    | place_id | next_at             | next_status
P1        | 2026-01-06 09:00 | departed  | 1        | 2026-01-08 09:00:00 | arrived
P2        | 2026-01-06 09:00 | departed  | 1        | 2026-01-08 09:00:01 | arrived
P3        | 2026-01-06 09:00 | departed  | 1        | 2026-01-09 09:00:00 | arrived
P4        | 2026-01-06 09:00 | departed  | 1        | 2026-01-09 09:00:01 | arrived
P5        | 2026-01-06 09:00 | departed  | 1        | 2026-01-11 09:00:00 | arrived
P6        | 2026-01-06 09:00 | departed  | 1        | 2026-01-11 09:00:01 | arrived
P7        | 2026-01-06 09:00 | departed  | 1        | 2026-01-11 09:00:00 | arrived
P8        | 2026-01-06 09:00 | departed  | 1        | 2026-01-11 09:00:01 | arrived
'''

[[example]]
name = "rest days of the carrier do not count; those of another do not help"
flags = ["P2"]
evidence = { P2 = { rest_hours = "0" } }
parcels = '''
parcel_id | waybill | carrier
P1        | W1      | usps
P2        | W2      | amazon
P3        | W3      |
'''
journeys = '''
parcel_id | covered | first_scan_at
P1        | true    | 2026-01-09 20:00
P2        | true    | 2026-01-09 20:00
P3        | true    | 2026-01-09 20:00
'''
tracks = '''
parcel_id | zone
P1        | same_state
P2        | same_state
P3        | same_state
'''
track_steps = '''
parcel_id | event_at         | status    | next_at          | next_status
P1        | 2026-01-09 20:00 | departed  | 2026-01-12 18:00 | arrived
P2        | 2026-01-09 20:00 | departed  | 2026-01-12 18:00 | arrived
P3        | 2026-01-09 20:00 | departed  | 2026-01-12 18:00 | arrived
'''
rest_days = '''
carrier | zone | starts_at        | ends_at
usps    | *    | 2026-01-11 08:00 | 2026-01-12 08:00
*       | *    | 2026-01-11 08:00 | 2026-01-12 08:00
usps    | *    | 2026-01-18 08:00 | 2026-01-19 08:00
'''

[[example]]
name = "still open: it counts to the as-of moment, or to what the platform knows; the longest gap is told"
flags = ["P1"]
as_of = "2026-01-12 09:00"
evidence = { P1 = { gap_hours = "120", to_place = "nowhere yet" } }
parcels = '''
parcel_id | waybill | delivered_at     | order_cancelled_at
P1        | W1      |                  |
P2        | W2      | 2026-01-08 09:00 |
P3        | W3      |                  | 2026-01-08 09:00
P4        | W4      |                  |
'''
journeys = '''
parcel_id | covered | first_scan_at
P1        | true    | 2026-01-03 09:00
P2        | true    | 2026-01-07 09:00
P3        | true    | 2026-01-07 09:00
P4        | true    | 2026-01-10 10:00
'''
tracks = '''
parcel_id | zone
P1        | same_state
P2        | same_state
P3        | same_state
P4        | same_state
'''
track_steps = '''
parcel_id | event_at         | status    | next_at          | next_status
P1        | 2026-01-03 09:00 | picked_up | 2026-01-07 09:00 | arrived
P1        | 2026-01-07 09:00 | arrived   |                  |
P2        | 2026-01-07 09:00 | arrived   |                  |
P3        | 2026-01-07 09:00 | arrived   |                  |
P4        | 2026-01-10 10:00 | arrived   |                  |
'''

[[example]]
name = "customs at either end, an exception, the last mile, the way back, the platform's parcel, a damaged number"
flags = []
not_testable = { P6 = "damaged_identifier" }
parcels = '''
parcel_id | waybill | waybill_damaged | platform_fulfilled
P1        | W1      | false           | false
P2        | W2      | false           | false
P3        | W3      | false           | false
P4        | W4      | false           | false
P5        | W5      | false           | true
P6        | 9.4E+21 | true            | false
P7        | W7      | false           | false
'''
journeys = '''
parcel_id | covered | first_scan_at
P1        | true    | 2026-01-06 09:00
P2        | true    | 2026-01-06 09:00
P3        | true    | 2026-01-06 09:00
P4        | true    | 2026-01-06 09:00
P5        | true    | 2026-01-06 09:00
P6        | false   | 2026-01-06 09:00
P7        | true    | 2026-01-06 09:00
'''
tracks = '''
parcel_id | zone       | last_mile_at
P1        | same_state |
P2        | same_state |
P3        | same_state | 2026-01-06 08:00
P4        | same_state |
P5        | same_state |
P6        | same_state |
P7        | same_state |
'''
track_steps = '''
parcel_id | event_at         | status    | next_at          | next_status
P1        | 2026-01-06 09:00 | customs   | 2026-01-12 09:00 | arrived
P2        | 2026-01-06 09:00 | departed  | 2026-01-12 09:00 | customs
P3        | 2026-01-06 09:00 | arrived   | 2026-01-12 09:00 | delivered
P4        | 2026-01-06 09:00 | returning | 2026-01-12 09:00 | returned
P5        | 2026-01-06 09:00 | departed  | 2026-01-12 09:00 | arrived
P6        | 2026-01-06 09:00 | departed  | 2026-01-12 09:00 | arrived
P7        | 2026-01-06 09:00 | exception | 2026-01-12 09:00 | arrived
'''

[[example]]
name = "the rest day is that of the place of the scan, not of the policy"
flags = ["P2"]
evidence = { P2 = { rest_hours = "21", gap_hours = "48" } }
parcels = '''
parcel_id | waybill | carrier
P1        | W1      | usps
P2        | W2      | usps
'''
journeys = '''
parcel_id | covered | first_scan_at
P1        | true    | 2026-01-10 02:00
P2        | true    | 2026-01-10 02:00
'''
tracks = '''
parcel_id | zone
P1        | same_state
P2        | same_state
'''
track_places = '''
place_id | shown        | time_zone
1        | HONOLULU, HI | Pacific/Honolulu
2        | SEATTLE, WA  | America/Los_Angeles
'''
track_steps = '''
parcel_id | event_at         | status   | place_id | next_at             | next_status
P1        | 2026-01-10 02:00 | departed | 1        | 2026-01-12 23:00:01 | arrived
P2        | 2026-01-10 02:00 | departed | 2        | 2026-01-12 23:00:01 | arrived
'''
rest_days = '''
carrier | zone                | starts_at        | ends_at
usps    | Pacific/Honolulu    | 2026-01-11 10:00 | 2026-01-12 10:00
usps    | America/Los_Angeles | 2026-01-09 05:00 | 2026-01-10 23:00
usps    | *                   | 2026-01-11 08:00 | 2026-01-12 08:00
'''

[[example]]
name = "no parcels at all"
flags = []
*/
with gaps as (
  select
    track_steps.parcel_id,
    track_steps.event_at,
    track_steps.place_id,
    track_steps.next_place_id,
    track_steps.source_file,
    track_steps.source_line,
    tracks.zone,
    coalesce(parcels.carrier, '*') as carrier,
    coalesce(track_places.time_zone, '*') as clock,
    coalesce(
      track_steps.next_at,
      case when parcels.delivered_at > track_steps.event_at then parcels.delivered_at end,
      case when parcels.order_cancelled_at > track_steps.event_at then parcels.order_cancelled_at end,
      {as_of}
    ) as end_at,
    case tracks.zone
      when 'same_state' then {same_state_hours}
      when 'other_state' then {other_state_hours}
      else {remote_hours}
    end as limit_hours
  from track_steps
  join tracks on tracks.parcel_id = track_steps.parcel_id
  join parcels on parcels.parcel_id = track_steps.parcel_id
  left join track_places on track_places.place_id = track_steps.place_id
  where track_steps.status in ('picked_up', 'in_transit', 'arrived', 'departed')
    and (track_steps.next_status is null or track_steps.next_status <> 'customs')
    -- shorter than any limit: most steps, dropped before they meet their parcel
    and (
      track_steps.next_at is null
      or fa_add_hours(track_steps.event_at, least({same_state_hours}, {other_state_hours}, {remote_hours})) < track_steps.next_at
    )
    and (tracks.last_mile_at is null or track_steps.event_at < tracks.last_mile_at)
),
rested as (
  select
    gaps.parcel_id,
    gaps.event_at,
    gaps.end_at,
    gaps.place_id,
    gaps.next_place_id,
    gaps.source_file,
    gaps.source_line,
    gaps.zone,
    gaps.limit_hours,
    coalesce(
      sum(
        case
          when rest_days.carrier is not null
            then fa_seconds(greatest(rest_days.starts_at, gaps.event_at), least(rest_days.ends_at, gaps.end_at))
        end
      ),
      0
    ) as rest_seconds
  from gaps
  left join rest_days
    on rest_days.carrier = gaps.carrier
    and rest_days.zone = gaps.clock
    and rest_days.starts_at < gaps.end_at
    and rest_days.ends_at > gaps.event_at
  where fa_add_hours(gaps.event_at, gaps.limit_hours) < gaps.end_at
  group by
    gaps.parcel_id, gaps.event_at, gaps.end_at, gaps.place_id, gaps.next_place_id, gaps.source_file, gaps.source_line,
    gaps.zone, gaps.limit_hours
),
ranked as (
  select
    rested.parcel_id,
    rested.event_at,
    rested.end_at,
    rested.place_id,
    rested.next_place_id,
    rested.source_file,
    rested.source_line,
    rested.zone,
    rested.limit_hours,
    rested.rest_seconds,
    row_number() over (
      partition by rested.parcel_id
      order by
        fa_seconds(rested.event_at, rested.end_at) - rested.rest_seconds desc nulls last,
        rested.event_at nulls last,
        rested.source_file nulls last,
        rested.source_line nulls last
    ) as nth
  from rested
  where fa_seconds(rested.event_at, rested.end_at) - rested.rest_seconds > 3600 * rested.limit_hours
)
select
  ranked.parcel_id,
  fa_add_seconds(ranked.event_at, 3600 * ranked.limit_hours + ranked.rest_seconds) as occurred_at,
  ranked.source_file,
  ranked.source_line,
  coalesce(from_places.shown, 'an unknown place') as from_place,
  coalesce(to_places.shown, 'nowhere yet') as to_place,
  ranked.zone,
  ranked.event_at as scan_at,
  ranked.end_at,
  fa_hours(ranked.event_at, fa_add_seconds(ranked.end_at, 0 - ranked.rest_seconds)) as gap_hours,
  fa_hours(ranked.event_at, fa_add_seconds(ranked.event_at, ranked.rest_seconds)) as rest_hours,
  ranked.limit_hours
from ranked
left join track_places as from_places on from_places.place_id = ranked.place_id
left join track_places as to_places on to_places.place_id = ranked.next_place_id
where ranked.nth = 1
