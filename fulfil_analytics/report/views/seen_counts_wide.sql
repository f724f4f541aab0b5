-- The same as seen_counts, from the view in which an order's outcomes under all modes stand side by side.
CREATE OR REPLACE TEMP TABLE seen_counts AS
WITH judged AS (
  SELECT
    p.shop, p.market, p.warehouse, p.carrier, p.order_type, p.day, p.hour, d.stage, d.code_standard, d.code_holiday,
    d.code_effective, count(*) AS orders
  FROM deadline_modes AS d
  JOIN seen_placed AS p ON p.order_id = d.order_id
  WHERE d.stage IN {stages}
  GROUP BY ALL
),

unfolded AS (
  SELECT
    shop, market, warehouse, carrier, order_type, day, hour, stage,
    unnest(['standard', 'holiday', 'effective']) AS mode,
    unnest([code_standard, code_holiday, code_effective]) AS code, orders
  FROM judged
)

SELECT
  shop, market, warehouse, carrier, order_type, day, hour, stage, mode, ['on_time', 'late', 'open', 'overdue'][code] AS outcome,
  CAST(sum(orders) AS BIGINT) AS orders
FROM unfolded
WHERE code < 5 AND mode IN {modes}
GROUP BY ALL
