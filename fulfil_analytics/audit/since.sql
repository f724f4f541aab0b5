-- The findings of an earlier audit against those of this one, by finding_id. What is gone counts as solved only where it was
-- judged again: its order still stands in the inputs and its rule could be run.
CREATE OR REPLACE TEMP TABLE since AS
WITH earlier AS (
  SELECT finding_id, rule_id, family, severity, order_id, waybill, shop, warehouse, message, verdict
  FROM read_parquet({earlier})
),

ran AS (SELECT rule_id FROM coverage WHERE status = 'done')

SELECT
  coalesce(n.finding_id, o.finding_id) AS finding_id,
  CASE
    WHEN o.finding_id IS NULL THEN 'new'
    WHEN n.finding_id IS NOT NULL THEN 'remaining'
    WHEN o.rule_id NOT IN (SELECT rule_id FROM ran) THEN 'not_judged'
    WHEN o.order_id IS NOT NULL AND o.order_id NOT IN (SELECT order_id FROM orders) THEN 'not_judged'
    ELSE 'solved'
  END AS status,
  coalesce(n.rule_id, o.rule_id) AS rule_id, coalesce(n.family, o.family) AS family,
  coalesce(n.severity, o.severity) AS severity,
  CASE WHEN n.severity <> o.severity THEN o.severity END AS severity_before,
  coalesce(n.order_id, o.order_id) AS order_id, coalesce(n.waybill, o.waybill) AS waybill,
  coalesce(n.shop, o.shop) AS shop, coalesce(n.warehouse, o.warehouse) AS warehouse,
  coalesce(n.message, o.message) AS message, n.verdict
FROM findings AS n
FULL JOIN earlier AS o ON o.finding_id = n.finding_id
