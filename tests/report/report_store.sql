-- A made-up shop: {orders} orders in three warehouses over four weeks, with a holiday window in the third.
insert into orders by name
with n as (
  select i, (i * 7919) % 1000 / 1000.0 as u, (i * 104729) % 1000 / 1000.0 as v,
    timestamp '2026-10-20 15:00:00' + interval 1 second * cast(i * (26 * 86400.0 / {orders}) as bigint) as created_at
  from range(cast({orders} as bigint)) as r(i)
), steps as (
  select *, created_at + interval 1 second * cast(3600 * (1 + 20 * u) as bigint) as rts,
    created_at + interval 1 second * cast(3600 * (8 + 70 * v * v) as bigint) as scan,
    created_at + interval 1 second * cast(3600 * (60 + 110 * u) as bigint) as got
  from n
)
select
  '5769' || lpad(cast(i * 1234567 as varchar), 14, '0') as order_id,
  'Glow & Co' as shop, 'US' as market, 'shipped' as order_status, 'normal' as order_type,
  created_at, created_at + interval 2 minute as paid_at,
  case when rts <= {as_of} then rts end as rts_at,
  case when scan <= {as_of} and i % 23 <> 0 then scan end as shipped_at,
  case when got <= {as_of} and i % 23 <> 0 then got end as delivered_at,
  case when i % 31 = 0 then created_at + interval 5 hour end as cancelled_at,
  case when i % 31 = 0 then 'buyer' end as cancelled_by,
  case when scan <= {as_of} and i % 23 <> 0 then scan end as dispatch_scan_at,
  case when got <= {as_of} and i % 23 <> 0 then got end as delivery_scan_at,
  i % 40 <> 7 as tracking_covered,
  case when scan <= {as_of} and i % 23 <> 0 then scan end as dispatched_at,
  case when got <= {as_of} and i % 23 <> 0 then got end as received_at,
  i % 29 = 0 as platform_fulfilled,
  case i % 7 when 0 then 'Edison NJ' when 1 then 'Dallas TX' when 2 then 'Dallas TX' else 'Ontario CA' end as warehouse,
  i % 50 = 3 as pickup_point, false as is_cod, i % 60 = 5 as is_sample, false as is_replacement, false as is_exchange,
  i % 20 = 4 as is_combined, false as is_split, i % 31 = 0 as cancelled_before_collection,
  1 + i % 2 as lines, 1 + i % 3 as units, 1999 + 100 * (i % 9) as order_amount_cents, 'USD' as currency,
  'buyer-key-' || i as buyer_key, 'recipient-key-' || i as recipient_key, 'phone-key-' || i as phone_key,
  'address-key-' || i as address_key,
  'United States' as country, 'Texas' as state, 'Austin' as city, '78701' as postal_code,
  'All order.csv' as source_file, 3 + i as source_line
from steps;

insert into parcels by name
select order_id || '/' || '1Z' || order_id as parcel_id, order_id, '1Z' || order_id as waybill, false as waybill_damaged,
  'ups' as carrier, 'UPS' as carrier_as_given, 'ok' as waybill_check, rts_at as given_at, shop, market, warehouse,
  platform_fulfilled, created_at as order_created_at, cancelled_before_collection, pickup_point, is_sample, is_replacement,
  is_exchange, is_combined, is_split, source_file, source_line
from orders;

insert into parcel_events by name
select parcel_id, carrier, true as is_scan, p.waybill, o.dispatch_scan_at as event_at, 'picked_up' as status, 'Dallas' as city,
  'TX' as state, 'US' as country, 'tracking.csv' as source_file, 2 + p.source_line as source_line
from parcels as p join orders as o using (order_id) where o.dispatch_scan_at is not null
union all by name
select parcel_id, carrier, true as is_scan, p.waybill, o.received_at as event_at, 'delivered' as status, 'Austin' as city,
  'TX' as state, 'US' as country, 'tracking.csv' as source_file, 3 + p.source_line as source_line
from parcels as p join orders as o using (order_id) where o.received_at is not null;

insert into tracking_events by name
select source_file, source_line, waybill, carrier as carrier_as_given, event_at, status, city, state, country from parcel_events;

insert into journeys by name
select parcel_id, order_id, waybill, true as covered, 2 as events, 2 as scans, 'delivered' as last_status from parcels;

insert into deadlines by name
with stages(stage, hours) as (values ('rts', 48), ('dispatch', 54), ('delivery', 150)),
modes(mode, extra) as (values ('standard', 0), ('holiday', 48), ('extension', 48), ('effective', 48)),
due as (
  select o.order_id, s.stage, m.mode, o.created_at,
    date_trunc('hour', o.created_at) + interval 1 hour * (s.hours + case
      when o.created_at between timestamp '2026-11-06 08:00:00' and timestamp '2026-11-11 07:59:59' then m.extra else 0 end)
      as due_at,
    case s.stage when 'rts' then o.rts_at when 'dispatch' then o.dispatched_at else o.received_at end as stopped_at,
    o.platform_fulfilled or o.cancelled_at is not null as skip
  from orders as o, stages as s, modes as m
)
select order_id, stage, mode, created_at as clock_start, case when not skip then due_at end as due_at, stopped_at,
  case when skip then 'not_applicable' when stopped_at <= due_at then 'on_time' when stopped_at is not null then 'late'
    when due_at < {as_of} then 'overdue' else 'open' end as outcome,
  case when skip then '{"policy":"tiktok-us","not_applicable":"cancelled_in_time"}' else '{"policy":"tiktok-us","version":"2026-01-26","line":"dispatch-scan","sources":["U3","U4"],"confidence":"sure","assessed":true,"start":"created_at","duration":"2 business_day",'
    || '"calendar":"us-federal","stop":"dispatched_at","skipped":["2026-11-07","2026-11-08"],"windows":[{"name":"Veterans Day","mode":"extension","reason":"holiday","effect":"add 2 business_day"}]}' end as why
from due;

insert into rates by name
with judged as (
  select d.stage, d.mode, o.warehouse, d.outcome from deadlines as d join orders as o using (order_id)
  where d.outcome in ('on_time', 'late', 'overdue')
), counted as (
  select 'on_time_' || stage as metric, mode, '{}' as slice, count(*) filter (where outcome = 'on_time') as k, count(*) as n
  from judged group by all
  union all
  select 'on_time_' || stage, mode, cast(to_json({'warehouse': warehouse}) as varchar), count(*) filter (where outcome = 'on_time'), count(*)
  from judged group by all
)
select metric, mode, slice, timestamp '2026-10-20 15:00:00' as period_start, {as_of} as period_end, k as numerator, n as denominator,
  k / n as rate,
  (k / n + 1.9207 / n - 1.96 * sqrt((k / n) * (1 - k / n) / n + 0.9604 / n / n)) / (1 + 3.8415 / n) as ci_low,
  (k / n + 1.9207 / n + 1.96 * sqrt((k / n) * (1 - k / n) / n + 0.9604 / n / n)) / (1 + 3.8415 / n) as ci_high,
  case when metric = 'on_time_delivery' then 0.8 when metric = 'on_time_dispatch' then 0.96 end as target,
  case when metric = 'on_time_dispatch' then 0.9 end as enforce,
  case when n < 5 then 'too_few' when metric = 'on_time_rts' then null when k / n >= 0.96 then 'ok' when k / n >= 0.9 then 'watch' else 'breach' end as status,
  case when metric <> 'on_time_rts' then cast(floor(k / 0.9 - n) as bigint) end as headroom
from counted;

insert into findings by name
select 'F' || substr(sha256('late' || d.order_id), 1, 16) as finding_id, 'late_dispatch' as rule_id, 'order_handling' as family,
  'high' as severity, 'hard' as evidence_class, d.order_id, '1Z' || d.order_id as waybill, 'ups' as carrier, o.shop, o.warehouse,
  d.due_at as occurred_at,
  'Dispatched ' || (datediff('hour', d.due_at, coalesce(d.stopped_at, {as_of}))) || ' h after the deadline.' as message,
  cast(to_json({'due_at': d.due_at, 'dispatched_at': d.stopped_at}) as varchar) as evidence, o.source_file, o.source_line,
  'abcdef012345' as rule_version
from deadlines as d join orders as o using (order_id)
where d.stage = 'dispatch' and d.mode = 'effective' and d.outcome in ('late', 'overdue');

insert into findings by name
select 'F' || substr(sha256('un' || o.order_id), 1, 16) as finding_id, 'untraceable_waybill' as rule_id, 'fake_shipment' as family,
  'critical' as severity, 'hard' as evidence_class, o.order_id, '1Z' || o.order_id as waybill, 'ups' as carrier, o.shop, o.warehouse,
  o.rts_at as occurred_at, 'No event of any kind for waybill 1Z' || o.order_id || ' within 24 h.' as message,
  '{"grace_hours":24,"hours_waited":61}' as evidence, o.source_file, o.source_line, 'fedcba543210' as rule_version
from orders as o where o.dispatch_scan_at is null and o.rts_at is not null and o.cancelled_at is null and not o.platform_fulfilled;

update findings set root_finding_id = root.finding_id from findings as root
where findings.rule_id = 'late_dispatch' and root.rule_id = 'untraceable_waybill' and root.order_id = findings.order_id;

insert into findings by name
select 'F' || substr(sha256('inv' || o.order_id), 1, 16) as finding_id, 'invalid_waybill' as rule_id, 'fake_shipment' as family,
  'high' as severity, 'hard' as evidence_class, o.order_id, '1Z' || o.order_id as waybill, 'ups' as carrier, o.shop, o.warehouse,
  o.rts_at as occurred_at, 'The number fails the check digit of UPS 1Z numbers.' as message, '{"expected":7,"found":3}' as evidence,
  o.source_file, o.source_line, '111111543210' as rule_version
from orders as o where o.source_line % 37 = 1;

insert into findings
  (finding_id, rule_id, family, severity, evidence_class, message, evidence, source_file, source_line, rule_version)
values ('F00000000000000aa', 'truncated_export', 'data_quality', 'medium', 'soft',
  'The file holds exactly 15,000 orders, the most the platform exports.', '{"orders":15000}', 'All order.csv', 0, '222222543210');

insert into coverage by name
select rule_id, any_value(family) as family, case when rule_id = 'truncated_export' then 'file' else 'parcel' end as grain, 'done' as status,
  {orders} as in_scope, {orders} - 12 as tested, count(*) as flagged, 4 as excused, 8 as not_testable,
  '{"excused":{"cancelled_before_collection":4},"not_testable":{"carrier_not_covered":5,"missing parcels.given_at":3}}' as why
from findings group by rule_id
union all
select 'weight_mismatch' as rule_id, 'fake_shipment' as family, 'parcel' as grain, 'not_testable' as status, {orders} as in_scope, 0 as tested,
  0 as flagged, 0 as excused, {orders} as not_testable, '{"not_testable":{"missing journeys.weight_g":' || cast({orders} as varchar) || '}}' as why
union all
select 'my_rule', 'own', 'order', 'failed', 0, 0, 0, 0, 0, '{"error":"Binder Error: column not found"}';

insert into source_files
  (source_file, sha256, bytes, kind, format, encoding, market, time_zone, exported_at, exported_by_clock, rows_in, rows_loaded,
   rows_merged, rows_quarantined, unknown_columns)
values
  ('All order.csv', sha256('a'), 81234, 'orders', 'tiktok-orders-us', 'utf-8', 'US', 'America/Los_Angeles', {as_of}, false,
   {orders} + 3, {orders}, 1, 2, '["Note 2"]'),
  ('tracking.csv', sha256('b'), 41234, 'tracking', 'tracking-template', 'utf-8', null, 'America/Los_Angeles',
   cast(now() as timestamp), true, 2 * {orders}, 2 * {orders}, 0, 0, '[]');

insert into quarantine (source_file, source_line, column_name, scope, reason, found) values
  ('All order.csv', 17, null, 'row', 'missing', null), ('All order.csv', 88, 'order_id', 'row', 'damaged_identifier', '9.99A+99'),
  ('All order.csv', 91, 'rts_at', 'cell', 'not_a_time', 'AAA 99');

insert into sla_windows by name
select 'windows.csv' as source_file, 2 as source_line, 'extension' as mode, 'holiday' as reason, 'Veterans Day' as name,
  timestamp '2026-11-06 08:00:00' as from_at, timestamp '2026-11-11 07:59:59' as to_at, null as stage, 'add' as action, 2 as amount,
  'business_day' as unit, true as opted_in, true as automatic, 'notice 11/2026' as reference;

insert into rate_details by name
select metric, mode, slice, case when slice = '{}' then 5 else 0 end as pending, 0 as unknown,
  case when slice = '{}' then rate - 0.02 end as lowest, case when slice = '{}' then rate + 0.01 end as highest,
  slice = '{}' as provisional, case when slice = '{}' then '["open_orders"]' else '[]' end as reasons, 0 as missing_days,
  case when metric = 'on_time_dispatch' and mode = 'effective' and slice = '{}' then 2 end as points
from rates;

insert into forecast by name
select row_number() over (order by d.due_at, d.order_id, d.stage) as place, d.order_id, d.stage, d.clock_start, d.due_at,
  cast(epoch(d.due_at - {as_of}) as bigint) as seconds_left, o.shop, o.market, o.warehouse, 'ups' as carrier,
  d.due_at + interval 3 day as auto_cancel_at, case when d.stage = 'rts' then 'too_few' else 'warehouse' end as basis,
  case when d.stage = 'rts' then 0 else 40 end as still_open, case when d.stage = 'rts' then 0 else 31 end as made_it,
  case when d.stage <> 'rts' then 31 / 40 end as share
from deadlines as d join orders as o using (order_id)
where d.mode = 'effective' and d.outcome = 'open' and d.due_at <= {as_of} + interval 48 hour;

insert into late_causes by name
select d.order_id, d.stage, d.outcome, d.due_at, coalesce(d.stopped_at, {as_of}) as ended_at,
  cast(epoch(coalesce(d.stopped_at, {as_of}) - d.due_at) as bigint) as late_seconds, o.shop, o.warehouse, 'ups' as carrier,
  case when o.source_line % 3 = 0 then 'label' when o.source_line % 3 = 1 then 'scan' else 'not_told_apart' end as cause,
  case when o.source_line % 3 = 0 then 'seller' when o.source_line % 3 = 1 then 'carrier' end as answers
from deadlines as d join orders as o using (order_id)
where d.mode = 'effective' and d.outcome in ('late', 'overdue');

insert into proofs by name
select 1 as place, 'false_tracking' as kind, 'False tracking' as title, 'prove' as answer, 190 as tested, 200 as in_scope, 12 as flagged,
  '[{"rule_id":"untraceable_waybill","shows":"prove"}]' as ways,
  '[{"need":"tracking","title":"a tracking export","then":"prove","rules":["stale_tracking"]}]' as further,
  'the carrier''s own page' as outside;
