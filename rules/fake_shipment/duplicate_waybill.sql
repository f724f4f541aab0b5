/*
id = "duplicate_waybill"
title.en = "One waybill on orders of different people"
title.zh = "不同收件人共用运单号"
severity = "critical"
evidence_class = "hard"
grain = "parcel"
again = { reach = "waybill" }
requires = ["parcels.given_at"]
scope = "not parcels.platform_fulfilled"
message.en = "Waybill {waybill} stands on {orders_on_number} orders within {look_back_days} days: {differs}; also on {other_orders}."
message.zh = "运单号 {waybill} 在 {look_back_days} 天内用于 {orders_on_number} 个订单：{differs}；其他订单：{other_orders}。"

[[not_testable]]
reason = "damaged_identifier"
when = "parcels.waybill_damaged"
[[not_testable]]
reason = "recipient_unknown"
when = "parcels.recipient_key is null and parcels.address_key is null and parcels.buyer_key is null"

[words.differs]
address = { en = "the addresses differ", zh = "收货地址不同" }
recipient = { en = "the recipients differ", zh = "收件人不同" }
buyer = { en = "the buyers differ", zh = "买家不同" }
combined = { en = "more orders of one buyer than a combined parcel may hold", zh = "同一买家合并的订单数超过上限" }

[params]
look_back_days = { type = "int", default = 30, min = 1, max = 365, doc = "days within which a carrier does not use a number again" }
combined_max = { type = "int", default = 20, min = 2, doc = "orders of one buyer and address that one parcel may combine" }

[docs]
what = "Waybill numbers of one carrier that stand on orders with different recipients or different addresses, given within the look-back of each other; each order concerned has its own finding, which names the others."
why = "One number cannot take parcels to two addresses: a duplicate number is on TikTok Shop's list of false logistics status, and the platform refuses it (errors 21011025, 21034012)."
not_raised_when = [
  "the orders are one combined parcel: same buyer, same address, up to the number of orders the platform combines",
  "the lines are those of one order",
  "the same order stands in two overlapping exports",
  "the carrier used the number again after the look-back",
  "two different carriers use the same digits",
  "what would differ is masked or missing on one side",
]
could_be_wrong = [
  { name = "one_household", en = "a household shares a parcel without the platform's combining: one address, two names", zh = "同一家庭未经平台合包共用包裹：地址相同、姓名不同", when = "found.differs = 'recipient' or found.differs = 'buyer'" },
  { name = "written_twice", en = "one buyer wrote the address in two ways, in one postal code", zh = "同一买家以两种方式填写地址（邮编相同）", when = "found.one_postal_code" },
  { name = "recycled_number", en = "the carrier issued the number again: numbers given further apart than the look-back are never compared", zh = "承运商重复使用单号：超过回溯期的单号不参与比较", when = "1 = 0" },
  { name = "corrected_later", en = "the seller corrected the number after the export was made", zh = "卖家在导出之后更正了单号" },
  { name = "shared_address", en = "the address is a freight forwarder's, a parcel shop's or an office's, where many people receive", zh = "收货地址是货运代理、代收点或办公室，多人共用", when = "case when shared_addresses.recipients >= 5 then true end" },
]
evidence_to_keep = "The carrier's label of each parcel with number and recipient; the edit history of the number in Seller Center."
sources = [
  "TikTok Shop list of false shipment (SEA/UK guidelines): duplicate number",
  "TikTok Shop Partner API errors 21011025, 21034012, 21011026; connector code FULFILL_UNIT_OR_ORDER_NUMBER_NOT_COMBINED_CORRECTLY",
  "Pinduoduo 2022-08, Douyin 2022-12-30: number used within the 30 days before by an order with another recipient or address",
  "TikTok Shop US, combine orders 08/12/2024: same buyer and address, at most 20 orders",
]

[[example]]
name = "two people, one number"
flags = ["O1/W1", "O2/W1"]
evidence = { "O1/W1" = { orders_on_number = "2", differs = "address", other_orders = "O2" }, "O2/W1" = { other_orders = "O1" } }
parcels = '''
parcel_id | order_id | waybill | carrier | given_at         | buyer_key | recipient_key | address_key
O1/W1     | O1       | W1      | usps    | 2026-01-05 09:00 | b1        | r1            | a1
O2/W1     | O2       | W1      | usps    | 2026-01-06 09:00 | b2        | r2            | a2
O3/W3     | O3       | W3      | usps    | 2026-01-06 09:00 | b3        | r3            | a3
'''

[[example]]
name = "same person, other address; other person, same address"
flags = ["O1/W1", "O2/W1", "O3/W3", "O4/W3"]
evidence = { "O1/W1" = { differs = "address" }, "O3/W3" = { differs = "recipient" } }
explanations = { "O1/W1" = { one_household = "ruled_out", recycled_number = "ruled_out", shared_address = "cannot_tell", written_twice = "cannot_tell" }, "O3/W3" = { one_household = "possible" } }
parcels = '''
parcel_id | order_id | waybill | carrier | given_at         | buyer_key | recipient_key | address_key
O1/W1     | O1       | W1      | usps    | 2026-01-05 09:00 | b1        | r1            | a1
O2/W1     | O2       | W1      | usps    | 2026-01-05 09:00 | b1        | r1            | a2
O3/W3     | O3       | W3      | usps    | 2026-01-05 09:00 | b3        | r3            | a3
O4/W3     | O4       | W3      | usps    | 2026-01-05 09:00 | b4        | r4            | a3
'''

[[example]]
name = "three people: each finding names the two others"
flags = ["O1/W1", "O2/W1", "O3/W1"]
evidence = { "O2/W1" = { orders_on_number = "3", other_orders = "O1, O3" } }
parcels = '''
parcel_id | order_id | waybill | carrier | given_at         | recipient_key | address_key
O1/W1     | O1       | W1      | usps    | 2026-01-05 09:00 | r1            | a1
O2/W1     | O2       | W1      | usps    | 2026-01-06 09:00 | r2            | a2
O3/W1     | O3       | W1      | usps    | 2026-01-07 09:00 | r3            | a3
'''

[[example]]
name = "combined: same buyer, same address, a name written in two ways"
flags = []
parcels = '''
parcel_id | order_id | waybill | carrier | given_at         | buyer_key | recipient_key | address_key | is_combined | combined_orders
O1/W1     | O1       | W1      | usps    | 2026-01-05 09:00 | b1        | r1            | a1          | true        | 2
O2/W1     | O2       | W1      | usps    | 2026-01-05 09:00 | b1        | r1            | a1          | true        | 2
O3/W1     | O3       | W1      | usps    | 2026-01-05 09:00 | b1        | r1b           | a1          | true        | 1
'''

[[example]]
name = "as many combined orders as are allowed, and one more: a low finding (the limit made small for the example)"
flags = ["O4/W2", "O5/W2", "O6/W2", "O7/W2"]
threshold = ["combined_max"]
params = { combined_max = 3 }
severity = { "O4/W2" = "low", "O5/W2" = "low", "O6/W2" = "low", "O7/W2" = "low" }
evidence = { "O4/W2" = { differs = "combined", orders_on_number = "4", other_orders = "+ 3" } }
parcels = '''
parcel_id | order_id | waybill | carrier | given_at         | buyer_key | recipient_key | address_key | combined_orders
O1/W1     | O1       | W1      | usps    | 2026-01-05 09:00 | b1        | r1            | a1          | 3
O2/W1     | O2       | W1      | usps    | 2026-01-05 09:00 | b1        | r1            | a1          | 3
O3/W1     | O3       | W1      | usps    | 2026-01-05 09:00 | b1        | r1            | a1          | 3
O4/W2     | O4       | W2      | usps    | 2026-01-05 09:00 | b2        | r2            | a2          | 4
O5/W2     | O5       | W2      | usps    | 2026-01-05 09:00 | b2        | r2            | a2          | 4
O6/W2     | O6       | W2      | usps    | 2026-01-05 09:00 | b2        | r2            | a2          | 4
O7/W2     | O7       | W2      | usps    | 2026-01-05 09:00 | b2        | r2            | a2          | 4
'''

[[example]]
name = "a combined parcel and a stranger on one number"
flags = ["O1/W1", "O2/W1", "O3/W1"]
evidence = { "O1/W1" = { other_orders = "O3" }, "O3/W1" = { other_orders = "O1, O2" } }
parcels = '''
parcel_id | order_id | waybill | carrier | given_at         | buyer_key | recipient_key | address_key | combined_orders
O1/W1     | O1       | W1      | usps    | 2026-01-05 09:00 | b1        | r1            | a1          | 2
O2/W1     | O2       | W1      | usps    | 2026-01-05 09:00 | b1        | r1            | a1          | 2
O3/W1     | O3       | W1      | usps    | 2026-01-05 10:00 | b3        | r3            | a3          | 1
'''

[[example]]
name = "used again after the look-back, and on its last second"
flags = ["O3/W3", "O4/W3"]
threshold = ["look_back_days"]
parcels = '''
parcel_id | order_id | waybill | carrier | given_at            | recipient_key | address_key
O1/W1     | O1       | W1      | usps    | 2025-12-01 09:00:00 | r1            | a1
O2/W1     | O2       | W1      | usps    | 2025-12-31 09:00:01 | r2            | a2
O3/W3     | O3       | W3      | usps    | 2025-12-01 09:00:00 | r3            | a3
O4/W3     | O4       | W3      | usps    | 2025-12-31 09:00:00 | r4            | a4
'''

[[example]]
name = "same digits under two carriers, known or not"
flags = ["O3/W3", "O4/W3"]
parcels = '''
parcel_id | order_id | waybill | carrier | carrier_as_given | given_at         | recipient_key | address_key
O1/W1     | O1       | W1      | usps    | USPS             | 2026-01-05 09:00 | r1            | a1
O2/W1     | O2       | W1      | fedex   | FedEx            | 2026-01-05 09:00 | r2            | a2
O3/W3     | O3       | W3      |         | Acme Post        | 2026-01-05 09:00 | r3            | a3
O4/W3     | O4       | W3      |         | ACME POST        | 2026-01-05 09:00 | r4            | a4
O5/W3     | O5       | W3      |         | Other Post       | 2026-01-05 09:00 | r5            | a5
'''

[[example]]
name = "one order with several SKU lines and with two parcels"
flags = []
parcels = '''
parcel_id | order_id | waybill | carrier | given_at         | recipient_key | address_key | is_split
O1/W1     | O1       | W1      | usps    | 2026-01-05 09:00 | r1            | a1          | true
O1/W2     | O1       | W2      | usps    | 2026-01-05 09:00 | r1            | a1          | true
'''

[[example]]
name = "masked on one side: the buyer tells, and an unknown part is no difference"
flags = ["O1/W1", "O2/W1"]
evidence = { "O1/W1" = { differs = "buyer" } }
not_testable = { "O6/W5" = "recipient_unknown" }
parcels = '''
parcel_id | order_id | waybill | carrier | given_at         | buyer_key | recipient_key | address_key
O1/W1     | O1       | W1      | usps    | 2026-01-05 09:00 | b1        | r1            | a1
O2/W1     | O2       | W1      | usps    | 2026-01-05 09:00 | b2        |               |
O3/W3     | O3       | W3      | usps    | 2026-01-05 09:00 | b3        | r3            | a3
O4/W3     | O4       | W3      | usps    | 2026-01-05 09:00 | b3        |               |
O5/W5     | O5       | W5      | usps    | 2026-01-05 09:00 | b5        | r5            | a5
O6/W5     | O6       | W5      | usps    | 2026-01-05 09:00 |           |               |
'''

[[example]]
name = "a dummy number on several orders: placeholder_waybill speaks of each"
flags = []
parcels = '''
parcel_id | order_id | waybill | carrier | given_at         | recipient_key | address_key | placeholder
O1/TEST   | O1       | TEST    | usps    | 2026-01-05 09:00 | r1            | a1          | dummy_word
O2/TEST   | O2       | TEST    | usps    | 2026-01-05 09:00 | r2            | a2          | dummy_word
'''

[[example]]
name = "one person with two accounts"
flags = []
parcels = '''
parcel_id | order_id | waybill | carrier | given_at         | buyer_key | recipient_key | address_key
O1/W1     | O1       | W1      | usps    | 2026-01-05 09:00 | b1        | r1            | a1
O2/W1     | O2       | W1      | usps    | 2026-01-05 09:00 | b2        | r1            | a1
'''

[[example]]
name = "a damaged number matches nothing, the platform's parcels are nobody's fault, no time no verdict"
flags = []
not_testable = { "O1/W1" = "damaged_identifier", "O2/W1" = "damaged_identifier", "O5/W5" = "missing parcels.given_at" }
parcels = '''
parcel_id | order_id | waybill | carrier | given_at         | recipient_key | address_key | waybill_damaged | platform_fulfilled
O1/W1     | O1       | 9.4E+21 | usps    | 2026-01-05 09:00 | r1            | a1          | true            | false
O2/W1     | O2       | 9.4E+21 | usps    | 2026-01-05 09:00 | r2            | a2          | true            | false
O3/W3     | O3       | W3      | usps    | 2026-01-05 09:00 | r3            | a3          | false           | true
O4/W3     | O4       | W3      | usps    | 2026-01-05 09:00 | r4            | a4          | false           | false
O5/W5     | O5       | W5      | usps    |                  | r5            | a5          | false           | false
O6/W5     | O6       | W5      | usps    | 2026-01-05 09:00 | r6            | a6          | false           | false
'''

[[example]]
name = "no parcels at all"
flags = []
*/
with repeated as (
  select parcels.waybill, count(*) as orders_ever
  from parcels
  where not parcels.waybill_damaged
    and not parcels.platform_fulfilled
    and parcels.placeholder is null
    and parcels.given_at is not null
  group by parcels.waybill
  having count(*) > 1
),
usable as (
  select
    parcels.parcel_id,
    parcels.order_id,
    parcels.waybill,
    repeated.orders_ever,
    coalesce(parcels.carrier, 'as given ' || coalesce(fa_place(parcels.carrier_as_given), '')) as carrier_used,
    parcels.given_at,
    fa_seconds(timestamp '1970-01-01 00:00:00', parcels.given_at) as given_second,
    parcels.buyer_key,
    parcels.recipient_key,
    parcels.address_key,
    case when parcels.postal_code not like '%*%' then parcels.postal_code end as postal_code,
    parcels.combined_orders
  from parcels
  join repeated on repeated.waybill = parcels.waybill
  where not parcels.waybill_damaged
    and not parcels.platform_fulfilled
    and parcels.placeholder is null
    and parcels.given_at is not null
),
-- One buyer at one address is one party, however the name is written.
parties as (
  select
    usable.parcel_id,
    usable.order_id,
    usable.waybill,
    usable.carrier_used,
    usable.given_second,
    usable.orders_ever,
    usable.address_key as address,
    usable.postal_code,
    case
      when usable.buyer_key is not null and usable.address_key is not null
        then min(usable.recipient_key) over (
          partition by usable.carrier_used, usable.waybill, usable.buyer_key, usable.address_key
        )
      else usable.recipient_key
    end as recipient,
    usable.buyer_key as buyer,
    case when usable.recipient_key is null and usable.address_key is null then usable.buyer_key end as masked_buyer
  from usable
),
-- Least and greatest of the neighbours in time: somebody differs when one of the two does. Nulls are neither.
neighbours as (
  select
    parties.parcel_id,
    count(*) over near as orders_near,
    min(parties.address) over near as least_address,
    max(parties.address) over near as greatest_address,
    min(parties.recipient) over near as least_recipient,
    max(parties.recipient) over near as greatest_recipient,
    min(parties.buyer) over near as least_buyer,
    max(parties.buyer) over near as greatest_buyer,
    min(parties.masked_buyer) over near as least_masked_buyer,
    max(parties.masked_buyer) over near as greatest_masked_buyer,
    case
      when count(parties.postal_code) over near = count(*) over near
        then min(parties.postal_code) over near = max(parties.postal_code) over near
    end as one_postal_code
  from parties
  window near as (
    partition by parties.carrier_used, parties.waybill
    order by parties.given_second nulls last
    range between 86400 * {look_back_days} preceding and 86400 * {look_back_days} following
  )
),
differing as (
  select
    parties.parcel_id,
    neighbours.orders_near,
    neighbours.one_postal_code,
    case
      when neighbours.least_address <> parties.address or neighbours.greatest_address <> parties.address then 'address'
      when neighbours.least_recipient <> parties.recipient or neighbours.greatest_recipient <> parties.recipient
        then 'recipient'
      when neighbours.least_masked_buyer <> parties.buyer or neighbours.greatest_masked_buyer <> parties.buyer then 'buyer'
      when neighbours.least_buyer <> parties.masked_buyer or neighbours.greatest_buyer <> parties.masked_buyer then 'buyer'
    end as differs
  from parties
  join neighbours on neighbours.parcel_id = parties.parcel_id
),
-- The others by name; a number on very many orders is told by their count.
others as (
  select
    one.parcel_id,
    other.order_id,
    row_number() over (partition by one.parcel_id order by other.order_id nulls last) as nth
  from parties as one
  join differing on differing.parcel_id = one.parcel_id and differing.differs is not null
  join parties as other
    on other.carrier_used = one.carrier_used
    and other.waybill = one.waybill
    and other.order_id <> one.order_id
    and abs(other.given_second - one.given_second) <= 86400 * {look_back_days}
    and (
      other.address <> one.address
      or other.recipient <> one.recipient
      or other.masked_buyer <> one.buyer
      or other.buyer <> one.masked_buyer
    )
  where one.orders_ever <= 50
),
named as (
  select
    others.parcel_id,
    max(case when others.nth = 1 then others.order_id end)
      || coalesce(', ' || max(case when others.nth = 2 then others.order_id end), '')
      || coalesce(', ' || max(case when others.nth = 3 then others.order_id end), '')
      || coalesce(', ' || max(case when others.nth = 4 then others.order_id end), '')
      || coalesce(', ' || max(case when others.nth = 5 then others.order_id end), '')
      || case when count(*) > 5 then ' + ' || cast(count(*) - 5 as string) else '' end as other_orders
  from others
  group by others.parcel_id
)
select
  usable.parcel_id,
  usable.given_at as occurred_at,
  case when differing.differs is null then 'low' else 'critical' end as severity,
  usable.waybill,
  usable.carrier_used as carrier,
  usable.given_at,
  case when differing.differs is null then usable.combined_orders else differing.orders_near end as orders_on_number,
  coalesce(differing.differs, 'combined') as differs,
  differing.one_postal_code,
  coalesce(named.other_orders, '+ ' || cast(coalesce(differing.orders_near, usable.combined_orders) - 1 as string)) as other_orders
from usable
left join differing on differing.parcel_id = usable.parcel_id
left join named on named.parcel_id = usable.parcel_id
where differing.differs is not null
  or (
    usable.combined_orders > {combined_max}
    and usable.buyer_key is not null
    and usable.address_key is not null
  )
