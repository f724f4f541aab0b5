-- One metric under the four modes, for all orders and for each value of each dimension. Orders are first counted into cells of
-- equal verdicts, so that all that follows is over a few hundred rows. The marks become names checked before they come here.
INSERT INTO sla_rate_rows
WITH judged AS (
  /*source*/
),

cells AS (
  SELECT
    v_standard, v_holiday, v_extension, v_effective, p_standard, p_holiday, p_extension, p_effective,
    min(first_at) AS first_at, max(last_at) AS last_at, sum(orders) AS orders /*keys*/
  FROM judged
  GROUP BY v_standard, v_holiday, v_extension, v_effective, p_standard, p_holiday, p_extension, p_effective /*keys*/
),

unfolded AS (
  SELECT
    m.mode, c.first_at, c.last_at, c.orders,
    CASE m.mode
      WHEN 'standard' THEN v_standard
      WHEN 'holiday' THEN v_holiday
      WHEN 'extension' THEN v_extension
      ELSE v_effective
    END AS verdict,
    CASE m.mode
      WHEN 'standard' THEN p_standard
      WHEN 'holiday' THEN p_holiday
      WHEN 'extension' THEN p_extension
      ELSE p_effective
    END AS period
    /*names*/
  FROM cells AS c
  /*cells*/
  CROSS JOIN (VALUES ('standard'), ('holiday'), ('extension'), ('effective')) AS m (mode)
),

sliced AS (
  SELECT
    mode, /*slice*/ AS slice,
    min(first_at) FILTER (verdict IN (1, 2, 4, 6)) AS first_at,
    max(last_at) FILTER (verdict IN (1, 2, 4, 6)) AS last_at,
    coalesce(sum(orders) FILTER (verdict = 2), 0) AS numerator,
    coalesce(sum(orders) FILTER (verdict IN (1, 2, 4, 6)), 0) AS denominator,
    coalesce(sum(orders) FILTER (verdict IN (3, 4)), 0) AS pending,
    coalesce(sum(orders) FILTER (verdict IN (5, 6)), 0) AS unknown,
    coalesce(sum(orders) FILTER (verdict IN (3, 5)), 0) AS beside
  FROM unfolded
  WHERE verdict IS NOT NULL
  GROUP BY GROUPING SETS (/*sets*/)
),

-- a metric has a row for each mode even when nothing was judged
complete AS (
  FROM sliced
  WHERE denominator > 0 OR slice = '{}'
  UNION ALL
  SELECT m.mode, '{}', NULL, NULL, 0, 0, 0, 0, 0
  FROM (VALUES ('standard'), ('holiday'), ('extension'), ('effective')) AS m (mode)
  WHERE {total} AND m.mode NOT IN (SELECT mode FROM sliced WHERE slice = '{}')
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
  CAST(numerator AS BIGINT), CAST(denominator AS BIGINT), rate,
  CASE WHEN rate IS NOT NULL THEN greatest(0, middle - reach) END AS ci_low,
  CASE WHEN rate IS NOT NULL THEN least(1, middle + reach) END AS ci_high,
  target, enforce,
  -- 1e-9: a rate that is exactly at its limit keeps it (or misses it, where the limit is strict), whatever the last bit of
  -- the division says
  CASE
    WHEN target IS NULL THEN NULL
    WHEN denominator < {min_sample} THEN 'too_few'
    WHEN CASE WHEN {higher} THEN rate - target ELSE target - rate END >= {nearness} THEN 'ok'
    WHEN CASE WHEN {higher} THEN rate - enforce ELSE enforce - rate END >= {nearness} THEN 'watch'
    ELSE 'breach'
  END AS status,
  -- each further late order joins the denominator too
  CASE
    WHEN denominator = 0 OR coalesce(enforce, target) IS NULL THEN NULL
    WHEN {higher} AND coalesce(enforce, target) > 0
      THEN greatest(0, CAST(floor(numerator / coalesce(enforce, target) - {nearness}) AS BIGINT) - denominator)
    WHEN NOT {higher} AND coalesce(enforce, target) < 1
      THEN greatest(0, CAST(floor(
        (coalesce(enforce, target) * denominator - numerator) / (1 - coalesce(enforce, target)) - {nearness}
      ) AS BIGINT))
  END AS headroom,
  CAST(pending AS BIGINT), CAST(unknown AS BIGINT),
  numerator / nullif(denominator + beside, 0) AS lowest,
  (numerator + pending + unknown) / nullif(denominator + beside, 0) AS highest,
  list_filter(
    [
      CASE WHEN pending > 0 THEN 'open_orders' END,
      CASE WHEN {period_to} > {as_of} THEN 'period_not_over' END,
      CASE WHEN {reads_scans} AND {tracking_until} < least({as_of}, {period_to}) - INTERVAL 24 HOUR THEN 'tracking_ends_early' END,
      CASE WHEN {missing_days} > 0 THEN 'missing_days' END
    ],
    lambda reason: reason IS NOT NULL
  ) AS reasons,
  {missing_days} AS missing_days
FROM bounded;
