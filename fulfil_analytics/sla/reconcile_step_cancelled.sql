-- The orders that one reading of a measure of cancellations counts. A cancellation not yet known is none.
INSERT INTO reconcile_steps
WITH known AS (
  SELECT *, CASE WHEN cancelled_at <= {known_at} OR cancelled_at IS NULL THEN outcome ELSE 'kept' END AS kind
  FROM reconcile_base
  WHERE len(list_filter(traits, lambda trait: trait IN {left_out})) = 0
    AND (NOT unpaid OR 'unpaid' IN {kinds}) AND (NOT platform_fulfilled OR 'platform_fulfilled' IN {kinds})
),

hits AS (SELECT *, kind = 'at_fault' OR coalesce(kind IN {also_hit}, FALSE) AS hit FROM known)

SELECT {step}, order_id, order_id, kind, hit
FROM hits
WHERE kind IN {kinds}
  AND CASE WHEN {axis} = 'cancelled' AND hit THEN cancelled_at ELSE created_at END >= {period_from}
  AND CASE WHEN {axis} = 'cancelled' AND hit THEN cancelled_at ELSE created_at END < {period_to} + INTERVAL 1 SECOND
