-- Which orders and numbers the derived tables do not know yet: what files tell that came since, and what has a time between
-- the moment the tables speak for and the new one. `part` is the part's own database.
CREATE OR REPLACE TABLE part.main.new_files AS
SELECT source_file FROM source_files WHERE source_file NOT IN {known};

CREATE OR REPLACE TABLE part.main.touched_orders AS
SELECT order_id
FROM (
  SELECT order_id FROM loaded_order_lines WHERE source_file IN (FROM part.main.new_files)
  UNION
  SELECT order_id FROM loaded_labels WHERE source_file IN (FROM part.main.new_files)
  UNION
  SELECT order_id FROM loaded_returns WHERE source_file IN (FROM part.main.new_files)
  UNION
  SELECT order_id FROM loaded_tracking_events
  WHERE waybill IS NULL AND order_id IS NOT NULL
    AND (source_file IN (FROM part.main.new_files) OR (event_at > {from} AND event_at <= {until}))
  UNION
  SELECT order_id FROM loaded_returns WHERE requested_at > {from} AND requested_at <= {until}
  UNION
  SELECT order_id FROM loaded_order_lines
  WHERE {from} < {until}
    AND (
      (created_at > {from} AND created_at <= {until}) OR (paid_at > {from} AND paid_at <= {until})
      OR (rts_at > {from} AND rts_at <= {until}) OR (shipped_at > {from} AND shipped_at <= {until})
      OR (delivered_at > {from} AND delivered_at <= {until}) OR (cancelled_at > {from} AND cancelled_at <= {until})
      OR (cancel_requested_at > {from} AND cancel_requested_at <= {until})
    )
)
WHERE order_id IS NOT NULL;

CREATE OR REPLACE TABLE part.main.touched_numbers AS
SELECT DISTINCT waybill FROM loaded_tracking_events
WHERE waybill IS NOT NULL AND NOT starts_with(waybill, 'PHONE#')
  AND (source_file IN (FROM part.main.new_files) OR (event_at > {from} AND event_at <= {until}));
