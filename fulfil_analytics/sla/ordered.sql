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
SELECT key_no * {modes} - {modes} + place AS why_no, why
FROM (/*whys*/);
