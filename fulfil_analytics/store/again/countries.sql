-- The markets of all orders: those of the part, and of the others as they stand.
SELECT market FROM orders WHERE market IS NOT NULL
UNION
SELECT market FROM whole.main.orders WHERE market IS NOT NULL AND order_id NOT IN (FROM part.main.touched_orders)
