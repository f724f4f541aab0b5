-- What cannot wait: clocks that run out within a day of as-of, orders overdue and still not dispatched, and the next to run out.
with soon as (
  select f.* from forecast as f join seen_facts as o on o.order_id = f.order_id where f.seconds_left <= 86400
)
select
  (select count(distinct order_id) from soon) as soon,
  (select count(distinct d.order_id) from deadlines as d join seen_facts as o on o.order_id = d.order_id
   where d.mode = 'effective' and d.stage in ('rts', 'dispatch') and d.outcome = 'overdue' and o.cancelled_at is null) as overdue,
  (select arg_min(f.order_id, f.place) from forecast as f join seen_facts as o on o.order_id = f.order_id) as next_order,
  (select min(f.due_at) from forecast as f join seen_facts as o on o.order_id = f.order_id) as next_due_at
