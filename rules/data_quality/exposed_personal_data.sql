/*
id = "exposed_personal_data"
title.en = "Personal data where it should not be"
title.zh = "个人信息出现在不应出现之处"
severity = "low"
evidence_class = "hard"
grain = "order_or_file"
message.en = "A phone number or e-mail address stands in {places}: take it out and export again."
message.zh = "{places}中含有电话号码或电子邮箱：请移除后重新导出。"

[join]
order_contents = "order_contents.order_id = orders.order_id"

[[not_testable]]
reason = "no_free_text"
when = "orders.order_id is not null and not coalesce(order_contents.texts_read, false)"

[words.places]
file_name = { en = "the file's name", zh = "文件名" }
note = { en = "the seller's note", zh = "卖家备注" }
buyer_message = { en = "the buyer's message", zh = "买家留言" }
product_name = { en = "the product's name", zh = "商品名称" }
variation = { en = "the product's variation", zh = "商品规格" }

[docs]
what = "Orders with a phone number or an e-mail address in the seller's note, the buyer's message, or the name or variation of a product, and files with one in their name. The value itself is kept nowhere."
why = "Notes and names are copied, printed and shared where nobody expects personal data, and no masking of the platform covers them."
not_raised_when = [
  "a number has the form of a waybill, an order number, a date or a postal code",
  "a bare run of digits stands without a word that makes it a phone number",
]
could_be_wrong = [
  { name = "part_number", en = "a part number is grouped as a phone number is", zh = "产品编号的分组方式与电话号码相同" },
  { name = "own_number", en = "the number is the shop's own and public", zh = "该号码是店铺自己的公开号码" },
  { name = "buyer_wrote_it", en = "the buyer wrote it into the message on purpose", zh = "买家在留言中主动填写", when = "found.places = 'buyer_message'" },
]
evidence_to_keep = "Nothing: remove it at its source."
sources = ["Forms of phone numbers and e-mail addresses in fulfil_analytics/sources/content.toml and privacy.py (unverified)"]

[[example]]
name = "a note, a product's name, the buyer's own words"
flags = ["O1", "O2", "O3"]
severity = { O3 = "info" }
evidence = { O1 = { places = "note" }, O2 = { places = "buyer_message, product_name" } }
orders = '''
order_id
O1
O2
O3
O4
'''
order_contents = '''
order_id | texts_read | exposed
O1       | true       | note
O2       | true       | buyer_message, product_name
O3       | true       | buyer_message
O4       | true       |
'''

[[example]]
name = "struck out of a file's name"
flags = ["file orders of […].csv"]
evidence = { "file orders of […].csv" = { places = "file_name" } }
source_files = '''
source_file        | kind
orders of […].csv  | orders
orders.csv         | orders
'''

[[example]]
name = "an export without free text"
flags = []
not_testable = { O1 = "no_free_text", O2 = "no_free_text" }
orders = '''
order_id
O1
O2
'''
order_contents = '''
order_id | texts_read | exposed
O1       | false      |
'''

[[example]]
name = "nothing exposed"
flags = []
orders = '''
order_id
O1
'''
order_contents = '''
order_id | texts_read | exposed
O1       | true       |
'''
source_files = '''
source_file | kind
orders.csv  | orders
'''

[[example]]
name = "no orders and no files at all"
flags = []
*/
with numbered as (
  select parcels.order_id, min(parcels.waybill) as waybill
  from order_contents
  join parcels on parcels.order_id = order_contents.order_id
  where order_contents.exposed is not null
  group by parcels.order_id
  having count(*) = 1
)
select
  order_contents.order_id,
  numbered.waybill,
  cast(null as string) as source_file,
  case when order_contents.exposed = 'buyer_message' then 'info' else 'low' end as severity,
  order_contents.exposed as places
from order_contents
left join numbered on numbered.order_id = order_contents.order_id
where order_contents.exposed is not null
union all
select
  cast(null as string) as order_id,
  cast(null as string) as waybill,
  source_files.source_file,
  'low' as severity,
  'file_name' as places
from source_files
where source_files.source_file like '%[…]%'
