-- How the orders of each local day came out at one stage, by mode.
select mode, strftime(day, '%Y-%m-%d') as day,
  coalesce(sum(orders) filter (where outcome = 'on_time'), 0)::bigint as on_time,
  coalesce(sum(orders) filter (where outcome in ('on_time', 'late', 'overdue')), 0)::bigint as judged,
  coalesce(sum(orders) filter (where outcome = 'open'), 0)::bigint as still_open
from seen_counts
where stage = {stage} and ({trend_first} is null or day >= {trend_first}) and ({last} is null or day <= {last})
group by mode, seen_counts.day
order by mode, day
