-- What the files tell of whose rows are not settled yet: their sum is still open.
CREATE OR REPLACE TEMP TABLE new_files AS
SELECT source_file FROM source_files WHERE rows_in <> rows_loaded + rows_merged + rows_quarantined;

CREATE OR REPLACE TEMP TABLE told_orders AS
SELECT DISTINCT order_id FROM loaded_order_lines WHERE source_file IN (SELECT source_file FROM new_files);

CREATE OR REPLACE TEMP TABLE told_numbers AS
SELECT DISTINCT waybill, order_id FROM loaded_tracking_events WHERE source_file IN (SELECT source_file FROM new_files);
