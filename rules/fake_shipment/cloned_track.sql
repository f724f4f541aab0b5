/*
id = "cloned_track"
title.en = "Track copied from another number"
title.zh = "轨迹复制自其他运单"
severity = "critical"
evidence_class = "hard"
grain = "parcel"
scope = "not parcels.platform_fulfilled and journeys.first_scan_at is not null"
message.en = "Waybill {waybill} has {events_shared} scans in a row, to the second and at the same places, that {other_waybills} has as well."
message.zh = "运单 {waybill} 有连续 {events_shared} 次扫描与 {other_waybills} 的时间（精确到秒）和地点完全相同。"

[[not_testable]]
reason = "damaged_identifier"
when = "parcels.waybill_damaged"

[params]
events = { type = "int", default = 4, min = 4, max = 50, doc = "scans in a row that two numbers must share" }
bulk_numbers = { type = "int", default = 20, min = 2, max = 100000, doc = "numbers that may share a stretch of the way without its end: more are one load" }

[docs]
what = "Two numbers with the same run of scans, to the second and at the same places: a real parcel's track laid over another number. Critical when the run ends with the delivery, else medium; medium too where all times are whole minutes and the orders go to one postal code, as to neighbours in one house."
why = "Track splicing is what platforms removed shippers for in 2025: the goods never travelled, the track is another parcel's."
not_raised_when = [
  "the parcels are of one order, or go to the same address",
  "one bulk event, such as the arrival of a truck, is shared: fewer scans in a row than the limit",
  "the two orders bear the same number: duplicate_waybill speaks of it",
  "the shared scans are labels or name no place",
  "very many numbers share a stretch without delivery: they lay in one container",
]
could_be_wrong = [
  { name = "bulk_event", en = "parcels in one container get all its scans at once: then no delivery is in the run", zh = "同一集装箱的包裹同时获得扫描：此时重合段不含签收", when = "found.severity <> 'critical'" },
  { name = "rounded_times", en = "a feed that gives times to the hour makes different tracks look alike", zh = "轨迹时间取整到小时会使不同轨迹看似相同", when = "fa_seconds(fa_date(found.first_at), found.first_at) % 3600 = 0 and fa_seconds(fa_date(found.last_at), found.last_at) % 3600 = 0" },
  { name = "neighbours", en = "the feed gives times to the minute, and the parcels were handed out together: neighbours in one house, one post room", zh = "轨迹时间只精确到分钟，且包裹一同派送：同楼邻居或同一收发室", when = "fa_seconds(fa_date(found.first_at), found.first_at) % 60 = 0 and fa_seconds(fa_date(found.last_at), found.last_at) % 60 = 0" },
  { name = "combined_order", en = "the parcels belong to one combined or split shipment", zh = "包裹属于同一合包或拆单", when = "parcels.is_combined or parcels.is_split" },
]
evidence_to_keep = "The carrier's own pages for both numbers, printed the same day; weights and signatures of both deliveries."
sources = [
  "Douyin shop, 2025-10-29: track splicing, a real waybill's track copied onto another number",
]

[[example]]
name = "a copied track, both orders concerned; the same run without the delivery is medium"
flags = ["O1/W1", "O2/W2", "O3/W3", "O4/W4"]
severity = { "O3/W3" = "medium", "O4/W4" = "medium" }
evidence = { "O1/W1" = { events_shared = "5", other_waybills = "W2" }, "O2/W2" = { other_waybills = "W1" }, "O3/W3" = { events_shared = "4" } }
parcels = '''
parcel_id | order_id | waybill | address_key
O1/W1     | O1       | W1      | a1
O2/W2     | O2       | W2      | a2
O3/W3     | O3       | W3      | a3
O4/W4     | O4       | W4      | a4
'''
journeys = '''
parcel_id | covered | first_scan_at
O1/W1     | true    | 2026-01-06 09:00
O2/W2     | true    | 2026-01-06 09:00
O3/W3     | true    | 2026-01-06 09:00
O4/W4     | true    | 2026-01-06 09:00
'''
track_runs = '''
run | parcel_id | starts_at        | ends_at          | with_pickup | with_delivery
1   | O1/W1     | 2026-01-06 09:00 | 2026-01-07 09:00 | true        | false
1   | O2/W2     | 2026-01-06 09:00 | 2026-01-07 09:00 | true        | false
2   | O1/W1     | 2026-01-06 12:00 | 2026-01-08 09:00 | false       | true
2   | O2/W2     | 2026-01-06 12:00 | 2026-01-08 09:00 | false       | true
3   | O3/W3     | 2026-01-06 12:00 | 2026-01-08 09:00 | false       | false
3   | O4/W4     | 2026-01-06 12:00 | 2026-01-08 09:00 | false       | false
'''

[[example]]
name = "a longer run asked for: five scans in a row are enough, four are not"
flags = ["O1/W1", "O2/W2"]
threshold = ["events"]
params = { events = 5 }
parcels = '''
parcel_id | order_id | waybill | address_key
O1/W1     | O1       | W1      | a1
O2/W2     | O2       | W2      | a2
O3/W3     | O3       | W3      | a3
O4/W4     | O4       | W4      | a4
'''
journeys = '''
parcel_id | covered | first_scan_at
O1/W1     | true    | 2026-01-06 09:00
O2/W2     | true    | 2026-01-06 09:00
O3/W3     | true    | 2026-01-06 09:00
O4/W4     | true    | 2026-01-06 09:00
'''
track_runs = '''
run | parcel_id | starts_at        | ends_at          | with_pickup | with_delivery
1   | O1/W1     | 2026-01-06 09:00 | 2026-01-07 09:00 | true        | false
1   | O2/W2     | 2026-01-06 09:00 | 2026-01-07 09:00 | true        | false
2   | O1/W1     | 2026-01-06 12:00 | 2026-01-08 09:00 | false       | true
2   | O2/W2     | 2026-01-06 12:00 | 2026-01-08 09:00 | false       | true
3   | O3/W3     | 2026-01-06 12:00 | 2026-01-08 09:00 | false       | false
3   | O4/W4     | 2026-01-06 12:00 | 2026-01-08 09:00 | false       | false
'''

[[example]]
name = "parcels of one order; two orders to one address; one number on two orders; masked, of one buyer"
flags = []
parcels = '''
parcel_id | order_id | waybill | address_key | buyer_key
O1/W1     | O1       | W1      |             |
O1/W2     | O1       | W2      |             |
O3/W3     | O3       | W3      | a3          | b3
O4/W4     | O4       | W4      | a3          | b4
O5/W5     | O5       | W5      | a5          | b5
O6/W5     | O6       | W5      | a6          | b6
O7/W7     | O7       | W7      |             | b7
O8/W8     | O8       | W8      |             | b7
'''
journeys = '''
parcel_id | covered | first_scan_at
O1/W1     | true    | 2026-01-06 09:00
O1/W2     | true    | 2026-01-06 09:00
O3/W3     | true    | 2026-01-06 09:00
O4/W4     | true    | 2026-01-06 09:00
O5/W5     | true    | 2026-01-06 09:00
O6/W5     | true    | 2026-01-06 09:00
O7/W7     | true    | 2026-01-06 09:00
O8/W8     | true    | 2026-01-06 09:00
'''
track_runs = '''
run | parcel_id | starts_at        | ends_at          | with_pickup | with_delivery
1   | O1/W1     | 2026-01-06 09:00 | 2026-01-08 09:00 | false       | true
1   | O1/W2     | 2026-01-06 09:00 | 2026-01-08 09:00 | false       | true
2   | O3/W3     | 2026-01-06 09:00 | 2026-01-08 09:00 | false       | true
2   | O4/W4     | 2026-01-06 09:00 | 2026-01-08 09:00 | false       | true
3   | O5/W5     | 2026-01-06 09:00 | 2026-01-08 09:00 | false       | true
3   | O6/W5     | 2026-01-06 09:00 | 2026-01-08 09:00 | false       | true
4   | O7/W7     | 2026-01-06 09:00 | 2026-01-08 09:00 | false       | true
4   | O8/W8     | 2026-01-06 09:00 | 2026-01-08 09:00 | false       | true
'''

[[example]]
name = "a load of more numbers than may share a stretch; the same with the delivery is no load; as many as may"
flags = ["O4/W4", "O5/W5", "O6/W6", "O7/W7", "O8/W8", "O9/W9", "OA/WA"]
severity = { "O7/W7" = "medium", "O8/W8" = "medium", "O9/W9" = "medium" }
threshold = ["bulk_numbers"]
params = { bulk_numbers = 3 }
evidence = { "O4/W4" = { other_waybills = "W5, W6, WA" } }
parcels = '''
parcel_id | order_id | waybill | address_key
O1/W1     | O1       | W1      | a1
O2/W2     | O2       | W2      | a2
O3/W3     | O3       | W3      | a3
O4/W4     | O4       | W4      | a4
O5/W5     | O5       | W5      | a5
O6/W6     | O6       | W6      | a6
O7/W7     | O7       | W7      | a7
O8/W8     | O8       | W8      | a8
O9/W9     | O9       | W9      | a9
O0/W0     | O0       | W0      | a0
OA/WA     | OA       | WA      | aA
'''
journeys = '''
parcel_id | covered | first_scan_at
O1/W1     | true    | 2026-01-06 09:00
O2/W2     | true    | 2026-01-06 09:00
O3/W3     | true    | 2026-01-06 09:00
O4/W4     | true    | 2026-01-06 09:00
O5/W5     | true    | 2026-01-06 09:00
O6/W6     | true    | 2026-01-06 09:00
O7/W7     | true    | 2026-01-06 09:00
O8/W8     | true    | 2026-01-06 09:00
O9/W9     | true    | 2026-01-06 09:00
O0/W0     | true    | 2026-01-06 09:00
OA/WA     | true    | 2026-01-06 09:00
'''
track_runs = '''
run | parcel_id | starts_at        | ends_at          | with_pickup | with_delivery
1   | O1/W1     | 2026-01-06 09:00 | 2026-01-08 09:00 | false       | false
1   | O2/W2     | 2026-01-06 09:00 | 2026-01-08 09:00 | false       | false
1   | O3/W3     | 2026-01-06 09:00 | 2026-01-08 09:00 | false       | false
1   | O0/W0     | 2026-01-06 09:00 | 2026-01-08 09:00 | false       | false
2   | O4/W4     | 2026-01-06 09:00 | 2026-01-08 09:00 | false       | true
2   | O5/W5     | 2026-01-06 09:00 | 2026-01-08 09:00 | false       | true
2   | O6/W6     | 2026-01-06 09:00 | 2026-01-08 09:00 | false       | true
2   | OA/WA     | 2026-01-06 09:00 | 2026-01-08 09:00 | false       | true
3   | O7/W7     | 2026-01-06 09:00 | 2026-01-08 09:00 | false       | false
3   | O8/W8     | 2026-01-06 09:00 | 2026-01-08 09:00 | false       | false
3   | O9/W9     | 2026-01-06 09:00 | 2026-01-08 09:00 | false       | false
'''

[[example]]
name = "handed out together in one house, by a feed that gives minutes; to two postal codes; to the second"
flags = ["O1/W1", "O2/W2", "O3/W3", "O4/W4", "O5/W5", "O6/W6"]
severity = { "O1/W1" = "medium", "O2/W2" = "medium" }
explanations = { "O1/W1" = { neighbours = "possible" }, "O3/W3" = { neighbours = "possible" }, "O5/W5" = { neighbours = "ruled_out" } }
parcels = '''
parcel_id | order_id | waybill | address_key | postal_code
O1/W1     | O1       | W1      | a1          | 90012
O2/W2     | O2       | W2      | a2          | 90012
O3/W3     | O3       | W3      | a3          | 90012
O4/W4     | O4       | W4      | a4          | 10001
O5/W5     | O5       | W5      | a5          | 90012
O6/W6     | O6       | W6      | a6          | 90012
'''
journeys = '''
parcel_id | covered | first_scan_at
O1/W1     | true    | 2026-01-06 09:00
O2/W2     | true    | 2026-01-06 09:00
O3/W3     | true    | 2026-01-06 09:00
O4/W4     | true    | 2026-01-06 09:00
O5/W5     | true    | 2026-01-06 09:00
O6/W6     | true    | 2026-01-06 09:00
'''
track_runs = '''
run | parcel_id | starts_at           | ends_at             | with_pickup | with_delivery
1   | O1/W1     | 2026-01-06 09:01:00 | 2026-01-08 14:32:00 | false       | true
1   | O2/W2     | 2026-01-06 09:01:00 | 2026-01-08 14:32:00 | false       | true
2   | O3/W3     | 2026-01-06 09:01:00 | 2026-01-08 14:32:00 | false       | true
2   | O4/W4     | 2026-01-06 09:01:00 | 2026-01-08 14:32:00 | false       | true
3   | O5/W5     | 2026-01-06 09:01:17 | 2026-01-08 14:32:41 | false       | true
3   | O6/W6     | 2026-01-06 09:01:17 | 2026-01-08 14:32:41 | false       | true
'''

[[example]]
name = "the platform's parcel and a seller's; a damaged number"
flags = ["O2/W2"]
not_testable = { "O3/W3" = "damaged_identifier" }
parcels = '''
parcel_id | order_id | waybill | address_key | platform_fulfilled | waybill_damaged
O1/W1     | O1       | W1      | a1          | true               | false
O2/W2     | O2       | W2      | a2          | false              | false
O3/W3     | O3       | W3      | a3          | false              | true
'''
journeys = '''
parcel_id | covered | first_scan_at
O1/W1     | true    | 2026-01-06 09:00
O2/W2     | true    | 2026-01-06 09:00
O3/W3     | false   | 2026-01-06 09:00
'''
track_runs = '''
run | parcel_id | starts_at        | ends_at          | with_pickup | with_delivery
1   | O1/W1     | 2026-01-06 09:00 | 2026-01-08 09:00 | false       | true
1   | O2/W2     | 2026-01-06 09:00 | 2026-01-08 09:00 | false       | true
'''

[[example]]
name = "no parcels at all"
flags = []
*/
with members as (
  select
    track_runs.run,
    track_runs.parcel_id,
    parcels.waybill,
    coalesce('address ' || parcels.address_key, 'buyer ' || parcels.buyer_key, 'order ' || parcels.order_id) as door,
    track_runs.starts_at,
    track_runs.ends_at,
    track_runs.with_delivery,
    case when not fa_masked(parcels.postal_code) then parcels.postal_code end as postal_code,
    track_runs.source_file,
    track_runs.source_line
  from track_runs
  join parcels on parcels.parcel_id = track_runs.parcel_id
),
-- Who else has the run: all numbers but the own one, less those that go to the own door alone. Counted, never paired.
numbers as (
  select members.run, members.waybill, min(members.door) as least_door, max(members.door) as greatest_door
  from members
  group by members.run, members.waybill
),
sizes as (
  select numbers.run, count(*) as numbers_on_run
  from numbers
  group by numbers.run
),
-- Times to the minute, and one postal code: parcels that were handed out together look so.
together as (
  select members.run
  from members
  group by members.run
  having min(members.postal_code) = max(members.postal_code)
    and count(members.postal_code) = count(*)
    and max(mod(fa_seconds(fa_date(members.starts_at), members.starts_at), 60)) = 0
    and max(mod(fa_seconds(fa_date(members.ends_at), members.ends_at), 60)) = 0
),
one_door as (
  select numbers.run, numbers.least_door as door, count(*) as numbers_of_door
  from numbers
  where numbers.least_door = numbers.greatest_door
  group by numbers.run, numbers.least_door
),
shared as (
  select
    members.run,
    members.parcel_id,
    members.waybill,
    members.door,
    members.starts_at,
    members.ends_at,
    members.source_file,
    members.source_line,
    sizes.numbers_on_run,
    case when members.with_delivery and together.run is null then 1 else 0 end as with_delivery
  from members
  join numbers on numbers.run = members.run and numbers.waybill = members.waybill
  join sizes on sizes.run = members.run
  left join together on together.run = members.run
  left join one_door on one_door.run = members.run and one_door.door = members.door
  where sizes.numbers_on_run - 1 - coalesce(one_door.numbers_of_door, 0)
      + case when numbers.least_door = members.door and numbers.greatest_door = members.door then 1 else 0 end > 0
    and (members.with_delivery or sizes.numbers_on_run <= {bulk_numbers})
),
flagged as (
  select
    shared.parcel_id,
    count(*) + 3 as events_shared,
    min(shared.starts_at) as first_at,
    max(shared.ends_at) as last_at,
    max(shared.with_delivery) as with_delivery,
    max(shared.numbers_on_run) as numbers_on_run
  from shared
  group by shared.parcel_id
  having count(*) + 3 >= {events}
),
-- The others by name, from the runs that few numbers share.
others as (
  select distinct one.parcel_id, other.waybill
  from shared as one
  join flagged on flagged.parcel_id = one.parcel_id
  join members as other on other.run = one.run and other.waybill <> one.waybill and other.door <> one.door
  where one.numbers_on_run <= 50
),
counted as (
  select
    others.parcel_id,
    others.waybill,
    row_number() over (partition by others.parcel_id order by others.waybill nulls last) as nth
  from others
),
named as (
  select
    counted.parcel_id,
    max(case when counted.nth = 1 then counted.waybill end)
      || coalesce(', ' || max(case when counted.nth = 2 then counted.waybill end), '')
      || coalesce(', ' || max(case when counted.nth = 3 then counted.waybill end), '')
      || case when count(*) > 3 then ' + ' || cast(count(*) - 3 as string) else '' end as other_waybills
  from counted
  group by counted.parcel_id
),
firsts as (
  select
    shared.parcel_id,
    shared.source_file,
    shared.source_line,
    row_number() over (
      partition by shared.parcel_id
      order by shared.starts_at nulls last, shared.source_file nulls last, shared.source_line nulls last, shared.run nulls last
    ) as nth
  from shared
)
select
  flagged.parcel_id,
  flagged.first_at as occurred_at,
  firsts.source_file,
  firsts.source_line,
  case when flagged.with_delivery = 1 then 'critical' else 'medium' end as severity,
  parcels.waybill,
  flagged.events_shared,
  coalesce(named.other_waybills, '+ ' || cast(flagged.numbers_on_run - 1 as string)) as other_waybills,
  flagged.first_at,
  flagged.last_at
from flagged
join parcels on parcels.parcel_id = flagged.parcel_id
join firsts on firsts.parcel_id = flagged.parcel_id and firsts.nth = 1
left join named on named.parcel_id = flagged.parcel_id
