-- The orders and numbers that the files of settle_new.sql tell of.
CREATE OR REPLACE TEMP TABLE told_orders AS
SELECT DISTINCT order_id FROM loaded_order_lines WHERE source_file IN (SELECT source_file FROM new_files);

CREATE OR REPLACE TEMP TABLE told_numbers AS
SELECT DISTINCT waybill, order_id FROM loaded_tracking_events WHERE source_file IN (SELECT source_file FROM new_files);
