-- The platform's own list of orders against ours, order by order.
WITH ours AS (SELECT order_id, bool_or(hit) AS hit FROM reconcile_steps WHERE step = {step} GROUP BY order_id),

facts AS (
  SELECT order_id, any_value(outcome) AS outcome, max(due_at) AS due_at, max(stopped_at) AS stopped_at, any_value(traits) AS traits
  FROM reconcile_base
  WHERE mode = {mode}
  GROUP BY order_id
)

SELECT
  coalesce(l.order_id, s.order_id) AS order_id,
  CASE WHEN l.order_id IS NULL THEN 'ours' WHEN s.hit THEN 'both' ELSE 'platform' END AS counted_by,
  CASE
    WHEN l.order_id IS NULL OR s.hit THEN NULL
    WHEN o.order_id IS NULL THEN 'not_in_the_exports'
    WHEN o.platform_fulfilled THEN 'platform_fulfilled'
    WHEN s.order_id IS NOT NULL THEN 'judged_otherwise'
    WHEN len(list_filter(f.traits, lambda trait: trait IN {left_out})) > 0 THEN 'left_out'
    WHEN f.outcome IN ('late', 'overdue') AND f.stopped_at IS NULL THEN 'never_done'
    WHEN f.outcome = 'open' THEN 'not_due_yet'
    WHEN f.outcome IS NULL OR f.outcome = 'not_applicable' THEN 'no_deadline_or_cancelled'
    ELSE 'other_period'
  END AS reason,
  f.outcome, f.due_at, f.stopped_at
FROM reconcile_listed AS l
FULL JOIN (SELECT * FROM ours WHERE hit OR order_id IN (SELECT order_id FROM reconcile_listed)) AS s
  ON s.order_id = l.order_id
LEFT JOIN orders AS o ON o.order_id = coalesce(l.order_id, s.order_id)
LEFT JOIN facts AS f ON f.order_id = coalesce(l.order_id, s.order_id)
ORDER BY counted_by, reason, order_id
