-- Rates over all orders, every metric and mode.
select metric, mode, period_start, period_end, numerator, denominator, rate, ci_low, ci_high, target, enforce, status, headroom
from rates
where slice = '{}'
order by coalesce(list_position(['on_time_rts', 'on_time_dispatch', 'on_time_delivery'], metric), 4), metric, mode
