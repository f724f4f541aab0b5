/*
id = "batch_anomaly"
title.en = "Many bad numbers in one batch"
title.zh = "批量异常"
severity = "high"
evidence_class = "soft"
grain = "order"
after = "findings"
scope = "not orders.platform_fulfilled and order_days.order_id is not null"
message.en = "{orders_hit} of {orders_in_batch} orders ({reading}, {day_label}) are affected: {percent} %."
message.zh = "{day_label}，{reading}：{orders_in_batch} 个订单中有 {orders_hit} 个异常（{percent}%）。"

[join]
order_days = "order_days.order_id = orders.order_id"

[words.reading]
shop_day = { en = "one shop, one day", zh = "同一店铺同一天" }
product_day = { en = "one product, one day", zh = "同一商品同一天" }
late_upload = { en = "numbers given just before the deadline and never scanned", zh = "临近截止集中上传且从未揽收" }

[params]
least_orders = { type = "int", default = 10, min = 1, doc = "a batch is looked at when more orders than this are affected" }
least_percent = { type = "int", default = 5, min = 0, max = 100, doc = "and their share of the batch's orders is above this" }
before_deadline_hours = { type = "int", default = 2, min = 1, max = 48, doc = "hours before the dispatch deadline that are just before it" }
grace_hours = { type = "int", default = 24, min = 1, max = 720, doc = "hours from giving the number after which no scan counts as never scanned" }
families = { type = "list", default = ["fake_shipment"], doc = "families of rules whose hard findings count" }

[docs]
what = "Orders that are part of a batch: more than ten orders, and more than one in twenty, of a shop's day or of a product's day have a hard finding, or were given numbers just before their deadline that no carrier ever scanned. A day is the local day on which the numbers were given, else of the order."
why = "Single bad numbers are mistakes; a day full of them is a method. Platforms that see more than ten cases and more than five percent of a product's day treat all of its orders so."
not_raised_when = [
  "the count or the share is not above both limits",
  "the order itself has no hard finding and no number that was never scanned",
  "the findings are soft, or of rules about handling times",
  "the tracking does not cover the parcel, or the grace is not over at the as-of moment",
]
could_be_wrong = [
  { name = "carrier_lost_pickup", en = "the carrier lost a whole pick-up, or scanned it days later", zh = "承运商遗漏整批揽收，或数天后才扫描", when = "case when found.reading = 'late_upload' then true end" },
  { name = "faulty_export", en = "one faulty export damaged a day's numbers", zh = "一次有误的导出损坏了当天的单号", when = "orders.damaged is not null" },
]
evidence_to_keep = "The signed hand-over manifest of the day, the carrier's statement, the log of the upload."
sources = [
  "Pinduoduo 2022-08: more than 10 cases and more than 5 % of a product's shipped orders of the day",
  "Douyin, 2025-10-29: dead or blank numbers back-filled in bulk",
  "two hours before the deadline: a default of this project, unverified",
]

[[example]]
name = "two of a shop's day are at the limit, three are above it (limits made small for the example)"
flags = ["B1", "B2", "B3"]
threshold = ["least_orders"]
params = { least_orders = 2, least_percent = 5 }
evidence = { B1 = { reading = "shop_day", orders_hit = "3", orders_in_batch = "4", percent = "75" } }
orders = '''
order_id
A1
A2
B1
B2
B3
B4
'''
order_days = '''
order_id | shop | day
A1       | a    | 2026-01-05
A2       | a    | 2026-01-05
B1       | b    | 2026-01-05
B2       | b    | 2026-01-05
B3       | b    | 2026-01-05
B4       | b    | 2026-01-05
'''
raised = '''
rule_id          | family        | evidence_class | order_id | waybill
invalid_waybill  | fake_shipment | hard           | A1       | W1
invalid_waybill  | fake_shipment | hard           | A2       | W2
invalid_waybill  | fake_shipment | hard           | B1       | W3
stale_tracking   | fake_shipment | hard           | B1       | W3
invalid_waybill  | fake_shipment | hard           | B2       | W4
invalid_waybill  | fake_shipment | hard           | B3       | W5
'''

[[example]]
name = "half of the day is at the limit, two thirds are above it"
flags = ["B1", "B2"]
threshold = ["least_percent"]
params = { least_orders = 1, least_percent = 50 }
evidence = { B1 = { percent = "66" } }
orders = '''
order_id
A1
A2
A3
A4
B1
B2
B3
'''
order_days = '''
order_id | shop | day
A1       | a    | 2026-01-05
A2       | a    | 2026-01-05
A3       | a    | 2026-01-05
A4       | a    | 2026-01-05
B1       | a    | 2026-01-06
B2       | a    | 2026-01-06
B3       | a    | 2026-01-06
'''
raised = '''
rule_id          | family        | evidence_class | order_id
invalid_waybill  | fake_shipment | hard           | A1
invalid_waybill  | fake_shipment | hard           | A2
invalid_waybill  | fake_shipment | hard           | B1
invalid_waybill  | fake_shipment | hard           | B2
'''

[[example]]
name = "a third of a day is above 33 %"
flags = ["O1", "O2"]
threshold = ["least_percent"]
params = { least_orders = 1, least_percent = 33 }
evidence = { O1 = { percent = "33" } }
orders = '''
order_id
O1
O2
O3
O4
O5
O6
'''
order_days = '''
order_id | shop | day
O1       | a    | 2026-01-05
O2       | a    | 2026-01-05
O3       | a    | 2026-01-05
O4       | a    | 2026-01-05
O5       | a    | 2026-01-05
O6       | a    | 2026-01-05
'''
raised = '''
rule_id          | family        | evidence_class | order_id
invalid_waybill  | fake_shipment | hard           | O1
invalid_waybill  | fake_shipment | hard           | O2
'''

[[example]]
name = "soft findings and late orders make no batch"
flags = []
params = { least_orders = 1, least_percent = 5 }
orders = '''
order_id
O1
O2
O3
O4
'''
order_days = '''
order_id | shop | day
O1       | a    | 2026-01-05
O2       | a    | 2026-01-05
O3       | a    | 2026-01-05
O4       | a    | 2026-01-05
'''
raised = '''
rule_id         | family         | evidence_class | order_id
transit_stall   | fake_shipment  | soft           | O1
transit_stall   | fake_shipment  | soft           | O2
late_dispatch   | order_handling | hard           | O3
late_dispatch   | order_handling | hard           | O4
'''

[[example]]
name = "one product's day, in a shop whose day as a whole is below the share"
flags = ["O1", "O2"]
params = { least_orders = 1, least_percent = 60 }
evidence = { O1 = { reading = "product_day", orders_in_batch = "3" } }
orders = '''
order_id
O1
O2
O3
O4
O5
'''
order_days = '''
order_id | shop | day
O1       | a    | 2026-01-05
O2       | a    | 2026-01-05
O3       | a    | 2026-01-05
O4       | a    | 2026-01-05
O5       | a    | 2026-01-05
'''
order_lines = '''
order_id | source_line | seller_sku
O1       | 2           | MUG
O1       | 3           | MUG
O2       | 4           | MUG
O3       | 5           | MUG
O4       | 6           | CUP
O5       | 7           | CUP
'''
raised = '''
rule_id          | family        | evidence_class | order_id
invalid_waybill  | fake_shipment | hard           | O1
invalid_waybill  | fake_shipment | hard           | O2
'''

[[example]]
name = "given in the last two hours and never scanned; a second earlier is not just before"
flags = ["O1", "O2"]
threshold = ["before_deadline_hours"]
params = { least_orders = 1, least_percent = 5 }
evidence = { O1 = { reading = "late_upload", orders_hit = "2", orders_in_batch = "4", waybill = "W1" } }
orders = '''
order_id
O1
O2
O3
O4
'''
order_days = '''
order_id | shop | day        | given_at
O1       | a    | 2026-01-05 | 2026-01-05 22:00:00
O2       | a    | 2026-01-05 | 2026-01-05 23:59:00
O3       | a    | 2026-01-05 | 2026-01-05 21:59:59
O4       | a    | 2026-01-05 | 2026-01-05 21:59:59
'''
order_deadlines = '''
order_id | stage    | due_at              | outcome
O1       | dispatch | 2026-01-06 00:00:00 | overdue
O2       | dispatch | 2026-01-06 00:00:00 | overdue
O3       | dispatch | 2026-01-06 00:00:00 | overdue
O4       | dispatch | 2026-01-06 00:00:00 | overdue
'''
parcels = '''
parcel_id | order_id | waybill | given_at
O1/W1     | O1       | W1      | 2026-01-05 22:00:00
O2/W2     | O2       | W2      | 2026-01-05 23:59:00
O3/W3     | O3       | W3      | 2026-01-05 21:59:59
O4/W4     | O4       | W4      | 2026-01-05 21:59:59
'''
journeys = '''
parcel_id | covered
O1/W1     | true
O2/W2     | true
O3/W3     | true
O4/W4     | true
'''

[[example]]
name = "the grace is over a second after its last moment"
flags = ["O3", "O4"]
threshold = ["grace_hours"]
as_of = "2026-01-07 09:00:00"
params = { least_orders = 1, least_percent = 5 }
orders = '''
order_id
O1
O2
O3
O4
'''
order_days = '''
order_id | shop | day
O1       | a    | 2026-01-06
O2       | a    | 2026-01-06
O3       | b    | 2026-01-06
O4       | b    | 2026-01-06
'''
order_deadlines = '''
order_id | stage    | due_at              | outcome
O1       | dispatch | 2026-01-06 10:00:00 | overdue
O2       | dispatch | 2026-01-06 10:00:00 | overdue
O3       | dispatch | 2026-01-06 10:00:00 | overdue
O4       | dispatch | 2026-01-06 10:00:00 | overdue
'''
parcels = '''
parcel_id | order_id | waybill | given_at
O1/W1     | O1       | W1      | 2026-01-06 09:00:00
O2/W2     | O2       | W2      | 2026-01-06 09:00:00
O3/W3     | O3       | W3      | 2026-01-06 08:59:59
O4/W4     | O4       | W4      | 2026-01-06 08:59:59
'''
journeys = '''
parcel_id | covered
O1/W1     | true
O2/W2     | true
O3/W3     | true
O4/W4     | true
'''

[[example]]
name = "scanned after all, cancelled before collection, not covered, fulfilled by the platform"
flags = []
params = { least_orders = 1, least_percent = 5 }
orders = '''
order_id
O1
O2
O3
O4
'''
order_days = '''
order_id | shop | day
O1       | a    | 2026-01-05
O2       | a    | 2026-01-05
O3       | a    | 2026-01-05
O4       | a    | 2026-01-05
'''
order_deadlines = '''
order_id | stage    | due_at              | outcome
O1       | dispatch | 2026-01-06 00:00:00 | late
O2       | dispatch | 2026-01-06 00:00:00 | not_applicable
O3       | dispatch | 2026-01-06 00:00:00 | on_time
O4       | dispatch | 2026-01-06 00:00:00 | overdue
'''
parcels = '''
parcel_id | order_id | waybill | given_at            | cancelled_before_collection
O1/W1     | O1       | W1      | 2026-01-05 23:00:00 | false
O2/W2     | O2       | W2      | 2026-01-05 23:00:00 | true
O3/W3     | O3       | W3      | 2026-01-05 23:00:00 | false
O4/W4     | O4       | W4      | 2026-01-05 23:00:00 | false
'''
journeys = '''
parcel_id | covered | first_scan_at
O1/W1     | true    | 2026-01-08 09:00:00
O2/W2     | true    |
O3/W3     | false   |
O4/W4     | true    |
'''

[[example]]
name = "no orders at all"
flags = []
*/
with hard as (
  select
    raised.order_id,
    min(raised.waybill) as waybill
  from raised
  where raised.evidence_class = 'hard'
    and raised.family in {families}
    and raised.order_id is not null
  group by raised.order_id
),
hurried as (
  select
    parcels.order_id,
    min(parcels.waybill) as waybill
  from parcels
  join journeys on journeys.parcel_id = parcels.parcel_id
  join order_deadlines
    on order_deadlines.order_id = parcels.order_id
    and order_deadlines.stage = 'dispatch'
  where journeys.covered
    and journeys.first_scan_at is null
    and not parcels.cancelled_before_collection
    and not parcels.platform_fulfilled
    and parcels.given_at <= order_deadlines.due_at
    and parcels.given_at >= fa_add_hours(order_deadlines.due_at, -{before_deadline_hours})
    and fa_add_hours(parcels.given_at, {grace_hours}) < {as_of}
  group by parcels.order_id
),
products_of as (
  select distinct
    order_lines.order_id,
    coalesce(order_lines.product_id, order_lines.seller_sku, order_lines.sku_id) as product
  from order_lines
  where coalesce(order_lines.product_id, order_lines.seller_sku, order_lines.sku_id) is not null
),
members as (
  select
    1 as rank_of,
    'shop_day' as reading,
    order_days.order_id,
    order_days.shop,
    order_days.day,
    '' as product,
    hard.order_id is not null as is_hit,
    hard.waybill
  from order_days
  left join hard on hard.order_id = order_days.order_id
  union all
  select
    2 as rank_of,
    'product_day' as reading,
    order_days.order_id,
    order_days.shop,
    order_days.day,
    products_of.product,
    hard.order_id is not null as is_hit,
    hard.waybill
  from order_days
  join products_of on products_of.order_id = order_days.order_id
  left join hard on hard.order_id = order_days.order_id
  union all
  select
    3 as rank_of,
    'late_upload' as reading,
    order_days.order_id,
    order_days.shop,
    order_days.day,
    '' as product,
    hurried.order_id is not null as is_hit,
    hurried.waybill
  from order_days
  left join hurried on hurried.order_id = order_days.order_id
),
batches as (
  select
    members.reading,
    members.shop,
    members.day,
    members.product,
    count(*) as orders_in_batch,
    sum(case when members.is_hit then 1 else 0 end) as orders_hit
  from members
  group by members.reading, members.shop, members.day, members.product
  having sum(case when members.is_hit then 1 else 0 end) > {least_orders}
    and 100 * sum(case when members.is_hit then 1 else 0 end) > {least_percent} * count(*)
),
found as (
  select
    members.order_id,
    members.waybill,
    members.reading,
    members.day,
    batches.orders_hit,
    batches.orders_in_batch,
    row_number() over (
      partition by members.order_id
      order by members.rank_of nulls last, batches.orders_hit desc nulls last, members.product nulls last
    ) as nth
  from members
  join batches
    on batches.reading = members.reading
    and batches.shop = members.shop
    and batches.day = members.day
    and batches.product = members.product
  where members.is_hit
)
select
  found.order_id,
  found.waybill,
  found.reading,
  cast(found.day as string) as day_label,
  cast(found.orders_hit as bigint) as orders_hit,
  found.orders_in_batch,
  -- whole percent, rounded down
  cast(
    fa_div(100 * found.orders_hit - mod(100 * found.orders_hit, found.orders_in_batch), found.orders_in_batch) as bigint
  ) as percent
from found
where found.nth = 1
