-- The facts of one order; nothing personal.
select
  order_id, shop, market, order_status, order_substatus, order_type, platform_fulfilled, label_by, warehouse, handover,
  delivery_option, service_level, lines, units, order_amount_cents, currency, country, state, city, postal_code,
  cancelled_by, cancel_reason, tracking_covered, is_cod, handling_days, handling_unit, damaged, source_file, source_line,
  pickup_point, is_sample, is_replacement, is_exchange, is_combined, is_split, is_rebilled, combined_by, split_by, cancelled_before_collection
from orders
where order_id = {order_id}
