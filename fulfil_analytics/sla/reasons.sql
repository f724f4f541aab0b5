-- `why` of each case and mode: a JSON object that still lacks what differs from order to order, and its closing brace.

CREATE OR REPLACE TEMP TABLE sla_mode_due AS
SELECT
  d.case_id, d.line_id, d.stage, d.window_set, d.start_day, d.calendar_id, d.handling_days, d.handling_unit, d.buffered,
  d.unit, m.mode,
  CAST(sla_local(CASE m.mode
    WHEN 'standard' THEN coalesce(d.due_standard, d.start_ends_at + to_seconds(d.seconds_standard))
    WHEN 'holiday' THEN coalesce(d.due_holiday, d.start_ends_at + to_seconds(d.seconds_holiday))
    WHEN 'extension' THEN coalesce(d.due_extension, d.start_ends_at + to_seconds(d.seconds_extension))
    ELSE coalesce(d.due_effective, d.start_ends_at + to_seconds(d.seconds_effective))
  END) AS DATE) AS due_day
FROM sla_due AS d
CROSS JOIN (VALUES ('standard'), ('holiday'), ('extension'), ('effective')) AS m (mode);

-- days between the order's day and the due day that the calendar does not count
CREATE OR REPLACE TEMP TABLE sla_skipped AS
SELECT s.calendar_id, s.start_day, s.due_day, to_json(list(CAST(c.local_date AS VARCHAR) ORDER BY c.local_date)) AS days
FROM (SELECT DISTINCT calendar_id, start_day, due_day FROM sla_mode_due WHERE due_day IS NOT NULL) AS s
JOIN (SELECT calendar_id, local_date FROM sla_calendar WHERE NOT is_business) AS c
  ON c.calendar_id = s.calendar_id AND c.local_date > s.start_day AND c.local_date <= s.due_day
GROUP BY s.calendar_id, s.start_day, s.due_day;

CREATE OR REPLACE TEMP TABLE sla_closed_text AS
SELECT window_set, stage, to_json(list(CAST(local_date AS VARCHAR) ORDER BY local_date)) AS days
FROM sla_closed
GROUP BY window_set, stage;

CREATE OR REPLACE TEMP TABLE sla_applied AS
SELECT
  e.case_id, m.mode,
  to_json(list({
    'name': w.name, 'mode': w.mode, 'reason': w.reason,
    'effect': CASE
      WHEN w.action = 'fixed' THEN 'fixed ' || CAST(w.fixed_at AS VARCHAR) || ' UTC'
      ELSE w.action || ' ' || w.amount || ' ' || w.unit
    END, 'proof': w.proof
  } ORDER BY w.window_id)) AS windows
FROM sla_given AS e
JOIN sla_windows_all AS w ON w.window_id = e.window_id
JOIN (VALUES ('holiday'), ('extension'), ('effective')) AS m (mode)
  ON m.mode = 'effective'
  OR (m.mode = 'extension' AND w.mode = 'extension')
  OR (m.mode = 'holiday' AND w.mode = 'extension' AND coalesce(w.reason = 'holiday', FALSE))
GROUP BY e.case_id, m.mode;

CREATE OR REPLACE TEMP TABLE sla_told AS
WITH spelled AS (
  SELECT
    d.case_id, d.mode,
    l.why
    || coalesce(',"handling":"' || d.handling_days || ' ' || d.handling_unit || '"', '')
    || CASE
      WHEN d.unit IS DISTINCT FROM 'hour' AND k.days IS NOT NULL THEN ',"skipped":' || CAST(k.days AS VARCHAR)
      ELSE ''
    END
    || CASE
      WHEN d.buffered AND d.mode IN ('holiday', 'effective') AND c.days IS NOT NULL
        THEN ',"closed":' || CAST(c.days AS VARCHAR)
      ELSE ''
    END
    || coalesce(',"windows":' || CAST(a.windows AS VARCHAR), '') AS why
  FROM sla_mode_due AS d
  JOIN sla_lines AS l ON l.line_id = d.line_id
  LEFT JOIN sla_skipped AS k
    ON k.calendar_id = d.calendar_id AND k.start_day = d.start_day AND k.due_day = d.due_day
  LEFT JOIN sla_closed_text AS c ON c.window_set = d.window_set AND c.stage = d.stage
  LEFT JOIN sla_applied AS a ON a.case_id = d.case_id AND a.mode = d.mode
),

gathered AS (
  SELECT
    case_id,
    max(why) FILTER (mode = 'standard') AS why_standard,
    max(why) FILTER (mode = 'holiday') AS why_holiday,
    max(why) FILTER (mode = 'extension') AS why_extension,
    max(why) FILTER (mode = 'effective') AS why_effective
  FROM spelled
  GROUP BY case_id
)

SELECT
  c.case_id, c.uncounted,
  CASE WHEN c.uncounted IN ('no_policy_line', 'no_published_deadline') THEN 4 WHEN c.uncounted IS NOT NULL THEN 5 END AS uncounted_kind,
  coalesce(l.grace_seconds, 0) AS grace_seconds,
  d.due_standard, d.due_holiday, d.due_extension, d.due_effective,
  d.seconds_standard, d.seconds_holiday, d.seconds_extension, d.seconds_effective,
  coalesce(g.why_standard, b.blank) AS why_standard, coalesce(g.why_holiday, b.blank) AS why_holiday,
  coalesce(g.why_extension, b.blank) AS why_extension, coalesce(g.why_effective, b.blank) AS why_effective
FROM sla_cases AS c
CROSS JOIN (SELECT '{"policy":' || CAST(to_json({policy}) AS VARCHAR) AS blank) AS b
LEFT JOIN sla_lines AS l ON l.line_id = c.line_id
LEFT JOIN sla_due AS d ON d.case_id = c.case_id
LEFT JOIN gathered AS g ON g.case_id = c.case_id;
