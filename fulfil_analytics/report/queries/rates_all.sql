-- Every rate with what stands beside it: how final it is, and what it leads to.
select r.metric, r.mode, r.slice, r.period_start, r.period_end, r.numerator, r.denominator, r.rate, r.ci_low, r.ci_high,
  r.target, r.enforce, r.status, r.headroom, coalesce(d.pending, 0) as pending, coalesce(d.unknown, 0) as unknown,
  d.lowest, d.highest, coalesce(d.provisional, false) as provisional, coalesce(d.reasons, '[]') as reasons,
  coalesce(d.missing_days, 0) as missing_days, d.points, d.cap_share, d.order_cap, d.cap_days, d.charge_cents, d.currency
from rates as r
left join rate_details as d on d.metric = r.metric and d.mode = r.mode and d.slice = r.slice
order by coalesce(list_position(['on_time_rts', 'on_time_dispatch', 'on_time_delivery'], r.metric), 4), r.metric, r.slice <> '{}',
  r.slice, list_position(['standard', 'holiday', 'extension', 'effective'], r.mode)
