/*
id = "truncated_export"
title.en = "Export cut off"
title.zh = "导出文件不完整"
severity = "medium"
evidence_class = "soft"
grain = "file"
scope = "source_files.kind = 'orders'"
message.en = "{source} may be cut off: {cause} ({orders} orders)."
message.zh = "{source} 可能不完整：{cause}（共 {orders} 个订单）。"

[words.cause]
cap = { en = "it holds exactly as many orders as the platform exports at most", zh = "订单数恰好等于平台单次导出上限" }
gap = { en = "it holds exactly as many orders as the platform exports at most, and no file holds the orders next to it in time", zh = "订单数恰好等于平台单次导出上限，且相邻时段的订单不在任何文件中" }
reach = { en = "it reaches back further than the platform exports, and its first days are empty", zh = "时间跨度超过平台可导出的范围，且最初几天没有订单" }

[params]
caps = { type = "list", default = ["15000", "200000"], doc = "numbers of orders at which the platform cuts an export off" }
gap_hours = { type = "int", default = 24, min = 1, doc = "hours without an order next to a capped file that count as a gap" }
export_days = { type = "int", default = 90, min = 1, doc = "how many days back the platform exports" }
first_days = { type = "int", default = 3, min = 1, doc = "days after the oldest order that must hold another" }

[docs]
what = "Order exports that hold exactly a known cap of orders, with or without a gap in time next to them, or that reach back further than the platform exports while their first days are empty."
why = "Rates and findings over a cut-off export are rates and findings over part of the orders."
not_raised_when = [
  "the file holds exactly the cap in rows but not in orders",
  "the file is not an order export",
]
could_be_wrong = [
  { name = "truly_so_many", en = "the shop really had exactly that many orders", zh = "店铺的订单数恰好就是该数量", when = "found.cause = 'cap'" },
  { name = "no_sales", en = "there were no sales in the gap or in the first days", zh = "空档或最初几天没有销售", when = "found.cause <> 'cap'" },
]
evidence_to_keep = "A second export over a shorter period that holds the missing orders."
sources = [
  "Chinese help page, 2025-02: at most 15,000 order records an export; reach 90 days",
  "seller-us.tiktok.com, 10/21/2025: at most 200,000 orders an export",
]

[[example]]
name = "exactly the cap, one below, one above (caps made small for the example)"
flags = ["three.csv"]
params = { caps = ["3"] }
severity = { "three.csv" = "low" }
evidence = { "three.csv" = { cause = "cap", orders = "3" } }
source_files = '''
source_file | kind
two.csv     | orders
three.csv   | orders
four.csv    | orders
'''
loaded_order_lines = '''
source_file | order_id | sku_id | created_at
two.csv     | A1       | 1      | 2026-01-01 10:00
two.csv     | A2       | 1      | 2026-01-01 11:00
two.csv     | A2       | 2      | 2026-01-01 11:00
three.csv   | B1       | 1      | 2026-01-01 12:00
three.csv   | B2       | 1      | 2026-01-01 13:00
three.csv   | B3       | 1      | 2026-01-01 14:00
four.csv    | C1       | 1      | 2026-01-01 15:00
four.csv    | C2       | 1      | 2026-01-01 16:00
four.csv    | C3       | 1      | 2026-01-01 17:00
four.csv    | C4       | 1      | 2026-01-01 18:00
'''

[[example]]
name = "a gap next to a capped file: a second more than a day counts, a day does not"
flags = ["full.csv", "near.csv"]
threshold = ["gap_hours"]
params = { caps = ["2"] }
severity = { "near.csv" = "low" }
evidence = { "full.csv" = { cause = "gap", gap_from = "2026-01-04 08:59:59", gap_to = "2026-01-05 09:00:00" }, "near.csv" = { cause = "cap" } }
source_files = '''
source_file | kind
old.csv     | orders
full.csv    | orders
near.csv    | orders
'''
loaded_order_lines = '''
source_file | order_id | created_at
old.csv     | A1       | 2026-01-04 08:59:59
full.csv    | B1       | 2026-01-05 09:00
full.csv    | B2       | 2026-01-06 09:00
near.csv    | C1       | 2026-01-07 09:00
near.csv    | C2       | 2026-01-07 19:00
'''

[[example]]
name = "ninety days back is what the platform exports; a second more, with empty first days, is not"
flags = ["long.csv"]
threshold = ["export_days"]
severity = { "long.csv" = "low" }
evidence = { "long.csv" = { cause = "reach" } }
source_files = '''
source_file | kind
fits.csv    | orders
long.csv    | orders
'''
loaded_order_lines = '''
source_file | order_id | created_at          | updated_at
fits.csv    | A1       | 2026-01-01 00:00:00 | 2026-01-02 00:00
fits.csv    | A2       | 2026-01-20 00:00:00 | 2026-04-01 00:00:00
long.csv    | B1       | 2026-01-01 00:00:00 | 2026-01-02 00:00
long.csv    | B2       | 2026-01-20 00:00:00 | 2026-04-01 00:00:01
'''

[[example]]
name = "a long file whose first days hold orders"
flags = ["late.csv"]
threshold = ["first_days"]
severity = { "late.csv" = "low" }
source_files = '''
source_file | kind
soon.csv    | orders
late.csv    | orders
'''
loaded_order_lines = '''
source_file | order_id | created_at          | updated_at
soon.csv    | A1       | 2026-01-01 00:00:00 | 2026-05-01 00:00
soon.csv    | A2       | 2026-01-04 00:00:00 | 2026-01-05 00:00
late.csv    | B1       | 2026-01-01 00:00:00 | 2026-05-01 00:00
late.csv    | B2       | 2026-01-04 00:00:01 | 2026-01-05 00:00
'''

[[example]]
name = "a tracking file is no order export, and rows are not orders"
flags = []
params = { caps = ["2"] }
source_files = '''
source_file | kind     | rows_in
track.csv   | tracking | 2
small.csv   | orders   | 2
'''
loaded_order_lines = '''
source_file | order_id | sku_id | created_at
small.csv   | A1       | 1      | 2026-01-01 10:00
small.csv   | A1       | 2      | 2026-01-01 10:00
'''

[[example]]
name = "no files at all"
flags = []
*/
with orders_of_files as (
  select
    loaded_order_lines.source_file,
    loaded_order_lines.order_id,
    min(loaded_order_lines.created_at) as created_at,
    max(greatest(
      loaded_order_lines.created_at, loaded_order_lines.paid_at, loaded_order_lines.rts_at, loaded_order_lines.shipped_at,
      loaded_order_lines.delivered_at, loaded_order_lines.cancel_requested_at, loaded_order_lines.cancelled_at,
      loaded_order_lines.updated_at
    )) as latest_at
  from loaded_order_lines
  group by loaded_order_lines.source_file, loaded_order_lines.order_id
),
files as (
  select
    orders_of_files.source_file,
    count(*) as orders,
    min(orders_of_files.created_at) as oldest_at,
    max(orders_of_files.created_at) as newest_at,
    max(orders_of_files.latest_at) as latest_at
  from orders_of_files
  group by orders_of_files.source_file
),
-- Orders of other files inside a capped file's period leave no gap; the nearest outside it show one.
neighbours as (
  select
    files.source_file,
    max(case when others.created_at <= files.oldest_at then others.created_at end) as before_at,
    min(case when others.created_at >= files.newest_at then others.created_at end) as after_at
  from files
  join orders_of_files as others on others.source_file <> files.source_file
  where cast(files.orders as string) in {caps}
  group by files.source_file
),
second_orders as (
  select files.source_file, min(orders_of_files.created_at) as second_at
  from files
  join orders_of_files on orders_of_files.source_file = files.source_file and orders_of_files.created_at > files.oldest_at
  group by files.source_file
),
judged as (
  select
    files.source_file,
    files.orders,
    files.oldest_at,
    files.newest_at,
    files.latest_at,
    cast(files.orders as string) in {caps} as capped,
    fa_add_hours(neighbours.before_at, {gap_hours}) < files.oldest_at as gap_before,
    fa_add_hours(files.newest_at, {gap_hours}) < neighbours.after_at as gap_after,
    neighbours.before_at,
    neighbours.after_at,
    fa_add_hours(files.oldest_at, 24 * {export_days}) < files.latest_at
      and coalesce(fa_add_hours(files.oldest_at, 24 * {first_days}) < second_orders.second_at, true) as reaches
  from files
  left join neighbours on neighbours.source_file = files.source_file
  left join second_orders on second_orders.source_file = files.source_file
)
select
  judged.source_file,
  judged.oldest_at as occurred_at,
  case when judged.capped and (judged.gap_before or judged.gap_after) then 'medium' else 'low' end as severity,
  judged.source_file as source,
  case
    when judged.capped and (judged.gap_before or judged.gap_after) then 'gap'
    when judged.capped then 'cap'
    else 'reach'
  end as cause,
  judged.orders,
  judged.oldest_at,
  judged.newest_at,
  judged.latest_at,
  case when judged.gap_before then judged.before_at when judged.gap_after then judged.newest_at end as gap_from,
  case when judged.gap_before then judged.oldest_at when judged.gap_after then judged.after_at end as gap_to
from judged
where judged.capped or judged.reaches
