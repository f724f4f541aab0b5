-- Orders with the clock that a metric is made of, under the modes that can matter, and the traits that metrics leave out.
CREATE OR REPLACE TEMP TABLE reconcile_base AS
WITH clocks AS (
  SELECT order_id, 'effective' AS mode, due_effective AS due, stopped_at, code_effective AS code, outcome_effective AS outcome,
    cancelled_at, not_counted
  FROM deadline_modes
  WHERE stage = {stage}
  UNION ALL
  SELECT order_id, 'standard', due_standard, stopped_at, code_standard, outcome_standard, cancelled_at, not_counted
  FROM deadline_modes
  WHERE stage = {stage}
)

SELECT
  d.order_id, d.mode, t.created_at, CASE WHEN d.code < 5 THEN d.due END AS due_at, d.stopped_at,
  CASE WHEN d.code < 5 THEN d.outcome ELSE 'not_applicable' END AS outcome, o.cancelled_at,
  CASE d.code WHEN 5 THEN coalesce(d.not_counted, 'outside_calendar') WHEN 6 THEN 'cancelled_in_time' WHEN 7 THEN 'stop_time_unknown' END
    AS reason,
  t.traits
FROM clocks AS d
JOIN orders AS o ON o.order_id = d.order_id
JOIN reconcile_traits AS t ON t.order_id = d.order_id;
