/*
id = "placeholder_waybill"
title.en = "Dummy waybill number"
title.zh = "虚构运单号"
severity = "critical"
evidence_class = "hard"
grain = "parcel"
again = { reach = "order" }
scope = "not parcels.platform_fulfilled"
message.en = "Waybill {waybill} is no number of any carrier: {kind}."
message.zh = "运单号 {waybill} 不是任何承运商的单号：{kind}。"

[words.kind]
repeated_character = { en = "one character over and over", zh = "同一字符重复" }
sequence = { en = "digits that only count up or down", zh = "连续递增或递减的数字" }
dummy_word = { en = "a word that stands for no number", zh = "占位词而非单号" }
order_number = { en = "it is the order's own number", zh = "即该订单的订单号" }
phone_number = { en = "it has the form of a phone number (digits shown as 9)", zh = "形似电话号码（数字以 9 显示）" }

[docs]
what = "Numbers typed to get past the form: one character repeated, digits in a row, TEST, NA or TBD, the order's own number, a phone number."
why = "Nothing was shipped under such a number. TikTok Shop lists an invalid number among false logistics status."
not_raised_when = [
  "the number only holds repeated or rising digits in part",
  "a word or a phone number stands in a number that fits its carrier's format and check digit",
  "a number looks like a phone number and the formats of its carrier are not all known",
]
could_be_wrong = [
  { name = "looks_like_a_word", en = "a carrier without a known format numbers its parcels in a way that looks like a word", zh = "无已知格式的承运商单号看似单词", when = "parcels.placeholder = 'dummy_word' and parcels.waybill_check = 'unknown'" },
  { name = "mistyped", en = "a mistyped real number has the form of a phone number; it is wrong all the same", zh = "误输的真实单号形似电话；单号仍然错误", when = "found.kind = 'phone_number'" },
  { name = "carrier_knows_it", en = "the carrier scanned a parcel under this very number", zh = "承运商对该单号有扫描记录", when = "journeys.scans > 0" },
]
evidence_to_keep = "The carrier's label or manifest that shows the number as issued."
sources = [
  "TikTok Shop list of false shipment (SEA/UK guidelines): invalid number",
  "Numbers of one repeated digit pass several check digits: no check digit tells them from real ones",
  "fulfil_analytics/reference/placeholders.toml: the words and forms, a list of our own (unverified)",
]

[[example]]
name = "every kind of dummy"
flags = ["P1", "P2", "P3", "P4", "P5"]
evidence = { P1 = { kind = "repeated_character", carrier = "fedex" }, P5 = { kind = "phone_number" } }
parcels = '''
parcel_id | waybill            | carrier | placeholder
P1        | 000000000000       | fedex   | repeated_character
P2        | 123456789012       | fedex   | sequence
P3        | TEST               | fedex   | dummy_word
P4        | 576461234567890123 | usps    | order_number
P5        | 9999999999         | usps    | phone_number
'''

[[example]]
name = "a real number in which digits repeat, and a wrong number that is no dummy"
flags = []
parcels = '''
parcel_id | waybill                | carrier | waybill_check | placeholder
P1        | 9400111111111111111111 | usps    | ok            |
P2        | 9400111899223100001235 | usps    | bad           |
'''

[[example]]
name = "fulfilled by the platform"
flags = []
parcels = '''
parcel_id | waybill | placeholder | platform_fulfilled
P1        | TEST    | dummy_word  | true
'''

[[example]]
name = "no parcels at all"
flags = []
*/
select
  parcels.parcel_id,
  parcels.given_at as occurred_at,
  parcels.waybill,
  parcels.placeholder as kind,
  parcels.carrier
from parcels
where parcels.placeholder is not null
