-- How the orders of each local day came out, by stage and mode.
with days as (
  select order_id, cast((created_at at time zone 'UTC') at time zone {zone} as date) as day from orders
), counted as (
  select
    d.stage, d.mode, o.day,
    count(*) filter (where d.outcome = 'on_time') as on_time,
    count(*) filter (where d.outcome in ('on_time', 'late', 'overdue')) as judged,
    count(*) filter (where d.outcome = 'open') as still_open
  from deadlines as d
  join days as o using (order_id)
  where d.stage in {stages} and d.mode in {modes} and d.outcome <> 'not_applicable'
  group by all
)
select stage, mode, strftime(day, '%Y-%m-%d') as day, on_time, judged, still_open
from counted
order by stage, mode, day
