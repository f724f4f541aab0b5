-- The reading "buffer" of a seller's own holiday mode: no local day that it touches counts. An hour deadline moves by 24 h
-- for each such day from the order's day on. Under the reading "closed" no such window is in force and all is empty here.

CREATE OR REPLACE TEMP TABLE sla_closed AS
SELECT DISTINCT s.window_set, w.stage, c.local_date
FROM sla_set_windows AS s
JOIN (
  SELECT
    window_id, unnest(stages) AS stage,
    CAST(sla_local(from_at) AS DATE) AS first_day,
    CAST(sla_local(to_at) AS DATE) AS last_day
  FROM sla_windows_all
  WHERE mode = 'holiday'
) AS w ON w.window_id = s.window_id
JOIN sla_calendar AS c ON c.calendar_id = 0 AND c.local_date BETWEEN w.first_day AND w.last_day;

CREATE OR REPLACE TEMP TABLE sla_buffered AS
WITH affected AS (
  SELECT
    s.case_id, s.window_set, s.stage, s.start_day, s.unit, s.handling_unit, s.calendar_id, s.seconds_early, s.due_seconds,
    s.due_day AS standard_day, s.due_at AS standard_at, s.is_exact, s.start_ends_at,
    CASE
      WHEN s.day_0 = 'next_business_day' AND (o.local_date IS NOT NULL OR NOT s.start_is_business) THEN 1
      ELSE coalesce(s.handling_days, 0)
    END AS steps_before,
    o.local_date IS NOT NULL AS start_closed,
    CASE
      WHEN s.unit = 'hour' THEN (s.amount + 23) // 24
      WHEN s.day_0 = 'next_business_day' AND (o.local_date IS NOT NULL OR NOT s.start_is_business) THEN s.amount
      WHEN o.local_date IS NOT NULL THEN s.late_amount
      ELSE s.units
    END AS steps,
    n.closed_days
  FROM sla_standard AS s
  JOIN (SELECT window_set, stage, count(*) AS closed_days FROM sla_closed GROUP BY window_set, stage) AS n
    ON n.window_set = s.window_set AND n.stage = s.stage
  LEFT JOIN sla_closed AS o ON o.window_set = s.window_set AND o.stage = s.stage AND o.local_date = s.start_day
  -- hours after another stage's deadline have no day of their own to begin on
  WHERE s.counted AND s.fixed_at IS NULL AND NOT (s.unit = 'hour' AND s.base_seconds IS NOT NULL)
),

days AS (
  SELECT
    a.case_id, c.local_date,
    o.local_date IS NULL AND (a.handling_unit IS NOT DISTINCT FROM 'calendar_day' OR c.is_business) AS counts_before,
    o.local_date IS NULL AND (a.unit <> 'business_day' OR c.is_business) AS counts
  FROM affected AS a
  JOIN sla_calendar AS f ON f.calendar_id = a.calendar_id AND f.local_date = a.start_day
  JOIN sla_calendar AS c
    ON c.calendar_id = a.calendar_id AND c.local_date > a.start_day
    AND c.business_index <= f.business_index + a.steps_before + a.steps + a.closed_days + 1
  LEFT JOIN sla_closed AS o ON o.window_set = a.window_set AND o.stage = a.stage AND o.local_date = c.local_date
),

based AS (
  SELECT a.*, coalesce(d.local_date, a.start_day) AS base_day
  FROM affected AS a
  LEFT JOIN (
    SELECT case_id, local_date, row_number() OVER (PARTITION BY case_id ORDER BY local_date) AS step
    FROM days WHERE counts_before
  ) AS d ON d.case_id = a.case_id AND d.step = a.steps_before
),

due AS (
  SELECT b.*, coalesce(d.local_date, b.base_day) AS due_day
  FROM based AS b
  LEFT JOIN (
    SELECT
      d.case_id, d.local_date, row_number() OVER (PARTITION BY d.case_id ORDER BY d.local_date) AS step
    FROM days AS d
    JOIN based AS b ON b.case_id = d.case_id AND d.local_date > b.base_day
    WHERE d.counts
  ) AS d ON d.case_id = b.case_id AND d.step = b.steps
),

shifted AS (
  SELECT
    *,
    CASE WHEN unit = 'hour' THEN due_day - start_day - steps + CAST(start_closed AS INTEGER) END AS more_days
  FROM due
)

SELECT
  u.case_id,
  CASE
    WHEN NOT u.is_exact THEN sla_due_on(c.local_date, c.day_end_utc, u.seconds_early)
    WHEN u.unit = 'hour' THEN u.standard_at + to_days(CAST(u.more_days AS INTEGER))
  END AS due_at,
  CASE
    WHEN NOT u.is_exact THEN NULL
    WHEN u.unit = 'hour' THEN u.due_seconds + 86400 * u.more_days
    ELSE date_diff('second', u.start_ends_at, c.day_end_utc)
  END AS due_seconds
FROM shifted AS u
JOIN sla_calendar AS c
  ON c.calendar_id = u.calendar_id
  AND c.local_date = CASE WHEN u.unit = 'hour' AND NOT u.is_exact THEN u.standard_day + CAST(u.more_days AS INTEGER) ELSE u.due_day END;
