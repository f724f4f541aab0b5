/*
id = "unmatched_tracking"
title.en = "Tracked number that is on no order"
title.zh = "轨迹单号不属于任何订单"
severity = "low"
evidence_class = "soft"
grain = "waybill"
message.en = "The tracking input tells {events} events of {waybill}, which is on no order."
message.zh = "轨迹数据中 {waybill} 有 {events} 条记录，但不属于任何订单。"

[join]
stray_waybills = "stray_waybills.waybill = tracked_waybills.waybill"

[[not_testable]]
reason = "before_the_orders"
when = "stray_waybills.before_orders"
[[not_testable]]
reason = "after_the_order_exports"
when = "stray_waybills.after_exports"

[[excused]]
reason = "return_parcel"
when = "stray_waybills.is_return"

[docs]
what = "Waybill numbers in the tracking input that no order names, one finding a number."
why = "Either orders are missing from the input, or a number was replaced, mistyped or damaged on the order: its real parcel then looks untraceable."
not_raised_when = [
  "the number is the way back of a return",
  "all its events are older than the oldest order, or the first is newer than the newest order export; then it cannot be tested",
]
could_be_wrong = [
  { name = "other_shop", en = "the tracking input covers other shops or sales channels", zh = "轨迹数据包含其他店铺或渠道" },
  { name = "order_set_aside", en = "the order's row was set aside: see the quarantine", zh = "订单行被隔离：见 quarantine" },
  { name = "outside_the_exports", en = "the order lies before or after the period of the order exports", zh = "订单在订单导出的期间之外", when = "stray_waybills.before_orders or stray_waybills.after_exports" },
  { name = "number_on_a_label", en = "the number stands on a label of a known order: the order export lacks it", zh = "该单号出现在已知订单的面单上：订单导出缺少该单号", when = "found.on_label = 'yes'" },
]
evidence_to_keep = "The hand-over manifest that names the number and its order."
sources = ["Tracking exports seen: carriers export by account, not by shop"]

[[example]]
name = "a stranger, and one that a label names"
flags = ["W1", "W2"]
evidence = { W1 = { events = "4", on_label = "no" }, W2 = { on_label = "yes" } }
tracked_waybills = '''
waybill | carrier | events | first_event_at   | source_file | source_line
W1      | usps    | 4      | 2026-01-06 09:00 | t.csv       | 2
W2      | ups     | 1      | 2026-01-06 09:00 | t.csv       | 9
'''
stray_waybills = '''
waybill | is_return | on_label | before_orders | after_exports | last_event_at
W1      | false     | false    | false         | false         | 2026-01-08 09:00
W2      | false     | true     | false         | false         | 2026-01-06 09:00
'''

[[example]]
name = "the way back, before the first order, after the last export"
flags = []
excused = { W1 = "return_parcel" }
not_testable = { W2 = "before_the_orders", W3 = "after_the_order_exports" }
tracked_waybills = '''
waybill | events | first_event_at
W1      | 4      | 2026-01-06 09:00
W2      | 4      | 2025-11-06 09:00
W3      | 4      | 2026-01-31 09:00
'''
stray_waybills = '''
waybill | is_return | before_orders | after_exports
W1      | true      | false         | false
W2      | false     | true          | false
W3      | false     | false         | true
'''

[[example]]
name = "no tracked number without an order"
flags = []
*/
select
  tracked_waybills.waybill,
  tracked_waybills.first_event_at as occurred_at,
  tracked_waybills.carrier,
  tracked_waybills.events,
  tracked_waybills.first_event_at,
  stray_waybills.last_event_at,
  case when stray_waybills.on_label then 'yes' else 'no' end as on_label
from tracked_waybills
left join stray_waybills on stray_waybills.waybill = tracked_waybills.waybill
