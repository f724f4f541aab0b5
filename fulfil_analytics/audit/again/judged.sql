-- The orders to be judged again: touched ones, those of which a rule said something, and those that a later moment may turn.
CREATE OR REPLACE TABLE again_before.judged AS
SELECT order_id FROM /*part*/.main.touched_orders WHERE order_id IS NOT NULL
UNION
SELECT order_id FROM findings WHERE order_id IS NOT NULL
UNION
SELECT order_id FROM judged_aside
/*restless*/;
