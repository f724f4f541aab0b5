-- One metric's orders of a part, counted into cells that agree in verdicts and in all that rates are sliced by.
WITH judged AS (
  /*source*/
)
SELECT
  {metric} AS metric, v_standard, v_holiday, v_extension, v_effective, p_standard, p_holiday, p_extension, p_effective,
  min(first_at) AS first_at, max(last_at) AS last_at, sum(orders) AS orders, shop, warehouse, market
FROM judged
GROUP BY ALL
