-- The deadlines in order, one narrow row an order and stage: those of the modes that differ stand side by side.
SELECT
  m.order_id, CAST(m.stage AS /*stage_type*/) AS stage, m.clock_start, m.stopped_at, k.key_no - 1 AS key, /*dues*/
FROM deadline_modes AS m
JOIN sla_why_keys AS k
  ON k.case_id = m.case_id AND k.code_standard = m.code_standard AND k.code_holiday = m.code_holiday
  AND k.code_extension = m.code_extension AND k.code_effective = m.code_effective
  AND k.not_counted IS NOT DISTINCT FROM m.not_counted AND k.stop_event IS NOT DISTINCT FROM m.stop_event
  AND k.by_platform = (m.platform_due_at IS NOT NULL) AND k.has_due = (m.due_effective IS NOT NULL)
WHERE m.stage IN {stages}
ORDER BY m.order_id, CAST(m.stage AS /*stage_type*/)
