-- How many orders have each trait that excuses.
with traits as (
  select platform_fulfilled, is_combined as combined, is_split as split, is_rebilled as rebilled, is_sample as sample, is_replacement as replacement,
    is_exchange as exchange, pickup_point, cancelled_before_collection
  from seen_orders
), counted as (
  select sum(platform_fulfilled::int) as platform_fulfilled, sum(combined::int) as is_combined, sum(split::int) as is_split,
    sum(rebilled::int) as is_rebilled,
    sum(sample::int) as is_sample, sum(replacement::int) as is_replacement, sum(exchange::int) as is_exchange,
    sum(pickup_point::int) as pickup_point, sum(cancelled_before_collection::int) as cancelled_before_collection
  from traits
), long as (unpivot counted on columns(*) into name excuse value orders)
select excuse, orders::bigint as orders from long where orders > 0 order by orders desc, excuse
