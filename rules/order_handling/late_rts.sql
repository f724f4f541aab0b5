/*
id = "late_rts"
title.en = "Ready to ship late"
title.zh = "备货（待揽收）超时"
severity = "medium"
evidence_class = "hard"
grain = "order"
again = { reach = "order", settled_by = ["clocks"] }
requires = ["order_deadlines.outcome"]
scope = "not orders.platform_fulfilled"
explained_by = ["late_dispatch"]
message.en = "Ready to ship was due by {due_at}; {outcome}, {hours_late} h past the deadline ({assessed})."
message.zh = "应于 {due_at} 前完成备货；{outcome}，超出 {hours_late} 小时（{assessed}）。"

[join]
order_deadlines = "order_deadlines.order_id = orders.order_id and order_deadlines.stage = 'rts'"
source_files = "source_files.source_file = orders.source_file"

[[not_testable]]
reason = "export_older_than_deadline"
when = "order_deadlines.outcome = 'overdue' and source_files.exported_at <= order_deadlines.due_at"
[[not_testable]]
reason = "stop_time_unknown"
when = '''
order_deadlines.not_applicable = 'stop_time_unknown'
or (
  order_deadlines.outcome = 'overdue'
  and (
    orders.order_status in ('awaiting_collection', 'shipped', 'delivered', 'completed')
    or orders.order_substatus in ('awaiting_collection', 'shipped', 'delivered', 'completed')
  )
)
'''
[[not_testable]]
reason = "no_deadline"
when = "order_deadlines.outcome = 'not_applicable' and orders.paid_at is not null and orders.cancelled_at is null"

[words.outcome]
late = { en = "the order was ready late", zh = "订单备货已超时" }
overdue = { en = "the order is still not ready", zh = "订单至今未备货" }
cancelled = { en = "the order was cancelled after the deadline without being ready", zh = "订单超时后未备货即取消" }
[words.assessed]
yes = { en = "the platform assesses this stage", zh = "平台考核此环节" }
no = { en = "the platform does not assess this stage by itself", zh = "平台不单独考核此环节" }

[docs]
what = "Orders whose ready-to-ship deadline, under the SLA that applies to them, passed before the seller called ship order. Where the policy says that the platform does not assess this stage by itself, the finding is low."
why = "An order that is not ready cannot be collected: it is the first clock on the way to late dispatch and to the platform's automatic cancellation."
not_raised_when = [
  "the order was ready by the last second of the deadline",
  "the order is open and its deadline lies ahead of the as-of moment",
  "the export was made before the deadline: nobody knows what happened after it",
  "the status says that the order was ready, but no input says when",
  "only a later event shows that the order must have been ready by then, and that event came after the deadline",
  "a holiday, campaign or ticket extension moved the deadline",
  "the order was cancelled before the deadline, or never paid",
  "the platform fulfils the order",
]
could_be_wrong = [
  { name = "extension_not_given", en = "an extension the platform granted is missing in the sla_windows input", zh = "平台批准的延期未包含在 sla_windows 输入中" },
  { name = "unverified_policy", en = "the policy's line or calendar is marked unverified for that date", zh = "该日期的政策条款或日历标为未核实", when = "order_deadlines.deadline_from = 'unverified'" },
  { name = "above_capacity", en = "the order was above the seller's stated daily capacity, which no export shows", zh = "订单超过卖家申报的日产能（导出不显示）" },
  { name = "within_an_hour", en = "late by less than an hour: daylight saving or a slow clock could explain it", zh = "迟到不足一小时：可能由夏令时或时钟误差造成", when = "found.hours_late < 1" },
]
evidence_to_keep = "Seller Center's log of the order with the time of ship order, the platform's notice of an extension, notices of an outage."
sources = [
  "rules/policies: the policy line that set the deadline is named in table deadlines, column why",
  "TikTok Shop Partner API, order detail: rts_time, rts_sla_time",
]

[[example]]
name = "the last second of the deadline is in time, the next is late"
flags = ["O2"]
evidence = { O2 = { outcome = "late", hours_late = "0", assessed = "yes" } }
orders = '''
order_id | paid_at          | rts_at
O1       | 2026-01-05 20:01 | 2026-01-08 07:59:59
O2       | 2026-01-05 20:01 | 2026-01-08 08:00:00
'''
order_deadlines = '''
order_id | stage | due_at              | stopped_at          | outcome
O1       | rts   | 2026-01-08 07:59:59 | 2026-01-08 07:59:59 | on_time
O2       | rts   | 2026-01-08 07:59:59 | 2026-01-08 08:00:00 | late
'''

[[example]]
name = "a stage that the platform does not assess by itself is a low finding, and says when the number is unverified"
flags = ["O1", "O2"]
severity = { O1 = "low" }
evidence = { O1 = { assessed = "no", deadline_from = "unverified" }, O2 = { assessed = "yes", deadline_from = "platform" } }
orders = '''
order_id | paid_at
O1       | 2026-01-05 20:01
O2       | 2026-01-05 20:01
'''
order_deadlines = '''
order_id | stage | due_at              | outcome | deadline_from | assessed
O1       | rts   | 2026-01-08 07:59:59 | overdue | unverified    | false
O2       | rts   | 2026-01-08 07:59:59 | overdue | platform      | true
'''

[[example]]
name = "open past the deadline counts, open before it does not"
flags = ["O1"]
as_of = "2026-01-08 10:30"
evidence = { O1 = { outcome = "overdue", hours_late = "2" } }
orders = '''
order_id | paid_at
O1       | 2026-01-05 20:01
O2       | 2026-01-06 20:01
'''
order_deadlines = '''
order_id | stage | due_at              | outcome
O1       | rts   | 2026-01-08 07:59:59 | overdue
O2       | rts   | 2026-01-09 07:59:59 | open
'''

[[example]]
name = "the status says that it was ready, but nobody says when"
flags = []
not_testable = { O1 = "stop_time_unknown", O2 = "stop_time_unknown" }
orders = '''
order_id | paid_at          | order_status | order_substatus
O1       | 2026-01-05 20:01 | completed    |
O2       | 2026-01-05 20:01 | to_ship      | awaiting_collection
'''
order_deadlines = '''
order_id | stage | due_at              | outcome
O1       | rts   | 2026-01-08 07:59:59 | overdue
O2       | rts   | 2026-01-08 07:59:59 | overdue
'''

[[example]]
name = "an export made at the deadline does not know what came after it; one made later does"
flags = ["O2"]
not_testable = { O1 = "export_older_than_deadline" }
orders = '''
order_id | paid_at          | source_file
O1       | 2026-01-05 20:01 | old.csv
O2       | 2026-01-05 20:01 | new.csv
'''
source_files = '''
source_file | kind   | exported_at
old.csv     | orders | 2026-01-08 07:59:59
new.csv     | orders | 2026-01-08 08:00:00
'''
order_deadlines = '''
order_id | stage | due_at              | outcome
O1       | rts   | 2026-01-08 07:59:59 | overdue
O2       | rts   | 2026-01-08 07:59:59 | overdue
'''

[[example]]
name = "late under the standard, in time under the extension that applies"
flags = []
orders = '''
order_id | paid_at
O1       | 2026-01-05 20:01
'''
order_deadlines = '''
order_id | stage    | due_at              | stopped_at          | outcome
O1       | rts      | 2026-01-10 07:59:59 | 2026-01-09 10:00:00 | on_time
O1       | dispatch | 2026-01-10 07:59:59 | 2026-01-12 10:00:00 | late
'''

[[example]]
name = "cancelled after the deadline, cancelled before it, never paid"
flags = ["O1"]
evidence = { O1 = { outcome = "cancelled", hours_late = "16" } }
orders = '''
order_id | paid_at          | cancelled_at
O1       | 2026-01-05 20:01 | 2026-01-09 00:00
O2       | 2026-01-05 20:01 | 2026-01-06 09:00
O3       |                  |
'''
order_deadlines = '''
order_id | stage | due_at              | outcome
O1       | rts   | 2026-01-08 07:59:59 | late
O2       | rts   |                     | not_applicable
O3       | rts   |                     | not_applicable
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
order_id | stage | outcome        | not_applicable
O1       | rts   | not_applicable | no_policy_line
O2       | rts   | not_applicable | stop_time_unknown
'''

[[example]]
name = "fulfilled by the platform"
flags = []
orders = '''
order_id | platform_fulfilled
O1       | true
'''
order_deadlines = '''
order_id | stage | due_at              | outcome
O1       | rts   | 2026-01-08 07:59:59 | overdue
'''

[[example]]
name = "no orders at all"
flags = []
*/
select
  orders.order_id,
  order_deadlines.due_at as occurred_at,
  case when not order_deadlines.assessed then 'low' end as severity,
  case when order_deadlines.stopped_at is null and orders.cancelled_at is not null then 'cancelled' else order_deadlines.outcome end as outcome,
  order_deadlines.due_at,
  order_deadlines.stopped_at as ready_at,
  orders.cancelled_at,
  fa_hours(order_deadlines.due_at, coalesce(order_deadlines.stopped_at, orders.cancelled_at, {as_of})) as hours_late,
  case when not order_deadlines.assessed then 'no' else 'yes' end as assessed,
  order_deadlines.deadline_from
from order_deadlines
join orders on orders.order_id = order_deadlines.order_id
where order_deadlines.stage = 'rts'
  and order_deadlines.outcome in ('late', 'overdue')
