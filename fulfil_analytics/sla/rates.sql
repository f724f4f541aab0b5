-- One metric under the four modes, for all orders and for each value of each dimension.
-- The marks below for grouping sets and slice become names of columns of `orders`, checked before they come here.
INSERT INTO rates
WITH unfolded AS (
  SELECT
    m.mode, r.*,
    CASE m.mode
      WHEN 'standard' THEN outcome_standard
      WHEN 'holiday' THEN outcome_holiday
      WHEN 'extension' THEN outcome_extension
      ELSE outcome_effective
    END AS outcome,
    CASE m.mode
      WHEN 'standard' THEN due_standard
      WHEN 'holiday' THEN due_holiday
      WHEN 'extension' THEN due_extension
      ELSE due_effective
    END AS due_at
  FROM sla_rated AS r
  CROSS JOIN (VALUES ('standard'), ('holiday'), ('extension'), ('effective')) AS m (mode)
  WHERE r.stage = {stage}
),

counted AS (
  SELECT
    *,
    CASE {axis} WHEN 'created' THEN created_at WHEN 'stopped' THEN stopped_at ELSE due_at END AS falls_at,
    CASE {counts}
      WHEN 'on_time' THEN outcome = 'on_time'
      ELSE outcome = 'late' AND (stopped_at IS NOT NULL OR {among} = 'judged')
        OR (outcome = 'overdue' AND {among} = 'judged')
    END AS hit
  FROM unfolded
  WHERE CASE {among} WHEN 'judged' THEN outcome IN ('on_time', 'late', 'overdue') ELSE stopped_at IS NOT NULL END
    -- a delivery that was early counts in the period in which it was due, once that has come
    AND ({axis} <> 'due' OR due_at <= {as_of})
),

sliced AS (
  SELECT
    mode, /*slice*/ AS slice, min(created_at) AS first_at, max(created_at) AS last_at,
    count_if(hit) AS numerator, count(*) AS denominator
  FROM counted
  WHERE coalesce(falls_at >= {period_from}, TRUE) AND coalesce(falls_at <= {period_to}, TRUE)
  GROUP BY GROUPING SETS (/*sets*/)
),

-- a metric has a row for each mode even when nothing was judged
complete AS (
  SELECT mode, slice, first_at, last_at, numerator, denominator FROM sliced
  UNION ALL
  SELECT m.mode, '{}', NULL, NULL, 0, 0
  FROM (VALUES ('standard'), ('holiday'), ('extension'), ('effective')) AS m (mode)
  WHERE m.mode NOT IN (SELECT mode FROM sliced WHERE slice = '{}')
),

rated AS (
  SELECT
    *, numerator / nullif(denominator, 0) AS rate, 1.959963984540054 AS z,
    CAST({target} AS DOUBLE) AS target, CAST({enforce} AS DOUBLE) AS enforce
  FROM complete
),

bounded AS (
  SELECT
    *,
    (rate + z * z / (2 * denominator)) / (1 + z * z / denominator) AS middle,
    z * sqrt(rate * (1 - rate) / denominator + z * z / (4 * denominator * denominator))
      / (1 + z * z / denominator) AS reach
  FROM rated
)

SELECT
  {metric} AS metric, mode, slice,
  coalesce({period_from}, first_at) AS period_start, coalesce({period_to}, last_at) AS period_end,
  numerator, denominator, rate,
  CASE WHEN rate IS NOT NULL THEN greatest(0, middle - reach) END AS ci_low,
  CASE WHEN rate IS NOT NULL THEN least(1, middle + reach) END AS ci_high,
  target, enforce,
  -- 1e-9: a rate that is exactly at its limit keeps it, whatever the last bit of the division says
  CASE
    WHEN target IS NULL THEN NULL
    WHEN denominator < {min_sample} THEN 'too_few'
    WHEN CASE WHEN {higher} THEN rate >= target - 1e-9 ELSE rate <= target + 1e-9 END THEN 'ok'
    WHEN CASE WHEN {higher} THEN rate >= enforce - 1e-9 ELSE rate <= enforce + 1e-9 END THEN 'watch'
    ELSE 'breach'
  END AS status,
  -- each further late order joins the denominator too
  CASE
    WHEN denominator = 0 OR coalesce(enforce, target) IS NULL THEN NULL
    WHEN {higher} AND coalesce(enforce, target) > 0
      THEN greatest(0, CAST(floor(numerator / coalesce(enforce, target) + 1e-9) AS BIGINT) - denominator)
    WHEN NOT {higher} AND coalesce(enforce, target) < 1
      THEN greatest(0, CAST(floor(
        (coalesce(enforce, target) * denominator - numerator) / (1 - coalesce(enforce, target)) + 1e-9
      ) AS BIGINT))
  END AS headroom
FROM bounded;
