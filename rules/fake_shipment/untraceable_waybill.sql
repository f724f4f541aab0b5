/*
id = "untraceable_waybill"
title.en = "Waybill without any carrier event"
title.zh = "运单无任何物流信息"
severity = "high"
evidence_class = "hard"
grain = "parcel"
again = { reach = "order", settled_by = ["journeys.first_event_at"] }
requires = ["journeys.covered", "parcels.given_at"]
scope = "not parcels.platform_fulfilled"
explained_by = ["placeholder_waybill", "carrier_mismatch", "invalid_waybill"]
message.en = "The carrier shows nothing for waybill {waybill}, {hours_waited} h after it was given ({grace_hours} h are allowed)."
message.zh = "运单号 {waybill} 提供后 {hours_waited} 小时仍无任何物流信息（允许 {grace_hours} 小时）。"

[[not_testable]]
reason = "no_tracking_input"
when = "journeys.not_covered_why = 'no_tracking_input'"
[[not_testable]]
reason = "damaged_identifier"
when = "parcels.waybill_damaged"
[[not_testable]]
reason = "given_before_tracking"
when = "journeys.not_covered_why = 'given_before_tracking'"
[[not_testable]]
reason = "carrier_not_covered"
when = "not journeys.covered"

[[excused]]
reason = "cancelled_before_collection"
when = "parcels.cancelled_before_collection"
[[excused]]
reason = "already_cancelled_as_untraceable"
when = "orders.cancelled_by = 'system' and orders.cancel_reason = 'untraceable'"

[params]
grace_hours = { type = "int", default = 24, min = 1, max = 720, doc = "hours from giving the number until the carrier must show something" }

[docs]
what = "Waybill numbers for which the tracking input holds no event of any kind once the grace after giving the number has passed."
why = "No update 24 h after the number was given counts as false logistics status on TikTok Shop, and mainland platforms charge for it."
not_raised_when = [
  "the grace is not over at the as-of moment",
  "an older export has the order under another number: this one counts as given when an export first shows it",
  "the tracking input has no row of the carrier, or begins after the number was given; then the parcel is not testable",
  "the order was cancelled before the carrier had the parcel",
  "the system cancelled the order as untraceable already; that cancellation is reported instead",
]
could_be_wrong = [
  { name = "fetched_in_part", en = "the tracking input was fetched for some numbers of the carrier only", zh = "轨迹数据仅查询了该承运商的部分单号" },
  { name = "tracking_ends_early", en = "the carrier's part of the tracking input ends a day or more before the as-of moment: fetch the numbers again before acting", zh = "该承运商的轨迹数据在截止时间前一天以上就结束：处理前请重新查询", when = "fa_add_hours(carrier_periods.last_event_at, 24) < {as_of}" },
  { name = "carrier_rested", en = "a rest day of the carrier lies in the grace: the platform counts elapsed hours all the same", zh = "宽限期内有承运商休息日：平台仍按自然小时计算", when = "found.rest_days_in_grace > 0" },
  { name = "delivered_by_order", en = "the order counts as delivered: the carrier may have it under another number", zh = "订单显示已送达：承运商可能使用了其他单号", when = "parcels.delivered_at is not null" },
]
evidence_to_keep = "The carrier's own page for the number with its first event, and the signed hand-over manifest."
sources = [
  "TikTok Shop list of false shipment (SEA/UK guidelines): no tracking update 24 h after the number was given",
  "Pinduoduo, versions of 2020-2024: no information 24 h after upload; 72 h for direct mail",
]

[[example]]
name = "exactly at the limit is fine, one second beyond is not"
flags = ["P2"]
threshold = ["grace_hours"]
as_of = "2026-01-07 09:00:00"
evidence = { P2 = { hours_waited = "24", limit_at = "2026-01-07 08:59:59" } }
parcels = '''
parcel_id | waybill | given_at
P1        | W1      | 2026-01-06 09:00:00
P2        | W2      | 2026-01-06 08:59:59
'''
journeys = '''
parcel_id | covered
P1        | true
P2        | true
'''

[[example]]
name = "a label event is an event: stale_tracking speaks of it"
flags = []
parcels = '''
parcel_id | waybill | given_at
P1        | W1      | 2026-01-06 09:00
'''
journeys = '''
parcel_id | covered | events | first_event_at   | label_at
P1        | true    | 1      | 2026-01-06 09:05 | 2026-01-06 09:05
'''

[[example]]
name = "a row that says not found is no event"
flags = ["P1"]
parcels = '''
parcel_id | waybill | given_at
P1        | W1      | 2026-01-06 09:00
'''
journeys = '''
parcel_id | covered | events | last_status
P1        | true    | 0      | not_found
'''

[[example]]
name = "what tracking does not cover cannot be judged"
flags = []
not_testable = { P1 = "carrier_not_covered", P2 = "given_before_tracking", P3 = "no_tracking_input", P4 = "damaged_identifier", P5 = "missing parcels.given_at", P6 = "missing journeys.covered" }
parcels = '''
parcel_id | waybill | given_at         | waybill_damaged
P1        | W1      | 2026-01-06 09:00 | false
P2        | W2      | 2026-01-06 09:00 | false
P3        | W3      | 2026-01-06 09:00 | false
P4        | 9.4E+21 | 2026-01-06 09:00 | true
P5        | W5      |                  | false
P6        | W6      | 2026-01-06 09:00 | false
'''
journeys = '''
parcel_id | covered | not_covered_why
P1        | false   | carrier_not_covered
P2        | false   | given_before_tracking
P3        | false   | no_tracking_input
P4        | false   | waybill_damaged
P5        | true    |
'''

[[example]]
name = "cancelled before collection, and cancelled as untraceable already"
flags = []
excused = { P1 = "cancelled_before_collection", P2 = "already_cancelled_as_untraceable" }
orders = '''
order_id | cancelled_by | cancel_reason
P1       | buyer        | buyer_request
P2       | system       | untraceable
'''
parcels = '''
parcel_id | waybill | given_at         | cancelled_before_collection
P1        | W1      | 2026-01-06 09:00 | true
P2        | W2      | 2026-01-06 09:00 | false
'''
journeys = '''
parcel_id | covered
P1        | true
P2        | true
'''

[[example]]
name = "fulfilled by the platform"
flags = []
parcels = '''
parcel_id | waybill | given_at         | platform_fulfilled
P1        | W1      | 2026-01-06 09:00 | true
'''
journeys = '''
parcel_id | covered
P1        | true
'''

[[example]]
name = "a rest day of the carrier lay in between, and the finding says so"
flags = ["P1", "P2"]
as_of = "2026-01-12 12:00"
evidence = { P1 = { rest_days_in_grace = "1" }, P2 = { rest_days_in_grace = "0" } }
explanations = { P1 = { carrier_rested = "possible" }, P2 = { carrier_rested = "ruled_out" } }
parcels = '''
parcel_id | waybill | carrier | given_at
P1        | W1      | usps    | 2026-01-10 20:00
P2        | W2      | amazon  | 2026-01-10 20:00
'''
journeys = '''
parcel_id | covered
P1        | true
P2        | true
'''
rest_days = '''
carrier | zone | starts_at        | ends_at
usps    | *    | 2026-01-11 08:00 | 2026-01-12 08:00
usps    | *    | 2026-01-18 08:00 | 2026-01-19 08:00
'''

[[example]]
name = "no parcels at all"
flags = []
*/
with silent as (
  select
    parcels.parcel_id,
    parcels.waybill,
    coalesce(parcels.carrier, '*') as carrier,
    parcels.given_at,
    fa_add_hours(parcels.given_at, {grace_hours}) as limit_at
  from parcels
  join journeys on journeys.parcel_id = parcels.parcel_id
  where journeys.first_event_at is null
    and fa_add_hours(parcels.given_at, {grace_hours}) < {as_of}
),
rested as (
  select silent.parcel_id, count(rest_days.starts_at) as rest_days
  from silent
  left join rest_days
    on rest_days.carrier = silent.carrier
    and rest_days.zone = '*'
    and rest_days.starts_at < silent.limit_at
    and rest_days.ends_at > silent.given_at
  group by silent.parcel_id
)
select
  silent.parcel_id,
  silent.limit_at as occurred_at,
  silent.waybill,
  silent.given_at,
  silent.limit_at,
  fa_hours(silent.given_at, {as_of}) as hours_waited,
  rested.rest_days as rest_days_in_grace
from silent
join rested on rested.parcel_id = silent.parcel_id
