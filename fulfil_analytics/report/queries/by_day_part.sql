-- How the orders of each local day came out at one stage under the effective mode, by the value of a part: the largest only.
with parted as (
  select case {part} when 'shop' then shop when 'market' then market when 'warehouse' then warehouse when 'carrier' then carrier
      else order_type end as value, day, outcome, orders
  from seen_counts
  where stage = {stage} and mode = 'effective'
    and ({trend_first} is null or day >= {trend_first}) and ({last} is null or day <= {last})
), sizes as (
  select value, row_number() over (order by sum(orders) desc, value nulls last) as place from parted group by value
)
select p.value, s.place, strftime(p.day, '%Y-%m-%d') as day,
  coalesce(sum(orders) filter (where outcome = 'on_time'), 0)::bigint as on_time,
  coalesce(sum(orders) filter (where outcome in ('on_time', 'late', 'overdue')), 0)::bigint as judged
from parted as p join sizes as s on s.value is not distinct from p.value
where s.place <= {cap}
group by p.value, s.place, p.day
order by s.place, p.day
