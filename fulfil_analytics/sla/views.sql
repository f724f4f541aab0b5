-- One row an order and stage in `deadline_modes`, one row a mode in `deadlines`. Unfolding on read keeps four times and four
-- texts of a few hundred bytes from being written for every order and stage. `order_deadlines` is what applies to an order,
-- for rules: what they ask of `why` stands in columns, because to spell that text out for every order costs more than the rule.

CREATE /*kind*/ deadline_modes AS
WITH timed AS (
  SELECT
    c.order_no, c.order_id, c.stage, c.clock_start, c.stopped_at, c.proven_only, c.untimed, c.cancelled_at, c.stop_event,
    c.platform_due_at, c.case_id, coalesce(
      ['platform_fulfilled', 'unpaid', 'nothing_left_to_do'][c.blocked], k.uncounted,
      CASE WHEN c.clock_start IS NULL THEN c.start_event || '_unknown' END
    ) AS not_counted,
    coalesce(c.blocked, k.uncounted_kind) AS not_counted_kind, k.why_standard, k.why_holiday,
    k.why_extension, k.why_effective, k.confidence, k.assessed, k.one_due, k.grace_seconds, c.blocked IS NOT NULL AS is_blocked,
    -- a window moves a deadline that there is: a clock of unknown start has none, whatever a notice fixes
    CASE
      WHEN c.blocked IS NOT NULL THEN NULL
      WHEN k.seconds_standard IS NULL THEN k.due_standard
      ELSE greatest(k.due_standard, c.clock_start + to_seconds(k.seconds_standard))
    END AS due_standard,
    CASE WHEN NOT k.one_due AND c.blocked IS NULL
        AND coalesce(k.due_standard, c.clock_start + to_seconds(k.seconds_standard)) IS NOT NULL
      THEN greatest(k.due_holiday, c.clock_start + to_seconds(k.seconds_holiday)) END
      AS other_holiday,
    CASE
      WHEN NOT k.one_due AND c.blocked IS NULL
        AND coalesce(k.due_standard, c.clock_start + to_seconds(k.seconds_standard)) IS NOT NULL
      THEN greatest(k.due_extension, c.clock_start + to_seconds(k.seconds_extension))
    END AS other_extension,
    CASE
      WHEN NOT k.one_due AND c.blocked IS NULL
        AND coalesce(k.due_standard, c.clock_start + to_seconds(k.seconds_standard)) IS NOT NULL
      THEN greatest(k.due_effective, c.clock_start + to_seconds(k.seconds_effective))
    END AS other_effective
  FROM deadline_clocks AS c
  JOIN deadline_cases AS k ON k.case_id = c.case_id
),

due AS (
  SELECT
    *,
    CASE WHEN one_due THEN due_standard ELSE other_holiday END AS due_holiday,
    CASE WHEN one_due THEN due_standard ELSE other_extension END AS due_extension,
    CASE
      WHEN platform_due_at IS NOT NULL AND NOT is_blocked THEN platform_due_at
      WHEN one_due THEN due_standard
      ELSE other_effective
    END AS due_effective
  FROM timed
),

judged AS (SELECT *, /*outcome due_standard*/ AS code_standard FROM due),

coded AS (
  SELECT
    *,
    CASE WHEN one_due THEN code_standard ELSE /*outcome due_holiday*/ END AS code_holiday,
    CASE WHEN one_due THEN code_standard ELSE /*outcome due_extension*/ END
      AS code_extension,
    CASE WHEN one_due AND platform_due_at IS NULL THEN code_standard ELSE /*outcome due_effective*/ END
      AS code_effective
  FROM judged
)

SELECT
  * EXCLUDE (one_due, grace_seconds, is_blocked, other_holiday, other_extension, other_effective),
  /*outcomes*/[code_standard] AS outcome_standard, /*outcomes*/[code_holiday] AS outcome_holiday,
  /*outcomes*/[code_extension] AS outcome_extension, /*outcomes*/[code_effective] AS outcome_effective
FROM coded;

CREATE /*kind*/ deadlines AS
WITH unfolded AS (
  SELECT
    order_id, stage, 'standard' AS mode, clock_start, due_standard AS due, stopped_at, code_standard AS code,
    not_counted, stop_event, FALSE AS by_platform, why_standard AS why
  FROM deadline_modes
  UNION ALL
  SELECT
    order_id, stage, 'holiday', clock_start, due_holiday, stopped_at, code_holiday, not_counted, stop_event, FALSE,
    why_holiday
  FROM deadline_modes
  UNION ALL
  SELECT
    order_id, stage, 'extension', clock_start, due_extension, stopped_at, code_extension, not_counted, stop_event,
    FALSE, why_extension
  FROM deadline_modes
  UNION ALL
  SELECT
    order_id, stage, 'effective', clock_start, due_effective, stopped_at, code_effective, not_counted, stop_event,
    platform_due_at IS NOT NULL, why_effective
  FROM deadline_modes
)

SELECT
  order_id, stage, mode, clock_start,
  CASE WHEN code < 5 THEN due END AS due_at,
  stopped_at,
  coalesce(['on_time', 'late', 'open', 'overdue'][code], 'not_applicable') AS outcome,
  /*told*/ AS why
FROM unfolded
WHERE stage IN {stages};

CREATE VIEW order_deadlines AS
SELECT
  order_id, stage, clock_start,
  CASE WHEN code_effective < 5 THEN due_effective END AS due_at,
  stopped_at,
  coalesce(['on_time', 'late', 'open', 'overdue'][code_effective], 'not_applicable') AS outcome,
  /*reason code_effective*/ AS not_applicable,
  /*reason code_standard*/ AS not_applicable_standard,
  CASE WHEN platform_due_at IS NOT NULL AND due_effective IS NOT NULL THEN 'platform' ELSE confidence END AS deadline_from,
  assessed
FROM deadline_modes
WHERE stage IN {stages};

-- Orders whose outcome a mode changes, and by what: names of the windows, days closed, the platform's own deadline.
CREATE OR REPLACE VIEW mode_changes AS
WITH told AS (
  SELECT
    order_id, stage, outcome_standard, due_standard, stopped_at,
    unnest([
      {'mode': 'holiday', 'outcome': outcome_holiday, 'due_at': due_holiday, 'why': why_holiday, 'by_platform': FALSE},
      {'mode': 'extension', 'outcome': outcome_extension, 'due_at': due_extension, 'why': why_extension, 'by_platform': FALSE},
      {
        'mode': 'effective', 'outcome': outcome_effective, 'due_at': due_effective, 'why': why_effective,
        'by_platform': platform_due_at IS NOT NULL
      }
    ]) AS one
  FROM deadline_modes
  WHERE code_holiday <> code_standard OR code_extension <> code_standard OR code_effective <> code_standard
),

changed AS (
  SELECT
    order_id, stage, one.mode AS mode, outcome_standard, one.outcome AS outcome, due_standard, one.due_at AS due_at, stopped_at,
    one.why || '}' AS why, one.by_platform AS by_platform
  FROM told
  WHERE one.outcome <> outcome_standard
)

SELECT
  order_id, stage, mode,
  CASE WHEN outcome_standard IN ('uncounted', 'cancelled', 'unproven') THEN 'not_applicable' ELSE outcome_standard END
    AS outcome_standard,
  CASE WHEN outcome IN ('uncounted', 'cancelled', 'unproven') THEN 'not_applicable' ELSE outcome END AS outcome,
  due_standard, due_at, stopped_at,
  CASE
    WHEN by_platform THEN 'the platform''s own deadline'
    ELSE nullif(concat_ws(
      ', ', nullif(array_to_string(json_extract_string(why, '$.windows[*].name'), ', '), ''),
      CASE WHEN json_exists(why, '$.closed') THEN 'holiday mode' END
    ), '')
  END AS changed_by
FROM changed
WHERE stage IN {stages};
