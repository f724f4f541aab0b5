-- The deadline of each case under each mode. Of several windows the latest deadline counts, never one earlier than standard. What runs from each order's own second stays a length (`seconds_…`).

-- which windows apply to which case
CREATE OR REPLACE TEMP TABLE sla_given AS
SELECT s.case_id, w.window_id, w.mode, w.reason, w.action, w.amount, w.unit, w.fixed_at
FROM sla_standard AS s
JOIN sla_set_windows AS x ON x.window_set = s.window_set
JOIN sla_windows_all AS w ON w.window_id = x.window_id AND list_contains(w.stages, s.stage)
WHERE s.counted AND w.mode <> 'holiday';

-- Where windows stack, those that add the same unit count as one of their sum: once for the windows of each mode, which
-- are those of the mode before and more.
CREATE OR REPLACE TEMP TABLE sla_extended AS
WITH stacked AS (
  SELECT case_id, mode, reason, action, amount, unit, fixed_at FROM sla_given WHERE NOT {stacked} OR action <> 'add'
  UNION ALL
  SELECT g.case_id, m.mode, m.reason, 'add', CAST(sum(g.amount) AS BIGINT), g.unit, NULL
  FROM sla_given AS g
  JOIN (VALUES ('extension', 'holiday'), ('extension', NULL), ('force_majeure', NULL)) AS m (mode, reason)
    ON (m.mode = 'force_majeure' OR g.mode = 'extension') AND (m.reason IS NULL OR g.reason = m.reason)
  WHERE {stacked} AND g.action = 'add'
  GROUP BY g.case_id, m.mode, m.reason, g.unit
),

given AS (
  SELECT
    s.*, w.mode, w.reason, w.action, w.amount AS by_amount, w.unit AS by_unit, w.fixed_at AS by_fixed_at,
    CASE w.action WHEN 'replace' THEN s.start_day ELSE s.due_day END AS from_day
  FROM stacked AS w
  JOIN sla_standard AS s ON s.case_id = w.case_id
),

placed AS (
  SELECT
    g.*,
    CASE
      WHEN g.action = 'fixed' OR g.by_unit = 'hour' THEN NULL
      WHEN g.by_unit = 'calendar_day' OR g.by_amount = 0 THEN g.from_day + CAST(g.by_amount AS INTEGER)
      ELSE t.local_date
    END AS to_day
  FROM given AS g
  LEFT JOIN sla_calendar AS d ON d.calendar_id = g.calendar_id AND d.local_date = g.from_day
  LEFT JOIN sla_business_days AS t
    ON t.calendar_id = g.calendar_id AND t.business_index = d.business_index + g.by_amount
)

SELECT
  p.case_id, p.mode, p.reason,
  CASE
    WHEN p.action = 'fixed' THEN p.by_fixed_at
    WHEN p.by_unit = 'hour' THEN CASE p.action WHEN 'replace' THEN p.base_at ELSE p.due_at END + to_hours(p.by_amount)
    WHEN p.is_exact AND p.unit <> 'hour' THEN NULL
    WHEN p.action = 'add' AND p.is_exact THEN p.due_at + to_days(CAST(p.to_day - p.from_day AS INTEGER))
    ELSE sla_due_on(d.local_date, d.day_end_utc, p.seconds_early)
  END AS due_at,
  CASE
    WHEN p.action = 'fixed' THEN NULL
    WHEN p.by_unit = 'hour' THEN 3600 * p.by_amount + CASE
      WHEN p.action = 'add' THEN p.due_seconds
      WHEN p.base_at IS NULL OR p.base_seconds IS NOT NULL THEN coalesce(p.base_seconds, 0)
    END
    WHEN p.is_exact AND p.unit <> 'hour' THEN date_diff('second', p.start_ends_at, d.day_end_utc)
    WHEN p.action = 'add' AND p.by_unit = 'calendar_day' THEN p.due_seconds + 86400 * p.by_amount
    WHEN p.action = 'add' THEN p.due_seconds + 86400 * (p.to_day - p.from_day)
  END AS due_seconds
FROM placed AS p
LEFT JOIN sla_calendar AS d ON d.calendar_id = p.calendar_id AND d.local_date = p.to_day;

CREATE OR REPLACE TEMP TABLE sla_due AS
WITH standard AS (
  SELECT
    s.*,
    CASE WHEN b.case_id IS NULL THEN s.due_at ELSE greatest(s.due_at, b.due_at) END AS due_own,
    CASE WHEN b.case_id IS NULL THEN s.due_seconds ELSE greatest(s.due_seconds, b.due_seconds) END AS seconds_own,
    b.case_id IS NOT NULL AS buffered
  FROM sla_standard AS s
  LEFT JOIN sla_buffered AS b ON b.case_id = s.case_id
),

latest AS (
  SELECT
    case_id,
    max(due_at) FILTER (mode = 'extension' AND reason = 'holiday') AS due_holiday,
    max(due_seconds) FILTER (mode = 'extension' AND reason = 'holiday') AS seconds_holiday,
    max(due_at) FILTER (mode = 'extension') AS due_extension,
    max(due_seconds) FILTER (mode = 'extension') AS seconds_extension,
    max(due_at) AS due_effective,
    max(due_seconds) AS seconds_effective
  FROM sla_extended
  GROUP BY case_id
)

SELECT
  s.case_id, s.line_id, s.stage, s.window_set, s.start_day, s.calendar_id, s.unit, s.handling_days, s.handling_unit,
  s.buffered, s.start_ends_at,
  s.due_at AS due_standard, s.due_seconds AS seconds_standard,
  least(greatest(s.due_own, x.due_holiday), s.latest_at) AS due_holiday,
  greatest(s.seconds_own, x.seconds_holiday) AS seconds_holiday,
  least(greatest(s.due_at, x.due_extension), s.latest_at) AS due_extension,
  greatest(s.due_seconds, x.seconds_extension) AS seconds_extension,
  least(greatest(s.due_own, x.due_effective), s.latest_at) AS due_effective,
  greatest(s.seconds_own, x.seconds_effective) AS seconds_effective
FROM standard AS s
LEFT JOIN latest AS x ON x.case_id = s.case_id;
