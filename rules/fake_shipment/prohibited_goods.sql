/*
id = "prohibited_goods"
title.en = "Goods on the prohibited or restricted list"
title.zh = "违禁或限运商品"
severity = "high"
evidence_class = "soft"
grain = "order"
again = { reach = "order" }
scope = "not orders.platform_fulfilled and orders.cancelled_at is null"
message.en = "{sku} is on the list of goods, {kind}: it matches “{term}”."
message.zh = "{sku} 命中商品清单（{kind}）：匹配“{term}”。"

[join]
order_contents = "order_contents.order_id = orders.order_id"

[[not_testable]]
reason = "no_product_text"
when = "not coalesce(order_contents.has_product_text, false)"

[words.kind]
prohibited = { en = "prohibited", zh = "禁止销售或寄递" }
restricted = { en = "restricted by carriers", zh = "承运商限运" }

[params]
list = { type = "text", default = "prohibited_goods", doc = "id of the list under rules/lists" }

[docs]
what = "Orders with a product whose name, variation, category or SKU holds a term of the list rules/lists/prohibited_goods.toml as whole words, and none of the exceptions beside that term."
why = "Marketplaces take such goods down, and carriers refuse, return or destroy the parcels."
not_raised_when = [
  "a word of the entry's exceptions stands in the same product's text: firework print shirt, water pistol, power bank case",
  "the term is only part of a longer word",
  "the order was cancelled",
]
could_be_wrong = [
  { name = "our_own_list", en = "the list is ours, not a platform's: check the market's own list before acting", zh = "该清单由我们维护而非平台：处理前请核对该市场清单" },
  { name = "proper_service", en = "restricted goods are fine with the carrier's proper service and label", zh = "受限商品使用承运商相应服务和标签即可", when = "found.kind like 'restricted%'" },
  { name = "other_sense", en = "a name uses the word in another sense that no exception names yet: add one to the list", zh = "商品名称以其他含义使用该词：请在清单中添加例外" },
]
evidence_to_keep = "The product page, the safety data sheet, the carrier's acceptance of the goods."
sources = ["rules/lists/prohibited_goods.toml (unverified)"]

[given]
listed_terms = '''
list             | kind       | term         | exception
prohibited_goods | prohibited | firecrackers | print
prohibited_goods | prohibited | firecrackers | costume
prohibited_goods | prohibited | 鞭炮         |
prohibited_goods | restricted | power bank   | case
other            | prohibited | mug          |
'''

[[example]]
name = "by name, by category, in Chinese, restricted, by SKU; a SKU excuses nothing"
flags = ["O1", "O2", "O3", "O4", "O5"]
severity = { O4 = "low", O5 = "low" }
evidence = { O1 = { kind = "prohibited", sku = "BOOM", term = "firecrackers", waybill = "W1" }, O2 = { waybill = "None" }, O4 = { kind = "restricted" } }
orders = '''
order_id
O1
O2
O3
O4
O5
'''
order_contents = '''
order_id | has_product_text
O1       | true
O2       | true
O3       | true
O4       | true
O5       | true
'''
order_lines = '''
order_id | source_line | seller_sku | product_name              | product_category
O1       | 2           | BOOM       | FIRE-CRACKERS, Firecrackers! box of ten |
O2       | 3           | B2         | Red box                   | Firecrackers
O3       | 4           | B3         | 过年鞭炮礼盒                |
O4       | 5           | CASE-4     | Power  Bank 10000 mAh     | Electronics
O5       | 6           | power-bank | Black, 10000 mAh          | Electronics
'''
parcels = '''
parcel_id | order_id | waybill
O1/W1     | O1       | W1
O2/W2     | O2       | W2
O2/W3     | O2       | W3
'''

[[example]]
name = "an exception beside the term, part of a word, another list, a list's term in two products' words"
flags = []
orders = '''
order_id
O1
O2
O3
O4
'''
order_contents = '''
order_id | has_product_text
O1       | true
O2       | true
O3       | true
O4       | true
'''
order_lines = '''
order_id | source_line | seller_sku | product_name                | product_category
O1       | 2           | S1         | Shirt with firecrackers print | Clothing
O2       | 3           | S2         | Megafirecrackersalad bowl   | Home
O3       | 4           | MUG        | Mug                         | Kitchenware
O4       | 5           | S4         | Cable for power             | Bank
'''

[[example]]
name = "cancelled, fulfilled by the platform, no product text"
flags = []
not_testable = { O3 = "no_product_text" }
orders = '''
order_id | cancelled_at     | platform_fulfilled
O1       | 2026-01-03 09:00 | false
O2       |                  | true
O3       |                  | false
'''
order_contents = '''
order_id | has_product_text
O1       | true
O2       | true
O3       | false
'''
order_lines = '''
order_id | source_line | seller_sku | product_name
O1       | 2           | BOOM       | firecrackers
O2       | 3           | BOOM       | firecrackers
O3       | 4           | BOOM       |
'''

[[example]]
name = "two bad products in one order are one finding; the worse one is told"
flags = ["O1"]
evidence = { O1 = { sku = "Z9", kind = "prohibited", products = "2" } }
orders = '''
order_id
O1
'''
order_contents = '''
order_id | has_product_text
O1       | true
'''
order_lines = '''
order_id | source_line | seller_sku | product_name
O1       | 2           | A1         | power bank
O1       | 3           | Z9         | firecrackers
'''

[[example]]
name = "no orders at all"
flags = []
*/
with products_sold as (
  select distinct
    order_lines.seller_sku,
    order_lines.product_name,
    order_lines.variation,
    order_lines.product_category
  from order_lines
),
-- A dot keeps the last word of one text and the first of the next from making a term together.
texts as (
  select
    products_sold.seller_sku,
    products_sold.product_name,
    products_sold.variation,
    products_sold.product_category,
    ' ' || coalesce(fa_place(products_sold.product_name), '') || ' . ' || coalesce(fa_place(products_sold.variation), '')
      || ' . ' || coalesce(fa_place(products_sold.product_category), '') || ' ' as described,
    ' ' || coalesce(fa_place(products_sold.seller_sku), '') || ' ' as code
  from products_sold
),
-- Whole words in scripts that have upper and lower case; anywhere in the text in those that set no blanks between words.
looked_for as (
  select
    listed_terms.kind,
    listed_terms.term,
    case when lower(listed_terms.term) = upper(listed_terms.term) then '%' || listed_terms.term || '%'
      else '% ' || listed_terms.term || ' %' end as form,
    case when lower(listed_terms.exception) = upper(listed_terms.exception) then '%' || listed_terms.exception || '%'
      else '% ' || listed_terms.exception || ' %' end as exception_form
  from listed_terms
  where listed_terms.list = {list}
),
matches as (
  select
    texts.seller_sku,
    texts.product_name,
    texts.variation,
    texts.product_category,
    looked_for.kind,
    looked_for.term
  from texts
  join looked_for on texts.described like looked_for.form or texts.code like looked_for.form
  group by
    texts.seller_sku, texts.product_name, texts.variation, texts.product_category, looked_for.kind, looked_for.term
  having max(case when texts.described like looked_for.exception_form then 1 else 0 end) = 0
),
sold as (
  select
    order_lines.order_id,
    order_lines.source_file,
    order_lines.source_line,
    coalesce(order_lines.seller_sku, order_lines.sku_id, order_lines.product_id) as sku,
    matches.kind,
    matches.term,
    count(*) over (partition by order_lines.order_id) as products,
    row_number() over (
      partition by order_lines.order_id
      order by matches.kind nulls last, order_lines.source_file nulls last, order_lines.source_line nulls last, matches.term nulls last
    ) as nth
  from order_lines
  join matches
    on coalesce(matches.seller_sku, '') = coalesce(order_lines.seller_sku, '')
    and coalesce(matches.product_name, '') = coalesce(order_lines.product_name, '')
    and coalesce(matches.variation, '') = coalesce(order_lines.variation, '')
    and coalesce(matches.product_category, '') = coalesce(order_lines.product_category, '')
),
numbered as (
  select parcels.order_id, min(parcels.waybill) as waybill
  from parcels
  join sold on sold.order_id = parcels.order_id and sold.nth = 1
  group by parcels.order_id
  having count(*) = 1
)
select
  sold.order_id,
  numbered.waybill,
  sold.source_file,
  sold.source_line,
  case when sold.kind = 'restricted' then 'low' else 'high' end as severity,
  coalesce(sold.sku, 'a product') as sku,
  sold.kind,
  sold.term,
  sold.products
from sold
left join numbered on numbered.order_id = sold.order_id
where sold.nth = 1
