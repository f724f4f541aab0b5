/*
id = "stale_tracking"
title.en = "No carrier scan in time"
title.zh = "揽收超时"
severity = "high"
evidence_class = "hard"
grain = "parcel"
again = { reach = "order", settled_by = ["journeys.first_scan_at"] }
requires = ["journeys.covered", "parcels.given_at"]
scope = "not parcels.platform_fulfilled"
explained_by = ["placeholder_waybill", "carrier_mismatch", "invalid_waybill"]
message.en = "{scan}: waybill {waybill} was given {hours_waited} h before ({limit_hours} h are allowed for the first scan)."
message.zh = "{scan}：运单号 {waybill} 提供后已过 {hours_waited} 小时（首次揽收允许 {limit_hours} 小时）。"

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

[words.scan]
none = { en = "The carrier has not scanned the parcel", zh = "承运商尚未扫描包裹" }
late = { en = "The carrier's first scan came late", zh = "承运商首次扫描过晚" }

[params]
grace_hours = { type = "int", default = 24, min = 1, max = 720, doc = "hours from giving the number until the carrier's first scan" }
direct_mail_hours = { type = "int", default = 72, min = 1, max = 720, doc = "the same for direct mail from abroad" }
direct_mail_options = { type = "list", default = [], doc = "delivery options or service levels that are direct mail, as exported but in lower case" }

[docs]
what = "Parcels of which the carrier shows something (a label, a message) but no scan that proves it has the parcel within the grace after the number was given."
why = "A label without a parcel is the commonest fake shipment; platforms count 24 h without a scan against the seller."
not_raised_when = [
  "the first scan came within the grace, however old the label event is",
  "the grace is not over at the as-of moment",
  "an older export has the order under another number: this one counts as given when an export first shows it",
  "there is no event of any kind; then untraceable_waybill speaks",
  "the tracking input has no row of the carrier, or begins after the number was given; then the parcel is not testable",
  "the order was cancelled before the carrier had the parcel",
]
could_be_wrong = [
  { name = "late_scan_upload", en = "the carrier collected in time and scanned or uploaded later: its first scan is no pick-up; the signed manifest shows it", zh = "承运商已按时揽收但扫描或上传较晚：首次扫描不是揽收；可出示签收的交接单", when = "case when tracks.first_scan_status <> 'picked_up' then true end" },
  { name = "carrier_rested", en = "a rest day of the carrier lies in the grace: the platform counts elapsed hours all the same", zh = "宽限期内有承运商休息日：平台仍按自然小时计算", when = "found.rest_days_in_grace > 0" },
  { name = "unknown_wording", en = "the carrier words its first scan in a way no format file knows, and it was taken for a message", zh = "承运商首次扫描的措辞未被格式文件识别，被当作消息", when = "journeys.scans = 0 and journeys.events > 1" },
  { name = "tracking_ends_early", en = "the carrier's part of the tracking input ends a day or more before the as-of moment: fetch the numbers again before acting", zh = "该承运商的轨迹数据在截止时间前一天以上就结束：处理前请重新查询", when = "fa_add_hours(carrier_periods.last_event_at, 24) < {as_of}" },
]
evidence_to_keep = "Signed hand-over manifest with order numbers and time; the carrier's own page for the number."
sources = [
  "TikTok Shop list of false shipment (SEA/UK guidelines): no tracking update 24 h after the number was given",
  "Pinduoduo 2022-08: no pick-up scan 24 h after upload; direct mail 72 h",
  "Douyin shop: pick-up overdue 24 h after upload",
]

[[example]]
name = "label only: at the limit fine, one second beyond not"
flags = ["P2"]
threshold = ["grace_hours"]
as_of = "2026-01-07 09:00:00"
evidence = { P2 = { scan = "none", hours_waited = "24" } }
parcels = '''
parcel_id | waybill | given_at
P1        | W1      | 2026-01-06 09:00:00
P2        | W2      | 2026-01-06 08:59:59
'''
journeys = '''
parcel_id | covered | events | first_event_at   | label_at
P1        | true    | 1      | 2026-01-06 08:00 | 2026-01-06 08:00
P2        | true    | 1      | 2026-01-06 08:00 | 2026-01-06 08:00
'''

[[example]]
name = "first scan: at the limit fine, one second later not"
flags = ["P2"]
threshold = ["grace_hours"]
evidence = { P2 = { scan = "late", hours_waited = "24", first_scan_at = "2026-01-07 09:00:01" } }
explanations = { P2 = { late_scan_upload = "cannot_tell", carrier_rested = "ruled_out", unknown_wording = "ruled_out" } }
parcels = '''
parcel_id | waybill | given_at
P1        | W1      | 2026-01-06 09:00:00
P2        | W2      | 2026-01-06 09:00:00
'''
journeys = '''
parcel_id | covered | events | scans | first_event_at   | label_at         | first_scan_at
P1        | true    | 2      | 1     | 2026-01-06 09:05 | 2026-01-06 09:05 | 2026-01-07 09:00:00
P2        | true    | 2      | 1     | 2026-01-06 09:05 | 2026-01-06 09:05 | 2026-01-07 09:00:01
'''

[[example]]
name = "direct mail has its own limit"
flags = ["P2", "P3"]
threshold = ["direct_mail_hours"]
params = { direct_mail_options = ["global direct"] }
orders = '''
order_id | delivery_option
P1       | global direct
P2       | Global Direct
P3       | Standard shipping
'''
parcels = '''
parcel_id | waybill | given_at
P1        | W1      | 2026-01-06 09:00:00
P2        | W2      | 2026-01-06 09:00:00
P3        | W3      | 2026-01-06 09:00:00
'''
journeys = '''
parcel_id | covered | events | scans | first_event_at   | first_scan_at
P1        | true    | 2      | 1     | 2026-01-06 09:05 | 2026-01-09 09:00:00
P2        | true    | 2      | 1     | 2026-01-06 09:05 | 2026-01-09 09:00:01
P3        | true    | 2      | 1     | 2026-01-06 09:05 | 2026-01-08 09:00:00
'''

[[example]]
name = "scanned in time though the label event is older than the grace"
flags = []
parcels = '''
parcel_id | waybill | given_at
P1        | W1      | 2026-01-06 09:00
'''
journeys = '''
parcel_id | covered | events | scans | first_event_at   | label_at         | first_scan_at
P1        | true    | 2      | 1     | 2026-01-03 09:00 | 2026-01-03 09:00 | 2026-01-06 18:00
'''

[[example]]
name = "scanned before the number was given"
flags = []
parcels = '''
parcel_id | waybill | given_at
P1        | W1      | 2026-01-06 09:00
'''
journeys = '''
parcel_id | covered | events | scans | first_event_at   | first_scan_at
P1        | true    | 1      | 1     | 2026-01-05 20:00 | 2026-01-05 20:00
'''

[[example]]
name = "nothing at all belongs to untraceable_waybill"
flags = []
parcels = '''
parcel_id | waybill | given_at
P1        | W1      | 2026-01-06 09:00
'''
journeys = '''
parcel_id | covered
P1        | true
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
parcel_id | covered | not_covered_why       | first_event_at
P1        | false   | carrier_not_covered   |
P2        | false   | given_before_tracking | 2026-01-09 09:00
P3        | false   | no_tracking_input     |
P4        | false   | waybill_damaged       |
P5        | true    |                       | 2026-01-09 09:00
'''

[[example]]
name = "cancelled before collection, and fulfilled by the platform"
flags = []
excused = { P1 = "cancelled_before_collection" }
parcels = '''
parcel_id | waybill | given_at         | cancelled_before_collection | platform_fulfilled
P1        | W1      | 2026-01-06 09:00 | true                        | false
P2        | W2      | 2026-01-06 09:00 | false                       | true
'''
journeys = '''
parcel_id | covered | events | first_event_at
P1        | true    | 1      | 2026-01-06 09:05
P2        | true    | 1      | 2026-01-06 09:05
'''

[[example]]
name = "what could be innocent is tried: a first scan that is no pick-up, a feed that ends early"
flags = ["P1", "P2"]
explanations = { P1 = { late_scan_upload = "possible", tracking_ends_early = "ruled_out" }, P2 = { late_scan_upload = "cannot_tell", tracking_ends_early = "possible", unknown_wording = "possible" } }
parcels = '''
parcel_id | waybill | carrier | given_at
P1        | W1      | usps    | 2026-01-06 09:00
P2        | W2      | ups     | 2026-01-06 09:00
'''
journeys = '''
parcel_id | covered | events | scans | first_event_at   | first_scan_at
P1        | true    | 3      | 2     | 2026-01-06 10:00 | 2026-01-08 09:00
P2        | true    | 2      | 0     | 2026-01-06 10:00 |
'''
tracks = '''
parcel_id | first_scan_status
P1        | arrived
'''
carrier_periods = '''
carrier | first_event_at   | last_event_at
usps    | 2026-01-01 00:00 | 2026-01-31 12:00
ups     | 2026-01-01 00:00 | 2026-01-20 12:00
'''

[[example]]
name = "no parcels at all"
flags = []
*/
with limits as (
  select
    parcels.parcel_id,
    parcels.waybill,
    coalesce(parcels.carrier, '*') as carrier,
    parcels.given_at,
    journeys.label_at,
    journeys.first_scan_at,
    case
      when lower(orders.delivery_option) in {direct_mail_options} or lower(orders.service_level) in {direct_mail_options}
        then {direct_mail_hours}
      else {grace_hours}
    end as limit_hours
  from parcels
  join journeys on journeys.parcel_id = parcels.parcel_id
  left join orders on orders.order_id = parcels.order_id
  where journeys.first_event_at is not null
    and fa_add_hours(parcels.given_at, least({grace_hours}, {direct_mail_hours})) < coalesce(journeys.first_scan_at, {as_of})
),
late as (
  select
    limits.parcel_id,
    limits.waybill,
    limits.carrier,
    limits.given_at,
    limits.label_at,
    limits.first_scan_at,
    limits.limit_hours,
    fa_add_hours(limits.given_at, limits.limit_hours) as limit_at
  from limits
  where fa_add_hours(limits.given_at, limits.limit_hours) < coalesce(limits.first_scan_at, {as_of})
),
rested as (
  select late.parcel_id, count(rest_days.starts_at) as rest_days
  from late
  left join rest_days
    on rest_days.carrier = late.carrier
    and rest_days.zone = '*'
    and rest_days.starts_at < late.limit_at
    and rest_days.ends_at > late.given_at
  group by late.parcel_id
)
select
  late.parcel_id,
  late.limit_at as occurred_at,
  case when late.first_scan_at is null then 'none' else 'late' end as scan,
  late.waybill,
  late.given_at,
  late.label_at,
  late.first_scan_at,
  fa_hours(late.given_at, coalesce(late.first_scan_at, {as_of})) as hours_waited,
  late.limit_hours,
  rested.rest_days as rest_days_in_grace
from late
join rested on rested.parcel_id = late.parcel_id
