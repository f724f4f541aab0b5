-- How long each leg took, in hours: percentiles over the orders that finished it.
with took as (
  select
    epoch(rts_at - coalesce(paid_at, created_at)) / 3600.0 as paid_rts,
    epoch(dispatch_scan_at - rts_at) / 3600.0 as rts_scan,
    epoch(received_at - dispatch_scan_at) / 3600.0 as scan_delivery,
    epoch(dispatched_at - created_at) / 3600.0 as created_dispatch,
    epoch(received_at - created_at) / 3600.0 as created_delivery
  from seen_orders
  where not platform_fulfilled
), legs as (
  unpivot took on paid_rts, rts_scan, scan_delivery, created_dispatch, created_delivery into name leg value hours
), measured as (
  select leg, count(*) as orders, quantile_cont(hours, [0.10, 0.25, 0.50, 0.75, 0.90, 0.99]) as p
  from legs
  where hours >= 0
  group by leg
)
select leg, orders, p[1] as p10, p[2] as p25, p[3] as p50, p[4] as p75, p[5] as p90, p[6] as p99
from measured
order by list_position(['paid_rts', 'rts_scan', 'scan_delivery', 'created_dispatch', 'created_delivery'], leg)
