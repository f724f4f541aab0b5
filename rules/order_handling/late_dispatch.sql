/*
id = "late_dispatch"
title.en = "Dispatched late"
title.zh = "发货超时"
severity = "medium"
evidence_class = "hard"
grain = "order"
again = { reach = "order", settled_by = ["clocks"] }
requires = ["order_deadlines.outcome"]
scope = "not orders.platform_fulfilled"
explained_by = ["untraceable_waybill", "stale_tracking"]
message.en = "Dispatch was due by {due_at}; {outcome}, {hours_late} h past the deadline."
message.zh = "应于 {due_at} 前发货；{outcome}，超出 {hours_late} 小时。"

[join]
order_deadlines = "order_deadlines.order_id = orders.order_id and order_deadlines.stage = 'dispatch'"
source_files = "source_files.source_file = orders.source_file"

[[not_testable]]
reason = "export_older_than_deadline"
when = "order_deadlines.outcome = 'overdue' and not orders.tracking_covered and source_files.exported_at <= order_deadlines.due_at"
[[not_testable]]
reason = "stop_time_unknown"
when = '''
order_deadlines.not_applicable = 'stop_time_unknown'
or (
  order_deadlines.outcome = 'overdue' and not orders.tracking_covered
  and (
    orders.order_status in ('shipped', 'delivered', 'completed')
    or orders.order_substatus in ('shipped', 'delivered', 'completed')
  )
)
'''
[[not_testable]]
reason = "no_deadline"
when = "order_deadlines.outcome = 'not_applicable' and orders.paid_at is not null and orders.cancelled_at is null"

[words.outcome]
late = { en = "the order was dispatched late", zh = "订单发货已超时" }
overdue = { en = "the order is still not dispatched", zh = "订单至今未发货" }
cancelled = { en = "the order was cancelled after the deadline without dispatch", zh = "订单超时后未发货即取消" }

[docs]
what = "Orders whose dispatch deadline, under the SLA that applies to them, passed before the policy's stop event (the carrier's first scan of the last parcel, or the shipped time where tracking does not cover it)."
why = "Late dispatch counts in the late dispatch rate: above the limit the platform caps orders and takes points, and overdue orders are cancelled."
not_raised_when = [
  "the order was dispatched by the last second of the deadline",
  "the order is open and its deadline lies ahead of the as-of moment",
  "no tracking covers the order and the export was made before the deadline: nobody knows what happened after it",
  "no tracking covers the order and its status says it was shipped, but no input says when",
  "a holiday, campaign or ticket extension moved the deadline: the effective deadline counts",
  "the order was cancelled before the deadline, or never paid",
  "the platform fulfils the order",
]
could_be_wrong = [
  { name = "late_scan_upload", en = "the carrier collected in time and scanned later: the order was marked ready in time; the signed manifest shows it", zh = "承运商已按时揽收但扫描较晚：订单按时标记待发货；可出示签收的交接单", when = "orders.rts_at <= order_deadlines.due_at" },
  { name = "extension_not_given", en = "an extension the platform granted is missing in the sla_windows input", zh = "平台批准的延期未包含在 sla_windows 输入中" },
  { name = "unverified_policy", en = "the policy's version or calendar is marked unverified for that date; see why in table deadlines", zh = "该日期的政策版本或日历标为未核实；见 deadlines 表的 why", when = "order_deadlines.deadline_from = 'unverified'" },
  { name = "within_an_hour", en = "late by less than an hour: daylight saving or a slow clock could explain it", zh = "迟到不足一小时：可能由夏令时或时钟误差造成", when = "found.hours_late < 1" },
]
evidence_to_keep = "Signed hand-over manifest with order numbers and time, platform notice of the extension, carrier's notice of a missed pick-up."
sources = [
  "rules/policies: the policy line that set the deadline is named in table deadlines, column why",
  "TikTok Shop late dispatch rate (US, 2026-03-02): target 4 %, enforcement above 10 %",
]

[[example]]
name = "an export made before the deadline cannot show that the order was not dispatched, unless tracking shows it"
flags = ["O2", "O3"]
not_testable = { O1 = "export_older_than_deadline" }
orders = '''
order_id | paid_at          | source_file | tracking_covered
O1       | 2026-01-05 20:01 | old.csv     | false
O2       | 2026-01-05 20:01 | new.csv     | false
O3       | 2026-01-05 20:01 | old.csv     | true
'''
source_files = '''
source_file | kind   | exported_at
old.csv     | orders | 2026-01-08 07:59:59
new.csv     | orders | 2026-01-08 08:00:00
'''
order_deadlines = '''
order_id | stage    | due_at              | outcome
O1       | dispatch | 2026-01-08 07:59:59 | overdue
O2       | dispatch | 2026-01-08 07:59:59 | overdue
O3       | dispatch | 2026-01-08 07:59:59 | overdue
'''

[[example]]
name = "shipped by its status, but no input says when"
flags = []
not_testable = { O1 = "stop_time_unknown", O2 = "stop_time_unknown" }
orders = '''
order_id | paid_at          | order_status | order_substatus | tracking_covered
O1       | 2026-01-05 20:01 | completed    |                 | false
O2       | 2026-01-05 20:01 | shipped      | shipped         | false
'''
order_deadlines = '''
order_id | stage    | due_at              | outcome
O1       | dispatch | 2026-01-08 07:59:59 | overdue
O2       | dispatch | 2026-01-08 07:59:59 | overdue
'''

[[example]]
name = "the last second of the deadline is in time, the next is late"
flags = ["O2"]
evidence = { O2 = { outcome = "late", hours_late = "0", waybill = "W2" } }
parcels = '''
parcel_id | order_id | waybill
O2/W2     | O2       | W2
'''
orders = '''
order_id | created_at       | paid_at
O1       | 2026-01-05 20:00 | 2026-01-05 20:01
O2       | 2026-01-05 20:00 | 2026-01-05 20:01
'''
order_deadlines = '''
order_id | stage    | due_at              | stopped_at          | outcome
O1       | dispatch | 2026-01-08 07:59:59 | 2026-01-08 07:59:59 | on_time
O2       | dispatch | 2026-01-08 07:59:59 | 2026-01-08 08:00:00 | late
'''

[[example]]
name = "open past the deadline counts, open before it does not"
flags = ["O1"]
as_of = "2026-01-08 10:30"
evidence = { O1 = { outcome = "overdue", hours_late = "2" } }
orders = '''
order_id | created_at       | paid_at
O1       | 2026-01-05 20:00 | 2026-01-05 20:01
O2       | 2026-01-06 20:00 | 2026-01-06 20:01
'''
order_deadlines = '''
order_id | stage    | due_at              | outcome
O1       | dispatch | 2026-01-08 07:59:59 | overdue
O2       | dispatch | 2026-01-09 07:59:59 | open
'''

[[example]]
name = "late under the standard, in time under the extension that applies"
flags = []
orders = '''
order_id | created_at       | paid_at
O1       | 2026-01-05 20:00 | 2026-01-05 20:01
'''
order_deadlines = '''
order_id | stage    | due_at              | stopped_at          | outcome
O1       | dispatch | 2026-01-10 07:59:59 | 2026-01-09 10:00:00 | on_time
O1       | delivery | 2026-01-10 07:59:59 | 2026-01-12 10:00:00 | late
'''

[[example]]
name = "cancelled after the deadline without dispatch"
flags = ["O1"]
evidence = { O1 = { outcome = "cancelled", hours_late = "16" } }
orders = '''
order_id | created_at       | paid_at          | cancelled_at
O1       | 2026-01-05 20:00 | 2026-01-05 20:01 | 2026-01-09 00:00
'''
order_deadlines = '''
order_id | stage    | due_at              | outcome
O1       | dispatch | 2026-01-08 07:59:59 | late
'''

[[example]]
name = "unpaid, cancelled in time; no deadline known; no deadline computed"
flags = []
not_testable = { O3 = "no_deadline", O4 = "missing order_deadlines.outcome" }
orders = '''
order_id | paid_at          | cancelled_at
O1       |                  |
O2       | 2026-01-05 20:01 | 2026-01-06 09:00
O3       | 2026-01-05 20:01 |
O4       | 2026-01-05 20:01 |
'''
order_deadlines = '''
order_id | stage    | outcome
O1       | dispatch | not_applicable
O2       | dispatch | not_applicable
O3       | dispatch | not_applicable
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
O1       | dispatch | 2026-01-08 07:59:59 | overdue
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
    order_deadlines.stopped_at
  from order_deadlines
  where order_deadlines.stage = 'dispatch'
    and order_deadlines.outcome in ('late', 'overdue')
),
only_parcels as (
  select
    parcels.order_id,
    min(parcels.package_id) as package_id,
    min(parcels.waybill) as waybill,
    min(parcels.carrier) as carrier
  from late
  join parcels on parcels.order_id = late.order_id
  group by parcels.order_id
  having count(*) = 1
)
select
  orders.order_id,
  late.due_at as occurred_at,
  case when late.stopped_at is null and orders.cancelled_at is not null then 'cancelled' else late.outcome end as outcome,
  late.due_at,
  late.stopped_at as dispatched_at,
  orders.cancelled_at,
  fa_hours(late.due_at, coalesce(late.stopped_at, orders.cancelled_at, {as_of})) as hours_late,
  only_parcels.package_id,
  only_parcels.waybill,
  only_parcels.carrier
from late
join orders on orders.order_id = late.order_id
left join only_parcels on only_parcels.order_id = late.order_id
