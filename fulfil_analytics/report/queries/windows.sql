-- The windows of the seller's own file; without a stage they speak of ready to ship and dispatch.
select distinct mode, reason, name, from_at, to_at, case when stage is null then ['rts', 'dispatch'] else [stage] end as stages, market, warehouse, handover, action, amount, unit, fixed_at, opted_in,
  automatic, reference
from sla_windows
order by from_at, to_at, mode, name, stages, warehouse nulls first
