/*
id = "destination_mismatch"
title.en = "Delivered somewhere else"
title.zh = "签收地与收货地不符"
severity = "critical"
evidence_class = "hard"
grain = "parcel"
again = { reach = "order" }
scope = "not parcels.platform_fulfilled and (journeys.delivered_at is not null or parcels.delivered_at is not null)"
explained_by = ["duplicate_waybill", "cloned_track", "carrier_mismatch", "invalid_waybill"]
message.en = "The parcel {seen} {tracked_place}, but the order goes to {order_place} (compared by {level})."
message.zh = "包裹{seen} {tracked_place}，而订单收货地为 {order_place}（按{level}比较）。"

[join]
postal_levels = "postal_levels.country = parcels.market"
destination_names = "destination_names.parcel_id = parcels.parcel_id"
masked_places = "masked_places.parcel_id = parcels.parcel_id"
places = "places.country = parcels.market and places.postal_code = fa_left(parcels.postal_code, 5) and places.kind = 'military'"

[[not_testable]]
reason = "no_place_reference"
when = "postal_levels.country is null and coalesce(destination_names.verdict, 'cannot_tell') = 'cannot_tell'"
[[not_testable]]
reason = "no_common_level"
when = """postal_levels.country is not null
  and masked_places.code is null
  and coalesce(fa_masked(parcels.postal_code) or fa_masked(journeys.last_postal_code), true)
  and masked_places.city is null
  and coalesce(fa_masked(parcels.city) or fa_masked(journeys.last_city), true)
  and coalesce(fa_masked(parcels.state) or fa_masked(journeys.last_state), true)"""

[[not_testable]]
reason = "tracking_ends_on_the_way"
when = "journeys.delivered_at is null and journeys.last_place_at < parcels.delivered_at"

[[not_testable]]
reason = "military_mail"
when = """places.kind = 'military'
  and journeys.last_place_at is distinct from journeys.delivered_at
  and journeys.last_place_at is distinct from journeys.last_delivered_at"""

[[excused]]
reason = "pickup_point"
when = "parcels.pickup_point"
[[excused]]
reason = "returned_by_carrier"
when = "journeys.returned_at is not null"

[words.seen]
ended = { en = "ended in", zh = "最终到达" }
on_the_way = { en = "was last seen in", zh = "最后出现在" }

[words.level]
postal_code = { en = "postal code", zh = "邮编" }
city = { en = "city", zh = "城市" }
state = { en = "state", zh = "州/省" }

[params]
apart_km = { type = "int", default = 50, min = 1, max = 1000, doc = "kilometres between two postal codes of a market without postal areas, where a file of places knows both" }

[docs]
what = "Delivered parcels whose place of delivery (else the last place the tracking names) is not the recipient's, judged by the finest of postal code, city and state that both sides have. Medium where neither the delivery nor the last mile names a place: the last one named lies on the way."
why = "A number whose parcel went to somebody else is the classic fake shipment; TikTok Shop marks an order abnormal when the buyer's ZIP differs from the tracking's."
not_raised_when = [
  "the places are the same but spelled differently: accents, case, abbreviations (St. Louis, Saint Louis), nicknames (NYC), ZIP+4, full-width letters",
  "the postal codes share the prefix that names one area of the market (US: the first three digits)",
  "the postal codes differ but city and state agree",
  "one side tells a postal code and the other a city of the area that the code names: how the buyer spelled the city (Pittsburg, 洛杉矶) says nothing",
  "one side has only a city, and its name holds the other side's whole: Los Angeles in LOS ANGELES CA DISTRIBUTION CENTER",
  "the order goes to a pick-up point",
  "the export says delivered, but the tracking ends earlier, on the way, without a delivery: then the parcel is not testable",
  "the order goes to military mail (APO, FPO), and no delivery names its place: the carrier's tracking ends where it hands the mail over; then the parcel is not testable",
  "the carrier took the parcel back: status_conflict speaks of it",
  "a part is missing on one side, or hidden by a mask: a coarser level is compared, or the parcel is not testable",
  "what a mask leaves visible agrees: the leading digits of the postal code that name the area, or a whole word of the city",
  "the market has no table of postal areas: with a file of places (--places) the codes lie within the limit of each other; without one the names of the state agree, or may be one name in two spellings or scripts; where even that is open, the parcel is not testable",
]
could_be_wrong = [
  { name = "last_hub", en = "no delivery event names a place: the last place named may be a sorting centre on the way", zh = "签收节点没有地点：最后地点可能是途中的分拣中心", when = "journeys.last_place_at is distinct from journeys.delivered_at and journeys.last_place_at is distinct from journeys.last_delivered_at" },
  { name = "redirected", en = "the buyer had the parcel redirected with the carrier", zh = "买家通过承运商更改了派送地址" },
  { name = "address_changed", en = "the buyer changed the address after the export was made", zh = "买家在导出之后更改了地址" },
  { name = "po_box", en = "the order's postal code is of post-office boxes: the parcel may end at another office of the town", zh = "订单邮编属于邮政信箱：包裹可能投到同城另一邮局", when = "found.order_code_kind = 'po_box' or found.tracked_code_kind = 'po_box'" },
  { name = "zip_plus_4", en = "the codes differ only in a ZIP+4 suffix, a lost leading zero or full-width digits", zh = "邮编仅在 ZIP+4 后缀、丢失的前导零或全角数字上不同", when = "1 = 0" },
  { name = "returned", en = "the parcel was on its way back", zh = "包裹正在退回", when = "journeys.returned_at is not null" },
  { name = "shared_address", en = "the address is a freight forwarder's, a parcel shop's or an office's, where many people receive", zh = "收货地址是货运代理、代收点或办公室，多人共用", when = "case when shared_addresses.recipients >= 5 then true end" },
]
evidence_to_keep = "The carrier's proof of delivery with place, the order's address page, a redirection confirmed by the carrier."
sources = [
  "TikTok Shop US, automatic checks of tracking: buyer ZIP differs from the ZIP in tracking",
  "TikTok Shop list of false shipment (SEA/UK guidelines): buyer address differs from logistics destination",
]

[given]
postal_levels = '''
country | prefix_length
US      | 3
'''
regions = '''
country | code | name
US      | CA   | California
US      | ID   | Idaho
US      | IL   | Illinois
US      | MA   | Massachusetts
US      | MO   | Missouri
US      | NY   | New York
US      | TX   | Texas
'''
places = '''
country | postal_code | city        | state
US      | 62701       | Springfield | IL
US      | 01101       | Springfield | MA
US      | 07030       | Hoboken     | NJ
'''

[[example]]
name = "another area's ZIP, city and state"
flags = ["P1"]
evidence = { P1 = { level = "postal_code", order_place = "90012", tracked_place = "10001" } }
explanations = { P1 = { zip_plus_4 = "ruled_out", returned = "ruled_out", po_box = "cannot_tell", shared_address = "cannot_tell" } }
parcels = '''
parcel_id | market | postal_code | city        | state | delivered_at
P1        | US     | 90012       | Los Angeles | CA    | 2026-01-09 10:00
P2        | US     | 10001       | New York    | NY    | 2026-01-09 10:00
'''
journeys = '''
parcel_id | covered | delivered_at     | last_postal_code | last_city | last_state
P1        | true    | 2026-01-09 10:00 | 10001            | NEW YORK  | NY
P2        | true    | 2026-01-09 10:00 | 10001            | NEW YORK  | NY
'''

[[example]]
name = "the first three digits decide: 900 is 900, 900 is not 913"
flags = ["P2"]
parcels = '''
parcel_id | market | postal_code | city        | state      | delivered_at
P1        | US     | 90012       | Los Angeles | CA         | 2026-01-09 10:00
P2        | US     | 90012       | Los Angeles | California | 2026-01-09 10:00
P3        | US     | 90012-1234  | Los Angeles | CA         | 2026-01-09 10:00
P4        | US     | ９００１２   | Los Angeles | CA         | 2026-01-09 10:00
'''
journeys = '''
parcel_id | covered | last_postal_code | last_city | last_state
P1        | true    | 90089            | Vernon    | CA
P2        | true    | 91311            | Oxnard    | CA
P3        | true    | 90001            | Bell      | CA
P4        | true    | 90001            | Bell      | CA
'''

[[example]]
name = "another ZIP area of the same city and state; the same city name in another state"
flags = ["P2"]
parcels = '''
parcel_id | market | postal_code | city        | state      | delivered_at
P1        | US     | 90012       | Los Angeles | California | 2026-01-09 10:00
P2        | US     | 62701       | Springfield | IL         | 2026-01-09 10:00
P3        | US     | 62701       | Springfield |            | 2026-01-09 10:00
'''
journeys = '''
parcel_id | covered | last_postal_code | last_city   | last_state
P1        | true    | 91311            | LOS ANGELES | CA
P2        | true    | 01101            | Springfield | MA
P3        | true    | 61820            | Springfield | IL
'''

[[example]]
name = "the state comes from the postal code where a side does not say"
flags = ["P1"]
parcels = '''
parcel_id | market | postal_code | city        | state | delivered_at
P1        | US     | 62701       | Springfield |       | 2026-01-09 10:00
'''
journeys = '''
parcel_id | covered | last_postal_code | last_city   | last_state
P1        | true    | 01101            | Springfield | MA
'''

[[example]]
name = "one place, many spellings"
flags = []
parcels = '''
parcel_id | market | city         | state          | delivered_at
P1        | US     | St. Louis    | MO             | 2026-01-09 10:00
P2        | US     | NYC          | New York       | 2026-01-09 10:00
P3        | US     | San José     | ca             | 2026-01-09 10:00
P4        | US     | Ｄａｌｌａｓ   | TX             | 2026-01-09 10:00
P5        | US     | Hollywood    | CA             | 2026-01-09 10:00
P6        | US     | Coeur d'Alene | ID            | 2026-01-09 10:00
'''
journeys = '''
parcel_id | covered | last_city     | last_state
P1        | true    | SAINT LOUIS   | Missouri
P2        | true    | New York      | NY
P3        | true    | San José     | CALIFORNIA
P4        | true    | dallas        | Texas
P5        | true    | LOS ANGELES   | CA
P6        | true    | COEUR D ALENE | ID
'''
place_alias = '''
country | alias | place
US      | nyc   | new york
'''
place_names = '''
country | state | city         | alias
US      | CA    | los angeles  | los angeles
US      | CA    | los angeles  | hollywood
'''

[[example]]
name = "city where one side has no postal code, state where one side has no city"
flags = ["P1", "P2", "P4"]
evidence = { P1 = { level = "city" }, P2 = { level = "state" }, P4 = { level = "city" } }
parcels = '''
parcel_id | market | postal_code | city        | state | delivered_at
P1        | US     | 90012       | Los Angeles | CA    | 2026-01-09 10:00
P2        | US     | 90012       | Los Angeles | CA    | 2026-01-09 10:00
P3        | US     | 90012       | Los Angeles | CA    | 2026-01-09 10:00
P4        | US     | 62701       | Springfield | IL    | 2026-01-09 10:00
'''
journeys = '''
parcel_id | covered | last_postal_code | last_city   | last_state
P1        | true    |                  | Houston     | TX
P2        | true    |                  |             | TX
P3        | true    |                  |             | CA
P4        | true    |                  | Springfield | MA
'''

[[example]]
name = "what a mask hides is not compared"
flags = ["P2"]
evidence = { P2 = { level = "state" } }
not_testable = { P1 = "no_common_level", P3 = "no_common_level" }
parcels = '''
parcel_id | market | postal_code | city   | state | delivered_at
P1        | US     | 90***       | L***   | C*    | 2026-01-09 10:00
P2        | US     | 90***       | L***   | CA    | 2026-01-09 10:00
P3        | US     | **012       | L＊＊＊ | C•    | 2026-01-09 10:00
'''
journeys = '''
parcel_id | covered | last_postal_code | last_city | last_state
P1        | true    | 10001            | NEW YORK  | NY
P2        | true    | 10001            | NEW YORK  | NY
P3        | true    | 10001            | NEW YORK  | NY
'''
masked_places = '''
parcel_id | code | city
P1        |      |
P2        |      |
P3        |      |
'''

[[example]]
name = "what a mask leaves visible is: the three digits that name the area, a whole word of the city"
flags = ["P2", "P4"]
evidence = { P2 = { level = "postal_code", order_place = "900**" }, P4 = { level = "city", order_place = "L** Angeles/CA" } }
not_testable = { P6 = "no_common_level" }
parcels = '''
parcel_id | market | postal_code | city        | state | delivered_at
P1        | US     | 900**       | L** A****** | C*    | 2026-01-09 10:00
P2        | US     | 900**       | L** A****** | C*    | 2026-01-09 10:00
P3        | US     | *****       | L** Angeles | CA    | 2026-01-09 10:00
P4        | US     | *****       | L** Angeles | CA    | 2026-01-09 10:00
P5        | US     | 900**       | L** Angeles | CA    | 2026-01-09 10:00
P6        | US     | 9****       | San J***    |       | 2026-01-09 10:00
'''
journeys = '''
parcel_id | covered | last_postal_code | last_city   | last_state
P1        | true    | 90089            | VERNON      | CA
P2        | true    | 10001            | NEW YORK    | NY
P3        | true    | 90089            | LOS ANGELES | CA
P4        | true    | 77002            | HOUSTON     | TX
P5        | true    | 91311            | LOS ANGELES | CA
P6        | true    | 92101            | S** DIEGO   |
'''
masked_places = '''
parcel_id | code  | city
P1        | match |
P2        | clash |
P3        |       | match
P4        |       | clash
P5        | clash | match
P6        |       |
'''

[[example]]
name = "a ZIP that lost its zero in a spreadsheet"
flags = []
parcels = '''
parcel_id | market | postal_code | city    | state | delivered_at
P1        | US     | 7030        | Hoboken |       | 2026-01-09 10:00
'''
journeys = '''
parcel_id | covered | last_postal_code | last_city   | last_state
P1        | true    | 07030            | Jersey City | NJ
'''

[[example]]
name = "a code on one side, a city on the other: misspelled, in another script, a borough, the state beside it, behind a mask; elsewhere"
flags = ["P7", "P8"]
evidence = { P7 = { level = "city", order_place = "洛杉矶/CA", tracked_place = "SPRINGFIELD/IL" } }
parcels = '''
parcel_id | market | postal_code | city             | state      | delivered_at
P1        | US     | 07030       | Hobokin          | NJ         | 2026-01-09 10:00
P2        | US     | 90012       | 洛杉矶           | 加利福尼亚 | 2026-01-09 10:00
P3        | US     | 07030       | New York         | NJ         | 2026-01-09 10:00
P4        | US     | 90012       | Los Angeles, CA  | CA         | 2026-01-09 10:00
P5        | US     | 900**       | Luo Shan Ji      | CA         | 2026-01-09 10:00
P6        | US     | 90012       | 洛杉矶           | CA         | 2026-01-09 10:00
P7        | US     | 90012       | 洛杉矶           | CA         | 2026-01-09 10:00
P8        | US     | 07030       | Hobokin          | NJ         | 2026-01-09 10:00
'''
journeys = '''
parcel_id | covered | last_postal_code | last_city   | last_state
P1        | true    |                  | HOBOKEN     | NJ
P2        | true    |                  | LOS ANGELES | CA
P3        | true    |                  | HOBOKEN     | NJ
P4        | true    |                  | LOS ANGELES | CA
P5        | true    |                  | LOS ANGELES | CA
P6        | true    | 91311            | LOS ANGELES | CA
P7        | true    |                  | SPRINGFIELD | IL
P8        | true    |                  | NEWARK      | NJ
'''
places = '''
country | postal_code | city        | state
US      | 62701       | Springfield | IL
US      | 07030       | Hoboken     | NJ
US      | 07102       | Newark      | NJ
US      | 90012       | Los Angeles | CA
'''
place_names = '''
country | state | city        | alias
US      | CA    | los angeles | los angeles
US      | IL    | springfield | springfield
US      | NJ    | hoboken     | hoboken
US      | NJ    | newark      | newark
'''

[[example]]
name = "pick-up point and return"
flags = []
excused = { P1 = "pickup_point", P2 = "returned_by_carrier" }
parcels = '''
parcel_id | market | postal_code | city        | state | delivered_at     | pickup_point
P1        | US     | 90012       | Los Angeles | CA    | 2026-01-09 10:00 | true
P2        | US     | 90012       | Los Angeles | CA    | 2026-01-09 10:00 | false
'''
journeys = '''
parcel_id | covered | last_postal_code | last_city | last_state | returned_at
P1        | true    | 10001            | NEW YORK  | NY         |
P2        | true    | 10001            | NEW YORK  | NY         | 2026-01-12 10:00
'''

[[example]]
name = "on its way, fulfilled by the platform: none of this rule's business"
flags = []
parcels = '''
parcel_id | market | postal_code | delivered_at     | platform_fulfilled
P1        | US     | 90012       |                  | false
P2        | US     | 90012       | 2026-01-09 10:00 | true
'''
journeys = '''
parcel_id | covered | last_postal_code
P1        | true    | 10001
P2        | true    | 10001
'''

[[example]]
name = "no reference for the market, no common level, no tracking; a number given before tracking began is judged"
flags = ["P2"]
not_testable = { P1 = "no_place_reference", P3 = "no_common_level", P4 = "no_common_level" }
parcels = '''
parcel_id | market | postal_code | city | delivered_at
P1        | ZZ     | 90012       |      | 2026-01-09 10:00
P2        | US     | 90012       |      | 2026-01-09 10:00
P3        | US     |             | Reno | 2026-01-09 10:00
P4        | US     | 90012       |      | 2026-01-09 10:00
'''
journeys = '''
parcel_id | covered | not_covered_why       | last_postal_code | last_city
P1        | true    |                       | 10001            |
P2        | false   | given_before_tracking | 10001            |
P3        | true    |                       | 10001            |
'''

[[example]]
name = "the export says delivered, but the tracking was fetched before: its last place is on the way"
flags = ["P2"]
not_testable = { P1 = "tracking_ends_on_the_way" }
parcels = '''
parcel_id | market | postal_code | city        | state | delivered_at
P1        | US     | 90009       | Los Angeles | CA    | 2026-01-09 10:05
P2        | US     | 90009       | Los Angeles | CA    | 2026-01-09 10:05
'''
journeys = '''
parcel_id | covered | delivered_at     | last_place_at    | last_postal_code | last_city | last_state
P1        | true    |                  | 2026-01-08 07:00 | 10001            | NEW YORK  | NY
P2        | true    | 2026-01-09 10:00 | 2026-01-08 07:00 | 10001            | NEW YORK  | NY
'''

[[example]]
name = "the delivery names no place: a hub on the way weighs less; the last mile does; a facility of the city"
flags = ["P1", "P2"]
severity = { P1 = "medium" }
evidence = { P1 = { seen = "on_the_way" }, P2 = { seen = "ended" } }
explanations = { P1 = { last_hub = "possible" } }
parcels = '''
parcel_id | market | postal_code | city        | state | delivered_at
P1        | US     | 90012       | Los Angeles | CA    | 2026-01-09 10:00
P2        | US     | 90012       | Los Angeles | CA    | 2026-01-09 10:00
P3        | US     | 90012       | Los Angeles | CA    | 2026-01-09 10:00
'''
journeys = '''
parcel_id | covered | delivered_at     | last_place_at    | last_postal_code | last_city                          | last_state
P1        | true    | 2026-01-09 10:00 | 2026-01-08 07:00 | 85026            | PHOENIX                            | AZ
P2        | true    | 2026-01-09 10:00 | 2026-01-09 07:00 | 85026            | PHOENIX                            | AZ
P3        | true    | 2026-01-09 10:00 | 2026-01-09 07:00 |                  | LOS ANGELES CA DISTRIBUTION CENTER |
'''
tracks = '''
parcel_id | last_mile_at
P1        | 2026-01-09 07:00
P2        | 2026-01-09 07:00
P3        | 2026-01-09 07:00
'''

[[example]]
name = "military mail: the last place is where the carrier handed it over; a delivery elsewhere is one"
flags = ["P2"]
not_testable = { P1 = "military_mail" }
evidence = { P2 = { order_code_kind = "military" } }
parcels = '''
parcel_id | market | postal_code | city | state | delivered_at
P1        | US     | 09012-0001  | APO  | AE    | 2026-01-09 10:00
P2        | US     | 09012       | APO  | AE    | 2026-01-09 10:00
'''
journeys = '''
parcel_id | covered | delivered_at     | last_place_at    | last_postal_code | last_city | last_state
P1        | true    | 2026-01-09 10:00 | 2026-01-08 07:00 | 60666            | CHICAGO   | IL
P2        | true    | 2026-01-09 10:00 | 2026-01-09 10:00 | 60666            | CHICAGO   | IL
'''
places = '''
country | postal_code | city    | state | kind
US      | 09012       | Apo     | AE    | military
US      | 60666       | Chicago | IL    | standard
'''

[[example]]
name = "what could be innocent is tried: post-office boxes, an address that many share, a place on the way"
flags = ["P1", "P2"]
evidence = { P1 = { order_code_kind = "po_box" } }
explanations = { P1 = { po_box = "possible", shared_address = "possible", last_hub = "possible" }, P2 = { po_box = "ruled_out", shared_address = "cannot_tell", last_hub = "ruled_out" } }
parcels = '''
parcel_id | market | postal_code | city        | state | delivered_at     | address_key
P1        | US     | 90009       | Los Angeles | CA    | 2026-01-09 10:00 | a1
P2        | US     | 90012       | Los Angeles | CA    | 2026-01-09 10:00 | a2
'''
journeys = '''
parcel_id | covered | delivered_at     | last_place_at    | last_postal_code | last_city | last_state
P1        | true    | 2026-01-09 10:00 | 2026-01-08 07:00 | 10001            | NEW YORK  | NY
P2        | true    | 2026-01-09 10:00 | 2026-01-09 10:00 | 10001            | NEW YORK  | NY
'''
places = '''
country | postal_code | city        | state | kind
US      | 90009       | Los Angeles | CA    | po_box
US      | 90012       | Los Angeles | CA    | standard
US      | 10001       | New York    | NY    | standard
'''
shared_addresses = '''
address_key | recipients | orders
a1          | 7          | 9
'''

[[example]]
name = "a market without postal areas: the way between the codes at the limit and beyond, the same city, names alone"
flags = ["P2", "P4"]
threshold = ["apart_km"]
severity = { P2 = "critical", P4 = "high" }
evidence = { P2 = { level = "postal_code", order_place = "10200", tracked_place = "50000", km = "51" }, P4 = { level = "state", order_place = "Bangkok", tracked_place = "Chiang Mai" } }
not_testable = { P6 = "no_place_reference" }
parcels = '''
parcel_id | market | postal_code | city       | state   | delivered_at
P1        | TH     | 10200       |            |         | 2026-01-09 10:00
P2        | TH     | 10200       |            |         | 2026-01-09 10:00
P3        | TH     | 10200       | Bang Kapi  |         | 2026-01-09 10:00
P4        | TH     |             | Dusit      | Bangkok | 2026-01-09 10:00
P5        | TH     |             | Dusit      | Bangkok | 2026-01-09 10:00
P6        | TH     |             | ดุสิต      | กรุงเทพ | 2026-01-09 10:00
'''
journeys = '''
parcel_id | covered | last_postal_code | last_city | last_state
P1        | true    | 11000            |           |
P2        | true    | 50000            |           |
P3        | true    | 50000            | Bangkapi  |
P4        | true    |                  | Mueang    | Chiang Mai
P5        | true    |                  | DUSIT     | Krung Thep
P6        | true    |                  | Dusit     | Bangkok
'''
destination_names = '''
parcel_id | level       | verdict     | km | same_city
P1        | postal_code | measured    | 50 | false
P2        | postal_code | measured    | 51 | false
P3        | postal_code | measured    | 51 | true
P4        | state       | clash       |    | false
P5        | state       | match       |    | true
P6        | state       | cannot_tell |    | false
'''

[[example]]
name = "no parcels at all"
flags = []
*/
with sides as (
  select
    parcels.parcel_id,
    parcels.market,
    postal_levels.prefix_length,
    coalesce(journeys.last_place_at, journeys.delivered_at, parcels.delivered_at) as occurred_at,
    journeys.source_file,
    journeys.source_line,
    parcels.postal_code as order_code_shown,
    parcels.city as order_city_shown,
    journeys.last_postal_code as tracked_code_shown,
    journeys.last_city as tracked_city_shown,
    case when not fa_masked(parcels.postal_code) then parcels.postal_code end as order_postal_code,
    case when not fa_masked(parcels.city) then parcels.city end as order_city,
    case when not fa_masked(parcels.state) then parcels.state end as order_state,
    case when not fa_masked(journeys.last_postal_code) then journeys.last_postal_code end as tracked_postal_code,
    case when not fa_masked(journeys.last_city) then journeys.last_city end as tracked_city,
    case when not fa_masked(journeys.last_state) then journeys.last_state end as tracked_state
  from parcels
  join journeys on journeys.parcel_id = parcels.parcel_id
  join postal_levels on postal_levels.country = parcels.market
  where (journeys.delivered_at is not null or parcels.delivered_at is not null)
    and coalesce(journeys.last_postal_code, journeys.last_city, journeys.last_state) is not null
),
-- Postal codes have a fixed length in some countries; a shorter one has lost its zeros on the way.
lengths as (
  select places.country, max(length(places.postal_code)) as digits
  from places
  group by places.country
  having min(length(places.postal_code)) = max(length(places.postal_code))
),
-- Most parcels end where they should: only the rest is worth the trouble of comparing names.
suspects as (
  select
    sides.parcel_id,
    sides.market,
    sides.prefix_length,
    coalesce(lengths.digits, 0) as digits,
    replace(fa_place(sides.order_postal_code), ' ', '') as order_code,
    replace(fa_place(sides.tracked_postal_code), ' ', '') as tracked_code,
    -- the area that a code names, as far as a mask shows it
    case
      when sides.order_postal_code is null and not fa_masked(fa_left(sides.order_code_shown, sides.prefix_length))
        and length(sides.order_code_shown) >= coalesce(lengths.digits, 0)
        then fa_left(fa_place(sides.order_code_shown), sides.prefix_length)
    end as order_area_shown,
    -- names in a script without capitals are not held against names in letters
    case when lower(fa_place(sides.order_city)) <> upper(fa_place(sides.order_city)) then fa_place(sides.order_city) end as order_name,
    lower(fa_place(sides.order_city)) = upper(fa_place(sides.order_city)) as order_name_unread,
    case
      when lower(fa_place(sides.tracked_city)) <> upper(fa_place(sides.tracked_city)) then fa_place(sides.tracked_city)
    end as tracked_name,
    fa_place(sides.order_state) as order_region,
    fa_place(sides.tracked_state) as tracked_region,
    -- what a mask leaves visible
    masked_places.code as masked_code,
    masked_places.city as masked_city
  from sides
  left join masked_places on masked_places.parcel_id = sides.parcel_id
  left join lengths on lengths.country = sides.market
  where not coalesce(
      fa_left(sides.order_postal_code, sides.prefix_length) = fa_left(sides.tracked_postal_code, sides.prefix_length)
        and least(length(sides.order_postal_code), length(sides.tracked_postal_code)) >= coalesce(lengths.digits, 0),
      false
    )
    and not coalesce(
      lower(sides.order_city) = lower(sides.tracked_city) and lower(sides.order_state) = lower(sides.tracked_state), false
    )
),
codes as (
  select
    suspects.parcel_id,
    case
      when length(suspects.order_code) < suspects.digits then lpad(suspects.order_code, cast(suspects.digits as int), '0')
      else suspects.order_code
    end as order_code,
    case
      when length(suspects.tracked_code) < suspects.digits then lpad(suspects.tracked_code, cast(suspects.digits as int), '0')
      else suspects.tracked_code
    end as tracked_code
  from suspects
),
region_names as (
  select regions.country, fa_place(regions.name) as name, min(regions.code) as code
  from regions
  group by regions.country, fa_place(regions.name)
  union
  select regions.country, fa_place(regions.code) as name, min(regions.code) as code
  from regions
  group by regions.country, fa_place(regions.code)
),
states_of_codes as (
  select
    places.country,
    replace(fa_place(places.postal_code), ' ', '') as code,
    min(places.state) as state,
    case when min(places.kind) = max(places.kind) and count(places.kind) = count(*) then min(places.kind) end as kind
  from places
  group by places.country, replace(fa_place(places.postal_code), ' ', '')
),
named as (
  select
    suspects.parcel_id,
    suspects.market,
    suspects.prefix_length,
    codes.order_code,
    codes.tracked_code,
    coalesce(fa_left(codes.order_code, suspects.prefix_length), suspects.order_area_shown) as order_area,
    coalesce(order_alias.place, suspects.order_name) as order_name,
    suspects.order_name_unread,
    coalesce(tracked_alias.place, suspects.tracked_name) as tracked_name,
    suspects.order_region,
    suspects.tracked_region,
    suspects.masked_code,
    suspects.masked_city,
    coalesce(order_state.code, order_code_state.state) as order_state,
    coalesce(tracked_state.code, tracked_code_state.state) as tracked_state,
    order_code_state.kind as order_code_kind,
    tracked_code_state.kind as tracked_code_kind
  from suspects
  join codes on codes.parcel_id = suspects.parcel_id
  left join place_alias as order_alias
    on order_alias.country = suspects.market and order_alias.alias = suspects.order_name
  left join place_alias as tracked_alias
    on tracked_alias.country = suspects.market and tracked_alias.alias = suspects.tracked_name
  left join region_names as order_state
    on order_state.country = suspects.market and order_state.name = suspects.order_region
  left join region_names as tracked_state
    on tracked_state.country = suspects.market and tracked_state.name = suspects.tracked_region
  left join states_of_codes as order_code_state
    on order_code_state.country = suspects.market and order_code_state.code = codes.order_code
  left join states_of_codes as tracked_code_state
    on tracked_code_state.country = suspects.market and tracked_code_state.code = codes.tracked_code
),
-- Two names are one city when the post lets both stand for it.
one_city as (
  select distinct named.parcel_id
  from named
  join place_names as order_city
    on order_city.country = named.market
    and order_city.alias = named.order_name
    and order_city.state = coalesce(named.order_state, order_city.state)
  join place_names as tracked_city
    on tracked_city.country = named.market
    and tracked_city.alias = named.tracked_name
    and tracked_city.city = order_city.city
    and tracked_city.state = order_city.state
    and tracked_city.state = coalesce(named.tracked_state, tracked_city.state)
),
-- What the post calls the places of a code: a name that was misspelled, or written in another language, is not needed where the
-- code of one side and the name of the other say the same.
coded_places as (
  select distinct
    places.country,
    replace(fa_place(places.postal_code), ' ', '') as code,
    places.state,
    fa_place(places.city) as city
  from places
),
told_names as (
  select
    named.parcel_id,
    named.market,
    named.prefix_length,
    case when told.side = 1 then named.tracked_name else named.order_name end as name,
    case when told.side = 1 then named.tracked_state else named.order_state end as state,
    case when told.side = 1 then named.order_code else named.tracked_code end as code,
    case
      when told.side = 1 and named.tracked_code is null then named.order_area
      when told.side = 2 and named.order_code is null then fa_left(named.tracked_code, named.prefix_length)
    end as area
  from named
  cross join (select 1 as side union all select 2 as side) as told
  where (told.side = 1 and named.tracked_name is not null and (named.order_code is not null or named.order_area is not null))
    or (told.side = 2 and named.order_name is not null and named.tracked_code is not null)
),
-- The city that the post gives the one side's code bears the other side's name (an area of several codes counts as one).
code_says as (
  select
    told_names.parcel_id,
    max(case when coded_places.code = told_names.code then 1 else 0 end) as same_city,
    max(case when fa_left(coded_places.code, told_names.prefix_length) = told_names.area then 1 else 0 end) as same_area
  from told_names
  join place_names
    on place_names.country = told_names.market
    and place_names.alias = told_names.name
    and place_names.state = coalesce(told_names.state, place_names.state)
  join coded_places
    on coded_places.country = place_names.country
    and coded_places.state = place_names.state
    and coded_places.city = place_names.city
  group by told_names.parcel_id
),
compared as (
  select
    named.parcel_id,
    case
      when named.order_code is not null and named.tracked_code is not null then 'postal_code'
      when named.masked_code is not null then 'postal_code'
      when named.order_name is not null and named.tracked_name is not null then 'city'
      when named.order_name_unread and code_says.parcel_id is not null then 'city'
      when named.masked_city is not null then 'city'
      when named.order_region is not null and named.tracked_region is not null then 'state'
    end as level,
    coalesce(
      fa_left(named.order_code, named.prefix_length) = fa_left(named.tracked_code, named.prefix_length),
      named.masked_code = 'match'
    ) as same_code,
    coalesce(replace(named.order_name, ' ', '') = replace(named.tracked_name, ' ', ''), named.masked_city = 'match', false)
      or one_city.parcel_id is not null
      or coalesce(code_says.same_city = 1, false) as same_city,
    coalesce(code_says.same_area = 1, false) as same_area,
    -- LOS ANGELES CA DISTRIBUTION CENTER is no other city
    coalesce(
      ' ' || named.order_name || ' ' like '% ' || named.tracked_name || ' %'
        or ' ' || named.tracked_name || ' ' like '% ' || named.order_name || ' %',
      false
    ) as one_in_other,
    coalesce(named.order_state <> named.tracked_state, false) as other_state,
    named.order_code_kind,
    named.tracked_code_kind
  from named
  left join one_city on one_city.parcel_id = named.parcel_id
  left join code_says on code_says.parcel_id = named.parcel_id
)
select
  sides.parcel_id,
  sides.occurred_at,
  sides.source_file,
  sides.source_line,
  case when tracks.last_mile_at > journeys.last_place_at then 'medium' else 'critical' end as severity,
  case when tracks.last_mile_at > journeys.last_place_at then 'on_the_way' else 'ended' end as seen,
  compared.level,
  case compared.level
    when 'postal_code' then sides.order_code_shown
    when 'city' then coalesce(fa_join(sides.order_city_shown, sides.order_state), sides.order_city_shown)
    else sides.order_state
  end as order_place,
  case compared.level
    when 'postal_code' then sides.tracked_code_shown
    when 'city' then coalesce(fa_join(sides.tracked_city_shown, sides.tracked_state), sides.tracked_city_shown)
    else sides.tracked_state
  end as tracked_place,
  sides.order_city,
  sides.order_state,
  sides.tracked_city,
  sides.tracked_state,
  compared.order_code_kind,
  compared.tracked_code_kind,
  cast(null as bigint) as km
from compared
join sides on sides.parcel_id = compared.parcel_id
join journeys on journeys.parcel_id = compared.parcel_id
left join tracks on tracks.parcel_id = compared.parcel_id
where (compared.level = 'postal_code' and not compared.same_code and (not compared.same_city or compared.other_state))
  or (compared.level = 'city' and not compared.same_area and (not (compared.same_city or compared.one_in_other) or compared.other_state))
  or (compared.level = 'state' and compared.other_state)
union all
select
  parcels.parcel_id,
  coalesce(journeys.last_place_at, journeys.delivered_at, parcels.delivered_at) as occurred_at,
  journeys.source_file,
  journeys.source_line,
  case
    when tracks.last_mile_at > journeys.last_place_at then 'medium'
    when destination_names.level = 'postal_code' then 'critical'
    else 'high'
  end as severity,
  case when tracks.last_mile_at > journeys.last_place_at then 'on_the_way' else 'ended' end as seen,
  destination_names.level,
  case when destination_names.level = 'postal_code' then parcels.postal_code else parcels.state end as order_place,
  case when destination_names.level = 'postal_code' then journeys.last_postal_code else journeys.last_state end as tracked_place,
  parcels.city as order_city,
  parcels.state as order_state,
  journeys.last_city as tracked_city,
  journeys.last_state as tracked_state,
  cast(null as string) as order_code_kind,
  cast(null as string) as tracked_code_kind,
  destination_names.km
from destination_names
join parcels on parcels.parcel_id = destination_names.parcel_id
join journeys on journeys.parcel_id = destination_names.parcel_id
left join tracks on tracks.parcel_id = destination_names.parcel_id
where destination_names.verdict = 'clash'
  or (destination_names.km > {apart_km} and not destination_names.same_city)
