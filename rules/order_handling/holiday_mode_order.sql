/*
id = "holiday_mode_order"
title.en = "Order during holiday mode"
title.zh = "假期模式期间产生的订单"
severity = "low"
evidence_class = "soft"
grain = "order"
again = { reach = "order" }
scope = "not orders.platform_fulfilled and {holiday_reading} = 'closed'"
message.en = "The order came on {created_at}, while the shop was declared closed ({window_name}, {from_at} to {to_at}); its deadlines are not extended."
message.zh = "订单于 {created_at} 产生，而店铺已声明处于假期模式（{window_name}，{from_at} 至 {to_at}）；其时限不会顺延。"

[join]
order_inputs = "order_inputs.source_file = orders.source_file"

[[not_testable]]
reason = "no_holiday_mode_declared"
when = "not order_inputs.has_holiday_windows"

[params]
lag_hours = { type = "int", default = 1, min = 0, max = 72, doc = "hours that holiday mode takes to be in effect" }
holiday_reading = { type = "text", default = "closed", doc = "how the policy reads a seller's holiday mode: closed (no new orders, no extension) or buffer; the rule speaks under closed only" }

[docs]
what = "Orders created inside a holiday-mode window that the seller declared, once the mode had taken effect."
why = "Holiday mode stops new orders and extends nothing: an order in it means that the mode was not on, not everywhere, or declared with the wrong dates, and the order is due as ever."
not_raised_when = [
  "the order came before the mode had taken effect, or after its end",
  "the window names another warehouse, market or way of hand-over, or the order names none to compare",
  "the window is a platform's extension: holiday, campaign or ticket",
  "the policy reads holiday mode as a buffer",
  "the platform fulfils the order",
]
could_be_wrong = [
  { name = "switched_otherwise", en = "the mode was switched on later or off earlier than declared", zh = "假期模式的开启或关闭时间与申报不同", when = "found.hours_into_window < 24" },
  { name = "other_warehouse", en = "the mode was set for other warehouses", zh = "假期模式针对其他仓库", when = "case when orders.warehouse is null then true end" },
]
evidence_to_keep = "Seller Center's log of holiday mode with the times it was switched on and off."
sources = [
  "TikTok Shop US, Holiday Mode 09/10/2025: takes effect after about 1 h, whole shop or by warehouse, does not pause current orders",
]

[given]
order_inputs = '''
source_file | has_holiday_windows
orders.csv  | true
'''
sla_windows = '''
mode      | reason  | name          | from_at          | to_at               | market | warehouse | handover
holiday   |         | Winter break  | 2026-01-05 08:00 | 2026-01-08 07:59:59 |        |           |
holiday   |         | North closed  | 2026-01-15 08:00 | 2026-01-18 07:59:59 |        | North     |
extension | holiday | Platform days | 2026-01-20 08:00 | 2026-01-25 07:59:59 |        |           |
'''

[[example]]
name = "both ends of the window: the lag from its start, its last second"
flags = ["O2", "O3"]
threshold = ["lag_hours"]
evidence = { O2 = { window_name = "Winter break", hours_into_window = "1" } }
orders = '''
order_id | created_at
O1       | 2026-01-05 08:59:59
O2       | 2026-01-05 09:00:00
O3       | 2026-01-08 07:59:59
O4       | 2026-01-08 08:00:00
'''

[[example]]
name = "one warehouse is closed, another is not, a third order does not say"
flags = ["O1"]
orders = '''
order_id | created_at       | warehouse
O1       | 2026-01-16 09:00 | North
O2       | 2026-01-16 09:00 | South
O3       | 2026-01-16 09:00 |
'''

[[example]]
name = "in the platform's extension, outside all windows, fulfilled by the platform"
flags = []
orders = '''
order_id | created_at       | platform_fulfilled
O1       | 2026-01-22 09:00 | false
O2       | 2026-01-12 09:00 | false
O3       | 2026-01-06 09:00 | true
'''

[[example]]
name = "a policy that reads holiday mode as a buffer"
flags = []
params = { holiday_reading = "buffer" }
orders = '''
order_id | created_at
O1       | 2026-01-06 09:00
'''

[[example]]
name = "an order in two windows is told once, with the first"
flags = ["O1"]
evidence = { O1 = { window_name = "A" } }
orders = '''
order_id | created_at
O1       | 2026-01-06 09:00
'''
sla_windows = '''
mode      | name | from_at          | to_at
holiday   | B    | 2026-01-05 08:00 | 2026-01-08 07:59:59
holiday   | A    | 2026-01-04 08:00 | 2026-01-08 07:59:59
'''

[[example]]
name = "no window declared"
flags = []
not_testable = { O1 = "no_holiday_mode_declared" }
orders = '''
order_id | created_at
O1       | 2026-01-06 09:00
'''
order_inputs = '''
source_file | has_holiday_windows
orders.csv  | false
'''
sla_windows = '''
mode      | name | from_at          | to_at
extension | A    | 2026-01-04 08:00 | 2026-01-08 07:59:59
'''

[[example]]
name = "no orders at all"
flags = []
*/
with inside as (
  select
    orders.order_id,
    orders.created_at,
    sla_windows.name,
    sla_windows.from_at,
    sla_windows.to_at,
    row_number() over (
      partition by orders.order_id
      order by sla_windows.from_at nulls last, sla_windows.to_at nulls last, sla_windows.name nulls last, sla_windows.source_file nulls last,
        sla_windows.source_line nulls last
    ) as nth
  from sla_windows
  join orders
    on orders.created_at >= fa_add_hours(sla_windows.from_at, {lag_hours})
    and orders.created_at < fa_add_seconds(sla_windows.to_at, 1)
    and (sla_windows.market is null or sla_windows.market = orders.market)
    and (sla_windows.warehouse is null or sla_windows.warehouse = orders.warehouse)
    and (sla_windows.handover is null or sla_windows.handover = orders.handover)
  where sla_windows.mode = 'holiday'
)
select
  inside.order_id,
  inside.created_at as occurred_at,
  inside.created_at,
  inside.name as window_name,
  inside.from_at,
  inside.to_at,
  fa_hours(inside.from_at, inside.created_at) as hours_into_window
from inside
where inside.nth = 1
