/*
id = "oversold"
title.en = "Sold more than there is"
title.zh = "超卖"
severity = "high"
evidence_class = "soft"
grain = "order"
scope = "not orders.platform_fulfilled and open_orders.order_id is not null"
message.en = "{seller_sku} in {warehouse}: {units_so_far} units are owed up to this order, {sellable} may be sold; {cause}."
message.zh = "{warehouse} 的 {seller_sku}：截至该订单共需 {units_so_far} 件，可售 {sellable} 件；{cause}。"

[join]
open_orders = "open_orders.order_id = orders.order_id"

[[not_testable]]
reason = "not_in_inventory"
when = "open_orders.items_counted = 0"

[words.cause]
not_sellable = { en = "none of it may be sold", zh = "该商品无可售库存" }
short = { en = "the stock does not reach", zh = "库存不足" }
restock_late = { en = "and new stock comes after the dispatch deadline", zh = "且补货晚于发货时限" }
restock_in_time = { en = "new stock is due before the dispatch deadline, its quantity is not known", zh = "补货早于发货时限，但数量未知" }
reserved = { en = "it reaches only with the units that are reserved, perhaps for these very orders", zh = "仅在动用预留库存（可能正是为这些订单预留）时才够" }

[docs]
what = "Open paid orders that the stock count cannot serve: units are given out in the order in which the orders came, and an order beyond the sellable stock of its warehouse and SKU is told. It is low where stock that is merely reserved, or due in time, may still serve it."
why = "Orders that cannot be shipped end as late dispatch and as cancellations for the seller's fault."
not_raised_when = [
  "the sellable stock reaches for all orders up to this one",
  "the order is packed (ready to ship), shipped, cancelled, unpaid, or its buyer asked to cancel",
  "the goods are made or bought after the order (pre-order, made to order, back order, custom)",
  "the warehouse and SKU are not in the inventory input; then the order cannot be tested",
  "the platform fulfils the order",
]
could_be_wrong = [
  { name = "old_count", en = "the count is older than a delivery of goods: it was taken more than a day before the as-of moment", zh = "盘点早于进货：盘点时间早于截止时间一天以上", when = "fa_add_hours(found.taken_at, 24) < {as_of}" },
  { name = "set_aside", en = "the count was made after units of these orders had been set aside", zh = "盘点时已为这些订单预留库存" },
  { name = "other_warehouse", en = "another warehouse can serve the order", zh = "其他仓库可以发货" },
]
evidence_to_keep = "The stock count with its time, purchase orders with their arrival dates."
sources = [
  "inventory template of this toolkit: on_hand, reserved, sellable, restock_at, taken_at",
  "TikTok Shop cancel reason: Out of stock",
]

[[example]]
name = "the stock reaches exactly for the first two orders"
flags = ["O3"]
evidence = { O3 = { cause = "short", units_so_far = "5", sellable = "4", units_open = "5" } }
orders = '''
order_id | created_at
O1       | 2026-01-05 09:00
O2       | 2026-01-05 10:00
O3       | 2026-01-05 11:00
'''
open_orders = '''
order_id | items | items_counted
O1       | 1     | 1
O2       | 1     | 1
O3       | 1     | 1
'''
stock_needs = '''
order_id | warehouse | seller_sku | units | units_so_far | units_open | is_counted | sellable | physical
O1       | North     | MUG        | 2     | 2            | 5          | true       | 4        | 4
O2       | North     | MUG        | 2     | 4            | 5          | true       | 4        | 4
O3       | North     | MUG        | 1     | 5            | 5          | true       | 4        | 4
'''

[[example]]
name = "nothing may be sold; new stock comes too late; new stock comes in time; reserved stock would do"
flags = ["O1", "O2", "O3", "O4"]
severity = { O3 = "low", O4 = "low" }
evidence = { O1 = { cause = "not_sellable" }, O2 = { cause = "restock_late" }, O3 = { cause = "restock_in_time" }, O4 = { cause = "reserved" } }
orders = '''
order_id | created_at
O1       | 2026-01-05 09:00
O2       | 2026-01-05 09:00
O3       | 2026-01-05 09:00
O4       | 2026-01-05 09:00
'''
open_orders = '''
order_id | items | items_counted
O1       | 1     | 1
O2       | 1     | 1
O3       | 1     | 1
O4       | 1     | 1
'''
stock_needs = '''
order_id | warehouse | seller_sku | units | units_so_far | units_open | is_counted | sellable | physical | restock_at
O1       | North     | A          | 1     | 1            | 1          | true       | 0        | 0        |
O2       | North     | B          | 2     | 2            | 2          | true       | 1        | 1        | 2026-01-08 08:00
O3       | North     | C          | 2     | 2            | 2          | true       | 1        | 1        | 2026-01-07 07:00
O4       | North     | D          | 2     | 2            | 2          | true       | 1        | 6        |
'''
order_deadlines = '''
order_id | stage    | due_at              | outcome
O2       | dispatch | 2026-01-08 07:59:59 | open
O3       | dispatch | 2026-01-08 07:59:59 | open
'''

[[example]]
name = "two SKUs of one order, each told by itself; a third that is not in the inventory"
flags = ["O1"]
orders = '''
order_id | created_at
O1       | 2026-01-05 09:00
'''
open_orders = '''
order_id | items | items_counted
O1       | 3     | 2
'''
stock_needs = '''
order_id | warehouse | seller_sku | units | units_so_far | units_open | is_counted | sellable | physical
O1       | North     | A          | 1     | 4            | 4          | true       | 1        | 1
O1       | North     | B          | 1     | 4            | 4          | true       | 1        | 1
O1       | North     | C          | 1     | 4            | 4          | false      |          |
'''

[[example]]
name = "not in the inventory, packed already, fulfilled by the platform"
flags = []
not_testable = { O1 = "not_in_inventory" }
orders = '''
order_id | platform_fulfilled
O1       | false
O2       | false
O3       | true
'''
open_orders = '''
order_id | items | items_counted
O1       | 1     | 0
O3       | 1     | 1
'''
stock_needs = '''
order_id | warehouse | seller_sku | units | units_so_far | units_open | is_counted | sellable | physical
O1       | North     | A          | 1     | 1            | 1          | false      |          |
O3       | North     | B          | 9     | 9            | 9          | true       | 1        | 1
'''

[[example]]
name = "no orders at all"
flags = []
*/
with beyond as (
  select
    stock_needs.order_id,
    stock_needs.warehouse as named_warehouse,
    stock_needs.seller_sku,
    stock_needs.units,
    stock_needs.units_so_far,
    stock_needs.units_open,
    stock_needs.sellable,
    stock_needs.restock_at,
    stock_needs.taken_at,
    order_deadlines.due_at as dispatch_due_at,
    case
      when stock_needs.restock_at <= order_deadlines.due_at then 'restock_in_time'
      when stock_needs.units_so_far <= stock_needs.physical then 'reserved'
      when stock_needs.restock_at > order_deadlines.due_at then 'restock_late'
      when stock_needs.sellable <= 0 then 'not_sellable'
      else 'short'
    end as cause
  from stock_needs
  left join order_deadlines
    on order_deadlines.order_id = stock_needs.order_id
    and order_deadlines.stage = 'dispatch'
  where stock_needs.is_counted
    and stock_needs.units_so_far > stock_needs.sellable
)
select
  beyond.order_id,
  fa_join(beyond.named_warehouse, beyond.seller_sku) as subject,
  beyond.taken_at as occurred_at,
  case when beyond.cause in ('restock_in_time', 'reserved') then 'low' end as severity,
  beyond.named_warehouse as warehouse,
  beyond.seller_sku,
  beyond.cause,
  beyond.units,
  beyond.units_so_far,
  beyond.units_open,
  beyond.sellable,
  beyond.restock_at,
  beyond.dispatch_due_at,
  beyond.taken_at
from beyond
