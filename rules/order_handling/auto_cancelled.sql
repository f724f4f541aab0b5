/*
id = "auto_cancelled"
title.en = "Cancelled by the platform for the seller's delay"
title.zh = "因卖家超时被平台自动取消"
severity = "high"
evidence_class = "hard"
grain = "order"
again = { reach = "order" }
requires = ["orders.cancel_reason"]
scope = "not orders.platform_fulfilled and orders.cancelled_at is not null"
explained_by = ["placeholder_waybill", "carrier_mismatch", "invalid_waybill"]
message.en = "The platform cancelled the order on {cancelled_at}: {cancel_reason}."
message.zh = "平台于 {cancelled_at} 取消订单：{cancel_reason}。"

[words.cancel_reason]
shipping_timeout = { en = "it was not made ready to ship in time", zh = "未按时备货" }
collection_timeout = { en = "the carrier did not collect it in time", zh = "未按时揽收" }
untraceable = { en = "its tracking number could not be traced", zh = "运单号无法追踪" }

[params]
reasons = { type = "list", default = ["shipping_timeout", "collection_timeout", "untraceable"], doc = "cancel reasons with which the platform ends an order that the seller did not ship" }

[docs]
what = "Orders that the system cancelled because they were not ready or not collected in time, or because their number could not be traced."
why = "The sale is lost, and the platform counts the cancellation as the seller's fault."
not_raised_when = [
  "the buyer or the seller cancelled the order, whatever reason stands beside it",
  "the buyer never paid, the parcel was lost, refused or damaged, or the order failed a risk review",
  "the export gives no reason",
  "the platform fulfils the order",
]
could_be_wrong = [
  { name = "manifest_shows_it", en = "the carrier did not come or scanned late: a signed hand-over manifest settles it", zh = "承运商未上门或扫描较晚：以签收的交接单为准" },
  { name = "other_reason", en = "the export's word for the reason was taken for another", zh = "导出中的取消原因被误解" },
  { name = "was_dispatched", en = "the carrier had the parcel before the cancellation", zh = "取消之前承运商已收到包裹", when = "found.dispatched_at < found.cancelled_at" },
]
evidence_to_keep = "Signed hand-over manifest with order numbers and time, chat with the carrier, the carrier's page of the number."
sources = [
  "TikTok Shop Partner API, cancel reasons: system_cancel_order_reason_shipping_timeout, system_cancel_order_untracked",
  "TikTok Shop US, Fulfillment Policy 10/23/2025: auto-cancellation",
]

[[example]]
name = "the three reasons, by the system or by nobody named"
flags = ["O1", "O2", "O3", "O4"]
evidence = { O2 = { cancel_reason = "collection_timeout", rts_at = "2026-01-06 09:00:00" } }
orders = '''
order_id | cancelled_at     | cancelled_by | cancel_reason      | rts_at
O1       | 2026-01-12 09:00 | system       | shipping_timeout   |
O2       | 2026-01-12 09:00 | system       | collection_timeout | 2026-01-06 09:00
O3       | 2026-01-12 09:00 | operator     | untraceable        | 2026-01-06 09:00
O4       | 2026-01-12 09:00 |              | collection_timeout |
'''

[[example]]
name = "other reasons, other people, orders that stand"
flags = []
not_testable = { O6 = "missing orders.cancel_reason" }
orders = '''
order_id | cancelled_at     | cancelled_by | cancel_reason
O1       | 2026-01-12 09:00 | system       | unpaid_timeout
O2       | 2026-01-12 09:00 | system       | package_lost
O3       | 2026-01-12 09:00 | buyer        | collection_timeout
O4       | 2026-01-12 09:00 | seller       | out_of_stock
O5       | 2026-01-12 09:00 | system       | system
O6       | 2026-01-12 09:00 | system       |
O7       |                  |              | collection_timeout
'''

[[example]]
name = "fulfilled by the platform"
flags = []
orders = '''
order_id | cancelled_at     | cancelled_by | cancel_reason      | platform_fulfilled
O1       | 2026-01-12 09:00 | system       | collection_timeout | true
'''

[[example]]
name = "no orders at all"
flags = []
*/
select
  orders.order_id,
  orders.cancelled_at as occurred_at,
  orders.cancel_reason,
  orders.cancelled_by,
  orders.cancelled_at,
  orders.rts_at,
  orders.shipped_at,
  orders.dispatched_at
from orders
where orders.cancelled_at is not null
  and orders.cancel_reason in {reasons}
  and coalesce(orders.cancelled_by, 'system') not in ('buyer', 'seller')
