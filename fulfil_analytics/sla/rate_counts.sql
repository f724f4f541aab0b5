-- One metric's orders, counted into cells of equal verdicts, so that all that follows is over a few hundred rows. The marks
-- become names checked before they come here.
/*into*/
WITH judged AS (
  /*source*/
),

cells AS (
  SELECT
    v_standard, v_holiday, v_extension, v_effective, p_standard, p_holiday, p_extension, p_effective,
    min(first_at) AS first_at, max(last_at) AS last_at, sum(orders) AS orders /*keys*/
  FROM judged
  GROUP BY v_standard, v_holiday, v_extension, v_effective, p_standard, p_holiday, p_extension, p_effective /*keys*/
)

SELECT
  {metric} AS metric, c.v_standard, c.v_holiday, c.v_extension, c.v_effective, c.p_standard, c.p_holiday, c.p_extension,
  c.p_effective, c.first_at, c.last_at, c.orders /*names*/
FROM cells AS c
/*cells*/
