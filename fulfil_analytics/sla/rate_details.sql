-- Rates, and what stands beside each: how sure it is, and what the platform does about it. Penalties are a shop's: slices by
-- anything else, and slices of time, have none.
INSERT INTO rates
SELECT
  metric, mode, slice, period_start, period_end, numerator, denominator, rate, ci_low, ci_high, target, enforce, status, headroom
FROM sla_rate_rows;

INSERT INTO rate_details
WITH fitting AS (
  SELECT
    r.metric, r.mode, r.slice,
    max(t.points) AS points, max(t.points_days) FILTER (t.points > 0) AS points_days, min(t.cap) AS cap_share,
    min(CAST(floor(t.cap * CASE t.cap_base WHEN 'highest_28' THEN u.highest_28 ELSE u.average_28 END + 1e-9) AS BIGINT))
      AS order_cap,
    max(coalesce(t.charge_cents * r.against, c.charge_cents)) AS charge_cents, max(t.currency) AS currency, max(t.days) AS cap_days
  FROM (
    SELECT r.*, CASE WHEN b.better = 'higher' THEN denominator - numerator ELSE numerator END AS against
    FROM sla_rate_rows AS r
    JOIN (SELECT DISTINCT metric, better FROM sla_tiers) AS b ON b.metric = r.metric
  ) AS r
  JOIN sla_usual AS u ON u.slice = r.slice
  JOIN sla_tiers AS t
    ON t.metric = r.metric
    AND (t.above IS NULL OR CASE WHEN t.at_least THEN r.rate >= t.above - 1e-9 ELSE r.rate > t.above + 1e-9 END)
    AND (t.below IS NULL OR CASE WHEN t.at_most THEN r.rate <= t.below + 1e-9 ELSE r.rate < t.below - 1e-9 END)
    AND (t.count_at_least IS NULL OR r.against >= t.count_at_least)
  LEFT JOIN sla_charges AS c ON c.metric = r.metric AND c.mode = r.mode AND c.slice = r.slice AND c.tier = t.tier
  WHERE r.rate IS NOT NULL AND r.status IS DISTINCT FROM 'too_few'
  GROUP BY r.metric, r.mode, r.slice
)

SELECT
  r.metric, r.mode, r.slice, r.pending, r.unknown, r.lowest, r.highest, len(r.reasons) > 0 AS provisional,
  CAST(to_json(r.reasons) AS VARCHAR) AS reasons, r.missing_days, f.points, f.cap_share, f.order_cap, f.cap_days,
  f.charge_cents, f.currency, CAST(sla_local({as_of}) AS DATE) + CAST(f.points_days AS INTEGER) AS points_until
FROM sla_rate_rows AS r
LEFT JOIN fitting AS f ON f.metric = r.metric AND f.mode = r.mode AND f.slice = r.slice;
