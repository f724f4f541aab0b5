-- Share of orders late, by warehouse and local hour of the order; the largest {cap} warehouses.
with counted as (
  select warehouse, hour, outcome, orders from seen_counts
  where mode = 'effective' and stage = {stage} and outcome <> 'open'
    and ({first} is null or day >= {first}) and ({last} is null or day <= {last})
), sizes as (
  select warehouse, row_number() over (order by sum(orders) desc, warehouse nulls last) as place from counted group by warehouse
)
select c.warehouse, s.place, c.hour,
  coalesce(sum(c.orders) filter (where c.outcome in ('late', 'overdue')), 0)::bigint as late, sum(c.orders)::bigint as judged
from counted as c join sizes as s on s.warehouse is not distinct from c.warehouse
where s.place <= {cap}
group by c.warehouse, s.place, c.hour
order by s.place, c.hour
