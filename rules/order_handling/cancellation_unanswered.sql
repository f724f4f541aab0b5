/*
id = "cancellation_unanswered"
title.en = "Cancellation request not answered"
title.zh = "取消申请未及时处理"
severity = "medium"
evidence_class = "soft"
grain = "order"
again = { reach = "order", settled_by = ["clocks"] }
scope = "not orders.platform_fulfilled"
message.en = "The buyer asked to cancel on {requested_at}; {outcome} (limit {due_at}, {hours_waited} h so far)."
message.zh = "买家于 {requested_at} 申请取消；{outcome}（时限 {due_at}，已过 {hours_waited} 小时）。"

[join]
order_deadlines = "order_deadlines.order_id = orders.order_id and order_deadlines.stage = 'cancellation_answer'"
order_inputs = "order_inputs.source_file = orders.source_file"

[[not_testable]]
reason = "no_requests_in_export"
when = "orders.cancel_requested_at is null and not order_inputs.has_cancel_requests"
[[not_testable]]
reason = "no_deadline"
when = '''
orders.cancel_requested_at is not null
and (
  order_deadlines.outcome is null
  or (
    order_deadlines.outcome = 'not_applicable'
    and coalesce(order_deadlines.not_applicable, '') not in ('unpaid', 'nothing_left_to_do')
  )
)
'''
[[not_testable]]
reason = "export_older_than_deadline"
when = "order_deadlines.outcome = 'overdue' and order_inputs.exported_at <= order_deadlines.due_at"

[words.outcome]
late = { en = "the answer came after the limit", zh = "超过时限才处理" }
overdue = { en = "it is still not answered", zh = "至今未处理" }

[docs]
what = "Buyers' requests to cancel that were neither granted nor overtaken by the shipment within the policy's time. No input shows a refusal, so a request that the seller refused counts as open until the order ships."
why = "An unanswered request is granted by the platform; the seller loses the say in it, and parcels that leave afterwards come back."
not_raised_when = [
  "the order was cancelled or shipped by the limit",
  "the order had been shipped before the buyer asked",
  "the limit lies ahead of the as-of moment, or the export was made before it",
  "the policy of the market names no limit",
  "the export shows no request of any buyer; then the rule cannot be tested",
  "the platform fulfils the order",
]
could_be_wrong = [
  { name = "refused_in_time", en = "the seller refused the request in time, which no export shows: the order went on", zh = "卖家已及时拒绝申请（导出不显示）：订单继续履行", when = "orders.dispatched_at > orders.cancel_requested_at" },
  { name = "withdrawn", en = "the buyer withdrew the request", zh = "买家撤回了申请" },
]
evidence_to_keep = "Seller Center's log of the request with the time of the answer, the chat with the buyer."
sources = [
  "rules/policies: the line of stage cancellation_answer (48 h cross-border and Indonesia; 24 h Thailand, and United States by integration guides)",
  "TikTok Shop Partner API, order detail: request_cancel_time, is_buyer_request_cancel",
]

[given]
order_inputs = '''
source_file | exported_at      | has_cancel_requests
orders.csv  | 2026-02-01 00:00 | true
plain.csv   | 2026-02-01 00:00 | false
'''

[[example]]
name = "answered at the last second is in time, later or never is not"
flags = ["O2", "O3"]
as_of = "2026-01-07 10:30"
evidence = { O2 = { outcome = "late", hours_waited = "24" }, O3 = { outcome = "overdue", hours_waited = "25" } }
orders = '''
order_id | cancel_requested_at | cancelled_at
O1       | 2026-01-06 09:00:00 | 2026-01-07 09:00:00
O2       | 2026-01-06 09:00:00 | 2026-01-07 09:00:01
O3       | 2026-01-06 09:00:00 |
'''
order_deadlines = '''
order_id | stage               | due_at              | stopped_at          | outcome
O1       | cancellation_answer | 2026-01-07 09:00:00 | 2026-01-07 09:00:00 | on_time
O2       | cancellation_answer | 2026-01-07 09:00:00 | 2026-01-07 09:00:01 | late
O3       | cancellation_answer | 2026-01-07 09:00:00 |                     | overdue
'''

[[example]]
name = "still time to answer; shipped in spite of it; shipped before it; nobody asked"
flags = []
orders = '''
order_id | cancel_requested_at
O1       | 2026-01-31 09:00
O2       | 2026-01-06 09:00
O3       | 2026-01-06 09:00
O4       |
'''
order_deadlines = '''
order_id | stage               | due_at           | stopped_at       | outcome        | not_applicable
O1       | cancellation_answer | 2026-02-01 09:00 |                  | open           |
O2       | cancellation_answer | 2026-01-07 09:00 | 2026-01-06 12:00 | on_time        |
O3       | cancellation_answer |                  |                  | not_applicable | nothing_left_to_do
'''

[[example]]
name = "an export without requests, a market without a limit, an export made before the limit"
flags = []
not_testable = { O1 = "no_requests_in_export", O2 = "no_deadline", O3 = "no_deadline", O4 = "export_older_than_deadline" }
orders = '''
order_id | cancel_requested_at | source_file
O1       |                     | plain.csv
O2       | 2026-01-06 09:00    | orders.csv
O3       | 2026-01-06 09:00    | orders.csv
O4       | 2026-01-06 09:00    | early.csv
'''
order_inputs = '''
source_file | exported_at      | has_cancel_requests
orders.csv  | 2026-02-01 00:00 | true
plain.csv   | 2026-02-01 00:00 | false
early.csv   | 2026-01-07 09:00 | true
'''
order_deadlines = '''
order_id | stage               | due_at           | outcome        | not_applicable
O3       | cancellation_answer |                  | not_applicable | no_policy_line
O4       | cancellation_answer | 2026-01-07 09:00 | overdue        |
'''

[[example]]
name = "fulfilled by the platform"
flags = []
orders = '''
order_id | cancel_requested_at | platform_fulfilled
O1       | 2026-01-06 09:00    | true
'''
order_deadlines = '''
order_id | stage               | due_at           | outcome
O1       | cancellation_answer | 2026-01-07 09:00 | overdue
'''

[[example]]
name = "no orders at all"
flags = []
*/
select
  orders.order_id,
  order_deadlines.due_at as occurred_at,
  order_deadlines.outcome,
  orders.cancel_requested_at as requested_at,
  order_deadlines.due_at,
  order_deadlines.stopped_at as answered_at,
  orders.cancelled_by,
  fa_hours(orders.cancel_requested_at, coalesce(order_deadlines.stopped_at, {as_of})) as hours_waited
from order_deadlines
join orders on orders.order_id = order_deadlines.order_id
where order_deadlines.stage = 'cancellation_answer'
  and order_deadlines.outcome in ('late', 'overdue')
  and orders.cancel_requested_at is not null
