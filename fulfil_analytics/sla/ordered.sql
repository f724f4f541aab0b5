-- The deadlines in order. What is sorted is one narrow row an order and stage, not four rows with texts; those are unfolded
-- afterwards, on the way out, by steps that keep the order.

-- orders and stages that share the texts of their four modes; there are few
CREATE OR REPLACE TEMP TABLE sla_why_keys AS
SELECT
  -- by what the texts are made of: the writer of the file takes its dictionary in this order
  CAST(row_number() OVER (
    ORDER BY why_standard, why_holiday, why_extension, why_effective, code_standard, code_holiday, code_extension, code_effective,
      not_counted, stop_event, by_platform, has_due
  ) AS INTEGER) AS key_no, *
FROM (
  SELECT DISTINCT
    case_id, code_standard, code_holiday, code_extension, code_effective, not_counted, stop_event,
    platform_due_at IS NOT NULL AS by_platform, due_effective IS NOT NULL AS has_due, why_standard, why_holiday, why_extension,
    why_effective
  FROM deadline_modes
  WHERE stage IN {stages}
);

CREATE OR REPLACE TEMP TABLE sla_whys AS
SELECT (key_no - 1) * {modes} + place - 1 AS why_no, why
FROM (/*whys*/);

CREATE OR REPLACE TEMP TABLE sla_ordered AS
SELECT
  m.order_id, CAST(m.stage AS /*stage_type*/) AS stage, m.clock_start, m.stopped_at, k.key_no, /*codes*/
FROM deadline_modes AS m
JOIN sla_why_keys AS k
  ON k.case_id = m.case_id AND k.code_standard = m.code_standard AND k.code_holiday = m.code_holiday
  AND k.code_extension = m.code_extension AND k.code_effective = m.code_effective
  AND k.not_counted IS NOT DISTINCT FROM m.not_counted AND k.stop_event IS NOT DISTINCT FROM m.stop_event
  AND k.by_platform = (m.platform_due_at IS NOT NULL) AND k.has_due = (m.due_effective IS NOT NULL)
WHERE m.stage IN {stages}
ORDER BY m.order_id, CAST(m.stage AS /*stage_type*/);
