/*
id = "unpaid_open"
title.en = "Unpaid order still open"
title.zh = "未付款订单仍未关闭"
severity = "low"
evidence_class = "soft"
grain = "order"
requires = ["orders.order_status"]
scope = "not orders.platform_fulfilled"
message.en = "The order of {created_at} is still unpaid and open {hours_open} h later; the platform closes such orders after {limit_hours} h."
message.zh = "{created_at} 创建的订单在 {hours_open} 小时后仍未付款且未关闭；平台应在 {limit_hours} 小时后关闭此类订单。"

[join]
source_files = "source_files.source_file = orders.source_file"

[params]
limit_hours = { type = "int", default = 48, min = 1, max = 720, doc = "hours after creation at which the platform cancels an unpaid order" }

[docs]
what = "Orders with status unpaid that were older than the limit when the export was made."
why = "They hold stock back, and nothing may be shipped on them. An order that outlives the platform's own limit is a sign of an old or incomplete export."
not_raised_when = [
  "the order was paid, cancelled or is cash on delivery",
  "the order was younger than the limit when the export was made, however long ago that was",
  "the platform fulfils the order",
]
could_be_wrong = [
  { name = "slow_transfer", en = "the payment method waits for a transfer for longer", zh = "支付方式需等待更长时间" },
  { name = "paid_since", en = "the buyer paid after the export was made: it is older than the as-of moment by a day or more", zh = "买家在导出之后付款：导出早于截止时间一天以上", when = "fa_add_hours(source_files.exported_at, 24) < {as_of}" },
]
evidence_to_keep = "A new export of the order."
sources = ["Order management guide of 2024-11-15, cross-border view: reminders after 15 min and 16 h, cancelled after 48 h (likely; no page of the United States was found)"]

[[example]]
name = "exactly the limit is fine, a second more is not; the export's moment decides, not the as-of moment"
flags = ["O2"]
threshold = ["limit_hours"]
evidence = { O2 = { hours_open = "48", seen_at = "2026-01-08 09:00:01" } }
orders = '''
order_id | order_status | created_at          | source_file
O1       | unpaid       | 2026-01-06 09:00:01 | orders.csv
O2       | unpaid       | 2026-01-06 09:00:00 | orders.csv
'''
source_files = '''
source_file | kind   | exported_at
orders.csv  | orders | 2026-01-08 09:00:01
'''

[[example]]
name = "without a known time of export the as-of moment stands for it"
flags = ["O1"]
as_of = "2026-01-09 09:00"
orders = '''
order_id | order_status | created_at
O1       | unpaid       | 2026-01-06 09:00
'''

[[example]]
name = "paid, cancelled, cash on delivery, a sample, a status unknown"
flags = []
not_testable = { O5 = "missing orders.order_status" }
orders = '''
order_id | order_status | created_at       | paid_at          | is_cod
O1       | to_ship      | 2026-01-06 09:00 | 2026-01-06 09:01 | false
O2       | cancelled    | 2026-01-06 09:00 |                  | false
O3       | to_ship      | 2026-01-06 09:00 |                  | true
O4       | to_ship      | 2026-01-06 09:00 |                  | false
O5       |              | 2026-01-06 09:00 |                  | false
O6       | unpaid       | 2026-01-06 09:00 |                  | true
'''

[[example]]
name = "fulfilled by the platform"
flags = []
orders = '''
order_id | order_status | created_at       | platform_fulfilled
O1       | unpaid       | 2026-01-06 09:00 | true
'''

[[example]]
name = "no orders at all"
flags = []
*/
with seen as (
  select
    orders.order_id,
    orders.created_at,
    least({as_of}, coalesce(source_files.exported_at, {as_of})) as seen_at
  from orders
  left join source_files on source_files.source_file = orders.source_file
  where orders.order_status = 'unpaid'
    and orders.paid_at is null
    and orders.cancelled_at is null
    and not orders.is_cod
)
select
  seen.order_id,
  fa_add_hours(seen.created_at, {limit_hours}) as occurred_at,
  seen.created_at,
  seen.seen_at,
  fa_hours(seen.created_at, seen.seen_at) as hours_open
from seen
where fa_add_hours(seen.created_at, {limit_hours}) < seen.seen_at
