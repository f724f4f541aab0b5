/*
id = "carrier_mismatch"
title.en = "Number of another carrier"
title.zh = "单号与承运商不符"
severity = "high"
evidence_class = "hard"
grain = "parcel"
again = { reach = "order" }
requires = ["parcels.waybill_check"]
scope = "not parcels.platform_fulfilled"
message.en = "Waybill {waybill} was declared as {carrier}, which has no such numbers; it fits {fits_carriers}."
message.zh = "运单号 {waybill} 申报为 {carrier}，但不符合其任何单号格式；它符合 {fits_carriers} 的格式。"

[[not_testable]]
reason = "damaged_identifier"
when = "parcels.waybill_damaged"
[[not_testable]]
reason = "carrier_unknown"
when = "parcels.carrier is null"
[[not_testable]]
reason = "no_published_format"
when = "parcels.waybill_check = 'unknown'"

[docs]
what = "Numbers that cannot be the declared carrier's and fit the format and the check digit of another."
why = "TikTok Shop refuses such pairs (number does not match the provider) and cannot trace the parcel under the declared carrier."
not_raised_when = [
  "the declared carrier's formats are not all known; then the parcel is not testable",
  "the number belongs to a carrier that the declared one hands over to, or that hands over to the declared one",
  "the other carrier's format has no check digit: too many numbers fit such a format by chance",
  "the two names are aliases of one carrier",
  "the number is a dummy; then placeholder_waybill speaks",
]
could_be_wrong = [
  { name = "fits_by_chance", en = "a made-up or mistyped number fits some carrier by chance, one in ten where one check digit decides; it is wrong all the same", zh = "编造或误输的单号偶然符合某承运商（一位校验码约十分之一）；单号仍然错误" },
  { name = "wrong_carrier_named", en = "the number is good and the order names the wrong carrier: the carrier scanned it", zh = "单号有效但订单填错承运商：承运商有扫描记录", when = "journeys.scans > 0" },
  { name = "unknown_partner", en = "the declared carrier hands over to a partner that rules/carriers does not name yet", zh = "所填承运商交接给 rules/carriers 尚未列出的合作方" },
]
evidence_to_keep = "The label, and the page of the carrier that finds the number."
sources = [
  "TikTok Shop Partner API error 21004015: number does not match the provider",
  "rules/carriers/*.toml: formats, check digits and hand-overs with the source of each",
]

[[example]]
name = "a USPS number declared as UPS"
flags = ["P1"]
evidence = { P1 = { carrier = "ups", fits_carriers = "usps" } }
parcels = '''
parcel_id | waybill                | carrier | waybill_check | fits_carriers
P1        | 9400111899223100001234 | ups     | bad           | usps
'''

[[example]]
name = "wrong for its carrier and nobody else's; a dummy; a partner's number; its own"
flags = []
parcels = '''
parcel_id | waybill                | carrier      | waybill_check | waybill_reason | fits_carriers | placeholder
P1        | 9400111899223100001235 | usps         | bad           | check_digit    |               |
P2        | 000000000000           | usps         | bad           | no_format_fits |               | repeated_character
P3        | 9400111899223100001234 | ups-surepost | ok            | handover       |               |
P4        | 9400111899223100001234 | usps         | ok            | fits           |               |
'''

[[example]]
name = "no published format, a carrier nobody knows, a damaged number, no check at all"
flags = []
not_testable = { P1 = "no_published_format", P2 = "carrier_unknown", P3 = "damaged_identifier", P4 = "missing parcels.waybill_check" }
parcels = '''
parcel_id | waybill                | carrier | waybill_check | fits_carriers | waybill_damaged
P1        | 9400111899223100001234 | speedx  | unknown       | usps          | false
P2        | 9400111899223100001234 |         | unknown       | usps          | false
P3        | 9.4E+21                | ups     | bad           | usps          | true
P4        | 9400111899223100001234 | ups     |               | usps          | false
'''

[[example]]
name = "fulfilled by the platform"
flags = []
parcels = '''
parcel_id | waybill                | carrier | waybill_check | fits_carriers | platform_fulfilled
P1        | 9400111899223100001234 | ups     | bad           | usps          | true
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
  parcels.fits_carriers,
  parcels.carrier_as_given
from parcels
where parcels.waybill_check = 'bad'
  and parcels.fits_carriers is not null
  and parcels.placeholder is null
