-- Charges that are a share of an order's amount, for the orders that count against the seller: all of them, and each shop's.
INSERT INTO sla_charges
WITH judged AS (
  /*source*/
),

against AS (
  SELECT j.order_id, m.mode
  FROM judged AS j
  CROSS JOIN (VALUES ('standard'), ('holiday'), ('extension'), ('effective')) AS m (mode)
  WHERE {against} = CASE m.mode
    WHEN 'standard' THEN v_standard
    WHEN 'holiday' THEN v_holiday
    WHEN 'extension' THEN v_extension
    ELSE v_effective
  END
),

charged AS (
  SELECT
    a.mode, o.shop, t.tier,
    greatest(
      least(CAST(round(o.order_amount_cents * t.charge_share) AS BIGINT), t.charge_max_cents), t.charge_min_cents
    ) AS charge_cents
  FROM against AS a
  JOIN orders AS o ON o.order_id = a.order_id
  JOIN sla_tiers AS t ON t.metric = {metric} AND t.charge_share IS NOT NULL AND t.currency = o.currency
)

SELECT {metric}, mode, '{}', tier, sum(charge_cents) FROM charged GROUP BY mode, tier
UNION ALL
SELECT {metric}, mode, CAST(json_object('shop', shop) AS VARCHAR), tier, sum(charge_cents) FROM charged GROUP BY mode, shop, tier;
