/*
id = "short_shipment"
title.en = "Fewer units shipped than ordered"
title.zh = "少发货"
severity = "high"
evidence_class = "soft"
grain = "order"
again = { reach = "order" }
scope = "not orders.platform_fulfilled and orders.cancelled_at is null and coalesce(orders.order_status, 'to_ship') <> 'unpaid'"
message.en = "{units_in_parcels} of {units_owed} units are in a parcel, and {shown_by}."
message.zh = "应发 {units_owed} 件，仅 {units_in_parcels} 件已装入包裹，且{shown_by}。"

[join]
order_quantities = "order_quantities.order_id = orders.order_id"

[[not_testable]]
reason = "quantity_unknown"
when = "order_quantities.lines_without_quantity > 0"
[[not_testable]]
reason = "refund_without_units"
when = "order_quantities.refund_unclear"

[words.shown_by]
status = { en = "the order counts as shipped", zh = "订单已显示为已发货" }
deadline = { en = "the dispatch deadline has passed", zh = "发货时限已过" }

[docs]
what = "Orders of which some lines are in a parcel and others are not, though the order counts as shipped or its dispatch deadline has passed. Cancelled, returned and refunded units are not owed."
why = "A short shipment is on TikTok Shop's list of false shipment; the buyer paid for all units."
not_raised_when = [
  "all units that are still owed are in parcels, one or several",
  "nothing is in a parcel: late_dispatch speaks of that",
  "the order is partly open, and its deadline lies ahead or is later than the export",
  "the missing units were cancelled, returned or refunded",
  "a line says no quantity, or a refund does not say for which units; then the order cannot be tested",
  "the line's number could not be read: it counts as in a parcel",
  "the platform fulfils the order",
]
could_be_wrong = [
  { name = "one_number_entered", en = "the lines travel in one parcel, and the number was entered for one of them only", zh = "多行在同一包裹中，仅为其中一行填写了单号", when = "order_quantities.lines_in_parcels < orders.lines" },
  { name = "no_parcel_needed", en = "the line is a gift or a digital good that needs no parcel", zh = "该行为赠品或数字商品，无需包裹" },
  { name = "refunded_later", en = "the missing units were refunded after the export was made", zh = "缺少的商品在导出之后退款", when = "order_quantities.refund_unclear" },
]
evidence_to_keep = "Packing photo or video with all units, the parcel's weight at hand-over, the packing list."
sources = [
  "TikTok Shop list of false shipment (SEA/UK guidelines): short shipment",
  "Order exports seen: each line carries the number of its own parcel",
]

[[example]]
name = "shipped short, and shipped in full over two parcels"
flags = ["O1"]
evidence = { O1 = { units_owed = "3", units_in_parcels = "2", shown_by = "status" } }
orders = '''
order_id | order_status
O1       | shipped
O2       | completed
'''
order_quantities = '''
order_id | units_ordered | units_cancelled | units_in_parcels | units_returned | lines_without_quantity | lines_in_parcels | refund_unclear
O1       | 3             | 0               | 2                | 0              | 0                      | 1                | false
O2       | 3             | 0               | 3                | 0              | 0                      | 2                | false
'''

[[example]]
name = "partly open: past the deadline it counts, at its last second and before it does not"
flags = ["O1"]
as_of = "2026-01-08 08:00:00"
evidence = { O1 = { shown_by = "deadline" } }
orders = '''
order_id | order_status      | source_file
O1       | partially_shipped | new.csv
O2       | partially_shipped | new.csv
O3       | partially_shipped | old.csv
'''
source_files = '''
source_file | kind   | exported_at
new.csv     | orders | 2026-01-08 09:00:00
old.csv     | orders | 2026-01-07 09:00:00
'''
order_quantities = '''
order_id | units_ordered | units_cancelled | units_in_parcels | units_returned | lines_without_quantity | lines_in_parcels | refund_unclear
O1       | 3             | 0               | 2                | 0              | 0                      | 1                | false
O2       | 3             | 0               | 2                | 0              | 0                      | 1                | false
O3       | 3             | 0               | 2                | 0              | 0                      | 1                | false
'''
order_deadlines = '''
order_id | stage    | due_at              | outcome
O1       | dispatch | 2026-01-08 07:59:59 | on_time
O2       | dispatch | 2026-01-08 08:00:00 | on_time
O3       | dispatch | 2026-01-08 07:59:59 | on_time
'''

[[example]]
name = "the missing unit was cancelled, or returned; nothing is in a parcel yet"
flags = []
orders = '''
order_id | order_status
O1       | shipped
O2       | completed
O3       | shipped
'''
order_quantities = '''
order_id | units_ordered | units_cancelled | units_in_parcels | units_returned | lines_without_quantity | lines_in_parcels | refund_unclear
O1       | 3             | 1               | 2                | 0              | 0                      | 1                | false
O2       | 3             | 0               | 2                | 1              | 0                      | 1                | false
O3       | 3             | 0               | 0                | 0              | 0                      | 0                | false
'''

[[example]]
name = "a quantity unknown, a refund without units"
flags = []
not_testable = { O1 = "quantity_unknown", O2 = "refund_without_units" }
orders = '''
order_id | order_status
O1       | shipped
O2       | shipped
'''
order_quantities = '''
order_id | units_ordered | units_cancelled | units_in_parcels | units_returned | lines_without_quantity | lines_in_parcels | refund_unclear
O1       | 2             | 0               | 1                | 0              | 1                      | 1                | false
O2       | 3             | 0               | 2                | 0              | 0                      | 1                | true
'''

[[example]]
name = "fulfilled by the platform, cancelled"
flags = []
orders = '''
order_id | order_status | platform_fulfilled | cancelled_at
O1       | shipped      | true               |
O2       | cancelled    | false              | 2026-01-09 09:00
'''
order_quantities = '''
order_id | units_ordered | units_cancelled | units_in_parcels | units_returned | lines_without_quantity | lines_in_parcels | refund_unclear
O1       | 3             | 0               | 2                | 0              | 0                      | 1                | false
O2       | 3             | 0               | 2                | 0              | 0                      | 1                | false
'''

[[example]]
name = "no orders at all"
flags = []
*/
with short as (
  select
    order_quantities.order_id,
    order_quantities.units_ordered,
    order_quantities.units_cancelled,
    order_quantities.units_returned,
    order_quantities.units_ordered - order_quantities.units_cancelled - order_quantities.units_returned as units_owed,
    order_quantities.units_in_parcels
  from order_quantities
  where order_quantities.lines_in_parcels > 0
    and order_quantities.units_in_parcels
      < order_quantities.units_ordered - order_quantities.units_cancelled - order_quantities.units_returned
)
select
  orders.order_id,
  coalesce(orders.shipped_at, orders.dispatched_at, order_deadlines.due_at) as occurred_at,
  short.units_owed,
  short.units_in_parcels,
  short.units_ordered,
  short.units_cancelled,
  short.units_returned,
  case when orders.order_status in ('shipped', 'delivered', 'completed') then 'status' else 'deadline' end as shown_by,
  orders.order_status,
  order_deadlines.due_at
from short
join orders on orders.order_id = short.order_id
left join source_files on source_files.source_file = orders.source_file
left join order_deadlines
  on order_deadlines.order_id = orders.order_id
  and order_deadlines.stage = 'dispatch'
where orders.order_status in ('shipped', 'delivered', 'completed')
  or order_deadlines.due_at < least({as_of}, coalesce(source_files.exported_at, {as_of}))
