/*
id = "conflicting_records"
title.en = "Two exports contradict each other"
title.zh = "两份导出相互矛盾"
severity = "medium"
evidence_class = "hard"
grain = "order"
again = { reach = "order" }
message.en = "{kept_file} and {other_file} cannot both be right about {fact}: {kept} against {other} ({how}); the first one was used."
message.zh = "{kept_file} 与 {other_file} 的{fact}相互矛盾：{kept} 与 {other}（{how}）；采用前者。"

[words.fact]
created_at = { en = "the time of creation", zh = "下单时间" }
paid_at = { en = "the time of payment", zh = "付款时间" }
shipped_at = { en = "the shipped time", zh = "发货时间" }
delivered_at = { en = "the delivered time", zh = "送达时间" }
cancelled_at = { en = "the time of cancellation", zh = "取消时间" }
quantity = { en = "the quantity", zh = "数量" }
order_status = { en = "the status", zh = "状态" }
waybill = { en = "the waybill", zh = "运单号" }
[words.kept]
nothing = { en = "nothing", zh = "空" }
[words.other]
nothing = { en = "nothing", zh = "空" }
[words.how]
differs = { en = "both know it and differ", zh = "两者均有值但不同" }
lost = { en = "the newer export has lost it", zh = "较新的导出缺失该值" }
went_back = { en = "the newer export shows an earlier state", zh = "较新的导出状态倒退" }
same_moment = { en = "both were made at the same moment", zh = "两者导出时间相同" }

[docs]
what = "Order lines that stand in two files with facts that cannot both be true: a moment or a quantity that differs, a moment or a state that the newer export has lost, or any difference between exports of one and the same moment. The newest export is used; the finding names both."
why = "One of the two files is wrong, edited or mixed up, and every finding on the order rests on it."
not_raised_when = [
  "the older export merely shows an earlier state of the order",
  "times differ by less than a minute",
  "one of the files has no such column",
  "the number was changed between two exports",
  "it is not known which of the two exports is the newer, and only the order of states would tell",
  "the same rows stand in both files, or twice in one",
]
could_be_wrong = [
  { name = "time_zone", en = "one file was read in another time zone: the two moments are whole hours apart, a day at most", zh = "其中一个文件按另一时区读取：两个时间相差整小时且不超过一天" },
  { name = "corrected_later", en = "the platform corrected the fact after the first export: the newer file is right", zh = "平台在首次导出后更正了信息：以较新的文件为准", when = "found.how <> 'same_moment'" },
]
evidence_to_keep = "Both files as the platform gave them, and a new export of the order."
sources = [
  "Order exports seen: weekly exports overlap and hold the previous block again",
  "Partner API, order detail: create_time, paid_time, delivery_time, cancel_time each say when a state was reached",
]

[[example]]
name = "several contradictions of one order are one finding that tells the weightiest"
flags = ["O1", "O2"]
evidence = { O1 = { fact = "created_at", conflicts = "2", kept_file = "new.csv", other_file = "old.csv", other_line = "7" }, O2 = { fact = "paid_at", how = "lost", kept = "nothing" } }
orders = '''
order_id | source_file
O1       | new.csv
O2       | new.csv
O3       | new.csv
'''
record_conflicts = '''
order_id | fact       | how     | kept                | other               | kept_file | kept_line | other_file | other_line
O1       | quantity   | differs | 1                   | 2                   | new.csv   | 2         | old.csv    | 7
O1       | created_at | differs | 2026-01-05 09:00:00 | 2026-01-05 17:00:00 | new.csv   | 2         | old.csv    | 7
O2       | paid_at    | lost    |                     | 2026-01-05 09:00:00 | new.csv   | 3         | old.csv    | 8
'''

[[example]]
name = "files that agree"
flags = []
orders = '''
order_id | source_file
O1       | new.csv
'''

[[example]]
name = "no orders at all"
flags = []
*/
with ranked as (
  select
    record_conflicts.order_id,
    record_conflicts.fact,
    record_conflicts.how,
    record_conflicts.kept,
    record_conflicts.other,
    record_conflicts.kept_file,
    record_conflicts.kept_line,
    record_conflicts.other_file,
    record_conflicts.other_line,
    count(*) over (partition by record_conflicts.order_id) as conflicts,
    row_number() over (
      partition by record_conflicts.order_id
      order by
        case record_conflicts.fact
          when 'created_at' then 1
          when 'paid_at' then 2
          when 'cancelled_at' then 3
          when 'order_status' then 4
          when 'delivered_at' then 5
          when 'shipped_at' then 6
          when 'quantity' then 7
          else 8
        end nulls last,
        record_conflicts.other_file nulls last,
        record_conflicts.other_line nulls last,
        record_conflicts.kept_line nulls last
    ) as nth
  from record_conflicts
)
select
  ranked.order_id,
  ranked.kept_file as source_file,
  ranked.kept_line as source_line,
  ranked.fact,
  ranked.how,
  coalesce(ranked.kept, 'nothing') as kept,
  coalesce(ranked.other, 'nothing') as other,
  ranked.kept_file,
  ranked.kept_line,
  ranked.other_file,
  ranked.other_line,
  ranked.conflicts
from ranked
where ranked.nth = 1
