/*
id = "recipient_mismatch"
title.en = "Label names another recipient"
title.zh = "面单收件信息与订单不符"
severity = "high"
evidence_class = "hard"
grain = "order"
again = { reach = "order" }
scope = "not orders.platform_fulfilled and orders.cancelled_at is null"
message.en = "The shipping label differs from the order in {parts_differing} of {parts_compared} parts that both tell: {differs}."
message.zh = "面单与订单在双方都有的 {parts_compared} 项中有 {parts_differing} 项不同：{differs}。"

[join]
order_contents = "order_contents.order_id = orders.order_id"

[[not_testable]]
reason = "no_label"
when = "coalesce(order_contents.labels, 0) = 0"
[[not_testable]]
reason = "masked_or_missing"
when = "not order_contents.labels_comparable"

[[excused]]
reason = "pickup_point"
when = "orders.pickup_point"
[[excused]]
reason = "gift"
when = "order_contents.is_gift"

[words.differs]
name = { en = "name", zh = "姓名" }
phone = { en = "phone", zh = "电话" }
street = { en = "street", zh = "街道地址" }
place = { en = "postal area", zh = "邮编区域" }

[docs]
what = "Orders whose shipping label names another recipient, phone, street or postal area than the order does. Names, phones and streets are compared as keyed hashes of their normalised forms; the finding tells which parts differ and never the parts."
why = "A forged recipient or ship-to on the label is on TikTok Shop's list of false shipment: the parcel goes to somebody else, or to nobody."
not_raised_when = [
  "a part is missing or hidden by a mask on one side: it is not compared; of a masked postal code or city only what is visible is",
  "only the spelling differs: case, accents, punctuation, order of the names, street types, unit words, country code of the phone, ZIP+4",
  "the postal codes share the prefix that names one area, or the city is the same; states are compared only where a postal code is missing",
  "the order is a gift, or goes to a pick-up point",
]
could_be_wrong = [
  { name = "address_changed", en = "the buyer changed the address after the label was made, or before the export", zh = "买家在制作面单之后或导出之前更改了地址" },
  { name = "second_line_missing", en = "the label leaves out the second address line: the street alone differs", zh = "面单缺少第二行地址：仅街道不同", when = "found.differs = 'street'" },
  { name = "relay_number", en = "the platform gives a relay phone number to one side only: the phone alone differs", zh = "平台仅对一方提供虚拟号：仅电话不同", when = "found.differs = 'phone'" },
  { name = "short_name", en = "the label bears a short form or another script of the name: the name alone differs", zh = "面单使用姓名简称或其他文字：仅姓名不同", when = "found.differs = 'name'" },
  { name = "combined_order", en = "the label is that of another order of the same buyer, combined with this one", zh = "面单属于同一买家合包的另一订单", when = "orders.is_combined" },
  { name = "shared_address", en = "the address is a freight forwarder's, a parcel shop's or an office's, where many people receive", zh = "收货地址是货运代理、代收点或办公室，多人共用", when = "case when shared_addresses.recipients >= 5 then true end" },
]
evidence_to_keep = "The label as printed, the order's address page, the buyer's request for a change of address."
sources = ["TikTok Shop list of false shipment (SEA/UK guidelines): forged recipient or ship-to on the label"]

[given]
postal_levels = '''
country | prefix_length
US      | 3
'''
regions = '''
country | code | name
US      | CA   | California
US      | NY   | New York
'''

[[example]]
name = "each part by itself, and several"
flags = ["O1", "O2", "O3", "O4", "O5"]
severity = { O1 = "medium", O2 = "low", O3 = "low", O4 = "high", O5 = "high" }
evidence = { O1 = { differs = "name", parts_compared = "4", waybill = "W1" }, O4 = { differs = "place" }, O5 = { differs = "name, street", parts_differing = "2" } }
orders = '''
order_id | market | recipient_key | phone_key | address_key | postal_code | city        | state
O1       | US     | r             | p         | a           | 90012       | Los Angeles | California
O2       | US     | r             | p         | a           | 90012       | Los Angeles | California
O3       | US     | r             | p         | a           | 90012       | Los Angeles | California
O4       | US     | r             | p         | a           | 90012       | Los Angeles | California
O5       | US     | r             | p         | a           | 90012       | Los Angeles | California
O6       | US     | r             | p         | a           | 90012       | Los Angeles | California
'''
order_contents = '''
order_id | labels | labels_comparable
O1       | 1      | true
O2       | 1      | true
O3       | 1      | true
O4       | 1      | true
O5       | 1      | true
O6       | 1      | true
'''
labels = '''
order_id | source_line | waybill | recipient_key | phone_key | address_key | postal_code | city        | state
O1       | 2           | W1      | x             | p         | a           | 90012       | Los Angeles | CA
O2       | 3           | W2      | r             | x         | a           | 90012       | Los Angeles | CA
O3       | 4           | W3      | r             | p         | x           | 90012       | Los Angeles | CA
O4       | 5           | W4      | r             | p         | a           | 10001       | New York    | NY
O5       | 6           | W5      | x             | p         | x           | 90012       | Los Angeles | CA
O6       | 7           | W6      | r             | p         | a           | 90012-1234  | LOS ANGELES | CA
'''
parcels = '''
parcel_id | order_id | waybill
O1/W1     | O1       | W1
'''

[[example]]
name = "what a mask hides, and what is missing, is never compared; the visible digits that name the area are"
flags = ["O3", "O4"]
not_testable = { O1 = "masked_or_missing", O2 = "no_label" }
severity = { O3 = "medium", O4 = "medium" }
evidence = { O3 = { differs = "name", parts_compared = "1" }, O4 = { differs = "place", parts_compared = "2" } }
orders = '''
order_id | market | recipient_key | phone_key | address_key | postal_code | city | state
O1       | US     |               |           |             | 900**       | L**  |
O2       | US     | r             | p         | a           | 90012       |      |
O3       | US     | r             |           | a           |             |      |
O4       | US     | r             |           |             | 900**       |      |
O5       | US     | r             |           |             | 90***       |      |
O6       | US     | r             |           |             | 900**       | L** Angeles |
O7       | US     | r             |           |             | 900**       |      |
'''
order_contents = '''
order_id | labels | labels_comparable
O1       | 1      | false
O2       | 0      | false
O3       | 1      | true
O4       | 1      | true
O5       | 1      | true
O6       | 1      | true
O7       | 1      | true
'''
labels = '''
order_id | source_line | recipient_key | phone_key | address_key | postal_code | city     | state | source_file
O1       | 2           | x             | x         | x           | 10001       | New York | NY | labels.csv
O3       | 3           | x             | x         |             | 10001       | New York | NY | labels.csv
O4       | 4           | r             |           | x           | 10001       | New York | NY | labels.csv
O5       | 5           | r             |           |             | 10001       | New York | | labels.csv
O6       | 6           | r             |           |             | 91311       | LOS ANGELES | | labels.csv
O7       | 7           | r             |           |             | 90089       | Vernon   | | labels.csv
'''
masked_labels = '''
source_file | source_line | code  | city
labels.csv  | 2           | clash |
labels.csv  | 4           | clash |
labels.csv  | 5           |       |
labels.csv  | 6           | clash | match
labels.csv  | 7           | match |
'''

[[example]]
name = "the area: a neighbouring code, the same city, a lost zero, a state spelled out, a missing code and another state"
flags = ["O5"]
evidence = { O5 = { differs = "place" } }
orders = '''
order_id | market | postal_code | city        | state
O1       | US     | 90012       | Los Angeles | California
O2       | US     | 90012       | Los Angeles | California
O3       | US     | 07030       | Hoboken     | NJ
O4       | US     |             | Albany      | New York
O5       | US     |             | Albany      | New York
O6       | US     |             | Hollywood   | CA
'''
order_contents = '''
order_id | labels | labels_comparable
O1       | 1      | true
O2       | 1      | true
O3       | 1      | true
O4       | 1      | true
O5       | 1      | true
O6       | 1      | true
'''
labels = '''
order_id | source_line | postal_code | city        | state
O1       | 2           | 90089       | Vernon      | CA
O2       | 3           | 91311       | LOS ANGELES | CA
O3       | 4           | 7030        | Jersey City | NJ
O4       | 5           | 12207       | Troy        | NY
O5       | 6           | 94706       | Albany      | CA
O6       | 7           | 90001       | Los Angeles | CA
'''

[[example]]
name = "a gift, a pick-up point, cancelled, the platform's"
flags = []
excused = { O1 = "gift", O2 = "pickup_point" }
orders = '''
order_id | market | recipient_key | pickup_point | cancelled_at     | platform_fulfilled
O1       | US     | r             | false        |                  | false
O2       | US     | r             | true         |                  | false
O3       | US     | r             | false        | 2026-01-03 09:00 | false
O4       | US     | r             | false        |                  | true
'''
order_contents = '''
order_id | labels | labels_comparable | is_gift
O1       | 1      | true              | true
O2       | 1      | true              | false
O3       | 1      | true              | false
O4       | 1      | true              | false
'''
labels = '''
order_id | source_line | recipient_key
O1       | 2           | x
O2       | 3           | x
O3       | 4           | x
O4       | 5           | x
'''

[[example]]
name = "two labels of one order: one finding, on the worse of them"
flags = ["O1"]
evidence = { O1 = { differs = "name, phone", source_line = "3" } }
orders = '''
order_id | market | recipient_key | phone_key
O1       | US     | r             | p
'''
order_contents = '''
order_id | labels | labels_comparable
O1       | 2      | true
'''
labels = '''
order_id | source_line | recipient_key | phone_key
O1       | 2           | x             | p
O1       | 3           | x             | x
'''

[[example]]
name = "no orders at all"
flags = []
*/
with region_names as (
  select regions.country, fa_place(regions.name) as name, min(regions.code) as code
  from regions
  group by regions.country, fa_place(regions.name)
  union
  select regions.country, fa_place(regions.code) as name, min(regions.code) as code
  from regions
  group by regions.country, fa_place(regions.code)
),
sides as (
  select
    orders.order_id,
    labels.source_file,
    labels.source_line,
    labels.waybill as label_waybill,
    orders.market,
    orders.recipient_key <> labels.recipient_key as name_differs,
    orders.phone_key <> labels.phone_key as phone_differs,
    orders.address_key <> labels.address_key as street_differs,
    case when not fa_masked(orders.postal_code) then replace(fa_place(orders.postal_code), ' ', '') end as order_code,
    case when not fa_masked(labels.postal_code) then replace(fa_place(labels.postal_code), ' ', '') end as label_code,
    masked_labels.code as masked_code,
    case
      when fa_masked(orders.city) or fa_masked(labels.city) then masked_labels.city = 'match'
      else fa_place(orders.city) = fa_place(labels.city)
    end as same_city,
    case when not fa_masked(orders.state) then fa_place(orders.state) end as order_state,
    case when not fa_masked(labels.state) then fa_place(labels.state) end as label_state
  from labels
  join orders on orders.order_id = labels.order_id
  left join masked_labels
    on masked_labels.source_file = labels.source_file and masked_labels.source_line = labels.source_line
),
-- A code that lost its zeros in a spreadsheet is tried with them as well.
areas as (
  select
    sides.order_id,
    sides.source_file,
    sides.source_line,
    sides.label_waybill,
    sides.name_differs,
    sides.phone_differs,
    sides.street_differs,
    case
      when sides.order_code is not null and sides.label_code is not null and postal_levels.prefix_length is not null
        then fa_left(sides.order_code, postal_levels.prefix_length) <> fa_left(sides.label_code, postal_levels.prefix_length)
          and fa_left(lpad(sides.order_code, 5, '0'), postal_levels.prefix_length)
            <> fa_left(lpad(sides.label_code, 5, '0'), postal_levels.prefix_length)
          and not coalesce(sides.same_city, false)
      when sides.masked_code = 'match' then false
      when sides.masked_code = 'clash' then not coalesce(sides.same_city, false)
      when sides.order_code is null or sides.label_code is null then order_region.code <> label_region.code
    end as place_differs,
    sides.masked_code is not null as place_masked
  from sides
  left join postal_levels on postal_levels.country = sides.market
  left join region_names as order_region on order_region.country = sides.market and order_region.name = sides.order_state
  left join region_names as label_region on label_region.country = sides.market and label_region.name = sides.label_state
),
counted as (
  select
    areas.order_id,
    areas.source_file,
    areas.source_line,
    areas.label_waybill,
    areas.name_differs,
    areas.phone_differs,
    areas.street_differs,
    areas.place_differs,
    areas.place_masked,
    case when areas.name_differs is null then 0 else 1 end + case when areas.phone_differs is null then 0 else 1 end
      + case when areas.street_differs is null then 0 else 1 end
      + case when areas.place_differs is null then 0 else 1 end as parts_compared,
    case when areas.name_differs then 1 else 0 end + case when areas.phone_differs then 1 else 0 end
      + case when areas.street_differs then 1 else 0 end + case when areas.place_differs then 1 else 0 end as parts_differing
  from areas
),
worst as (
  select
    counted.order_id,
    counted.source_file,
    counted.source_line,
    counted.label_waybill,
    coalesce(counted.name_differs, false) as name_differs,
    coalesce(counted.phone_differs, false) as phone_differs,
    coalesce(counted.street_differs, false) as street_differs,
    coalesce(counted.place_differs, false) as place_differs,
    counted.place_masked,
    counted.parts_compared,
    counted.parts_differing,
    row_number() over (
      partition by counted.order_id
      order by counted.parts_differing desc nulls last, counted.source_file nulls last, counted.source_line nulls last
    ) as nth
  from counted
  where counted.parts_differing > 0
),
-- The number as the order has it: what stands on a label may be anything.
numbered as (
  select worst.order_id, min(parcels.waybill) as waybill
  from worst
  join parcels on parcels.order_id = worst.order_id and parcels.waybill = worst.label_waybill
  where worst.nth = 1
  group by worst.order_id
)
select
  worst.order_id,
  worst.source_file,
  worst.source_line,
  case
    when worst.parts_differing > 1 or (worst.place_differs and not worst.place_masked) then 'high'
    when worst.name_differs or worst.place_differs then 'medium'
    else 'low'
  end as severity,
  numbered.waybill,
  replace(
    trim(
      case when worst.name_differs then 'name ' else '' end || case when worst.phone_differs then 'phone ' else '' end
        || case when worst.street_differs then 'street ' else '' end || case when worst.place_differs then 'place' else '' end
    ),
    ' ',
    ', '
  ) as differs,
  worst.parts_differing,
  worst.parts_compared
from worst
left join numbered on numbered.order_id = worst.order_id
where worst.nth = 1
