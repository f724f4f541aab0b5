/*
id = "weight_mismatch"
title.en = "Parcel weighs too little or too much"
title.zh = "包裹重量与商品不符"
severity = "medium"
evidence_class = "soft"
grain = "order"
again = { reach = "order" }
scope = "not orders.platform_fulfilled and orders.cancelled_at is null and order_weights.order_id is not null"
message.en = "The carrier weighed {weighed_g} g; what was ordered weighs about {expected_g} g (units: {units}): {reading}."
message.zh = "承运商称重 {weighed_g} 克，而所购 {units} 件商品约重 {expected_g} 克：{reading}。"

[join]
order_weights = "order_weights.order_id = orders.order_id"

[[not_testable]]
reason = "not_weighed"
when = "order_weights.why_not = 'not_weighed'"
[[not_testable]]
reason = "part_not_weighed"
when = "order_weights.why_not = 'part_not_weighed'"
[[not_testable]]
reason = "no_item_weight"
when = "order_weights.why_not = 'no_item_weight'"
[[not_testable]]
reason = "number_of_several_people"
when = "order_weights.why_not = 'number_of_several_people'"
[[not_testable]]
reason = "split_and_combined"
when = "order_weights.why_not = 'split_and_combined'"

[words.reading]
units_missing = { en = "too light, as if units were missing", zh = "过轻，疑似少件" }
all_missing = { en = "too light for anything that was ordered, as an empty parcel is", zh = "过轻，疑似空包" }
too_light = { en = "too light", zh = "过轻" }
too_heavy = { en = "too heavy, as if other goods were in it", zh = "过重，疑似装有其他物品" }
[words.basis]
catalogue = { en = "product catalogue", zh = "商品目录" }
export = { en = "order export", zh = "订单导出" }
learned = { en = "the seller's own parcels", zh = "由历史包裹推算" }
mixed = { en = "several sources", zh = "多种来源" }

[params]
least_percent = { type = "int", default = 30, min = 1, max = 100, doc = "a parcel below this share of the ordered weight is too light" }
most_percent = { type = "int", default = 300, min = 100, doc = "a parcel above this share of the ordered weight is too heavy" }
least_difference_g = { type = "int", default = 200, min = 1, doc = "grams by which the weights differ at least" }
near_g = { type = "int", default = 60, min = 0, doc = "grams within which missing units explain the weight" }

[docs]
what = "Orders whose parcels weigh, by the carrier's largest scan weight, far less or far more than everything ordered in them: by the catalogue, else the export, else what the seller's other parcels of that SKU weigh."
why = "An empty or swapped parcel is a fake shipment; its weight is the one thing that a scan measures and a seller cannot write. The finding names the missing units that fit the weight best."
not_raised_when = [
  "a part of the order's parcels was not weighed, or an item's weight is nowhere known; then it is not testable",
  "the weights differ by no more than the least difference",
  "the parcel holds several orders of one buyer, or the order travels in several parcels: both are added up first",
  "the carrier rounds up to whole or half kilograms, or to pounds, and the weight below that is in the band",
  "the export's weight fits when read as that of the unit, of the line or of the order",
]
could_be_wrong = [
  { name = "our_own_band", en = "no platform publishes a tolerance: the band is ours", zh = "平台未公布容差：该范围由我们设定" },
  { name = "billed_by_volume", en = "the carrier bills by volume and shows that as weight", zh = "承运商按体积计费并显示为重量", when = "found.reading = 'too_heavy'" },
  { name = "wrong_item_weight", en = "the catalogue holds the weight of a carton, or of another variation", zh = "商品目录中的重量是整箱或其他规格的重量", when = "found.basis = 'catalogue' or found.basis = 'mixed'" },
  { name = "learned_from_bad", en = "the weight was learned, and most parcels of the SKU held something else", zh = "重量由历史推算，而该 SKU 多数包裹装有其他物品", when = "found.basis = 'learned' or found.basis = 'mixed'" },
  { name = "split_order", en = "the order was split and the weight of one of its parcels is not in the tracking", zh = "订单已拆分，其中一个包裹的重量不在轨迹中", when = "orders.is_split" },
  { name = "combined_order", en = "the parcel holds goods of another order that is not in the exports", zh = "包裹含有不在导出中的其他订单商品", when = "orders.is_combined" },
]
evidence_to_keep = "A photograph of the packed parcel on the scale, the packing list, the carrier's weighing record."
sources = [
  "TikTok Shop list of false shipment (SEA/UK guidelines): empty parcel, short shipment",
  "Douyin, 2025-11-04, rule on merchant logistics abnormality: empty parcels named",
  "30 %, 300 % and 200 g: defaults of this project, unverified",
]

[[example]]
name = "just at 30 % and a gram below; just at 300 % and a gram above"
flags = ["O2", "O4"]
threshold = ["least_percent", "most_percent"]
severity = { O4 = "low" }
evidence = { O2 = { reading = "too_light", basis = "catalogue" }, O4 = { reading = "too_heavy" } }
orders = '''
order_id
O1
O2
O3
O4
'''
order_weights = '''
order_id | weighed_g | least_weighed_g | expected_g | least_expected_g | most_expected_g | basis     | units
O1       | 300       | 300             | 1000       | 1000             | 1000            | catalogue | 1
O2       | 299       | 299             | 1000       | 1000             | 1000            | catalogue | 1
O3       | 3003      | 3003            | 1001       | 1001             | 1001            | catalogue | 1
O4       | 3004      | 3004            | 1001       | 1001             | 1001            | catalogue | 1
'''

[[example]]
name = "far apart in percent, and 200 g or a gram more in weight"
flags = ["O2"]
threshold = ["least_difference_g"]
orders = '''
order_id
O1
O2
'''
order_weights = '''
order_id | weighed_g | least_weighed_g | expected_g | least_expected_g | most_expected_g | basis     | units
O1       | 10        | 10              | 210        | 210              | 210             | catalogue | 1
O2       | 10        | 10              | 211        | 211              | 211             | catalogue | 1
'''

[[example]]
name = "missing units that fit the weight; an empty parcel; units that do not fit; the near side is not judged by it"
flags = ["O1", "O2", "O3"]
threshold = ["near_g"]
evidence = { O1 = { reading = "units_missing", missing_units = "2", missing_sku = "MAT" }, O2 = { reading = "all_missing", missing_sku = "None" }, O3 = { reading = "too_light", missing_sku = "None" } }
orders = '''
order_id
O1
O2
O3
O4
'''
order_weights = '''
order_id | weighed_g | least_weighed_g | expected_g | least_expected_g | most_expected_g | basis     | units | skus | missing_sku | missing_units | missing_off_g
O1       | 360       | 360             | 2600       | 2600             | 2600            | catalogue | 3     | 2    | MAT         | 2             | 60
O2       | 60        | 60              | 2300       | 2300             | 2300            | catalogue | 2     | 1    | MAT         | 2             | 60
O3       | 361       | 361             | 2600       | 2600             | 2600            | catalogue | 3     | 2    | MAT         | 2             | 61
O4       | 2500      | 2500            | 2600       | 2600             | 2600            | catalogue | 3     | 2    | MAT         | 1             | 900
'''

[[example]]
name = "the carrier rounded up, and the export's weight read either way"
flags = []
orders = '''
order_id
O1
O2
O3
'''
order_weights = '''
order_id | weighed_g | least_weighed_g | expected_g | least_expected_g | most_expected_g | basis     | units
O1       | 1000      | 1               | 120        | 120              | 120             | catalogue | 1
O2       | 260       | 260             | 900        | 300              | 2700            | export    | 3
O3       | 2600      | 2600            | 900        | 300              | 2700            | export    | 3
'''

[[example]]
name = "orders in one parcel each have their finding; cancelled orders and the platform's are nobody's"
flags = ["O1", "O2"]
evidence = { O1 = { orders_together = "2", waybill = "W1" } }
orders = '''
order_id | platform_fulfilled | cancelled_at
O1       | false              |
O2       | false              |
O3       | true               |
O4       | false              | 2026-01-03 09:00
O5       | false              |
'''
order_weights = '''
order_id | waybill | orders_together | weighed_g | least_weighed_g | expected_g | least_expected_g | most_expected_g | basis     | units
O1       | W1      | 2               | 40        | 40              | 1400       | 1400             | 1400            | catalogue | 2
O2       | W1      | 2               | 40        | 40              | 1400       | 1400             | 1400            | catalogue | 2
O3       | W3      | 1               | 40        | 40              | 1400       | 1400             | 1400            | catalogue | 2
O4       | W4      | 1               | 40        | 40              | 1400       | 1400             | 1400            | catalogue | 2
'''

[[example]]
name = "what cannot be judged, each with its reason"
flags = []
not_testable = { O1 = "not_weighed", O2 = "part_not_weighed", O3 = "no_item_weight", O4 = "number_of_several_people", O5 = "split_and_combined" }
orders = '''
order_id
O1
O2
O3
O4
O5
'''
order_weights = '''
order_id | weighed_g | least_weighed_g | expected_g | least_expected_g | most_expected_g | why_not
O1       |           |                 | 1400       | 1400             | 1400            | not_weighed
O2       | 40        | 40              | 1400       | 1400             | 1400            | part_not_weighed
O3       | 40        | 40              |            |                  |                 | no_item_weight
O4       | 40        | 40              | 1400       | 1400             | 1400            | number_of_several_people
O5       | 40        | 40              | 1400       | 1400             | 1400            | split_and_combined
'''

[[example]]
name = "no orders at all"
flags = []
*/
with far_off as (
  select
    order_weights.order_id,
    order_weights.waybill,
    order_weights.carrier,
    order_weights.weighed_g,
    order_weights.expected_g,
    order_weights.basis,
    order_weights.units,
    order_weights.parcels,
    order_weights.orders_together,
    order_weights.weighed_g < order_weights.least_expected_g as is_light,
    order_weights.missing_off_g <= {near_g} as fits,
    order_weights.missing_units = order_weights.units and order_weights.skus = 1 as takes_all,
    order_weights.missing_sku,
    order_weights.missing_units
  from order_weights
  where order_weights.why_not is null
    and (
      (
        100 * order_weights.weighed_g < {least_percent} * order_weights.least_expected_g
        and order_weights.least_expected_g - order_weights.weighed_g > {least_difference_g}
      )
      or (
        100 * order_weights.least_weighed_g > {most_percent} * order_weights.most_expected_g
        and order_weights.least_weighed_g - order_weights.most_expected_g > {least_difference_g}
      )
    )
)
select
  far_off.order_id,
  case when far_off.is_light then 'medium' else 'low' end as severity,
  far_off.waybill,
  far_off.carrier,
  far_off.weighed_g,
  far_off.expected_g,
  case
    when not far_off.is_light then 'too_heavy'
    when far_off.fits and far_off.takes_all then 'all_missing'
    when far_off.fits then 'units_missing'
    else 'too_light'
  end as reading,
  case when far_off.is_light and far_off.fits and not far_off.takes_all then far_off.missing_sku end as missing_sku,
  case when far_off.is_light and far_off.fits and not far_off.takes_all then far_off.missing_units end as missing_units,
  far_off.basis,
  far_off.units,
  far_off.parcels,
  far_off.orders_together
from far_off
