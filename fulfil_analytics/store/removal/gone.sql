-- What goes with the orders in `gone_orders` and the rows before {before} (null: only the orders count). A number that
-- another order bears too, or that is on no order at all, stays with its events, unless they are older.
CREATE OR REPLACE TEMP TABLE gone_waybills AS
WITH numbers AS (
  SELECT order_id, waybill FROM loaded_order_lines WHERE waybill IS NOT NULL
  UNION ALL
  SELECT order_id, waybill FROM loaded_labels WHERE waybill IS NOT NULL
  UNION ALL
  SELECT order_id, return_waybill FROM loaded_returns WHERE return_waybill IS NOT NULL
)
SELECT waybill FROM numbers GROUP BY waybill HAVING bool_and(order_id IN (SELECT order_id FROM gone_orders));

CREATE OR REPLACE TEMP TABLE kept_waybills AS
SELECT waybill FROM loaded_order_lines
WHERE waybill IS NOT NULL AND order_id NOT IN (SELECT order_id FROM gone_orders)
UNION
SELECT waybill FROM loaded_labels
WHERE waybill IS NOT NULL AND order_id NOT IN (SELECT order_id FROM gone_orders);

CREATE OR REPLACE TEMP TABLE gone_rows AS
SELECT 'order_lines' AS table_name, source_file, source_line FROM loaded_order_lines
WHERE order_id IN (SELECT order_id FROM gone_orders)
UNION ALL
SELECT 'labels', source_file, source_line FROM loaded_labels
WHERE order_id IN (SELECT order_id FROM gone_orders)
UNION ALL
SELECT 'returns', source_file, source_line FROM loaded_returns
WHERE order_id IN (SELECT order_id FROM gone_orders)
  OR (requested_at < {before} AND order_id NOT IN (SELECT order_id FROM loaded_order_lines))
UNION ALL
SELECT 'tracking_events', source_file, source_line FROM loaded_tracking_events
WHERE order_id IN (SELECT order_id FROM gone_orders)
  OR waybill IN (SELECT waybill FROM gone_waybills)
  OR (event_at < {before} AND waybill NOT IN (SELECT waybill FROM kept_waybills))
UNION ALL
SELECT 'inventory', source_file, source_line FROM loaded_inventory WHERE taken_at < {before}
UNION ALL
SELECT 'sla_windows', source_file, source_line FROM loaded_sla_windows WHERE to_at < {before};
