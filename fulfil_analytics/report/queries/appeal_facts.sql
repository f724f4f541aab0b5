-- Which facts of one order an export holds, with where it stands: what can be shown in an appeal.
with o as (select * from orders where order_id = {order_id}),
events as (
  select e.*, e.event_at <= (
    select min(d.due_at) from deadlines as d where d.order_id = {order_id} and d.mode = 'effective' and d.outcome in ('late', 'overdue')
  ) as in_time
  from parcel_events as e join parcels as p using (parcel_id) where p.order_id = {order_id}
)
select * from (
  select 'carrier_event' as fact, event_at as happened_at, source_file, source_line from events where in_time
  union all select 'first_scan', event_at, source_file, source_line from events where is_scan
  union all select 'delivered_scan', event_at, source_file, source_line from events where status = 'delivered'
  union all select 'attempt', event_at, source_file, source_line from events where status = 'attempted'
  union all select 'undeliverable', event_at, source_file, source_line from events where status in ('exception', 'returning', 'returned')
  union all select 'buyer_request', cancel_requested_at, source_file, source_line from o where cancel_requested_at is not null
  union all select 'ready_to_ship', rts_at, source_file, source_line from o where rts_at is not null
    and rts_at <= (select min(due_at) from deadlines where order_id = {order_id} and mode = 'effective' and stage = 'dispatch')
  union all select 'platform_deadline', coalesce(collection_due_at, delivery_due_at, rts_due_at), source_file, source_line from o
    where coalesce(collection_due_at, delivery_due_at, rts_due_at) is not null
  union all select 'force_majeure_window', w.from_at, w.source_file, w.source_line from sla_windows as w, o
    where o.created_at between w.from_at and w.to_at and w.mode = 'force_majeure' and w.reference is not null
)
qualify row_number() over (partition by fact order by happened_at, source_file, source_line) = 1
order by fact
