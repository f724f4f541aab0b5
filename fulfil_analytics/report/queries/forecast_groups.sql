-- Those clocks by stage and warehouse: how many, when the first runs out, how many are likely to be late.
select f.stage, f.warehouse, count(*) as orders, min(f.due_at) as next_due_at, sum(1 - f.share) as likely_late,
  count(*) filter (where f.share is null) as unknown
from forecast as f join seen_facts as o on o.order_id = f.order_id
group by f.stage, f.warehouse
order by likely_late desc nulls last, orders desc, f.stage, f.warehouse nulls last
limit {cap}
