-- The standard deadline of each case: a moment for days, a length for hours.

CREATE OR REPLACE TEMP TABLE sla_business_days AS
SELECT calendar_id, business_index, local_date FROM sla_calendar WHERE is_business;

CREATE OR REPLACE TEMP TABLE sla_standard AS
WITH based AS (
  SELECT
    c.case_id, c.window_set, c.start_day, c.hour_due_day, c.handling_days, c.handling_unit, l.line_id, l.stage, l.unit,
    l.calendar_id, l.seconds_early, l.fixed_at, l.extension_cap, l.cutoff IS NOT NULL AS has_cutoff, l.amount, l.late_amount,
    c.after_cutoff OR NOT d.is_business AS is_late,
    CASE WHEN c.after_cutoff OR NOT d.is_business THEN l.late_amount ELSE l.amount END AS units,
    CASE
      WHEN NOT l.handling OR c.handling_days = 0 THEN c.start_day
      WHEN c.handling_unit = 'calendar_day' THEN c.start_day + CAST(c.handling_days AS INTEGER)
      ELSE h.local_date
    END AS base_day,
    c.uncounted IS NULL AND (c.start_day IS NOT NULL OR l.unit = 'hour') AS counted
  FROM sla_cases AS c
  JOIN sla_lines AS l ON l.line_id = c.line_id
  LEFT JOIN sla_calendar AS d ON d.calendar_id = l.calendar_id AND d.local_date = c.start_day
  LEFT JOIN sla_business_days AS h
    ON h.calendar_id = l.calendar_id AND h.business_index = d.business_index + c.handling_days
),

due AS (
  SELECT
    b.*,
    CASE
      WHEN NOT counted THEN NULL
      WHEN fixed_at IS NOT NULL THEN CAST(sla_local(fixed_at) AS DATE)
      WHEN unit = 'hour' THEN hour_due_day
      WHEN units = 0 THEN base_day
      WHEN unit = 'calendar_day' THEN base_day + units
      ELSE t.local_date
    END AS due_day
  FROM based AS b
  LEFT JOIN sla_calendar AS d ON d.calendar_id = b.calendar_id AND d.local_date = b.base_day
  LEFT JOIN sla_business_days AS t
    ON t.calendar_id = b.calendar_id AND t.business_index = d.business_index + b.units
)

SELECT
  u.*,
  CASE
    WHEN NOT u.counted THEN NULL
    WHEN u.fixed_at IS NOT NULL THEN u.fixed_at
    WHEN u.unit <> 'hour' THEN d.day_end_utc - to_seconds(u.seconds_early)
  END AS due_at,
  CASE WHEN u.counted AND u.unit = 'hour' THEN u.amount END AS due_hours,
  -- windows move a deadline no further than this
  e.day_end_utc - to_seconds(u.seconds_early) AS latest_at
FROM due AS u
LEFT JOIN sla_calendar AS d ON d.calendar_id = u.calendar_id AND d.local_date = u.due_day
LEFT JOIN sla_business_days AS t
  ON t.calendar_id = u.calendar_id AND u.unit = 'business_day' AND t.business_index = d.business_index + u.extension_cap
LEFT JOIN sla_calendar AS e
  ON e.calendar_id = u.calendar_id
  AND e.local_date = CASE u.unit WHEN 'business_day' THEN t.local_date ELSE u.due_day + u.extension_cap END;
