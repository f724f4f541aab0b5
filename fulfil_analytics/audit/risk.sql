-- The risk of each order and each shop, by stated rules (docs/risk.md). Only root findings count, and none that a reviewer
-- excused. A soft finding counts one step lower than its severity; hard roots of high severity from two rules are critical.
DELETE FROM risk_of_order;

INSERT INTO risk_of_order BY NAME
WITH roots AS (
  SELECT f.*,
    list_position(['critical', 'high', 'medium', 'low'], f.severity) + CASE f.evidence_class WHEN 'hard' THEN 0 ELSE 1 END AS step
  FROM findings AS f
  LEFT JOIN findings AS root ON root.finding_id = f.root_finding_id
  WHERE f.order_id IS NOT NULL
    -- what a reviewer excused explains nothing any more
    AND (root.finding_id IS NULL OR root.verdict = 'excused')
    AND f.verdict IS DISTINCT FROM 'excused'
    AND f.severity <> 'info'
),
gravest AS (
  SELECT order_id, finding_id, rule_id, message, shop, occurred_at
  FROM roots
  QUALIFY row_number() OVER (PARTITION BY order_id ORDER BY step, severity, evidence_class, rule_id, finding_id) = 1
),
counted AS (
  SELECT
    order_id,
    CASE
      WHEN min(step) = 1 THEN 'hard_critical'
      WHEN count(DISTINCT rule_id) FILTER (WHERE evidence_class = 'hard' AND severity = 'high') >= 2 THEN 'two_hard_high'
      WHEN min(step) = 2 THEN CASE WHEN bool_or(step = 2 AND evidence_class = 'hard') THEN 'hard_high' ELSE 'soft_critical' END
      WHEN min(step) = 3 THEN CASE WHEN bool_or(step = 3 AND evidence_class = 'hard') THEN 'hard_medium' ELSE 'soft_high' END
      ELSE 'other'
    END AS why,
    count(*) AS roots,
    count(*) FILTER (WHERE evidence_class = 'hard') AS hard_roots,
    list(DISTINCT rule_id ORDER BY rule_id) AS rules
  FROM roots
  GROUP BY order_id
),
folded AS (
  SELECT order_id, count(*) FILTER (WHERE root_finding_id IS NOT NULL) AS folded, count(*) FILTER (WHERE verdict = 'excused') AS excused
  FROM findings
  WHERE order_id IS NOT NULL
  GROUP BY order_id
),
judged AS (
  SELECT c.*, f.folded, f.excused, l.shop, l.finding_id, l.rule_id, l.message, l.occurred_at,
    CASE
      WHEN why IN ('hard_critical', 'two_hard_high') THEN 'critical'
      WHEN why IN ('hard_high', 'soft_critical') THEN 'high'
      WHEN why IN ('hard_medium', 'soft_high') THEN 'medium'
      ELSE 'low'
    END AS risk
  FROM counted AS c
  JOIN gravest AS l ON l.order_id = c.order_id
  JOIN folded AS f ON f.order_id = c.order_id
)
SELECT
  row_number() OVER (
    ORDER BY list_position(['critical', 'high', 'medium', 'low'], risk), hard_roots DESC, roots DESC, folded DESC,
      occurred_at DESC NULLS LAST, order_id
  ) AS place,
  order_id, shop, risk, why, roots, hard_roots, folded, excused,
  finding_id AS leading_finding_id,
  rule_id AS leading_rule_id,
  message AS reason,
  CAST(to_json(list_filter(rules, lambda rule: rule <> rule_id)) AS VARCHAR) AS further_rules
FROM judged
ORDER BY place;

DELETE FROM risk_of_shop;

INSERT INTO risk_of_shop BY NAME
WITH counted AS (
  SELECT
    o.shop,
    count(*) AS orders,
    count(*) FILTER (WHERE r.risk = 'critical') AS critical,
    count(*) FILTER (WHERE r.risk = 'high') AS high,
    count(*) FILTER (WHERE r.risk = 'medium') AS medium,
    count(*) FILTER (WHERE r.risk = 'low') AS low,
    mode(r.leading_rule_id ORDER BY r.leading_rule_id) FILTER (WHERE r.risk IN ('critical', 'high')) AS leading_rule_id
  FROM orders AS o
  LEFT JOIN risk_of_order AS r ON r.order_id = o.order_id
  WHERE NOT o.platform_fulfilled
  GROUP BY o.shop
)
SELECT
  shop, orders, critical, high, medium, low, leading_rule_id,
  CASE
    WHEN critical + high > 10 AND (critical + high) * 20 > orders THEN 'critical'
    WHEN critical + high > 10 OR (critical + high >= 3 AND (critical + high) * 20 > orders) THEN 'high'
    WHEN critical + high > 0 THEN 'medium'
    WHEN medium + low > 0 THEN 'low'
    ELSE 'none'
  END AS risk
FROM counted
ORDER BY list_position(['critical', 'high', 'medium', 'low', 'none'], risk), critical + high DESC, shop NULLS LAST;
