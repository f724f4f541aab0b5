-- For the deadlines, which are worked out next: what a run that was stopped before had left for them stays on the list.
CREATE TABLE IF NOT EXISTS orders_derived_again (order_id VARCHAR);

INSERT INTO orders_derived_again
SELECT order_id FROM part.main.touched_orders
EXCEPT
FROM orders_derived_again;
