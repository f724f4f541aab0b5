-- What stands beside the clocks shown: when the standard mode would have them due, and the parcels' numbers.
select o.order_id, d.stage, d.due_at as standard_due_at,
  (select string_agg(distinct p.waybill, ', ' order by p.waybill) from parcels as p where p.order_id = o.order_id) as waybills
from orders as o
left join deadlines as d on d.order_id = o.order_id and d.mode = 'standard' and d.order_id in {orders}
where o.order_id in {orders}
