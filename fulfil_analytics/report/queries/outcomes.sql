-- How the orders came out, by stage and warehouse; the largest {cap} warehouses, the rest as one.
with sizes as (
  select warehouse, row_number() over (order by count(*) desc, warehouse) as place
  from orders where not platform_fulfilled group by warehouse
)
select
  d.stage,
  coalesce(s.place > {cap}, false) as rest,
  case when s.place <= {cap} then o.warehouse end as warehouse,
  d.outcome,
  count(*) as orders,
  min(s.place) as place
from deadlines as d
join orders as o using (order_id)
join sizes as s on s.warehouse is not distinct from o.warehouse
where d.mode = 'effective' and d.stage in {stages} and d.outcome <> 'not_applicable'
group by 1, 2, 3, 4
order by d.stage, place, d.outcome
