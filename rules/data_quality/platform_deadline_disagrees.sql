/*
id = "platform_deadline_disagrees"
title.en = "The platform's deadline is another than the computed one"
title.zh = "平台时限与计算时限不一致"
severity = "low"
evidence_class = "soft"
grain = "order"
message.en = "The export says that {stage} is due by {platform_due_at}, the policy gives {computed_due_at} ({hours_apart} h apart); the export's own deadline was used."
message.zh = "导出显示{stage}时限为 {platform_due_at}，按政策计算为 {computed_due_at}（相差 {hours_apart} 小时）；采用导出中的时限。"

[join]
order_deadlines = "order_deadlines.order_id = orders.order_id and order_deadlines.stage = 'dispatch'"

[[not_testable]]
reason = "no_platform_deadline"
when = "orders.rts_due_at is null and orders.collection_due_at is null and orders.delivery_due_at is null and orders.auto_cancel_rts_at is null and orders.auto_cancel_collection_at is null"
[[not_testable]]
reason = "no_deadline"
when = "order_deadlines.outcome is null or order_deadlines.not_applicable_standard in ('no_policy_line', 'no_published_deadline')"

[words.stage]
rts = { en = "ready to ship", zh = "备货" }
dispatch = { en = "dispatch", zh = "发货" }
collection = { en = "collection", zh = "揽收" }
delivery = { en = "delivery", zh = "送达" }
auto_cancel_rts = { en = "automatic cancellation before ready to ship", zh = "备货前自动取消" }
auto_cancel_collection = { en = "automatic cancellation before collection", zh = "揽收前自动取消" }

[params]
tolerance_minutes = { type = "int", default = 60, min = 0, max = 1440, doc = "minutes that the two may lie apart" }

[docs]
what = "Orders whose export carries the platform's own deadline of a stage, further than the tolerance from the one the policy file gives under every mode. Where the policy's line is unverified, or of a stage the platform does not assess, it is for information only."
why = "The platform's own deadline wins, so no verdict changes; but the policy file, a window or the calendar is not what the platform used, and orders without such a column are judged by it."
not_raised_when = [
  "the two agree within the tolerance under the standard, holiday or extended deadline",
  "the export carries no deadline of the platform, or the policy has none for that day; then the order cannot be tested",
  "a force-majeure window applies",
  "the order has no deadline: cancelled in time, unpaid",
]
could_be_wrong = [
  { name = "extension_not_given", en = "an extension the platform granted is missing in the sla_windows input", zh = "平台批准的延期未包含在 sla_windows 输入中" },
  { name = "capacity_bonus", en = "the order has a handling time or capacity bonus that no export shows", zh = "订单有导出中未显示的备货时间或产能加成", when = "case when found.hours_apart >= 24 then true end" },
  { name = "daylight_saving", en = "an hour is gained or lost by daylight saving", zh = "夏令时造成的一小时差异", when = "found.hours_apart = 1" },
  { name = "other_stage", en = "the platform's column means another stage in this market", zh = "该市场中平台的该列指另一环节" },
]
evidence_to_keep = "The order page in Seller Center with the platform's deadline, the notice that changed it."
sources = [
  "TikTok Shop Partner API, order detail: rts_sla_time, tts_sla_time, delivery_sla_time, shipping_due_time, collection_due_time",
  "Rule catalogue of this toolkit: where the export carries the platform's deadline prefer it and report the difference",
]

[[example]]
name = "an hour apart agrees, a second more does not"
flags = ["O2"]
threshold = ["tolerance_minutes"]
evidence = { O2 = { stage = "dispatch", hours_apart = "1" } }
orders = '''
order_id | collection_due_at
O1       | 2026-01-08 08:59:59
O2       | 2026-01-08 09:00:00
'''
deadlines = '''
order_id | stage    | mode      | due_at              | outcome | why
O1       | dispatch | standard  | 2026-01-08 07:59:59 | on_time | {"line":"a","confidence":"sure"}
O1       | dispatch | effective | 2026-01-08 08:59:59 | on_time | {"line":"a","confidence":"sure","deadline":"platform"}
O2       | dispatch | standard  | 2026-01-08 07:59:59 | on_time | {"line":"a","confidence":"sure"}
O2       | dispatch | effective | 2026-01-08 09:00:00 | on_time | {"line":"a","confidence":"sure","deadline":"platform"}
'''
order_deadlines = '''
order_id | stage    | due_at              | outcome | deadline_from
O1       | dispatch | 2026-01-08 08:59:59 | on_time | platform
O2       | dispatch | 2026-01-08 09:00:00 | on_time | platform
'''

[[example]]
name = "the platform counted the extension; the platform is earlier; an unverified line is for information"
flags = ["O2", "O3"]
severity = { O3 = "info" }
evidence = { O2 = { hours_apart = "-24" } }
orders = '''
order_id | collection_due_at
O1       | 2026-01-10 07:59:59
O2       | 2026-01-07 07:59:59
O3       | 2026-01-07 07:59:59
'''
deadlines = '''
order_id | stage    | mode      | due_at              | outcome | why
O1       | dispatch | standard  | 2026-01-08 07:59:59 | late    | {"line":"a","confidence":"sure"}
O1       | dispatch | extension | 2026-01-10 07:59:59 | on_time | {"line":"a","confidence":"sure"}
O1       | dispatch | effective | 2026-01-10 07:59:59 | on_time | {"line":"a","confidence":"sure","deadline":"platform"}
O2       | dispatch | standard  | 2026-01-08 07:59:59 | on_time | {"line":"a","confidence":"sure"}
O2       | dispatch | effective | 2026-01-07 07:59:59 | on_time | {"line":"a","confidence":"sure","deadline":"platform"}
O3       | dispatch | standard  | 2026-01-08 07:59:59 | on_time | {"line":"b","confidence":"unverified"}
O3       | dispatch | effective | 2026-01-07 07:59:59 | on_time | {"line":"b","confidence":"unverified","deadline":"platform"}
'''
order_deadlines = '''
order_id | stage    | due_at              | outcome | deadline_from
O1       | dispatch | 2026-01-10 07:59:59 | on_time | platform
O2       | dispatch | 2026-01-07 07:59:59 | on_time | platform
O3       | dispatch | 2026-01-07 07:59:59 | on_time | platform
'''

[[example]]
name = "two stages disagree: two findings; the platform's own deadline missing in one: none"
flags = ["O1"]
orders = '''
order_id | collection_due_at   | delivery_due_at
O1       | 2026-01-07 07:59:59 | 2026-01-20 07:59:59
'''
deadlines = '''
order_id | stage    | mode      | due_at              | outcome | why
O1       | dispatch | standard  | 2026-01-08 07:59:59 | on_time | {"confidence":"sure"}
O1       | dispatch | effective | 2026-01-07 07:59:59 | on_time | {"confidence":"sure","deadline":"platform"}
O1       | delivery | standard  | 2026-01-14 07:59:59 | on_time | {"confidence":"sure"}
O1       | delivery | effective | 2026-01-20 07:59:59 | on_time | {"confidence":"sure","deadline":"platform"}
O1       | rts      | standard  | 2026-01-08 07:59:59 | on_time | {"confidence":"sure"}
O1       | rts      | effective | 2026-01-09 07:59:59 | on_time | {"confidence":"sure"}
'''
order_deadlines = '''
order_id | stage    | due_at              | outcome | deadline_from
O1       | dispatch | 2026-01-07 07:59:59 | on_time | platform
O1       | delivery | 2026-01-20 07:59:59 | on_time | platform
O1       | rts      | 2026-01-09 07:59:59 | on_time |
'''

[[example]]
name = "no deadline of the platform; none of the policy; cancelled in time; force majeure"
flags = []
not_testable = { O1 = "no_platform_deadline", O2 = "no_deadline" }
orders = '''
order_id | collection_due_at
O1       |
O2       | 2026-01-07 07:59:59
O3       | 2026-01-07 07:59:59
O4       | 2026-01-12 07:59:59
'''
deadlines = '''
order_id | stage    | mode      | due_at              | outcome        | why
O1       | dispatch | standard  | 2026-01-08 07:59:59 | on_time        | {}
O1       | dispatch | effective | 2026-01-12 07:59:59 | on_time        | {}
O2       | dispatch | standard  |                     | not_applicable | {"not_applicable":"no_policy_line"}
O2       | dispatch | effective | 2026-01-07 07:59:59 | on_time        | {"deadline":"platform"}
O3       | dispatch | standard  |                     | not_applicable | {"not_applicable":"cancelled_in_time"}
O3       | dispatch | effective |                     | not_applicable | {"deadline":"platform","not_applicable":"cancelled_in_time"}
O4       | dispatch | standard  | 2026-01-08 07:59:59 | late           | {}
O4       | dispatch | effective | 2026-01-12 07:59:59 | on_time        | {"windows":[{"name":"Storm","mode":"force_majeure"}],"deadline":"platform"}
'''
order_deadlines = '''
order_id | stage    | due_at              | outcome        | deadline_from | not_applicable_standard
O1       | dispatch | 2026-01-12 07:59:59 | on_time        |               |
O2       | dispatch | 2026-01-07 07:59:59 | on_time        | platform      | no_policy_line
O3       | dispatch |                     | not_applicable | platform      | cancelled_in_time
O4       | dispatch | 2026-01-12 07:59:59 | on_time        | platform      |
'''

[[example]]
name = "no orders at all"
flags = []
*/
with told as (
  select order_deadlines.order_id, order_deadlines.stage, order_deadlines.due_at
  from order_deadlines
  where order_deadlines.deadline_from = 'platform'
    and order_deadlines.due_at is not null
),
computed as (
  select
    told.order_id,
    told.stage,
    told.due_at as platform_due_at,
    max(case when deadlines.mode = 'standard' then deadlines.due_at end) as standard_due_at,
    max(deadlines.due_at) as computed_due_at,
    min(abs(fa_seconds(deadlines.due_at, told.due_at))) as seconds_apart
  from told
  join deadlines
    on deadlines.order_id = told.order_id
    and deadlines.stage = told.stage
    and deadlines.mode in ('standard', 'holiday', 'extension')
    and deadlines.due_at is not null
  group by told.order_id, told.stage, told.due_at
),
apart as (
  select computed.order_id, computed.stage, computed.platform_due_at, computed.standard_due_at, computed.computed_due_at
  from computed
  where computed.seconds_apart > 60 * {tolerance_minutes}
)
select
  apart.order_id,
  apart.stage as subject,
  apart.platform_due_at as occurred_at,
  case when deadlines.why like '%"confidence":"unverified"%' or deadlines.why like '%"assessed":false%' then 'info' end as severity,
  apart.stage,
  apart.platform_due_at,
  apart.computed_due_at,
  apart.standard_due_at,
  fa_hours(apart.computed_due_at, apart.platform_due_at) as hours_apart
from apart
join deadlines on deadlines.order_id = apart.order_id and deadlines.stage = apart.stage and deadlines.mode = 'effective'
where deadlines.why not like '%"mode":"force_majeure"%'
