/*
id = "scan_before_order"
title.en = "Scanned before it was ordered"
title.zh = "物流早于下单"
severity = "critical"
evidence_class = "hard"
grain = "parcel"
again = { reach = "waybill" }
scope = "not parcels.platform_fulfilled and journeys.first_scan_at is not null"
explained_by = ["duplicate_waybill", "cloned_track"]
message.en = "The carrier scanned waybill {waybill} at {first_scan_at}, {hours_early} h before the order was {moment} ({tolerance_hours} h are allowed)."
message.zh = "运单 {waybill} 于 {first_scan_at} 被扫描，比订单{moment}早 {hours_early} 小时（允许 {tolerance_hours} 小时）。"

[[not_testable]]
reason = "damaged_identifier"
when = "parcels.waybill_damaged"

[[excused]]
reason = "combined"
when = "parcels.is_combined"

[words.moment]
created = { en = "placed", zh = "下单" }
paid = { en = "paid", zh = "付款" }

[params]
tolerance_hours = { type = "int", default = 0, min = 0, max = 720, doc = "hours by which a scan may precede the order" }
reuse_days = { type = "int", default = 30, min = 1, max = 730, doc = "days after which a number may stand on another order anew" }

[docs]
what = "Parcels that the carrier had before the order was placed, or paid, by more than the tolerance."
why = "A track older than its order belongs to another parcel. TikTok Shop marks an order abnormal when a tracking node is more than 24 h earlier than the order."
not_raised_when = [
  "only the label, or a message, is older than the order",
  "the order shares its parcel with other orders of the same buyer",
  "the number stood on another order long enough before: carriers use numbers again",
  "the scan came between order and payment of an order paid on delivery, or of a pre-order",
]
could_be_wrong = [
  { name = "wrong_zone", en = "the tracking input has times without offset and was read with the wrong time zone: a day early at most, beyond the tolerance", zh = "轨迹时间不含时区且按错误时区读取：超出容差不超过一天", when = "found.hours_early < {tolerance_hours} + 24" },
  { name = "daylight_saving", en = "an hour is gained by daylight saving", zh = "夏令时造成的一小时差异", when = "found.hours_early <= {tolerance_hours}" },
  { name = "recycled_number", en = "the carrier used the number before, and the earlier order is not in the exports", zh = "承运商曾使用该单号，而更早的订单不在导出中", when = "found.hours_early >= 24 * {reuse_days}" },
  { name = "combined_order", en = "the label was made for an earlier order of a combined parcel", zh = "面单为合包中更早的订单制作", when = "orders.is_combined" },
]
evidence_to_keep = "The carrier's page for the number with the date of its label; the order's page."
sources = [
  "TikTok Shop US, automatic checks of tracking: a node more than 24 h earlier than the order time",
  "Kuaishou: pick-up earlier than payment is a false number",
]

[[example]]
name = "exactly the tolerance before the order, and a second more"
params = { tolerance_hours = 24 }
flags = ["P2"]
threshold = ["tolerance_hours"]
evidence = { P2 = { moment = "created", hours_early = "24" } }
explanations = { P2 = { daylight_saving = "possible", wrong_zone = "possible", recycled_number = "ruled_out", combined_order = "ruled_out" } }
orders = '''
order_id | created_at          | paid_at
P1       | 2026-01-06 09:00:00 | 2026-01-06 09:00:00
P2       | 2026-01-06 09:00:00 | 2026-01-06 09:00:00
'''
parcels = '''
parcel_id | waybill
P1        | W1
P2        | W2
'''
journeys = '''
parcel_id | covered | first_scan_at
P1        | true    | 2026-01-05 09:00:00
P2        | true    | 2026-01-05 08:59:59
'''

[[example]]
name = "no tolerance: the second counts"
flags = ["P2"]
params = { tolerance_hours = 0 }
orders = '''
order_id | created_at
P1       | 2026-01-06 09:00:00
P2       | 2026-01-06 09:00:00
'''
parcels = '''
parcel_id | waybill
P1        | W1
P2        | W2
'''
journeys = '''
parcel_id | covered | first_scan_at
P1        | true    | 2026-01-06 09:00:00
P2        | true    | 2026-01-06 08:59:59
'''

[[example]]
name = "before payment; paid on delivery and pre-orders are paid late by nature"
flags = ["P1"]
evidence = { P1 = { moment = "paid", hours_early = "46" } }
orders = '''
order_id | created_at       | paid_at          | is_cod | order_type
P1       | 2026-01-06 09:00 | 2026-01-08 12:00 | false  | normal
P2       | 2026-01-06 09:00 | 2026-01-12 12:00 | true   | normal
P3       | 2026-01-06 09:00 | 2026-01-12 12:00 | false  | pre_order
'''
parcels = '''
parcel_id | waybill
P1        | W1
P2        | W2
P3        | W3
'''
journeys = '''
parcel_id | covered | first_scan_at
P1        | true    | 2026-01-06 14:00
P2        | true    | 2026-01-06 14:00
P3        | true    | 2026-01-06 14:00
'''

[[example]]
name = "a number used again, and one that stood on another order shortly before"
flags = ["O2/W1"]
threshold = ["reuse_days"]
orders = '''
order_id | created_at
O1       | 2025-12-07 09:00:00
O2       | 2026-01-06 09:00:00
O3       | 2025-12-07 09:00:00
O4       | 2026-01-06 09:00:00
'''
parcels = '''
parcel_id | order_id | waybill | carrier | given_at
O1/W1     | O1       | W1      | usps    | 2025-12-08 09:00:01
O2/W1     | O2       | W1      | usps    | 2026-01-07 09:00:00
O3/W3     | O3       | W3      | usps    | 2025-12-08 09:00:00
O4/W3     | O4       | W3      | usps    | 2026-01-07 09:00:00
'''
journeys = '''
parcel_id | covered | first_scan_at
O1/W1     | true    | 2025-12-08 15:00
O2/W1     | true    | 2025-12-08 15:00
O3/W3     | true    | 2025-12-08 15:00
O4/W3     | true    | 2025-12-08 15:00
'''

[[example]]
name = "only the label is old, the platform's parcel, a damaged number, a combined parcel"
flags = []
excused = { P4 = "combined" }
not_testable = { P3 = "damaged_identifier" }
orders = '''
order_id | created_at
P1       | 2026-01-06 09:00
P2       | 2026-01-06 09:00
P3       | 2026-01-06 09:00
P4       | 2026-01-06 09:00
'''
parcels = '''
parcel_id | waybill | platform_fulfilled | waybill_damaged | is_combined
P1        | W1      | false              | false           | false
P2        | W2      | true               | false           | false
P3        | 9.4E+21 | false              | true            | false
P4        | W4      | false              | false           | true
'''
journeys = '''
parcel_id | covered | first_event_at   | label_at         | first_scan_at
P1        | true    | 2026-01-01 09:00 | 2026-01-01 09:00 | 2026-01-06 15:00
P2        | true    | 2026-01-01 09:00 |                  | 2026-01-01 09:00
P3        | false   | 2026-01-01 09:00 |                  | 2026-01-01 09:00
P4        | true    | 2026-01-01 09:00 |                  | 2026-01-01 09:00
'''

[[example]]
name = "no parcels at all"
flags = []
*/
with moments as (
  select
    parcels.parcel_id,
    parcels.order_id,
    parcels.waybill,
    parcels.carrier,
    parcels.given_at,
    journeys.first_scan_at,
    orders.created_at,
    case
      when orders.paid_at > orders.created_at and not orders.is_cod and coalesce(orders.order_type, 'normal') = 'normal'
        then orders.paid_at
    end as paid_at
  from parcels
  join journeys on journeys.parcel_id = parcels.parcel_id
  join orders on orders.order_id = parcels.order_id
  where journeys.first_scan_at is not null
),
early as (
  select
    moments.parcel_id,
    moments.order_id,
    moments.waybill,
    moments.carrier,
    moments.given_at,
    moments.first_scan_at,
    case when fa_add_hours(moments.first_scan_at, {tolerance_hours}) < moments.created_at then 'created' else 'paid' end as moment,
    case
      when fa_add_hours(moments.first_scan_at, {tolerance_hours}) < moments.created_at then moments.created_at
      else moments.paid_at
    end as moment_at
  from moments
  where fa_add_hours(moments.first_scan_at, {tolerance_hours}) < coalesce(moments.paid_at, moments.created_at)
),
used_again as (
  select distinct early.parcel_id
  from early
  join parcels as others
    on others.waybill = early.waybill
    and others.order_id <> early.order_id
    and coalesce(others.carrier, '') = coalesce(early.carrier, '')
    and fa_add_hours(others.given_at, 24 * {reuse_days}) <= early.given_at
)
select
  early.parcel_id,
  early.first_scan_at as occurred_at,
  early.waybill,
  early.first_scan_at,
  early.moment,
  early.moment_at,
  fa_hours(early.first_scan_at, early.moment_at) as hours_early
from early
left join used_again on used_again.parcel_id = early.parcel_id
where used_again.parcel_id is null
