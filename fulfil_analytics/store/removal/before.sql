-- Orders made before a moment, by the latest that any export says of it.
CREATE OR REPLACE TEMP TABLE gone_orders AS
SELECT order_id FROM loaded_order_lines GROUP BY order_id HAVING max(created_at) < {before};
