/*
id = "damaged_identifier"
title.en = "Number damaged by a spreadsheet"
title.zh = "编号被电子表格破坏"
severity = "medium"
evidence_class = "hard"
grain = "order_or_file"
message.en = "A spreadsheet damaged {what} ({rows} rows): export the file anew and do not save it from a spreadsheet."
message.zh = "电子表格破坏了{what}（{rows} 行）：请重新导出，不要用电子表格另存。"

[words.what]
order_id = { en = "order numbers", zh = "订单号" }
waybill = { en = "the waybill number", zh = "运单号" }
sku_id = { en = "the SKU number", zh = "SKU 编号" }
both = { en = "the waybill number and another number", zh = "运单号及其他编号" }
other = { en = "a number", zh = "编号" }

[docs]
what = "Order, SKU or tracking numbers in scientific notation, rounded to zeros, or with a trailing .0, and tracking numbers without the zeros that stand in front of their carrier's: one finding an order for its waybill and SKU numbers, one a file for rows whose order number is lost."
why = "A damaged number matches nothing: its parcel cannot be traced, its order cannot be joined, and no other rule speaks of the number."
not_raised_when = [
  "the number is whole, even if it is long or ends in some zeros",
  "zeros in front would not make it a number of its carrier that its check digit or its form shows",
  "the number is blank",
]
could_be_wrong = [
  { name = "fits_by_chance", en = "a made-up number becomes one of its carrier's with zeros in front by chance, one in ten where one check digit decides", zh = "编造的单号补零后偶然符合承运商格式（一位校验码约十分之一）" },
  { name = "real_zeros", en = "the carrier truly issues numbers that end in many zeros", zh = "承运商确实使用以多个零结尾的单号" },
]
evidence_to_keep = "The export as the platform gave it, never opened and saved in a spreadsheet."
sources = ["Order exports seen: order and SKU numbers have 18-19 digits, USPS numbers 22; spreadsheets keep 15"]

[[example]]
name = "a damaged waybill, a damaged SKU, both; whole numbers beside them"
flags = ["O1", "O2", "O3"]
evidence = { O1 = { what = "waybill", rows = "1" }, O2 = { what = "sku_id", rows = "1" }, O3 = { what = "both", rows = "1" } }
orders = '''
order_id | damaged
O1       | waybill
O2       | sku_id
O3       | sku_id,waybill
O4       |
'''
source_files = '''
source_file | kind
orders.csv  | orders
'''

[[example]]
name = "the parcel says that its number is damaged"
flags = ["O1"]
evidence = { O1 = { what = "waybill", rows = "2" } }
orders = '''
order_id | damaged
O1       |
O2       |
'''
parcels = '''
parcel_id | order_id | waybill     | waybill_damaged
O1/A      | O1       | 9.43461E+21 | true
O1/B      | O1       | 9.43462E+21 | true
O2/C      | O2       | W3          | false
'''

[[example]]
name = "lost order numbers are told once a file, other quarantined rows are not told here"
flags = ["file saved.xlsx"]
evidence = { "file saved.xlsx" = { what = "order_id", rows = "2" } }
source_files = '''
source_file | kind
saved.xlsx  | orders
plain.csv   | orders
'''
quarantine = '''
source_file | source_line | column_name | scope | reason             | found
saved.xlsx  | 2           | order_id    | row   | damaged_identifier | 9.99999A+99
saved.xlsx  | 7           | order_id    | row   | damaged_identifier | 9.99999A+99
plain.csv   | 3           | created_at  | row   | not_a_time         | aaaa
'''

[[example]]
name = "whole numbers"
flags = []
orders = '''
order_id | damaged
O1       |
'''
source_files = '''
source_file | kind
orders.csv  | orders
'''

[[example]]
name = "no orders and no files at all"
flags = []
*/
with on_orders as (
  select
    orders.order_id,
    orders.damaged,
    count(parcels.parcel_id) as parcels_damaged
  from orders
  left join parcels on parcels.order_id = orders.order_id and parcels.waybill_damaged
  where orders.damaged is not null or parcels.parcel_id is not null
  group by orders.order_id, orders.damaged
),
on_files as (
  select
    quarantine.source_file,
    min(quarantine.source_line) as source_line,
    coalesce(min(quarantine.column_name), 'order_id') as lost,
    count(*) as lost_rows
  from quarantine
  where quarantine.reason = 'damaged_identifier'
    and quarantine.scope = 'row'
  group by quarantine.source_file
)
select
  on_orders.order_id,
  cast(null as string) as source_file,
  cast(null as bigint) as source_line,
  case
    when on_orders.damaged is null or on_orders.damaged = 'waybill' then 'waybill'
    when on_orders.damaged = 'sku_id' and on_orders.parcels_damaged = 0 then 'sku_id'
    when on_orders.damaged like '%waybill%' or on_orders.parcels_damaged > 0 then 'both'
    else 'other'
  end as what,
  on_orders.damaged as columns_damaged,
  greatest(on_orders.parcels_damaged, 1) as rows
from on_orders
union all
select
  cast(null as string) as order_id,
  on_files.source_file,
  on_files.source_line,
  case when on_files.lost in ('order_id', 'waybill', 'sku_id') then on_files.lost else 'other' end as what,
  on_files.lost as columns_damaged,
  on_files.lost_rows as rows
from on_files
