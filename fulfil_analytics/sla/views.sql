-- One row an order and stage in the tables, one row a mode in the view `deadlines`. Unfolding on read keeps four texts of a
-- few hundred bytes from being written for every order and stage.

CREATE OR REPLACE VIEW deadline_modes AS
WITH due AS (
  SELECT
    c.order_id, c.stage, c.clock_start, c.stopped_at, c.proven_only, c.cancelled_at, c.stop_event, c.platform_due_at,
    c.case_id, coalesce(CAST(c.blocked AS VARCHAR), k.uncounted) AS not_counted,
    CASE WHEN c.blocked IS NULL THEN greatest(k.due_standard, c.clock_start + to_hours(k.hours_standard)) END
      AS due_standard,
    CASE WHEN c.blocked IS NULL THEN greatest(k.due_holiday, c.clock_start + to_hours(k.hours_holiday)) END
      AS due_holiday,
    CASE WHEN c.blocked IS NULL THEN greatest(k.due_extension, c.clock_start + to_hours(k.hours_extension)) END
      AS due_extension,
    CASE
      WHEN c.blocked IS NULL
        THEN coalesce(c.platform_due_at, greatest(k.due_effective, c.clock_start + to_hours(k.hours_effective)))
    END AS due_effective
  FROM deadline_clocks AS c
  JOIN deadline_cases AS k ON k.case_id = c.case_id
)

SELECT
  *,
  /*outcome due_standard*/ AS outcome_standard,
  /*outcome due_holiday*/ AS outcome_holiday,
  /*outcome due_extension*/ AS outcome_extension,
  /*outcome due_effective*/ AS outcome_effective
FROM due;

CREATE VIEW deadlines AS
WITH unfolded AS (
  SELECT
    m.order_id, m.stage, 'standard' AS mode, m.clock_start, m.due_standard AS due, m.stopped_at,
    m.outcome_standard AS outcome, m.not_counted, m.stop_event, FALSE AS by_platform, r.why_standard AS why
  FROM deadline_modes AS m JOIN deadline_cases AS r ON r.case_id = m.case_id
  UNION ALL
  SELECT
    m.order_id, m.stage, 'holiday', m.clock_start, m.due_holiday, m.stopped_at, m.outcome_holiday, m.not_counted,
    m.stop_event, FALSE, r.why_holiday
  FROM deadline_modes AS m JOIN deadline_cases AS r ON r.case_id = m.case_id
  UNION ALL
  SELECT
    m.order_id, m.stage, 'extension', m.clock_start, m.due_extension, m.stopped_at, m.outcome_extension,
    m.not_counted, m.stop_event, FALSE, r.why_extension
  FROM deadline_modes AS m JOIN deadline_cases AS r ON r.case_id = m.case_id
  UNION ALL
  SELECT
    m.order_id, m.stage, 'effective', m.clock_start, m.due_effective, m.stopped_at, m.outcome_effective,
    m.not_counted, m.stop_event, m.platform_due_at IS NOT NULL, r.why_effective
  FROM deadline_modes AS m JOIN deadline_cases AS r ON r.case_id = m.case_id
)

SELECT
  order_id, CAST(stage AS VARCHAR) AS stage, mode, clock_start,
  CASE WHEN outcome NOT IN ('uncounted', 'cancelled', 'unproven') THEN due END AS due_at,
  stopped_at,
  CASE WHEN outcome IN ('uncounted', 'cancelled', 'unproven') THEN 'not_applicable' ELSE outcome END AS outcome,
  why
  || CASE WHEN by_platform AND due IS NOT NULL THEN ',"deadline":"platform"' ELSE '' END
  || CASE outcome
    WHEN 'uncounted' THEN ',"not_applicable":"' || coalesce(not_counted, 'outside_calendar') || '"'
    WHEN 'cancelled' THEN ',"not_applicable":"cancelled_in_time"'
    WHEN 'unproven' THEN ',"not_applicable":"stop_time_unknown"'
    ELSE coalesce(',"stop":"' || CAST(stop_event AS VARCHAR) || '"', '')
  END
  || '}' AS why
FROM unfolded;
