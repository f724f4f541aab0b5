/*
id = "unapproved_carrier"
title.en = "Carrier not approved in this market"
title.zh = "物流商不在平台认可名单"
severity = "medium"
evidence_class = "hard"
grain = "parcel"
again = { reach = "order" }
scope = "not parcels.platform_fulfilled and coalesce(orders.label_by, 'seller') = 'seller'"
message.en = "{carrier_as_given} is not on the list of carriers that the platform approves here."
message.zh = "{carrier_as_given} 不在平台认可的物流商名单中。"

[[not_testable]]
reason = "no_approved_list"
when = "(parcels.parcel_id in {approved}) is null"
[[not_testable]]
reason = "carrier_unknown"
when = "parcels.carrier is null"

[[excused]]
reason = "cancelled_before_collection"
when = "parcels.cancelled_before_collection"

[params]
approved = { type = "list", default = [], doc = "ids of the approved carriers (rules/carriers), hand-over services named one by one; empty: no list is known" }

[docs]
what = "Parcels that the seller gave to a carrier which is not on the market's list of approved carriers. The list is a parameter, set by the market's policy or the user; no complete list is published, so it ships empty and the rule is then not testable."
why = "Shipments with other carriers have no valid tracking; in some markets the platform cancels the order."
not_raised_when = [
  "no list is known for the market",
  "the carrier's name is not known to this toolkit",
  "the platform provided the label, or fulfils the order",
  "the order was cancelled before the carrier had the parcel",
]
could_be_wrong = [
  { name = "old_list", en = "the list is older than the platform's", zh = "清单早于平台的最新版本" },
  { name = "approved_partner", en = "the carrier hands the parcel over to an approved one", zh = "承运商将包裹交接给已批准的承运商", when = "tracks.hands_over" },
]
evidence_to_keep = "The platform's list with the day it was read."
sources = [
  "TikTok Shop US, Seller Shipping (page 8308896260065025) and Valid Tracking Rate 10/31/2025: the carrier must be on the approved list",
  "M2E Cloud pages on approved carriers in Spain and Ireland: an unapproved carrier means automatic cancellation (likely)",
]

[[example]]
name = "on the list and not on it"
flags = ["P2"]
params = { approved = ["usps", "ups"] }
evidence = { P2 = { carrier_as_given = "Yanwen" } }
parcels = '''
parcel_id | carrier | carrier_as_given
P1        | usps    | U.S. Postal Service
P2        | yanwen  | Yanwen
'''

[[example]]
name = "no list, an unknown carrier, the platform's own label, cancelled in time, fulfilled by the platform"
flags = []
params = { approved = ["usps"] }
not_testable = { P1 = "carrier_unknown" }
excused = { P3 = "cancelled_before_collection" }
orders = '''
order_id | label_by
P1       | seller
P2       | platform
P3       | seller
P4       | seller
'''
parcels = '''
parcel_id | carrier | carrier_as_given | cancelled_before_collection | platform_fulfilled
P1        |         | Acme Post        | false                       | false
P2        | yanwen  | Yanwen           | false                       | false
P3        | yanwen  | Yanwen           | true                        | false
P4        | yanwen  | Yanwen           | false                       | true
'''

[[example]]
name = "without a list nothing can be said"
flags = []
not_testable = { P1 = "no_approved_list", P2 = "no_approved_list" }
parcels = '''
parcel_id | carrier | carrier_as_given
P1        | usps    | U.S. Postal Service
P2        |         | Acme Post
'''

[[example]]
name = "no parcels at all"
flags = []
*/
select
  parcels.parcel_id,
  parcels.given_at as occurred_at,
  parcels.carrier_as_given
from parcels
where parcels.carrier not in {approved}
