-- The outcomes that rates are made of, beside what they are sliced by.
CREATE OR REPLACE TEMP TABLE sla_rated AS
SELECT
  CAST(m.stage AS VARCHAR) AS stage, o.created_at, m.stopped_at,
  m.due_standard, m.due_holiday, m.due_extension, m.due_effective,
  m.outcome_standard, m.outcome_holiday, m.outcome_extension, m.outcome_effective
  /*dimensions*/
FROM deadline_modes AS m
JOIN orders AS o ON o.order_id = m.order_id
WHERE m.stage IN {stages};
