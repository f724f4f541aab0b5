-- The standard deadline of each case: a moment, or seconds from the start of each order's own clock.

-- The due time of a local day: so long before its end, the hour set right that a changing clock puts between them.
CREATE OR REPLACE TEMP MACRO sla_due_on(day, ends, early) AS
  ends - to_seconds(early)
  - (sla_local(ends - to_seconds(early)) - (CAST(day AS TIMESTAMP) + INTERVAL 86399 SECOND - to_seconds(early)));

CREATE OR REPLACE TEMP TABLE sla_business_days AS
SELECT calendar_id, business_index, local_date FROM sla_calendar WHERE is_business;

CREATE OR REPLACE TEMP TABLE sla_standard AS
WITH based AS (
  SELECT
    c.case_id, c.window_set, c.start_day, c.hour_due_day, c.handling_days, c.handling_unit, c.base_at, c.base_seconds,
    l.line_id, l.of_stage AS stage, l.unit, l.calendar_id, l.seconds_early, l.fixed_at, l.extension_cap, l.amount, l.late_amount,
    l.day_0, l.is_exact, d.is_business AS start_is_business, f.day_end_utc AS start_ends_at,
    CASE
      -- an order of a rest day that counts as one of the next business day came before any cut-off
      WHEN l.day_0 = 'next_business_day' AND NOT d.is_business THEN l.amount
      WHEN c.after_cutoff OR NOT d.is_business THEN l.late_amount
      ELSE l.amount
    END - CASE
      WHEN l.day_0 = 'counts' AND (l.unit = 'calendar_day' OR (l.unit = 'business_day' AND d.is_business)) THEN 1
      ELSE 0
    END AS units,
    CASE
      WHEN l.day_0 = 'next_business_day' AND NOT d.is_business THEN h.local_date
      WHEN NOT l.handling OR c.handling_days = 0 THEN c.start_day
      WHEN c.handling_unit = 'calendar_day' THEN c.start_day + CAST(c.handling_days AS INTEGER)
      ELSE h.local_date
    END AS base_day,
    c.uncounted IS NULL AND (c.start_day IS NOT NULL OR l.unit = 'hour') AS counted
  FROM sla_cases AS c
  JOIN sla_lines AS l ON l.line_id = c.line_id
  LEFT JOIN sla_calendar AS f ON f.calendar_id = 0 AND f.local_date = c.start_day
  LEFT JOIN sla_calendar AS d ON d.calendar_id = l.calendar_id AND d.local_date = c.start_day
  LEFT JOIN sla_business_days AS h
    ON h.calendar_id = l.calendar_id AND h.business_index = d.business_index
    + CASE WHEN l.day_0 = 'next_business_day' AND NOT d.is_business THEN 1 ELSE c.handling_days END
),

due AS (
  SELECT
    b.*,
    CASE
      WHEN NOT counted THEN NULL
      WHEN fixed_at IS NOT NULL THEN CAST(sla_local(fixed_at) AS DATE)
      WHEN unit = 'hour' AND base_at IS NOT NULL THEN CAST(sla_local(base_at + to_hours(amount)) AS DATE)
      WHEN unit = 'hour' THEN hour_due_day
      WHEN units <= 0 THEN base_day
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
    WHEN NOT u.is_exact THEN sla_due_on(d.local_date, d.day_end_utc, u.seconds_early)
    WHEN u.unit = 'hour' THEN u.base_at + to_hours(u.amount)
  END AS due_at,
  CASE
    WHEN NOT u.counted OR u.fixed_at IS NOT NULL OR NOT u.is_exact THEN NULL
    WHEN u.unit = 'hour' THEN
      CASE WHEN u.base_at IS NULL OR u.base_seconds IS NOT NULL THEN coalesce(u.base_seconds, 0) + u.amount * 3600 END
    -- as long before the end of its last day as the clock started before the end of its first
    ELSE date_diff('second', u.start_ends_at, d.day_end_utc)
  END AS due_seconds,
  -- windows move a deadline no further than this
  sla_due_on(e.local_date, e.day_end_utc, u.seconds_early) AS latest_at
FROM due AS u
LEFT JOIN sla_calendar AS d ON d.calendar_id = u.calendar_id AND d.local_date = u.due_day
LEFT JOIN sla_business_days AS t
  ON t.calendar_id = u.calendar_id AND u.unit = 'business_day' AND t.business_index = d.business_index + u.extension_cap
LEFT JOIN sla_calendar AS e
  ON e.calendar_id = u.calendar_id
  AND e.local_date = CASE u.unit WHEN 'business_day' THEN t.local_date ELSE u.due_day + u.extension_cap END;
