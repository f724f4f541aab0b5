-- Which line governs each profile and stage, and what its deadline depends on. Cases: the same line, days and windows.

CREATE OR REPLACE TEMP TABLE sla_selectors AS
SELECT row_number() OVER () AS selector_id, *
FROM (SELECT DISTINCT /*selectors*/ FROM sla_profiles);

-- Every selector accepted, then priority, then most selectors, then first in the file.
CREATE OR REPLACE TEMP TABLE sla_governing AS
WITH named AS (
  SELECT selector_id, /*accepted*/ AS facts
  FROM sla_selectors
),

fitting AS (
  SELECT s.selector_id, l.line_id, l.version_id, l.stage, l.priority, l.selectors
  FROM named AS s
  CROSS JOIN sla_lines AS l
  LEFT JOIN sla_line_selectors AS c ON c.line_id = l.line_id
  GROUP BY s.selector_id, l.line_id, l.version_id, l.stage, l.priority, l.selectors
  HAVING bool_and(c.place IS NULL OR coalesce(list_contains(c.accepted, s.facts[c.place]), FALSE))
)

SELECT
  selector_id, line_id, version_id, stage,
  row_number() OVER (
    PARTITION BY selector_id, version_id, stage ORDER BY priority DESC, selectors DESC, line_id
  ) AS place
FROM fitting;

CREATE OR REPLACE TEMP TABLE sla_profile_lines AS
WITH dated AS (
  SELECT p.*, s.selector_id, v.version_id, coalesce(w.window_set, 0) AS window_set
  FROM sla_profiles AS p
  JOIN sla_selectors AS s
    ON /*chosen*/
  LEFT JOIN sla_versions AS v ON p.created_at_day BETWEEN v.from_day AND v.until_day
  LEFT JOIN sla_window_sets AS w
    ON w.market IS NOT DISTINCT FROM p.market AND w.warehouse IS NOT DISTINCT FROM p.warehouse
    AND w.handover IS NOT DISTINCT FROM p.handover AND w.state IS NOT DISTINCT FROM p.state
    AND w.warehouse_state IS NOT DISTINCT FROM p.warehouse_state AND w.segment_id = coalesce(p.segment_id, 0)
),

-- a stage whose orders have a row only once its clock started has none where no line says which clock
stages AS (SELECT stage FROM sla_lines GROUP BY stage HAVING NOT bool_and(only_when_started)),

governed AS (
  SELECT d.*, g.stage, g.line_id
  FROM dated AS d
  JOIN sla_governing AS g ON g.selector_id = d.selector_id AND g.version_id = d.version_id AND g.place = 1
  UNION ALL
  SELECT d.*, s.stage, 0
  FROM dated AS d
  CROSS JOIN stages AS s
  ANTI JOIN sla_governing AS g
    ON g.selector_id = d.selector_id AND g.version_id = d.version_id AND g.stage = s.stage
),

counted AS (
  SELECT
    g.profile_id, g.stage, g.line_id, l.signature_id, g.handling_days AS own_days, g.handling_unit AS own_unit,
    l.handling, l.handling_default, l.handling_min, l.handling_max, l.start_event, l.amount, l.fixed_at, l.unit, l.after_stage,
    CASE WHEN l.unit = 'hour' AND NOT l.windowed AND l.after_stage IS NULL THEN 0 ELSE g.window_set END AS window_set,
    /*day_0*/ AS day_0,
    l.cutoff IS NOT NULL AND l.cutoff_place <= /*cutoffs*/ AS late,
    g.hour_due_days[l.hour_place] AS hour_due_day
  FROM governed AS g
  LEFT JOIN sla_lines AS l ON l.line_id = g.line_id
)

SELECT
  profile_id, stage, line_id, after_stage, coalesce(signature_id, 0) AS signature_id, coalesce(window_set, 0) AS window_set,
  CASE WHEN unit IS DISTINCT FROM 'hour' OR window_set > 0 THEN day_0 END AS start_day,
  coalesce(late, FALSE) AS after_cutoff,
  CASE
    WHEN handling THEN greatest(least(coalesce(own_days, handling_default), handling_max), handling_min)
  END AS handling_days,
  CASE WHEN handling THEN coalesce(own_unit, 'business_day') END AS handling_unit,
  hour_due_day,
  CASE
    WHEN line_id = 0 THEN 'no_policy_line'
    WHEN day_0 IS NULL AND unit IS DISTINCT FROM 'hour' AND after_stage IS NULL THEN start_event || '_unknown'
    WHEN handling AND own_days IS NULL AND handling_default IS NULL THEN 'handling_time_unknown'
    WHEN amount IS NULL AND fixed_at IS NULL THEN 'no_published_deadline'
  END AS uncounted
FROM counted;

-- `base_at` and `base_seconds` belong to lines that begin at another stage's deadline: chain.sql makes their cases
CREATE OR REPLACE TEMP TABLE sla_cases AS
SELECT CAST(row_number() OVER () AS INTEGER) AS case_id, *, CAST(NULL AS TIMESTAMP) AS base_at, CAST(NULL AS BIGINT) AS base_seconds
FROM (
  SELECT DISTINCT line_id, window_set, start_day, after_cutoff, handling_days, handling_unit, hour_due_day, uncounted
  FROM sla_profile_lines
  WHERE after_stage IS NULL
);

CREATE OR REPLACE TEMP TABLE sla_profile_cases AS
SELECT p.profile_id, p.stage, p.signature_id, c.case_id
FROM sla_profile_lines AS p
JOIN sla_cases AS c
  ON c.line_id = p.line_id AND c.window_set = p.window_set AND c.start_day IS NOT DISTINCT FROM p.start_day
  AND c.after_cutoff = p.after_cutoff AND c.handling_days IS NOT DISTINCT FROM p.handling_days
  AND c.handling_unit IS NOT DISTINCT FROM p.handling_unit
  AND c.hour_due_day IS NOT DISTINCT FROM p.hour_due_day AND c.uncounted IS NOT DISTINCT FROM p.uncounted
WHERE p.after_stage IS NULL;
