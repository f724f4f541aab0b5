/*
id = "seller_fault_cancellation"
title.en = "Cancelled for the seller's fault"
title.zh = "卖家责任取消"
severity = "medium"
evidence_class = "hard"
grain = "order"
again = { reach = "order" }
scope = "not orders.platform_fulfilled and orders.cancelled_at is not null"
explained_by = ["auto_cancelled"]
message.en = "The cancellation counts as the seller's fault: {cause} ({cancelled_at})."
message.zh = "该取消计为卖家责任：{cause}（{cancelled_at}）。"

[join]
order_deadlines = "order_deadlines.order_id = orders.order_id and order_deadlines.stage = 'dispatch'"

[[not_testable]]
reason = "cancellation_unexplained"
when = "coalesce(orders.cancelled_by, 'other') = 'other' and coalesce(orders.cancel_reason, 'other') in ('other', 'system')"

[[excused]]
reason = "is_sample"
when = "orders.is_sample"
[[excused]]
reason = "never_paid"
when = "order_deadlines.not_applicable = 'unpaid'"
[[excused]]
reason = "buyer_asked"
when = "orders.cancel_reason = 'buyer_request' or orders.cancel_requested_at <= orders.cancelled_at"

[words.cause]
shipping_timeout = { en = "the platform gave up waiting for the order to be ready", zh = "超时未备货被平台取消" }
collection_timeout = { en = "the platform gave up waiting for the carrier to collect it", zh = "超时未揽收被平台取消" }
untraceable = { en = "its tracking number could not be traced", zh = "运单号无法追踪" }
out_of_stock = { en = "out of stock", zh = "缺货" }
pricing_error = { en = "pricing error", zh = "价格错误" }
undeliverable_address = { en = "the seller cancelled because the address cannot be served", zh = "卖家以地址无法配送为由取消" }
seller = { en = "the seller cancelled it", zh = "卖家主动取消" }

[params]
fault_reasons = { type = "list", default = ["shipping_timeout", "collection_timeout", "untraceable", "out_of_stock", "pricing_error"], doc = "cancel reasons that are the seller's fault whoever pressed the button, the buyer excepted" }
innocent_reasons = { type = "list", default = ["unpaid_timeout", "buyer_request", "customer_overdue", "package_lost", "package_damaged", "package_rejected", "delivery_failed", "late_delivery", "not_delivered", "risk"], doc = "cancel reasons that are not the seller's fault, though the seller pressed the button" }

[docs]
what = "Paid orders that the seller cancelled, or that were cancelled for a reason that is the seller's: not ready or not collected in time, untraceable, out of stock, wrong price. A seller who cancels because the address cannot be served gets a low finding: it can be appealed."
why = "The seller-fault cancellation rate is enforced (United States: at most 2.5 %)."
not_raised_when = [
  "the buyer cancelled, or the seller cancelled because the buyer asked",
  "the order was never paid, or is a creator sample",
  "the parcel was lost, damaged, refused or could not be delivered",
  "the export says neither who cancelled nor why",
  "the platform fulfils the order",
]
could_be_wrong = [
  { name = "asked_in_chat", en = "the buyer asked in chat and the seller chose another reason: the chat can be appealed with", zh = "买家在聊天中要求取消而卖家选择了其他原因：可凭聊天记录申诉", when = "case when found.cancelled_by = 'seller' then true end" },
  { name = "unserved_address", en = "the address could not be served: the carrier's notice can be appealed with", zh = "地址无法配送：可凭承运商通知申诉", when = "orders.cancel_reason = 'undeliverable_address'" },
  { name = "other_party", en = "the export's word for who cancelled was taken for another", zh = "导出中的取消方被误解" },
]
evidence_to_keep = "The buyer's request in chat, the carrier's notice about the address, a carrier event earlier than the cancel time, notices of an outage."
sources = [
  "TikTok Shop US, Seller-Fault Cancellation Rate: seller-initiated, automatic for late dispatch, stock, price, compliance; creator samples excluded; at most 2.5 %",
  "TikTok Shop Partner API, cancel reasons",
]

[[example]]
name = "by the seller, or for the seller's reasons"
flags = ["O1", "O2", "O3", "O4", "O5"]
severity = { O5 = "low" }
evidence = { O1 = { cause = "out_of_stock" }, O2 = { cause = "seller" }, O3 = { cause = "collection_timeout" }, O5 = { cause = "undeliverable_address" } }
orders = '''
order_id | cancelled_at     | cancelled_by | cancel_reason
O1       | 2026-01-06 09:00 | seller       | out_of_stock
O2       | 2026-01-06 09:00 | seller       |
O3       | 2026-01-12 09:00 | system       | collection_timeout
O4       | 2026-01-06 09:00 |              | pricing_error
O5       | 2026-01-06 09:00 | seller       | undeliverable_address
'''

[[example]]
name = "nobody's or somebody else's fault"
flags = []
orders = '''
order_id | cancelled_at     | cancelled_by | cancel_reason
O1       | 2026-01-06 09:00 | buyer        | buyer_request
O2       | 2026-01-06 09:00 | system       | unpaid_timeout
O3       | 2026-01-06 09:00 | system       | package_lost
O4       | 2026-01-06 09:00 | seller       | package_rejected
O5       | 2026-01-06 09:00 | buyer        | out_of_stock
O6       | 2026-01-06 09:00 | system       | system
O7       |                  |              |
'''

[[example]]
name = "the buyer asked, a sample, never paid"
flags = []
excused = { O2 = "buyer_asked", O3 = "is_sample", O4 = "never_paid" }
orders = '''
order_id | cancelled_at     | cancelled_by | cancel_reason | cancel_requested_at | is_sample
O1       | 2026-01-06 09:00 | seller       | buyer_request |                     | false
O2       | 2026-01-06 09:00 | seller       | other         | 2026-01-06 08:00    | false
O3       | 2026-01-06 09:00 | seller       | out_of_stock  |                     | true
O4       | 2026-01-06 09:00 | seller       | out_of_stock  |                     | false
'''
order_deadlines = '''
order_id | stage    | outcome        | not_applicable
O4       | dispatch | not_applicable | unpaid
'''

[[example]]
name = "nobody says who or why"
flags = []
not_testable = { O1 = "cancellation_unexplained", O2 = "cancellation_unexplained" }
orders = '''
order_id | cancelled_at     | cancelled_by | cancel_reason
O1       | 2026-01-06 09:00 |              |
O2       | 2026-01-06 09:00 | other        | other
'''

[[example]]
name = "fulfilled by the platform"
flags = []
orders = '''
order_id | cancelled_at     | cancelled_by | cancel_reason | platform_fulfilled
O1       | 2026-01-06 09:00 | seller       | out_of_stock  | true
'''

[[example]]
name = "no orders at all"
flags = []
*/
select
  orders.order_id,
  orders.cancelled_at as occurred_at,
  case when orders.cancel_reason = 'undeliverable_address' then 'low' end as severity,
  case
    when orders.cancel_reason in {fault_reasons} or orders.cancel_reason = 'undeliverable_address' then orders.cancel_reason
    else 'seller'
  end as cause,
  orders.cancelled_by,
  orders.cancel_reason,
  orders.created_at,
  orders.cancelled_at
from orders
where orders.cancelled_at is not null
  and coalesce(orders.cancelled_by, 'other') <> 'buyer'
  and (
    orders.cancel_reason in {fault_reasons}
    or (orders.cancelled_by = 'seller' and coalesce(orders.cancel_reason, 'other') not in {innocent_reasons})
  )
