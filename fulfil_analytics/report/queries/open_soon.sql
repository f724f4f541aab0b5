-- Orders with a clock that runs out within {hours} hours: one row an order, its next clock first.
with soon as (
  select d.order_id, d.stage, d.due_at, s.due_at as standard_due_at,
    row_number() over (partition by d.order_id order by d.due_at, d.stage) as place,
    list(d.stage) over (partition by d.order_id) as stages
  from deadlines as d
  left join deadlines as s on s.order_id = d.order_id and s.stage = d.stage and s.mode = 'standard'
  where d.mode = 'effective' and d.outcome = 'open' and d.due_at <= {as_of} + interval 1 hour * {hours}
)
select
  soon.order_id, soon.stage, list_sort(list_filter(soon.stages, lambda x: x <> soon.stage)) as further, soon.due_at,
  epoch(soon.due_at - {as_of}) as seconds_left, soon.standard_due_at,
  o.order_status, o.warehouse, o.shop, o.created_at,
  (select string_agg(distinct p.waybill, ', ' order by p.waybill) from parcels as p where p.order_id = soon.order_id) as waybills,
  count(*) over () as total
from soon
join orders as o using (order_id)
where soon.place = 1
order by soon.due_at, soon.order_id
limit {cap}
