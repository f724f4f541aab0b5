/*
id = "status_conflict"
title.en = "Order and carrier contradict each other"
title.zh = "订单与物流状态矛盾"
severity = "high"
evidence_class = "hard"
grain = "parcel"
again = { reach = "order", settled_by = ["journeys.first_scan_at"] }
requires = ["journeys.covered"]
scope = "not parcels.platform_fulfilled"
explained_by = ["placeholder_waybill", "carrier_mismatch", "invalid_waybill", "untraceable_waybill", "stale_tracking", "duplicate_waybill", "cloned_track"]
message.en = "Order and carrier contradict each other on waybill {waybill}: {conflict}."
message.zh = "运单 {waybill} 的订单状态与物流状态矛盾：{conflict}。"

[[not_testable]]
reason = "no_tracking_input"
when = "journeys.not_covered_why = 'no_tracking_input'"
[[not_testable]]
reason = "damaged_identifier"
when = "parcels.waybill_damaged"
[[not_testable]]
reason = "given_before_tracking"
when = "journeys.not_covered_why = 'given_before_tracking'"
[[not_testable]]
reason = "carrier_not_covered"
when = "not journeys.covered"

[words.conflict]
shipped_unscanned = { en = "the order counts as shipped, the carrier never scanned the parcel", zh = "订单显示已发货，但承运商从未扫描" }
delivered_unscanned = { en = "the order counts as delivered, the carrier never scanned the parcel", zh = "订单显示已送达，但承运商从未扫描" }
returned = { en = "the order counts as delivered, the carrier returned the parcel", zh = "订单显示已送达，但承运商已退回" }
cancelled = { en = "the order was cancelled, the carrier delivered the parcel", zh = "订单已取消，但包裹已由承运商送达" }
delivered_apart = { en = "the delivery times are more than the tolerance apart", zh = "两边的送达时间相差超过允许范围" }

[params]
scan_hours = { type = "int", default = 24, min = 1, max = 720, doc = "hours after the platform's shipped time until a scan must be there" }
apart_hours = { type = "int", default = 24, min = 1, max = 720, doc = "hours by which the two delivered times may differ" }

[docs]
what = "Parcels of which the export and the carrier say things that cannot both be true: shipped or delivered without any scan, delivered at different times, cancelled but delivered, delivered but returned."
why = "Order data that differ from logistics data are on TikTok Shop's list of false shipment."
not_raised_when = [
  "the platform's shipped time is no longer ago than the limit",
  "the carrier scanned the parcel late: stale_tracking speaks of it",
  "the order was cancelled before the carrier had the parcel and nobody delivered it",
  "cash on delivery, or a return in the return export, ended as returned",
  "the carrier delivered first and returned later: that is a return",
  "delivered to a pick-up point: carrier and platform count different moments",
  "the tracking does not cover the parcel, or begins after the number was given; then it is not testable",
]
could_be_wrong = [
  { name = "tracking_ends_early", en = "the tracking was fetched earlier than the order export: the carrier's part of it ends a day or more before the as-of moment", zh = "轨迹早于订单导出：该承运商的轨迹在截止时间前一天以上结束", when = "fa_add_hours(carrier_periods.last_event_at, 24) < {as_of}" },
  { name = "corrected_delivery", en = "the carrier's last delivered event is a correction of the first", zh = "承运商最后的签收节点是对首次签收的更正", when = "coalesce(journeys.delivered_at <> journeys.last_delivered_at, false)" },
  { name = "daylight_saving", en = "an hour is gained or lost by daylight saving or a zone read wrongly", zh = "夏令时或时区误读造成的一小时差异", when = "found.conflict = 'delivered_apart' and found.hours_apart <= {apart_hours} + 1" },
  { name = "earlier_status", en = "the export keeps the time of an earlier status", zh = "导出保留了更早状态的时间" },
]
evidence_to_keep = "The carrier's proof of delivery, the order's page with its times, the return's page."
sources = [
  "TikTok Shop list of false shipment (SEA/UK guidelines): order data differ from logistics data",
  "Douyin shop, 2025-10: parcel privately returned while the system shows it complete",
]

[[example]]
name = "shipped without a scan: at the limit, and a second beyond; delivered without a scan"
flags = ["P2", "P3"]
threshold = ["scan_hours"]
as_of = "2026-01-07 09:00:00"
evidence = { P2 = { conflict = "shipped_unscanned" }, P3 = { conflict = "delivered_unscanned" } }
parcels = '''
parcel_id | waybill | shipped_at          | delivered_at
P1        | W1      | 2026-01-06 09:00:00 |
P2        | W2      | 2026-01-06 08:59:59 |
P3        | W3      | 2026-01-05 09:00:00 | 2026-01-06 12:00
P4        | W4      | 2026-01-02 09:00:00 |
'''
journeys = '''
parcel_id | covered | scans | first_scan_at
P1        | true    | 0     |
P2        | true    | 0     |
P3        | true    | 0     |
P4        | true    | 1     | 2026-01-06 09:00
'''

[[example]]
name = "delivered times at the tolerance, and a second beyond, on either side; the last delivered event is compared"
flags = ["P2", "P4"]
threshold = ["apart_hours"]
evidence = { P2 = { conflict = "delivered_apart", hours_apart = "24" }, P4 = { hours_apart = "24" } }
explanations = { P2 = { daylight_saving = "possible" } }
parcels = '''
parcel_id | waybill | shipped_at       | delivered_at        | pickup_point
P1        | W1      | 2026-01-05 09:00 | 2026-01-08 09:00:00 | false
P2        | W2      | 2026-01-05 09:00 | 2026-01-08 09:00:00 | false
P3        | W3      | 2026-01-05 09:00 | 2026-01-08 09:00:00 | false
P4        | W4      | 2026-01-05 09:00 | 2026-01-08 09:00:00 | false
P5        | W5      | 2026-01-05 09:00 | 2026-01-08 09:00:00 | false
P6        | W6      | 2026-01-05 09:00 | 2026-01-08 09:00:00 | true
'''
journeys = '''
parcel_id | covered | scans | first_scan_at    | delivered_at        | last_delivered_at
P1        | true    | 3     | 2026-01-05 15:00 | 2026-01-09 09:00:00 | 2026-01-09 09:00:00
P2        | true    | 3     | 2026-01-05 15:00 | 2026-01-09 09:00:01 | 2026-01-09 09:00:01
P3        | true    | 3     | 2026-01-05 15:00 | 2026-01-07 09:00:00 | 2026-01-07 09:00:00
P4        | true    | 3     | 2026-01-05 15:00 | 2026-01-07 08:59:59 | 2026-01-07 08:59:59
P5        | true    | 4     | 2026-01-05 15:00 | 2026-01-06 09:00:00 | 2026-01-08 09:30:00
P6        | true    | 3     | 2026-01-05 15:00 | 2026-01-05 20:00:00 | 2026-01-05 20:00:00
'''

[[example]]
name = "cancelled but delivered; cancelled before collection and never seen again; cancelled and on its way back"
flags = ["P1"]
evidence = { P1 = { conflict = "cancelled" } }
parcels = '''
parcel_id | waybill | shipped_at       | order_cancelled_at | cancelled_before_collection
P1        | W1      | 2026-01-05 09:00 | 2026-01-06 09:00   | false
P2        | W2      | 2026-01-05 09:00 | 2026-01-05 08:00   | true
P3        | W3      | 2026-01-05 09:00 | 2026-01-06 09:00   | false
'''
journeys = '''
parcel_id | covered | scans | first_scan_at    | delivered_at     | last_delivered_at | returned_at
P1        | true    | 3     | 2026-01-05 15:00 | 2026-01-08 09:00 | 2026-01-08 09:00  |
P2        | true    | 0     |                  |                  |                   |
P3        | true    | 4     | 2026-01-05 15:00 | 2026-01-12 09:00 | 2026-01-12 09:00  | 2026-01-07 09:00
'''

[[example]]
name = "the carrier returned it and the order counts as delivered; cash on delivery, a return, returned after delivery"
flags = ["P1", "P5"]
evidence = { P1 = { conflict = "returned" } }
orders = '''
order_id | is_cod
P1       | false
P2       | true
P3       | false
P4       | false
P5       | false
'''
parcels = '''
parcel_id | waybill | shipped_at       | delivered_at
P1        | W1      | 2026-01-05 09:00 | 2026-01-08 09:00
P2        | W2      | 2026-01-05 09:00 | 2026-01-08 09:00
P3        | W3      | 2026-01-05 09:00 | 2026-01-08 09:00
P4        | W4      | 2026-01-05 09:00 | 2026-01-08 09:00
P5        | W5      | 2026-01-05 09:00 | 2026-01-08 09:00
'''
journeys = '''
parcel_id | covered | scans | first_scan_at    | delivered_at     | last_delivered_at | returned_at
P1        | true    | 3     | 2026-01-05 15:00 |                  |                   | 2026-01-10 09:00
P2        | true    | 3     | 2026-01-05 15:00 |                  |                   | 2026-01-10 09:00
P3        | true    | 3     | 2026-01-05 15:00 |                  |                   | 2026-01-10 09:00
P4        | true    | 4     | 2026-01-05 15:00 | 2026-01-08 09:00 | 2026-01-08 09:00  | 2026-01-10 09:00
P5        | true    | 4     | 2026-01-05 15:00 | 2026-01-12 09:00 | 2026-01-12 09:00  | 2026-01-10 09:00
'''
returns = '''
order_id | return_id
P3       | R3
'''

[[example]]
name = "what tracking does not cover, and the platform's parcel"
flags = []
not_testable = { P1 = "no_tracking_input", P2 = "damaged_identifier", P3 = "given_before_tracking", P4 = "carrier_not_covered", P6 = "missing journeys.covered" }
parcels = '''
parcel_id | waybill | shipped_at       | waybill_damaged | platform_fulfilled
P1        | W1      | 2026-01-05 09:00 | false           | false
P2        | 9.4E+21 | 2026-01-05 09:00 | true            | false
P3        | W3      | 2026-01-05 09:00 | false           | false
P4        | W4      | 2026-01-05 09:00 | false           | false
P5        | W5      | 2026-01-05 09:00 | false           | true
P6        | W6      | 2026-01-05 09:00 | false           | false
'''
journeys = '''
parcel_id | covered | not_covered_why       | scans
P1        | false   | no_tracking_input     | 0
P2        | false   | waybill_damaged       | 0
P3        | false   | given_before_tracking | 0
P4        | false   | carrier_not_covered   | 0
P5        | true    |                       | 0
'''

[[example]]
name = "no parcels at all"
flags = []
*/
with returned_orders as (
  select distinct returns.order_id
  from returns
),
sides as (
  select
    parcels.parcel_id,
    parcels.waybill,
    parcels.shipped_at,
    parcels.delivered_at,
    parcels.order_cancelled_at,
    parcels.pickup_point,
    journeys.scans,
    journeys.last_delivered_at,
    journeys.returned_at,
    case
      when journeys.scans = 0 and parcels.delivered_at is not null and not parcels.cancelled_before_collection
        and fa_add_hours(coalesce(parcels.shipped_at, parcels.delivered_at), {scan_hours}) < {as_of} then 'delivered_unscanned'
      when journeys.scans = 0 and not parcels.cancelled_before_collection
        and fa_add_hours(parcels.shipped_at, {scan_hours}) < {as_of} then 'shipped_unscanned'
      when journeys.returned_at is not null
        then case
          when parcels.delivered_at is not null
            and not orders.is_cod
            and returned_orders.order_id is null
            and coalesce(journeys.returned_at < journeys.delivered_at, true) then 'returned'
        end
      when journeys.delivered_at is not null and parcels.order_cancelled_at is not null then 'cancelled'
      when journeys.last_delivered_at is not null
        and not parcels.pickup_point
        and abs(fa_seconds(parcels.delivered_at, journeys.last_delivered_at)) > 3600 * {apart_hours} then 'delivered_apart'
    end as conflict
  from parcels
  join journeys on journeys.parcel_id = parcels.parcel_id
  join orders on orders.order_id = parcels.order_id
  left join returned_orders on returned_orders.order_id = parcels.order_id
  -- no other parcel can be one of the cases above
  where journeys.scans = 0
    or journeys.returned_at is not null
    or parcels.order_cancelled_at is not null
    or abs(fa_seconds(parcels.delivered_at, journeys.last_delivered_at)) > 3600 * {apart_hours}
)
select
  sides.parcel_id,
  case sides.conflict
    when 'shipped_unscanned' then fa_add_hours(sides.shipped_at, {scan_hours})
    when 'delivered_unscanned' then sides.delivered_at
    when 'returned' then sides.returned_at
    else sides.last_delivered_at
  end as occurred_at,
  sides.waybill,
  sides.conflict,
  sides.shipped_at,
  sides.delivered_at as delivered_by_order,
  sides.last_delivered_at as delivered_by_carrier,
  sides.order_cancelled_at as cancelled_at,
  sides.returned_at,
  fa_hours(least(sides.delivered_at, sides.last_delivered_at), greatest(sides.delivered_at, sides.last_delivered_at)) as hours_apart
from sides
where sides.conflict is not null
