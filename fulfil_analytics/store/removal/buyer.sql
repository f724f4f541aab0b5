-- The orders of a person, by the keys that a name or a phone number has in this store.
CREATE OR REPLACE TEMP TABLE gone_orders AS
SELECT order_id FROM loaded_order_lines
WHERE buyer_key IN {keys} OR recipient_key IN {keys} OR phone_key IN {keys}
UNION
SELECT order_id FROM loaded_labels
WHERE recipient_key IN {keys} OR phone_key IN {keys};
