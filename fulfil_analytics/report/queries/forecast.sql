-- Open clocks that run out soon, the most urgent first, of all orders of the shop: what can still be saved has no week.
with shown as (
  select f.*, o.order_status, count(*) over () as total
  from forecast as f join seen_facts as o on o.order_id = f.order_id
  order by f.place limit {cap}
)
select s.*, (select string_agg(distinct p.waybill, ', ' order by p.waybill) from parcels as p where p.order_id = s.order_id) as waybills,
  (select d.due_at from deadlines as d where d.order_id = s.order_id and d.stage = s.stage and d.mode = 'standard') as standard_due_at
from shown as s
order by s.place
