-- What moved the share on time from the days before to the days now: one row a part and value. With w the share of the orders
-- and r the rate of a value, the change of the whole is the sum over the values of  mean(w) * change(r)  (rate effect) and of
-- change(w) * (mean(r) - mean of the whole)  (mix effect): nothing is left over.
with counted as (
  select
    case when day between {now_first} and {now_last} then 'now' else 'before' end as period,
    shop, market, warehouse, carrier, order_type,
    lpad((hour // 6 * 6)::varchar, 2, '0') || ':00–' || lpad((hour // 6 * 6 + 5)::varchar, 2, '0') || ':59' as hours,
    lower(strftime(day, '%a')) as weekday,
    case when outcome = 'on_time' then orders else 0 end as on_time, orders as judged
  from seen_counts
  where stage = {stage} and mode = 'effective' and outcome in ('on_time', 'late', 'overdue')
    and (day between {now_first} and {now_last} or day between {before_first} and {before_last})
), whole as (
  select
    coalesce(sum(on_time) filter (where period = 'now'), 0)::bigint as all_on_time_now,
    coalesce(sum(judged) filter (where period = 'now'), 0)::bigint as all_judged_now,
    coalesce(sum(on_time) filter (where period = 'before'), 0)::bigint as all_on_time_before,
    coalesce(sum(judged) filter (where period = 'before'), 0)::bigint as all_judged_before
  from counted
), long as (
  select period, on_time, judged,
    unnest(['shop', 'market', 'warehouse', 'carrier', 'order_type', 'hours', 'weekday']) as part,
    unnest([shop, market, warehouse, carrier, order_type, hours, weekday]) as value
  from counted
), parts as (
  select part, value,
    coalesce(sum(on_time) filter (where period = 'now'), 0)::bigint as on_time_now,
    coalesce(sum(judged) filter (where period = 'now'), 0)::bigint as judged_now,
    coalesce(sum(on_time) filter (where period = 'before'), 0)::bigint as on_time_before,
    coalesce(sum(judged) filter (where period = 'before'), 0)::bigint as judged_before
  from long group by part, value
), rated as (
  select p.*, w.*,
    judged_now / all_judged_now as w1, judged_before / all_judged_before as w0,
    all_on_time_now / all_judged_now as whole1, all_on_time_before / all_judged_before as whole0,
    -- a value that one period lacks moved nothing by its rate: it takes the rate of the other
    coalesce(on_time_now / nullif(judged_now, 0), on_time_before / nullif(judged_before, 0)) as r1,
    coalesce(on_time_before / nullif(judged_before, 0), on_time_now / nullif(judged_now, 0)) as r0
  from parts as p cross join whole as w
  where all_judged_now > 0 and all_judged_before > 0
), effects as (
  select *, (w0 + w1) / 2 * (r1 - r0) as rate_effect, (w1 - w0) * ((r0 + r1) / 2 - (whole0 + whole1) / 2) as mix_effect,
    count(*) over (partition by part) as values_of_part
  from rated
)
select part, value, on_time_now, judged_now, on_time_before, judged_before, all_on_time_now, all_judged_now,
  all_on_time_before, all_judged_before, rate_effect, mix_effect, rate_effect + mix_effect as effect
from effects
where values_of_part > 1
order by abs(rate_effect + mix_effect) desc, part, value nulls last
