/*
id = "label_content"
title.en = "Advert or outside contact on label or note"
title.zh = "面单或备注含广告或站外联系方式"
severity = "medium"
evidence_class = "soft"
grain = "order"
again = { reach = "order" }
scope = "not orders.platform_fulfilled"
message.en = "The {place} holds what leads the buyer away from the platform: {found}."
message.zh = "{place}含有引导买家离开平台的内容：{found}。"

[join]
order_contents = "order_contents.order_id = orders.order_id"

[[not_testable]]
reason = "no_label_text_and_no_notes"
when = "not coalesce(order_contents.labels_read, false) and not coalesce(order_contents.notes_read, false)"

[words.place]
label = { en = "shipping label", zh = "面单" }
note = { en = "seller's note", zh = "卖家备注" }
both = { en = "shipping label and the seller's note", zh = "面单及卖家备注" }

[docs]
what = "Orders whose label text or seller note holds a link, the payload of a QR code, another platform's contact (WhatsApp, WeChat, LINE, Telegram, Zalo, social media), an e-mail address, a phone number that is not the recipient's, or an advert. Only the kinds found are kept, never the text."
why = "Marketplaces forbid leading buyers elsewhere, and adverts on labels and inserts are a common reason for violation points."
not_raised_when = [
  "the link is a carrier's own tracking link or one of the platform",
  "the phone on the label is the recipient's, or the recipient's is not known",
  "phone or e-mail stand on the sender's line of the label",
  "a note names an e-mail address or a phone without inviting anybody to use it (that is exposed_personal_data)",
  "words only look like a contact: online in Thai, a production line, WeChat Pay",
]
could_be_wrong = [
  { name = "internal_note", en = "the note is for the seller's own staff and never reaches the buyer", zh = "备注仅供卖家内部使用，不会到达买家", when = "found.place = 'note'" },
  { name = "sender_phone", en = "the sender's phone stands on the label without a word that says so", zh = "面单上的寄件人电话没有注明", when = "found.found like '%phone%'" },
  { name = "brand_is_address", en = "a brand's name is also an address on the web", zh = "品牌名称同时是网址", when = "found.found like '%link%'" },
]
evidence_to_keep = "A photograph of the label as printed; the template it was printed from."
sources = [
  "fulfil_analytics/sources/content.toml: the patterns, a list of our own in five languages (unverified)",
]

[[example]]
name = "label, note, both"
flags = ["O1", "O2", "O3"]
severity = { O2 = "low" }
evidence = { O1 = { place = "label", found = "link, whatsapp" }, O2 = { place = "note", found = "wechat" }, O3 = { place = "both", found = "qr; line" } }
orders = '''
order_id
O1
O2
O3
O4
'''
order_contents = '''
order_id | notes_read | note_content | labels | labels_read | label_content
O1       | true       |              | 1      | true        | link, whatsapp
O2       | true       | wechat       | 0      | false       |
O3       | true       | line         | 1      | true        | qr
O4       | true       |              | 1      | true        |
'''

[[example]]
name = "the finding stands where the label does"
flags = ["O1"]
evidence = { O1 = { source_file = "labels.csv", source_line = "7", waybill = "W1" } }
orders = '''
order_id
O1
'''
order_contents = '''
order_id | notes_read | labels | labels_read | label_content | label_waybill | label_file | label_line
O1       | true       | 1      | true        | advert        | W1            | labels.csv | 7
'''

[[example]]
name = "a phone alone may be the sender's"
flags = ["O1", "O2"]
severity = { O1 = "low" }
orders = '''
order_id
O1
O2
'''
order_contents = '''
order_id | notes_read | labels | labels_read | label_content
O1       | true       | 1      | true        | phone
O2       | true       | 1      | true        | advert, phone
'''

[[example]]
name = "nothing found, nothing read, fulfilled by the platform"
flags = []
not_testable = { O2 = "no_label_text_and_no_notes", O4 = "no_label_text_and_no_notes" }
orders = '''
order_id | platform_fulfilled
O1       | false
O2       | false
O3       | true
O4       | false
'''
order_contents = '''
order_id | notes_read | note_content | labels | labels_read | label_content
O1       | true       |              | 1      | true        |
O2       | false      |              | 1      | false       |
O3       | true       | line         | 1      | true        | qr
'''

[[example]]
name = "no orders at all"
flags = []
*/
select
  order_contents.order_id,
  case
    when order_contents.label_content is null then 'low'
    when order_contents.label_content = 'phone' and order_contents.note_content is null then 'low'
    else 'medium'
  end as severity,
  coalesce(order_contents.label_file, orders.source_file) as source_file,
  coalesce(order_contents.label_line, orders.source_line) as source_line,
  order_contents.label_waybill as waybill,
  case
    when order_contents.note_content is null then 'label'
    when order_contents.label_content is null then 'note'
    else 'both'
  end as place,
  case
    when order_contents.note_content is null then order_contents.label_content
    when order_contents.label_content is null then order_contents.note_content
    else order_contents.label_content || '; ' || order_contents.note_content
  end as found
from order_contents
join orders on orders.order_id = order_contents.order_id
where order_contents.label_content is not null
  or order_contents.note_content is not null
