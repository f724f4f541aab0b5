-- The same as seen_counts, from the view in which an order's outcomes under all modes stand side by side.
CREATE OR REPLACE TEMP TABLE seen_counts AS
WITH judged AS (
  SELECT
    p.shop, p.market, p.warehouse, p.carrier, p.order_type, p.day, p.hour, d.stage, d.outcome_standard, d.outcome_holiday,
    d.outcome_effective, count(*) AS orders
  FROM deadline_modes AS d
  JOIN seen_placed AS p ON p.order_id = d.order_id
  WHERE d.stage IN {stages}
  GROUP BY ALL
),

unfolded AS (
  SELECT
    shop, market, warehouse, carrier, order_type, day, hour, stage,
    unnest(['standard', 'holiday', 'effective']) AS mode,
    unnest([outcome_standard, outcome_holiday, outcome_effective]) AS outcome, orders
  FROM judged
)

SELECT shop, market, warehouse, carrier, order_type, day, hour, stage, mode, outcome, CAST(sum(orders) AS BIGINT) AS orders
FROM unfolded
WHERE outcome IN ('on_time', 'late', 'overdue', 'open') AND mode IN {modes}
GROUP BY ALL
