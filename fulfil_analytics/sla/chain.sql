-- Lines that begin at another stage's deadline, once that one's cases are known: a case for each mode, as under each mode the
-- time begins elsewhere. Hours after hours stay a length from the clock's start; all else begins at a moment.

CREATE OR REPLACE TEMP TABLE sla_chains AS
WITH after AS (
  SELECT
    p.profile_id, p.stage, p.signature_id, p.line_id, p.window_set, q.case_id AS base_case,
    CASE
      WHEN k.case_id IS NULL THEN 'no_policy_line'
      WHEN k.uncounted IS NOT NULL THEN k.uncounted
      -- the time runs on from the clock of the other stage
      WHEN k.seconds_standard IS NOT NULL AND b.start_key <> l.start_key THEN 'another_clock'
    END AS uncounted
  FROM sla_profile_lines AS p
  JOIN sla_lines AS l ON l.line_id = p.line_id
  LEFT JOIN sla_profile_cases AS q ON q.profile_id = p.profile_id AND q.stage = p.after_stage
  LEFT JOIN sla_profile_lines AS r ON r.profile_id = p.profile_id AND r.stage = p.after_stage
  LEFT JOIN sla_lines AS b ON b.line_id = r.line_id
  LEFT JOIN deadline_cases AS k ON k.case_id = q.case_id
  WHERE p.after_stage IS NOT NULL
)

SELECT *, dense_rank() OVER (ORDER BY line_id, window_set, base_case, uncounted) AS chain_no FROM after;

CREATE OR REPLACE TEMP TABLE sla_chain_modes AS
SELECT
  c.chain_no, m.mode, c.line_id, c.window_set, c.uncounted,
  CASE m.mode
    WHEN 'standard' THEN k.due_standard
    WHEN 'holiday' THEN k.due_holiday
    WHEN 'extension' THEN k.due_extension
    ELSE k.due_effective
  END AS base_at,
  CASE m.mode
    WHEN 'standard' THEN k.seconds_standard
    WHEN 'holiday' THEN k.seconds_holiday
    WHEN 'extension' THEN k.seconds_extension
    ELSE k.seconds_effective
  END AS base_seconds
FROM (SELECT DISTINCT chain_no, line_id, window_set, base_case, uncounted FROM sla_chains) AS c
CROSS JOIN (VALUES ('standard'), ('holiday'), ('extension'), ('effective')) AS m (mode)
LEFT JOIN deadline_cases AS k ON k.case_id = c.base_case;

CREATE OR REPLACE TEMP TABLE sla_cases AS
SELECT
  CAST((SELECT coalesce(max(case_id), 0) FROM deadline_cases) + row_number() OVER (ORDER BY chain_no, mode) AS INTEGER) AS case_id,
  line_id, window_set, CAST(sla_local(base_at) AS DATE) AS start_day, FALSE AS after_cutoff, CAST(NULL AS BIGINT) AS handling_days,
  CAST(NULL AS VARCHAR) AS handling_unit, CAST(NULL AS DATE) AS hour_due_day, uncounted, base_at, base_seconds, chain_no, mode
FROM sla_chain_modes;
