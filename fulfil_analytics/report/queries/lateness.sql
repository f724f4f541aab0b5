-- Share of orders dispatched late, by warehouse and local hour of the order; the largest {cap} warehouses.
with sizes as (
  select warehouse, row_number() over (order by count(*) desc, warehouse) as place
  from orders where not platform_fulfilled group by warehouse
)
select
  o.warehouse, s.place,
  cast(hour((o.created_at at time zone 'UTC') at time zone {zone}) as integer) as hour,
  count(*) filter (where d.outcome in ('late', 'overdue')) as late,
  count(*) as judged
from deadlines as d
join orders as o using (order_id)
join sizes as s on s.warehouse is not distinct from o.warehouse
where d.mode = 'effective' and d.stage = 'dispatch' and d.outcome in ('on_time', 'late', 'overdue') and s.place <= {cap}
group by all
order by s.place, hour
