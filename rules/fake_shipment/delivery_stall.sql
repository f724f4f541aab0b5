/*
id = "delivery_stall"
title.en = "Out for delivery, then nothing"
title.zh = "派件后无结果"
severity = "medium"
evidence_class = "soft"
grain = "parcel"
again = { reach = "order", settled_by = ["journeys.delivered_at"] }
scope = "not parcels.platform_fulfilled and journeys.out_for_delivery_at is not null"
message.en = "Out for delivery since {out_for_delivery_at} and {outcome} within {limit_hours} h ({hours_waited} h so far, {rest_hours} h of rest days not counted)."
message.zh = "{out_for_delivery_at} 开始派件，{limit_hours} 小时内{outcome}（已过 {hours_waited} 小时，另扣除休息日 {rest_hours} 小时）。"

[[not_testable]]
reason = "damaged_identifier"
when = "parcels.waybill_damaged"

[words.outcome]
none = { en = "neither delivered, attempted nor returned", zh = "未签收、未投递尝试、未退回" }
late = { en = "no outcome", zh = "无派件结果" }

[params]
limit_hours = { type = "int", default = 24, min = 1, max = 720, doc = "hours from out for delivery until an outcome" }

[docs]
what = "Parcels that were out for delivery (the last such scan counts) and then neither delivered, attempted, held for pick-up nor on their way back within the limit."
why = "Platforms count an out-for-delivery parcel without a signature after 24 h; a track that was made up often ends here."
not_raised_when = [
  "the parcel went out again the next day: the last out-for-delivery scan counts",
  "the carrier reported an exception or a loss: that is an outcome",
  "the carrier rested in between: rest days do not count",
  "the platform knows it as delivered, or the order was cancelled, within the limit",
  "it was delivered before that scan already",
]
could_be_wrong = [
  { name = "tracking_ends_early", en = "the carrier's part of the tracking input ends a day or more before the as-of moment: fetch the numbers again before acting", zh = "该承运商的轨迹数据在截止时间前一天以上就结束：处理前请重新查询", when = "fa_add_hours(carrier_periods.last_event_at, 24) < {as_of}" },
  { name = "delivered_without_scan", en = "the driver delivered without a scan: the order counts as delivered", zh = "司机已派送但未扫描：订单显示已送达", when = "parcels.delivered_at is not null" },
  { name = "no_rest_day_known", en = "a local holiday that the carrier's calendar does not hold", zh = "承运商日历未包含的当地假日" },
]
evidence_to_keep = "The carrier's proof of delivery, or the buyer's confirmation."
sources = [
  "Pinduoduo monitoring labels: out for delivery to signature overdue after 24 h",
]

[[example]]
name = "delivered at the limit, and a second later"
flags = ["P2"]
threshold = ["limit_hours"]
evidence = { P2 = { outcome = "late", hours_waited = "24" } }
parcels = '''
parcel_id | waybill
P1        | W1
P2        | W2
'''
journeys = '''
parcel_id | covered | out_for_delivery_at | delivered_at
P1        | true    | 2026-01-06 09:00    | 2026-01-07 09:00:00
P2        | true    | 2026-01-06 09:00    | 2026-01-07 09:00:01
'''
parcel_events = '''
parcel_id | event_at            | status
P1        | 2026-01-07 09:00:00 | delivered
P2        | 2026-01-07 09:00:01 | delivered
'''

[[example]]
name = "nothing at all until the as-of moment: at the limit and a second beyond"
flags = ["P2"]
threshold = ["limit_hours"]
as_of = "2026-01-07 09:00:00"
evidence = { P2 = { outcome = "none" } }
parcels = '''
parcel_id | waybill
P1        | W1
P2        | W2
'''
journeys = '''
parcel_id | covered | out_for_delivery_at
P1        | true    | 2026-01-06 09:00:00
P2        | true    | 2026-01-06 08:59:59
'''

[[example]]
name = "attempted, held, returned, an exception; delivered as the platform says; cancelled; delivered before"
flags = []
as_of = "2026-01-20 09:00"
parcels = '''
parcel_id | waybill | delivered_at     | order_cancelled_at
P1        | W1      |                  |
P2        | W2      |                  |
P3        | W3      |                  |
P4        | W4      |                  |
P5        | W5      | 2026-01-06 15:00 |
P6        | W6      |                  | 2026-01-06 15:00
P7        | W7      |                  |
'''
journeys = '''
parcel_id | covered | out_for_delivery_at | delivered_at
P1        | true    | 2026-01-06 09:00    |
P2        | true    | 2026-01-06 09:00    |
P3        | true    | 2026-01-06 09:00    |
P4        | true    | 2026-01-06 09:00    |
P5        | true    | 2026-01-06 09:00    |
P6        | true    | 2026-01-06 09:00    |
P7        | true    | 2026-01-06 09:00    | 2026-01-05 15:00
'''
parcel_events = '''
parcel_id | event_at         | status
P1        | 2026-01-06 15:00 | attempted
P2        | 2026-01-06 15:00 | ready_for_pickup
P3        | 2026-01-06 15:00 | returning
P4        | 2026-01-06 15:00 | exception
'''

[[example]]
name = "a Sunday does not count for a carrier that rests, and counts for one that does not"
flags = ["P2"]
as_of = "2026-01-20 09:00"
evidence = { P2 = { rest_hours = "0", hours_waited = "44" } }
parcels = '''
parcel_id | waybill | carrier
P1        | W1      | ups
P2        | W2      | amazon
'''
journeys = '''
parcel_id | covered | out_for_delivery_at | delivered_at
P1        | true    | 2026-01-10 18:00    | 2026-01-12 14:00
P2        | true    | 2026-01-10 18:00    | 2026-01-12 14:00
'''
parcel_events = '''
parcel_id | event_at         | status
P1        | 2026-01-12 14:00 | delivered
P2        | 2026-01-12 14:00 | delivered
'''
rest_days = '''
carrier | zone | starts_at        | ends_at
ups     | *    | 2026-01-11 08:00 | 2026-01-12 08:00
'''

[[example]]
name = "never out for delivery, a damaged number, fulfilled by the platform"
flags = []
not_testable = { P2 = "damaged_identifier" }
parcels = '''
parcel_id | waybill | waybill_damaged | platform_fulfilled
P1        | W1      | false           | false
P2        | 9.4E+21 | true            | false
P3        | W3      | false           | true
'''
journeys = '''
parcel_id | covered | out_for_delivery_at
P1        | true    |
P2        | false   | 2026-01-02 09:00
P3        | true    | 2026-01-02 09:00
'''

[[example]]
name = "no parcels at all"
flags = []
*/
with suspects as (
  select
    parcels.parcel_id,
    parcels.carrier,
    parcels.delivered_at,
    parcels.order_cancelled_at,
    coalesce(tracks.last_mile_zone, '*') as clock,
    journeys.out_for_delivery_at
  from parcels
  join journeys on journeys.parcel_id = parcels.parcel_id
  left join tracks on tracks.parcel_id = parcels.parcel_id
  where journeys.out_for_delivery_at is not null
    and fa_add_hours(journeys.out_for_delivery_at, {limit_hours}) < coalesce(journeys.delivered_at, {as_of})
),
outcomes as (
  select suspects.parcel_id, min(parcel_events.event_at) as outcome_at
  from suspects
  join parcel_events on parcel_events.parcel_id = suspects.parcel_id
  where parcel_events.event_at >= suspects.out_for_delivery_at
    and parcel_events.status in ('attempted', 'ready_for_pickup', 'delivered', 'returning', 'returned', 'exception', 'lost')
  group by suspects.parcel_id
),
ends as (
  select
    suspects.parcel_id,
    coalesce(suspects.carrier, '*') as carrier,
    suspects.clock,
    suspects.out_for_delivery_at,
    outcomes.outcome_at,
    coalesce(
      outcomes.outcome_at,
      case when suspects.delivered_at > suspects.out_for_delivery_at then suspects.delivered_at end,
      case when suspects.order_cancelled_at > suspects.out_for_delivery_at then suspects.order_cancelled_at end,
      {as_of}
    ) as end_at
  from suspects
  left join outcomes on outcomes.parcel_id = suspects.parcel_id
),
rested as (
  select
    ends.parcel_id,
    ends.out_for_delivery_at,
    ends.outcome_at,
    ends.end_at,
    coalesce(
      sum(
        case
          when rest_days.carrier is not null
            then fa_seconds(greatest(rest_days.starts_at, ends.out_for_delivery_at), least(rest_days.ends_at, ends.end_at))
        end
      ),
      0
    ) as rest_seconds
  from ends
  left join rest_days
    on rest_days.carrier = ends.carrier
    and rest_days.zone = ends.clock
    and rest_days.starts_at < ends.end_at
    and rest_days.ends_at > ends.out_for_delivery_at
  group by ends.parcel_id, ends.out_for_delivery_at, ends.outcome_at, ends.end_at
)
select
  rested.parcel_id,
  fa_add_seconds(rested.out_for_delivery_at, 3600 * {limit_hours} + rested.rest_seconds) as occurred_at,
  case when rested.outcome_at is null then 'none' else 'late' end as outcome,
  rested.out_for_delivery_at,
  rested.outcome_at,
  fa_hours(rested.out_for_delivery_at, fa_add_seconds(rested.end_at, 0 - rested.rest_seconds)) as hours_waited,
  fa_hours(rested.end_at, fa_add_seconds(rested.end_at, rested.rest_seconds)) as rest_hours
from rested
where fa_seconds(rested.out_for_delivery_at, rested.end_at) - rested.rest_seconds > 3600 * {limit_hours}
