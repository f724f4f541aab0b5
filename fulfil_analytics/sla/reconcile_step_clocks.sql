-- The orders that one reading of the metric counts. `kind` says what an order is at the moment the figure was made: done (on
-- time or late), overdue, cancelled_late (cancelled after its deadline, never done), open; and, without a deadline of the
-- seller's: platform_fulfilled, cancelled, unpaid, nothing_left_to_do. What cannot be known is of no kind.
INSERT INTO reconcile_steps
WITH known AS (
  SELECT *, CASE WHEN stopped_at <= {known_at} THEN stopped_at END AS done_at
  FROM reconcile_base
  WHERE mode = {mode} AND len(list_filter(traits, lambda trait: trait IN {left_out})) = 0
),

told AS (
  SELECT
    *,
    CASE
      WHEN reason = 'cancelled_in_time' THEN 'cancelled'
      WHEN outcome = 'not_applicable' THEN reason
      WHEN done_at IS NOT NULL THEN 'done'
      WHEN outcome = 'open' OR {known_at} < due_at + INTERVAL 1 SECOND THEN 'open'
      WHEN cancelled_at <= {known_at} THEN 'cancelled_late'
      ELSE 'overdue'
    END AS kind,
    CASE {axis} WHEN 'created' THEN created_at WHEN 'stopped' THEN done_at ELSE due_at END AS falls_at
  FROM known
)

SELECT
  {step}, order_id, order_id, kind,
  coalesce(kind IN {also_hit}, FALSE) OR CASE {counts}
    WHEN 'on_time' THEN kind = 'done' AND outcome = 'on_time'
    ELSE kind IN ('overdue', 'cancelled_late') OR (kind = 'done' AND outcome = 'late')
  END
FROM told
WHERE kind IN {kinds} AND (done_at IS NOT NULL OR NOT {done_only})
  AND falls_at >= {period_from} AND falls_at < {period_to} + INTERVAL 1 SECOND
  AND ({axis} <> 'due' OR due_at <= {known_at})
