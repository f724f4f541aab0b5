-- Orders and stages that share the texts of their four modes; there are few. Their case knows the texts.
CREATE OR REPLACE TEMP TABLE sla_why_keys AS
SELECT CAST(row_number() OVER () AS INTEGER) AS key_no, k.*, c.why_standard, c.why_holiday, c.why_extension, c.why_effective
FROM (
  SELECT
    case_id, code_standard, code_holiday, code_extension, code_effective, not_counted, stop_event,
    platform_due_at IS NOT NULL AS by_platform, due_effective IS NOT NULL AS has_due,
    -- whether a mode's deadline is another than the standard one
    /*differs*/
  FROM deadline_modes AS m
  WHERE stage IN {stages}
  GROUP BY ALL
) AS k
JOIN deadline_cases AS c ON c.case_id = k.case_id;

CREATE OR REPLACE TEMP TABLE sla_whys AS
SELECT (key_no - 1) * {modes} + place - 1 AS why_no, why, code
FROM (/*whys*/);
