-- Cuts the rows of a loaded store `given` into files of our own: each order, and each event, label, return or cell set aside,
-- into the file of its lot; one in seven into a second file as well. Later files tell a third of those orders differently.
CREATE TEMP TABLE lots AS
SELECT order_id, lot FROM (SELECT DISTINCT order_id FROM given.loaded_order_lines) CROSS JOIN range({lots}) AS t (lot)
WHERE lot = fa_lot('o' || order_id) OR (hash({seed}, 'again', order_id) % 7 = 0 AND lot = fa_lot('p' || order_id));

CREATE TEMP TABLE cut_order_lines AS
SELECT 'orders-' || l.lot || '.csv' AS source_file, l.lot, g.* EXCLUDE (source_file, is_current),
  l.lot <> fa_lot('o' || g.order_id) AND hash({seed}, 'changed', g.order_id) % 3 = 0 AS changed
FROM given.loaded_order_lines AS g
JOIN lots AS l ON l.order_id = g.order_id
WHERE g.source_file = (SELECT max(source_file) FROM given.loaded_order_lines AS o WHERE o.order_id = g.order_id);

CREATE TEMP TABLE cut_tracking_events AS
SELECT 'tracking-' || lot || '.csv' AS source_file, lot, g.* EXCLUDE (source_file, is_current)
FROM given.loaded_tracking_events AS g, range({lots}) AS t (lot)
-- of two numbers in three all events are there at once; the first event of all is always there: where the tracking begins concerns every order
WHERE (g.event_at = (SELECT min(event_at) FROM given.loaded_tracking_events) AND lot = 0) OR lot = CASE WHEN hash({seed}, 'calm', g.waybill) % 3 > 0 THEN 0 ELSE fa_lot('e' || g.source_file || g.source_line) END
  OR (hash({seed}, 'calm', g.waybill) % 3 = 0 AND hash({seed}, 'again', g.source_file, g.source_line) % 7 = 0 AND lot = fa_lot('f' || g.source_file || g.source_line));

CREATE TEMP TABLE cut_labels AS
SELECT 'labels-' || lot || '.csv' AS source_file, lot, g.* EXCLUDE (source_file, is_current)
FROM given.loaded_labels AS g, range({lots}) AS t (lot)
WHERE lot = fa_lot('l' || g.source_file || g.source_line);

CREATE TEMP TABLE cut_returns AS
SELECT 'returns-' || lot || '.csv' AS source_file, lot, g.* EXCLUDE (source_file, is_current)
FROM given.loaded_returns AS g, range({lots}) AS t (lot)
WHERE lot = fa_lot('r' || g.source_file || g.source_line);

UPDATE cut_order_lines
SET rts_at = rts_at + INTERVAL 7 HOUR, quantity = quantity + 1, city = 'Elsewhere', weight_g = NULL,
  waybill = CASE WHEN hash({seed}, 'rebilled', order_id) % 2 = 0 AND waybill IS NOT NULL THEN reverse(waybill) ELSE waybill END,
  order_status = CASE WHEN hash({seed}, 'cancelled', order_id) % 4 = 0 THEN 'cancelled' ELSE order_status END
WHERE changed;

ALTER TABLE cut_order_lines DROP changed;
