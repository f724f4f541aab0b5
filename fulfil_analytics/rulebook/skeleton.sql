/*
id = "new_rule_id"
title.en = "Large order not ready to ship"
title.zh = "大额订单未备货"
severity = "low"
evidence_class = "soft"
grain = "order"
requires = ["orders.order_amount_cents"]
scope = "not orders.platform_fulfilled"
message.en = "The order is worth {amount_cents} hundredths, at or above {least_cents}, and was not made ready to ship."
message.zh = "订单金额为 {amount_cents}(百分之一货币单位),达到 {least_cents},但尚未备货。"

[[excused]]
reason = "cancelled_before_collection"
when = "orders.cancelled_before_collection"

[params]
least_cents = { type = "int", default = 100000, min = 0, doc = "order amount from which the rule speaks, hundredths" }

[docs]
what = "Orders of a large amount that have no ready-to-ship time."
why = "Say here what the seller risks."
not_raised_when = ["the order was cancelled before the carrier had it"]
could_be_wrong = ["the export is older than the shipment"]
evidence_to_keep = "Say here which document settles the question."
sources = ["Name the policy page or notice, and the day it was read."]

[[example]]
name = "at the limit it speaks, one below it does not"
flags = ["O2"]
threshold = ["least_cents"]
orders = '''
order_id | order_amount_cents
O1       | 99999
O2       | 100000
'''

[[example]]
name = "ready to ship"
flags = []
orders = '''
order_id | order_amount_cents | rts_at
O1       | 250000             | 2026-01-05 09:00
'''

[[example]]
name = "cancelled"
flags = []
excused = { O1 = "cancelled_before_collection" }
orders = '''
order_id | order_amount_cents | cancelled_before_collection
O1       | 250000             | true
'''

[[example]]
name = "no amount in the export"
flags = []
not_testable = { O1 = "missing orders.order_amount_cents" }
orders = '''
order_id | order_amount_cents
O1       |
'''

[[example]]
name = "no orders at all"
flags = []
*/
select
  orders.order_id,
  orders.created_at as occurred_at,
  orders.order_amount_cents as amount_cents
from orders
where orders.rts_at is null
  and orders.order_amount_cents >= {least_cents}
