-- The one difference that turns an order's verdict: the first facet that does it alone. `also` names further ones that
-- would, or all that differ when none suffices alone.
WITH tried AS (
  SELECT
    c.step, c.order_id, c.stage, f.facet, f.place, f.was, f.becomes,
    coalesce(
      CASE t.outcome WHEN 'overdue' THEN 'late' ELSE t.outcome END
      = CASE c.outcome_after WHEN 'overdue' THEN 'late' ELSE c.outcome_after END,
      FALSE
    ) AS suffices
  FROM replay_changes AS c
  JOIN replay_facets AS f
    ON f.step = c.step AND f.stage = c.stage AND f.line_before = c.line_before AND f.line_after = c.line_after
  LEFT JOIN replay_trials AS t
    ON t.step = c.step AND t.facet = f.facet AND t.order_id = c.order_id AND t.stage = c.stage
),

decided AS (
  SELECT
    step, order_id, stage, bool_or(suffices) AS one_did,
    arg_min({'facet': facet, 'was': was, 'becomes': becomes}, place) FILTER (suffices) AS first_one,
    list(facet ORDER BY place) FILTER (suffices) AS each_alone, list(facet ORDER BY place) AS all_of_them
  FROM tried
  GROUP BY step, order_id, stage
)

SELECT
  c.step, c.order_id, c.stage, c.outcome_before, c.outcome_after, c.due_before, c.due_after, c.stopped_before,
  c.stopped_after, c.line_before, c.line_after,
  CASE
    WHEN c.line_before = '' OR c.line_after = '' THEN 'no_line'
    WHEN d.one_did THEN d.first_one.facet
    WHEN len(d.all_of_them) > 1 THEN 'together'
    ELSE 'not_found'
  END AS difference,
  CASE WHEN d.one_did THEN d.first_one.was ELSE c.line_before END AS was,
  CASE WHEN d.one_did THEN d.first_one.becomes ELSE c.line_after END AS becomes,
  CASE
    WHEN d.one_did THEN array_to_string(d.each_alone[2:], ', ')
    ELSE coalesce(array_to_string(d.all_of_them, ', '), '')
  END AS also
FROM replay_changes AS c
LEFT JOIN decided AS d ON d.step = c.step AND d.order_id = c.order_id AND d.stage = c.stage
ORDER BY c.step, c.stage, difference, c.order_id
