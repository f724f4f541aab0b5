/*
id = "invalid_waybill"
title.en = "Waybill number cannot be right"
title.zh = "运单号无效"
severity = "high"
evidence_class = "hard"
grain = "parcel"
again = { reach = "order" }
requires = ["parcels.waybill_check"]
scope = "not parcels.platform_fulfilled"
message.en = "Waybill {waybill} cannot be a number of {carrier}: {reason}."
message.zh = "运单号 {waybill} 不可能是 {carrier} 的单号：{reason}。"

[[not_testable]]
reason = "damaged_identifier"
when = "parcels.waybill_damaged"
[[not_testable]]
reason = "carrier_unknown"
when = "parcels.carrier is null"
[[not_testable]]
reason = "no_published_format"
when = "parcels.waybill_check = 'unknown'"

[words.reason]
check_digit = { en = "its check digit is wrong", zh = "校验位错误" }
format = { en = "it fits none of the carrier's formats", zh = "不符合该承运商的任何单号格式" }

[docs]
what = "Waybill numbers that fit no known format of the carrier the order declares, or that fit one and fail its check digit."
why = "Platforms refuse or punish numbers that their carrier never issued: TikTok Shop lists an invalid number among false logistics status."
not_raised_when = [
  "the carrier has no format that is known for sure; then the parcel is not testable",
  "the number is written in lower case, with blanks or hyphens, or in full-width digits: it is normalised first",
  "a spreadsheet damaged the number; then damaged_identifier speaks",
  "the number is a dummy, or another carrier's; then placeholder_waybill or carrier_mismatch speaks",
  "the number belongs to the last-mile partner of the declared carrier (a USPS number under UPS SurePost, FedEx SmartPost and the like)",
]
could_be_wrong = [
  { name = "new_range", en = "the carrier has begun a new number range that its file in rules/carriers does not hold yet", zh = "承运商启用了 rules/carriers 尚未收录的新号段", when = "case when found.reason = 'check_digit' then false end" },
  { name = "carrier_knows_it", en = "the carrier scanned a parcel under this very number", zh = "承运商对该单号有扫描记录", when = "journeys.scans > 0" },
  { name = "wrong_carrier_named", en = "the order names the wrong carrier for a number that is good elsewhere", zh = "订单填错承运商，单号属于其他承运商", when = "parcels.fits_carriers is not null" },
  { name = "mistyped", en = "a digit was mistyped on upload and the parcel travelled under the right number: only the check digit is wrong", zh = "上传时误输一位，包裹以正确单号运输：仅校验码错误", when = "found.reason = 'check_digit'" },
]
evidence_to_keep = "The carrier's label or manifest that shows the number as issued, and the page of the carrier that finds it."
sources = [
  "TikTok Shop list of false shipment (SEA/UK guidelines): invalid number",
  "TikTok Shop Partner API error 21004015 and 21011022: number does not match the provider, invalid number",
  "rules/carriers/*.toml: formats and check digits with the source of each",
]

[[example]]
name = "wrong check digit, and no format that fits"
flags = ["P1", "P2"]
evidence = { P1 = { reason = "check_digit", format = "usps_impb" }, P2 = { reason = "format" } }
parcels = '''
parcel_id | waybill                | carrier | waybill_check | waybill_reason | waybill_format
P1        | 9400111899223100001235 | usps    | bad           | check_digit    | usps_impb
P2        | 12345                  | ups     | bad           | no_format_fits |
'''

[[example]]
name = "a good number"
flags = []
parcels = '''
parcel_id | waybill                | carrier | waybill_check | waybill_reason | waybill_format
P1        | 9400111899223100001234 | usps    | ok            | fits           | usps_impb
'''

[[example]]
name = "lower case, blanks and hyphens were normalised before the check"
flags = []
parcels = '''
parcel_id | waybill            | carrier | waybill_check | waybill_reason | waybill_format
P1        | 1Z999AA10123456784 | ups     | ok            | fits           | ups_1z
'''

[[example]]
name = "the last-mile partner's number"
flags = []
parcels = '''
parcel_id | waybill                | carrier         | waybill_check | waybill_reason | waybill_format
P1        | 9261290100130739203330 | fedex_smartpost | ok            | handover       | usps_impb
'''

[[example]]
name = "no published format, a carrier nobody knows, a damaged number, no check at all"
flags = []
not_testable = { P1 = "no_published_format", P2 = "carrier_unknown", P3 = "damaged_identifier", P4 = "missing parcels.waybill_check" }
parcels = '''
parcel_id | waybill       | carrier | waybill_check | waybill_reason      | waybill_damaged
P1        | SPX1          | speedx  | unknown       | no_published_format | false
P2        | 123           |         | unknown       | unknown_carrier     | false
P3        | 9.43461E+21   | usps    | bad           | no_format_fits      | true
P4        | 1Z1           | ups     |               |                     | false
'''

[[example]]
name = "a dummy, and another carrier's number: one verdict on a bad number"
flags = []
parcels = '''
parcel_id | waybill                | carrier | waybill_check | waybill_reason | placeholder        | fits_carriers
P1        | 111111111111111111     | usps    | bad           | no_format_fits | repeated_character |
P2        | 9400111899223100001234 | ups     | bad           | no_format_fits |                    | usps
'''

[[example]]
name = "fulfilled by the platform"
flags = []
parcels = '''
parcel_id | waybill | carrier | waybill_check | platform_fulfilled
P1        | 12345   | ups     | bad           | true
'''

[[example]]
name = "no parcels at all"
flags = []
*/
select
  parcels.parcel_id,
  parcels.given_at as occurred_at,
  parcels.waybill,
  parcels.carrier,
  case when parcels.waybill_reason = 'check_digit' then 'check_digit' else 'format' end as reason,
  parcels.waybill_format as format
from parcels
where parcels.waybill_check = 'bad'
  and parcels.placeholder is null
  and parcels.fits_carriers is null
