-- The metrics under the four modes, each beside its limits. A metric has a row for each mode even when nothing was judged.
INSERT INTO sla_rate_rows
WITH complete AS (
  SELECT * FROM sla_rate_slices
  WHERE denominator > 0 OR slice = '{}'
  UNION ALL
  SELECT d.metric, m.mode, '{}', NULL, NULL, 0, 0, 0, 0, 0
  FROM sla_metrics AS d
  CROSS JOIN (VALUES ('standard'), ('holiday'), ('extension'), ('effective')) AS m (mode)
  ANTI JOIN (SELECT metric, mode FROM sla_rate_slices WHERE slice = '{}') AS s ON s.metric = d.metric AND s.mode = m.mode
  WHERE {total}
),

rated AS (
  SELECT
    c.*, numerator / nullif(denominator, 0) AS rate, 1.959963984540054 AS z, d.target, d.enforce, d.min_sample, d.nearness,
    d.higher, d.period_from, d.period_to, d.reads_scans, d.missing_days
  FROM complete AS c
  JOIN sla_metrics AS d ON d.metric = c.metric
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
  metric, mode, slice,
  coalesce(period_from, first_at) AS period_start, coalesce(period_to, last_at) AS period_end,
  CAST(numerator AS BIGINT), CAST(denominator AS BIGINT), rate,
  CASE WHEN rate IS NOT NULL THEN greatest(0, middle - reach) END AS ci_low,
  CASE WHEN rate IS NOT NULL THEN least(1, middle + reach) END AS ci_high,
  target, enforce,
  -- 1e-9: a rate that is exactly at its limit keeps it (or misses it, where the limit is strict), whatever the last bit of
  -- the division says
  CASE
    WHEN target IS NULL THEN NULL
    WHEN denominator < min_sample THEN 'too_few'
    WHEN CASE WHEN higher THEN rate - target ELSE target - rate END >= nearness THEN 'ok'
    WHEN CASE WHEN higher THEN rate - enforce ELSE enforce - rate END >= nearness THEN 'watch'
    ELSE 'breach'
  END AS status,
  -- each further late order joins the denominator too
  CASE
    WHEN denominator = 0 OR coalesce(enforce, target) IS NULL THEN NULL
    WHEN higher AND coalesce(enforce, target) > 0
      THEN greatest(0, CAST(floor(numerator / coalesce(enforce, target) - nearness) AS BIGINT) - denominator)
    WHEN NOT higher AND coalesce(enforce, target) < 1
      THEN greatest(0, CAST(floor(
        (coalesce(enforce, target) * denominator - numerator) / (1 - coalesce(enforce, target)) - nearness
      ) AS BIGINT))
  END AS headroom,
  CAST(pending AS BIGINT), CAST(unknown AS BIGINT),
  numerator / nullif(denominator + beside, 0) AS lowest,
  (numerator + pending + unknown) / nullif(denominator + beside, 0) AS highest,
  list_filter(
    [
      CASE WHEN pending > 0 THEN 'open_orders' END,
      CASE WHEN period_to > {as_of} THEN 'period_not_over' END,
      CASE WHEN reads_scans AND {tracking_until} < least({as_of}, period_to) - INTERVAL 24 HOUR THEN 'tracking_ends_early' END,
      CASE WHEN missing_days > 0 THEN 'missing_days' END
    ],
    lambda reason: reason IS NOT NULL
  ) AS reasons,
  missing_days
FROM bounded;
