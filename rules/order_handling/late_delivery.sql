/*
id = "late_delivery"
title.en = "Delivered late"
title.zh = "送达超时"
severity = "medium"
evidence_class = "hard"
grain = "order"
again = { reach = "order", settled_by = ["clocks"] }
requires = ["order_deadlines.outcome"]
scope = "not orders.platform_fulfilled"
explained_by = ["late_dispatch", "untraceable_waybill", "stale_tracking", "stalled_after_pickup", "transit_stall", "delivery_stall"]
message.en = "Delivery was due by {due_at}; {outcome}, {hours_late} h past the deadline."
message.zh = "应于 {due_at} 前送达；{outcome}，超出 {hours_late} 小时。"

[join]
order_deadlines = "order_deadlines.order_id = orders.order_id and order_deadlines.stage = 'delivery'"
source_files = "source_files.source_file = orders.source_file"

[[not_testable]]
reason = "export_older_than_deadline"
when = "order_deadlines.outcome = 'overdue' and not orders.tracking_covered and source_files.exported_at <= order_deadlines.due_at"
[[not_testable]]
reason = "stop_time_unknown"
when = '''
order_deadlines.not_applicable = 'stop_time_unknown'
or (order_deadlines.outcome = 'overdue' and (orders.order_status in ('delivered', 'completed') or orders.order_substatus in ('delivered', 'completed')))
'''
[[not_testable]]
reason = "no_deadline"
when = "order_deadlines.outcome = 'not_applicable' and orders.paid_at is not null and orders.cancelled_at is null"

[words.outcome]
late = { en = "the order was delivered late", zh = "订单送达已超时" }
attempted = { en = "the first delivery attempt came late", zh = "首次派送尝试已超时" }
overdue = { en = "the order is still not delivered", zh = "订单至今未送达" }
cancelled = { en = "the order was cancelled after the deadline without delivery", zh = "订单超时后未送达即取消" }

[docs]
what = "Orders whose delivery deadline, under the SLA that applies to them, passed before the carrier's delivered event, or before the platform's delivered time where tracking shows none. An attempt stops the clock only where the policy says so."
why = "Late deliveries lower the on-time delivery rate, which the platform enforces, and buyers may cancel."
not_raised_when = [
  "the order was delivered by the last second of the deadline, or first brought to the door by then where the policy lets an attempt count",
  "the order is on its way and its deadline lies ahead of the as-of moment",
  "the order counts as delivered or completed, but no input says when",
  "neither tracking nor an export made after the deadline speaks of the order",
  "an extension of the delivery stage moved the deadline",
  "the order was cancelled before the deadline, or never paid",
  "the platform fulfils the order",
]
could_be_wrong = [
  { name = "carrier_late", en = "the carrier was late, not the seller: it had the parcel before the deadline; carrier suspensions can be appealed with", zh = "承运商延误而非卖家：承运商在时限前已收到包裹；可凭停运通知申诉", when = "found.dispatched_at < found.due_at" },
  { name = "buyer_absent", en = "the buyer was absent or refused the parcel: an attempt or a return is on record", zh = "买家不在或拒收：有派送尝试或退回记录", when = "found.attempted_at is not null or found.returned_at is not null" },
  { name = "label_programme", en = "the platform's label programme exempts the seller from this rate", zh = "平台面单计划对该指标免责", when = "orders.label_by = 'platform'" },
  { name = "other_start", en = "the deadline's start is worded differently on the platform's newest pages", zh = "平台最新页面对时限起点的表述不同" },
]
evidence_to_keep = "The carrier's page of the number with all events, the carrier's notice of a suspension, the platform's notice of an extension."
sources = [
  "rules/policies: the policy line that set the deadline is named in table deadlines, column why",
  "TikTok Shop US, on-time delivery rate 09/03/2025: at least 80 % of orders by the deliver-by date",
]

[[example]]
name = "the last second of the deadline is in time, the next is late"
flags = ["O2"]
evidence = { O2 = { outcome = "late", hours_late = "0", waybill = "W2", attempted_at = "2026-01-13 18:00:00" } }
orders = '''
order_id | paid_at
O1       | 2026-01-05 20:01
O2       | 2026-01-05 20:01
'''
parcels = '''
parcel_id | order_id | waybill
O2/W2     | O2       | W2
'''
journeys = '''
parcel_id | order_id | attempted_at
O2/W2     | O2       | 2026-01-13 18:00
'''
order_deadlines = '''
order_id | stage    | due_at              | stopped_at          | outcome
O1       | delivery | 2026-01-14 07:59:59 | 2026-01-14 07:59:59 | on_time
O2       | delivery | 2026-01-14 07:59:59 | 2026-01-14 08:00:00 | late
'''

[[example]]
name = "where the policy lets the first attempt count, the finding does not call it a delivery"
flags = ["O1", "O2"]
evidence = { O1 = { outcome = "attempted", delivered_at = "2026-01-16 18:00:00", hours_late = "10" }, O2 = { outcome = "attempted", hours_late = "10" } }
orders = '''
order_id | paid_at          | order_status | received_at
O1       | 2026-01-05 20:01 | delivered    | 2026-01-16 18:00
O2       | 2026-01-05 20:01 | shipped      |
'''
parcels = '''
parcel_id | order_id | waybill
O1/W1     | O1       | W1
O2/W2     | O2       | W2
'''
journeys = '''
parcel_id | order_id | attempted_at
O1/W1     | O1       | 2026-01-14 18:00
O2/W2     | O2       | 2026-01-14 18:00
'''
order_deadlines = '''
order_id | stage    | due_at              | stopped_at       | outcome
O1       | delivery | 2026-01-14 07:59:59 | 2026-01-14 18:00 | late
O2       | delivery | 2026-01-14 07:59:59 | 2026-01-14 18:00 | late
'''

[[example]]
name = "open past the deadline counts, open before it does not"
flags = ["O1"]
as_of = "2026-01-14 10:30"
evidence = { O1 = { outcome = "overdue", hours_late = "2" } }
orders = '''
order_id | paid_at          | order_status
O1       | 2026-01-05 20:01 | shipped
O2       | 2026-01-06 20:01 | shipped
'''
order_deadlines = '''
order_id | stage    | due_at              | outcome
O1       | delivery | 2026-01-14 07:59:59 | overdue
O2       | delivery | 2026-01-15 07:59:59 | open
'''

[[example]]
name = "delivered, but nobody says when"
flags = []
not_testable = { O1 = "stop_time_unknown", O2 = "stop_time_unknown" }
orders = '''
order_id | paid_at          | order_status
O1       | 2026-01-05 20:01 | completed
O2       | 2026-01-05 20:01 | delivered
'''
order_deadlines = '''
order_id | stage    | due_at              | outcome
O1       | delivery | 2026-01-14 07:59:59 | overdue
O2       | delivery | 2026-01-14 07:59:59 | overdue
'''

[[example]]
name = "an export made before the deadline is silent about it, unless tracking goes on"
flags = ["O2"]
not_testable = { O1 = "export_older_than_deadline" }
orders = '''
order_id | paid_at          | source_file | tracking_covered | order_status
O1       | 2026-01-05 20:01 | old.csv     | false            | shipped
O2       | 2026-01-05 20:01 | old.csv     | true             | shipped
'''
source_files = '''
source_file | kind   | exported_at
old.csv     | orders | 2026-01-10 09:00
'''
order_deadlines = '''
order_id | stage    | due_at              | outcome
O1       | delivery | 2026-01-14 07:59:59 | overdue
O2       | delivery | 2026-01-14 07:59:59 | overdue
'''

[[example]]
name = "late under the standard, in time under the extension; dispatched late but delivered in time"
flags = []
orders = '''
order_id | paid_at
O1       | 2026-01-05 20:01
O2       | 2026-01-05 20:01
'''
order_deadlines = '''
order_id | stage    | due_at              | stopped_at          | outcome
O1       | delivery | 2026-01-16 07:59:59 | 2026-01-15 10:00:00 | on_time
O2       | dispatch | 2026-01-08 07:59:59 | 2026-01-09 10:00:00 | late
O2       | delivery | 2026-01-14 07:59:59 | 2026-01-12 10:00:00 | on_time
'''

[[example]]
name = "cancelled after the deadline, cancelled before it, never paid"
flags = ["O1"]
evidence = { O1 = { outcome = "cancelled", hours_late = "16" } }
orders = '''
order_id | paid_at          | cancelled_at
O1       | 2026-01-05 20:01 | 2026-01-15 00:00
O2       | 2026-01-05 20:01 | 2026-01-09 09:00
O3       |                  |
'''
order_deadlines = '''
order_id | stage    | due_at              | outcome
O1       | delivery | 2026-01-14 07:59:59 | late
O2       | delivery |                     | not_applicable
O3       | delivery |                     | not_applicable
'''

[[example]]
name = "no deadline known, only a later event known, no deadline computed"
flags = []
not_testable = { O1 = "no_deadline", O2 = "stop_time_unknown", O3 = "missing order_deadlines.outcome" }
orders = '''
order_id | paid_at
O1       | 2026-01-05 20:01
O2       | 2026-01-05 20:01
O3       | 2026-01-05 20:01
'''
order_deadlines = '''
order_id | stage    | outcome        | not_applicable
O1       | delivery | not_applicable | no_policy_line
O2       | delivery | not_applicable | stop_time_unknown
'''

[[example]]
name = "fulfilled by the platform"
flags = []
orders = '''
order_id | platform_fulfilled
O1       | true
'''
order_deadlines = '''
order_id | stage    | due_at              | outcome
O1       | delivery | 2026-01-14 07:59:59 | overdue
'''

[[example]]
name = "no orders at all"
flags = []
*/
with late as (
  select
    order_deadlines.order_id,
    order_deadlines.outcome,
    order_deadlines.due_at,
    order_deadlines.stopped_at,
    order_deadlines.deadline_from
  from order_deadlines
  where order_deadlines.stage = 'delivery'
    and order_deadlines.outcome in ('late', 'overdue')
),
only_parcels as (
  select
    parcels.order_id,
    min(parcels.package_id) as package_id,
    min(parcels.waybill) as waybill,
    min(parcels.carrier) as carrier,
    min(journeys.attempted_at) as attempted_at,
    min(journeys.returned_at) as returned_at
  from late
  join parcels on parcels.order_id = late.order_id
  left join journeys on journeys.parcel_id = parcels.parcel_id
  group by parcels.order_id
  having count(*) = 1
),
stopped_by as (
  select late.order_id, true as attempt
  from late
  join orders on orders.order_id = late.order_id
  join only_parcels on only_parcels.order_id = late.order_id
  where only_parcels.attempted_at = late.stopped_at
    and (orders.received_at is null or orders.received_at > late.stopped_at)
)
select
  orders.order_id,
  late.due_at as occurred_at,
  case
    when late.stopped_at is null and orders.cancelled_at is not null then 'cancelled'
    when stopped_by.attempt then 'attempted'
    else late.outcome
  end as outcome,
  late.due_at,
  case when stopped_by.attempt then orders.received_at else late.stopped_at end as delivered_at,
  orders.cancelled_at,
  fa_hours(late.due_at, coalesce(late.stopped_at, orders.cancelled_at, {as_of})) as hours_late,
  orders.dispatched_at,
  only_parcels.attempted_at,
  only_parcels.returned_at,
  late.deadline_from,
  only_parcels.package_id,
  only_parcels.waybill,
  only_parcels.carrier
from late
join orders on orders.order_id = late.order_id
left join only_parcels on only_parcels.order_id = late.order_id
left join stopped_by on stopped_by.order_id = late.order_id
