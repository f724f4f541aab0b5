-- What happened to one order, export and carrier merged; deadlines as they apply stand between.
with happened as (
  select unnest([
    {'happened_at': created_at, 'word': 'created'}, {'happened_at': paid_at, 'word': 'paid'}, {'happened_at': release_at, 'word': 'released'},
    {'happened_at': rts_at, 'word': 'rts'}, {'happened_at': shipped_at, 'word': 'shipped'}, {'happened_at': delivered_at, 'word': 'delivered'},
    {'happened_at': cancel_requested_at, 'word': 'cancel_requested'}, {'happened_at': cancelled_at, 'word': 'cancelled'}
  ], recursive := true), source_file, source_line
  from orders where order_id = {order_id}
)
select happened_at, 'export' as origin, word, null as waybill, null as city, null as state, null as country, null as is_scan,
  source_file, source_line
from happened where happened_at is not null
union all
select e.event_at, 'carrier', e.status, e.waybill, e.city, e.state, e.country, e.is_scan, e.source_file, e.source_line
from parcel_events as e
join parcels as p using (parcel_id)
where p.order_id = {order_id} and e.event_at is not null
union all
select due_at, 'deadline', stage, null, null, null, null, null, null, null
from deadlines where order_id = {order_id} and mode = 'effective' and due_at is not null
order by happened_at, origin = 'deadline', origin desc, waybill nulls first, source_line nulls first, word
