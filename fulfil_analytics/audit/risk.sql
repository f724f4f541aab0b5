-- The risk of an order, by stated rules (docs/risk.md). Only root findings count, and none that a reviewer excused. A soft
-- finding counts one step lower than its severity; several hard roots of high severity are critical together.
SELECT
  order_id,
  CASE
    WHEN bool_or(evidence_class = 'hard' AND severity = 'critical') THEN 'critical'
    WHEN count(DISTINCT rule_id) FILTER (WHERE evidence_class = 'hard' AND severity = 'high') >= 2 THEN 'critical'
    WHEN bool_or((evidence_class = 'hard' AND severity = 'high') OR (evidence_class = 'soft' AND severity = 'critical')) THEN 'high'
    WHEN bool_or((evidence_class = 'hard' AND severity = 'medium') OR (evidence_class = 'soft' AND severity = 'high')) THEN 'medium'
    ELSE 'low'
  END AS risk
FROM findings
WHERE order_id IS NOT NULL AND root_finding_id IS NULL AND verdict IS DISTINCT FROM 'excused' AND severity <> 'info'
GROUP BY order_id
