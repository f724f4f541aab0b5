-- Orders with the clock that a metric is made of, under the modes that can matter, and the traits that metrics leave out.
CREATE OR REPLACE TEMP TABLE reconcile_base AS
SELECT
  d.order_id, d.mode, o.created_at, d.due_at, d.stopped_at, d.outcome, o.cancelled_at,
  CASE WHEN d.outcome = 'not_applicable' THEN json_extract_string(d.why, '$.not_applicable') END AS reason,
  list_filter([
    CASE WHEN o.platform_fulfilled THEN 'platform_fulfilled' END,
    CASE WHEN o.is_sample THEN 'sample' END,
    CASE WHEN o.is_replacement THEN 'replacement' END,
    CASE WHEN o.is_exchange THEN 'exchange' END,
    CASE WHEN o.cancelled_at IS NOT NULL THEN 'cancelled' END,
    CASE WHEN o.order_type = 'pre_order' THEN 'pre_order' END,
    CASE WHEN o.label_by = 'seller' THEN 'seller_label' END,
    CASE WHEN o.label_by = 'platform' THEN 'platform_label' END,
    CASE WHEN o.pickup_point THEN 'pickup_point' END
  ], lambda trait: trait IS NOT NULL) AS traits
FROM deadlines AS d
JOIN orders AS o ON o.order_id = d.order_id
WHERE d.stage = {stage} AND d.mode IN ('effective', 'standard');

CREATE OR REPLACE TEMP TABLE reconcile_steps (step INTEGER, order_id VARCHAR, kind VARCHAR, hit BOOLEAN)
