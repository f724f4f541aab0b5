-- How the orders came out, by stage and the value of a part; the largest {cap}, the rest as one.
with parted as (
  select case {part} when 'shop' then shop when 'market' then market when 'carrier' then carrier else warehouse end as value,
    stage, outcome, orders
  from seen_counts
  where mode = 'effective' and stage in {chosen} and ({first} is null or day >= {first}) and ({last} is null or day <= {last})
), sizes as (
  select value, row_number() over (order by sum(orders) desc, value nulls last) as place from parted group by value
)
select p.stage, s.place > {cap} as rest, case when s.place <= {cap} then p.value end as value, p.outcome,
  sum(p.orders)::bigint as orders, min(s.place) as place
from parted as p join sizes as s on s.value is not distinct from p.value
group by 1, 2, 3, 4
order by p.stage, min(s.place), p.outcome
