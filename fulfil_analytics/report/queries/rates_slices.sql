-- Rates by one dimension: the slices with the most orders first, {cap} a dimension at most; a dimension of one value says nothing new.
with sliced as (
  select
    metric, mode, slice, numerator, denominator, rate, status,
    json_keys(slice)[1] as dimension, json_extract_string(slice, '$."' || json_keys(slice)[1] || '"') as value
  from rates
  where slice <> '{}' and mode in ('standard', 'effective') and len(json_keys(slice)) = 1
), wide as (
  select
    metric, dimension, value, slice,
    max(rate) filter (where mode = 'standard') as standard_rate,
    max(rate) filter (where mode = 'effective') as rate,
    max(numerator) filter (where mode = 'effective') as numerator,
    max(denominator) filter (where mode = 'effective') as denominator,
    max(status) filter (where mode = 'effective') as status
  from sliced
  group by metric, dimension, value, slice
), sized as (
  select *, max(denominator) over (partition by slice) as size from wide
), ranked as (
  select *,
    dense_rank() over (partition by dimension order by size desc, value nulls last, slice) as place,
    count(distinct slice) over (partition by dimension) as slices
  from sized
)
select * from ranked where place <= {cap} and slices > 1
order by dimension, place, coalesce(list_position(['on_time_rts', 'on_time_dispatch', 'on_time_delivery'], metric), 4), metric
