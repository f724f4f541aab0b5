/*
id = "auto_cancel_risk"
title.en = "About to be cancelled by the platform"
title.zh = "即将被平台自动取消"
severity = "high"
evidence_class = "soft"
grain = "order"
again = { reach = "order", settled_by = ["clocks"] }
requires = ["cancel_deadlines.outcome"]
scope = "not orders.platform_fulfilled and orders.cancelled_at is null and orders.dispatched_at is null and orders.received_at is null and coalesce(orders.order_status, 'to_ship') not in ('unpaid', 'cancelled', 'shipped', 'delivered', 'completed')"
message.en = "The order is open and {outcome}: {due_at}, {hours_away} h from the as-of moment ({deadline_from})."
message.zh = "订单仍未完成，{outcome}：{due_at}，距统计时刻 {hours_away} 小时（{deadline_from}）。"

[join]
cancel_deadlines = "cancel_deadlines.order_id = orders.order_id"
source_files = "source_files.source_file = orders.source_file"

[[not_testable]]
reason = "export_older_than_deadline"
when = "cancel_deadlines.outcome = 'overdue' and source_files.exported_at <= cancel_deadlines.due_at"
[[not_testable]]
reason = "no_deadline"
when = "cancel_deadlines.outcome = 'not_applicable' and coalesce(cancel_deadlines.not_applicable, '') <> 'unpaid'"

[params]
warn_hours = { type = "int", default = 48, min = 1, max = 240, doc = "hours ahead of the platform's cancel time from which the order is at risk" }

[words.outcome]
open = { en = "the platform cancels it soon", zh = "平台即将自动取消" }
overdue = { en = "the platform's cancel time has passed", zh = "平台自动取消时间已过" }
[words.deadline_from]
platform = { en = "time given by the platform", zh = "平台给出的时间" }
sure = { en = "time computed from the policy", zh = "按政策计算的时间" }
likely = { en = "time computed from a policy line that is likely", zh = "按较可信的政策条款计算" }
unverified = { en = "time computed from a policy line that is unverified", zh = "按未经核实的政策条款计算" }
unknown = { en = "computed time", zh = "计算得出的时间" }

[docs]
what = "Open orders whose automatic cancellation by the platform is less than the warning horizon away, or should have happened already. While the order's own dispatch deadline still lies ahead the finding is for information only; where the cancel time rests on an unverified policy line it is medium."
why = "An automatic cancellation loses the sale and counts as the seller's fault; these are the orders to ship first."
not_raised_when = [
  "the cancel time is further away than the horizon",
  "the order is dispatched, delivered, cancelled or not paid",
  "the export was made before the cancel time passed: the order may be gone by now",
  "the platform fulfils the order",
]
could_be_wrong = [
  { name = "unverified_number", en = "the policy's number is unverified (United States: 7 business days on two pages, 5 in one mail)", zh = "政策数值未经核实（美国：两处写 7 个工作日，一封邮件写 5 个）", when = "found.deadline_from = 'unverified'" },
  { name = "shipped_since", en = "the order was shipped after the export was made", zh = "订单在导出之后已发货" },
  { name = "extension_not_given", en = "an extension the platform granted is missing in the sla_windows input", zh = "平台批准的延期未包含在 sla_windows 输入中" },
]
evidence_to_keep = "The order page in Seller Center, which shows the platform's own cancel time."
sources = [
  "TikTok Shop Partner API, order detail: shipping_due_time, collection_due_time",
  "TikTok Shop US, Fulfillment Policy 10/23/2025 and SLA FAQ: not Awaiting collection after 7 business days; January 2026 mail: 5 (unverified)",
]

[[example]]
name = "exactly the horizon ahead warns, one second more does not"
flags = ["O1"]
threshold = ["warn_hours"]
as_of = "2026-01-12 08:00:00"
evidence = { O1 = { outcome = "open", hours_away = "48" } }
orders = '''
order_id | order_status | paid_at
O1       | to_ship      | 2026-01-02 20:01
O2       | to_ship      | 2026-01-02 20:01
'''
cancel_deadlines = '''
order_id | stage           | due_at              | outcome
O1       | auto_cancel_rts | 2026-01-14 08:00:00 | open
O2       | auto_cancel_rts | 2026-01-14 08:00:01 | open
'''

[[example]]
name = "the cancel time has passed and the order is still there; collection counts as well"
flags = ["O1", "O2"]
as_of = "2026-01-12 08:00:00"
evidence = { O1 = { outcome = "overdue", hours_away = "-24" }, O2 = { stage = "auto_cancel_collection" } }
orders = '''
order_id | order_status        | paid_at          | rts_at
O1       | to_ship             | 2026-01-02 20:01 |
O2       | awaiting_collection | 2026-01-02 20:01 | 2026-01-03 09:00
'''
cancel_deadlines = '''
order_id | stage                  | due_at              | outcome
O1       | auto_cancel_rts        | 2026-01-11 08:00:00 | overdue
O2       | auto_cancel_collection | 2026-01-13 08:00:00 | open
'''

[[example]]
name = "an unverified line makes it medium; the platform's own time stays high; in time by the seller's own deadline is information"
flags = ["O1", "O2", "O3", "O4"]
as_of = "2026-01-12 08:00:00"
severity = { O1 = "medium", O3 = "info", O4 = "high" }
evidence = { O1 = { deadline_from = "unverified" }, O2 = { deadline_from = "platform" } }
orders = '''
order_id | order_status | paid_at
O1       | to_ship      | 2026-01-02 20:01
O2       | to_ship      | 2026-01-02 20:01
O3       | to_ship      | 2026-01-02 20:01
O4       | to_ship      | 2026-01-02 20:01
'''
cancel_deadlines = '''
order_id | stage           | due_at              | outcome | deadline_from
O1       | auto_cancel_rts | 2026-01-13 08:00:00 | open    | unverified
O2       | auto_cancel_rts | 2026-01-13 08:00:00 | open    | platform
O3       | auto_cancel_rts | 2026-01-13 08:00:00 | open    | sure
O4       | auto_cancel_rts | 2026-01-13 08:00:00 | open    | sure
'''
order_deadlines = '''
order_id | stage    | due_at              | outcome
O3       | dispatch | 2026-01-12 20:00:00 | open
O4       | dispatch | 2026-01-12 07:59:59 | overdue
'''

[[example]]
name = "an export made before the cancel time does not know whether the order is still there"
flags = []
as_of = "2026-01-12 08:00:00"
not_testable = { O1 = "export_older_than_deadline" }
orders = '''
order_id | order_status | paid_at          | source_file
O1       | to_ship      | 2026-01-02 20:01 | old.csv
'''
source_files = '''
source_file | kind   | exported_at
old.csv     | orders | 2026-01-10 09:00
'''
cancel_deadlines = '''
order_id | stage           | due_at              | outcome
O1       | auto_cancel_rts | 2026-01-11 08:00:00 | overdue
'''

[[example]]
name = "dispatched, cancelled, shipped without a time, unpaid, fulfilled by the platform"
flags = []
orders = '''
order_id | order_status | dispatched_at    | cancelled_at     | platform_fulfilled
O1       | shipped      | 2026-01-05 09:00 |                  | false
O2       | cancelled    |                  | 2026-01-05 09:00 | false
O3       | completed    |                  |                  | false
O4       | unpaid       |                  |                  | false
O5       | to_ship      |                  |                  | true
'''
cancel_deadlines = '''
order_id | stage           | due_at              | outcome
O1       | auto_cancel_rts | 2026-01-11 08:00:00 | overdue
O2       | auto_cancel_rts | 2026-01-11 08:00:00 | overdue
O3       | auto_cancel_rts | 2026-01-11 08:00:00 | overdue
O4       | auto_cancel_rts | 2026-01-11 08:00:00 | overdue
O5       | auto_cancel_rts | 2026-01-11 08:00:00 | overdue
'''

[[example]]
name = "no cancel time known, none computed"
flags = []
not_testable = { O1 = "no_deadline", O2 = "missing cancel_deadlines.outcome" }
orders = '''
order_id | order_status | paid_at
O1       | to_ship      | 2026-01-02 20:01
O2       | to_ship      | 2026-01-02 20:01
'''
cancel_deadlines = '''
order_id | stage           | outcome
O1       | auto_cancel_rts | not_applicable
'''

[[example]]
name = "no orders at all"
flags = []
*/
with in_time as (
  select order_deadlines.order_id, max(order_deadlines.due_at) as dispatch_due_at
  from order_deadlines
  where order_deadlines.stage = 'dispatch'
    and order_deadlines.outcome = 'open'
  group by order_deadlines.order_id
)
select
  orders.order_id,
  cancel_deadlines.due_at as occurred_at,
  case
    when in_time.order_id is not null then 'info'
    when cancel_deadlines.deadline_from = 'unverified' then 'medium'
  end as severity,
  cancel_deadlines.stage,
  cancel_deadlines.outcome,
  cancel_deadlines.due_at,
  fa_hours({as_of}, cancel_deadlines.due_at) as hours_away,
  orders.rts_at,
  in_time.dispatch_due_at,
  coalesce(cancel_deadlines.deadline_from, 'unknown') as deadline_from
from cancel_deadlines
join orders on orders.order_id = cancel_deadlines.order_id
left join in_time on in_time.order_id = orders.order_id
where cancel_deadlines.outcome in ('open', 'overdue')
  and cancel_deadlines.due_at <= fa_add_hours({as_of}, {warn_hours})
