-- The share on time in the days now and in the days before, and how many orders are still open.
select
  coalesce(sum(orders) filter (where outcome = 'on_time' and day between {now_first} and {now_last}), 0)::bigint as on_time_now,
  coalesce(sum(orders) filter (where outcome <> 'open' and day between {now_first} and {now_last}), 0)::bigint as judged_now,
  coalesce(sum(orders) filter (where outcome = 'open' and day between {now_first} and {now_last}), 0)::bigint as open_now,
  coalesce(sum(orders) filter (where outcome = 'on_time' and day between {before_first} and {before_last}), 0)::bigint as on_time_before,
  coalesce(sum(orders) filter (where outcome <> 'open' and day between {before_first} and {before_last}), 0)::bigint as judged_before
from seen_counts
where stage = {stage} and mode = 'effective'
