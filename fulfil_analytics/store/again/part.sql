-- The rows of the touched orders and numbers; everything else that the model reads is small and is read where it stands. Of wide
-- tables only the key of every row is read, and all else by the place of the few rows.
CREATE TABLE part.main.touched_parcels AS
SELECT parcel_id FROM parcels WHERE order_id IN (FROM part.main.touched_orders);

CREATE TABLE part.main.touched_labels AS
SELECT source_file, source_line FROM loaded_labels WHERE order_id IN (FROM part.main.touched_orders);

CREATE TABLE part.main.loaded_order_lines AS
SELECT * FROM loaded_order_lines
WHERE rowid IN (SELECT rowid FROM loaded_order_lines WHERE order_id IN (FROM part.main.touched_orders));

CREATE TABLE part.main.loaded_labels AS
SELECT * FROM loaded_labels WHERE order_id IN (FROM part.main.touched_orders);

CREATE TABLE part.main.loaded_returns AS
SELECT * FROM loaded_returns WHERE order_id IN (FROM part.main.touched_orders);

CREATE TABLE part.main.loaded_tracking_events AS
SELECT * FROM loaded_tracking_events WHERE waybill IN (FROM part.main.touched_numbers)
UNION ALL
SELECT * FROM loaded_tracking_events WHERE waybill IS NULL AND order_id IN (FROM part.main.touched_orders);
