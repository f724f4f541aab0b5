-- Which windows cover which orders: once for each place, hand-over and segment of time that orders have.

CREATE OR REPLACE TEMP TABLE sla_window_sets AS
SELECT market, warehouse, handover, state, warehouse_state, segment_id, windows, dense_rank() OVER (ORDER BY windows) AS window_set
FROM (
  SELECT p.market, p.warehouse, p.handover, p.state, p.warehouse_state, p.segment_id, list(w.window_id ORDER BY w.window_id) AS windows
  FROM (
    SELECT DISTINCT market, warehouse, handover, state, warehouse_state, coalesce(segment_id, 0) AS segment_id FROM sla_profiles
  ) AS p
  LEFT JOIN sla_segments AS g ON g.segment_id = p.segment_id
  JOIN sla_windows_all AS w
    ON (w.market IS NULL OR w.market = p.market)
    AND (w.warehouse IS NULL OR w.warehouse = p.warehouse)
    AND (w.handover IS NULL OR w.handover = p.handover)
    AND (w.states IS NULL OR list_contains(w.states, p.state))
    AND (w.warehouse_states IS NULL OR list_contains(w.warehouse_states, p.warehouse_state))
    -- the seller's own holiday mode closes days, whenever the order came
    AND (w.mode = 'holiday' OR (w.from_at <= g.begins_at AND g.begins_at < w.to_at + INTERVAL 1 SECOND))
  GROUP BY p.market, p.warehouse, p.handover, p.state, p.warehouse_state, p.segment_id
);

CREATE OR REPLACE TEMP TABLE sla_set_windows AS
SELECT DISTINCT window_set, unnest(windows) AS window_id FROM sla_window_sets;
