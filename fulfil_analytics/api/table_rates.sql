-- Each metric over all chosen orders: the rate under each mode, and what counts under the effective one.
SELECT
  metric,
  max(rate) FILTER (WHERE mode = 'standard') AS standard,
  max(rate) FILTER (WHERE mode = 'holiday') AS holiday,
  max(rate) FILTER (WHERE mode = 'extension') AS extension,
  max(rate) FILTER (WHERE mode = 'effective') AS effective,
  max(denominator) FILTER (WHERE mode = 'effective') AS "of",
  max(coalesce(enforce, target)) AS "limit",
  max(status) FILTER (WHERE mode = 'effective') AS status,
  max(headroom) FILTER (WHERE mode = 'effective') AS headroom
FROM rates
WHERE slice = '{}'
GROUP BY metric
ORDER BY metric
LIMIT {{limit}}
