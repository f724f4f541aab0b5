-- The cells of all metrics, added up under the four modes: for all orders, and for each value of each dimension.
INSERT INTO sla_rate_slices
WITH unfolded AS (
  SELECT
    c.metric, m.mode, c.first_at, c.last_at, c.orders,
    CASE m.mode
      WHEN 'standard' THEN v_standard
      WHEN 'holiday' THEN v_holiday
      WHEN 'extension' THEN v_extension
      ELSE v_effective
    END AS verdict,
    CASE m.mode
      WHEN 'standard' THEN p_standard
      WHEN 'holiday' THEN p_holiday
      WHEN 'extension' THEN p_extension
      ELSE p_effective
    END AS period
    /*names*/
  FROM sla_rate_counts AS c
  CROSS JOIN (VALUES ('standard'), ('holiday'), ('extension'), ('effective')) AS m (mode)
)

SELECT
  metric, mode, /*slice*/ AS slice,
  min(first_at) FILTER (verdict IN (1, 2, 4, 6)) AS first_at,
  max(last_at) FILTER (verdict IN (1, 2, 4, 6)) AS last_at,
  coalesce(sum(orders) FILTER (verdict = 2), 0) AS numerator,
  coalesce(sum(orders) FILTER (verdict IN (1, 2, 4, 6)), 0) AS denominator,
  coalesce(sum(orders) FILTER (verdict IN (3, 4)), 0) AS pending,
  coalesce(sum(orders) FILTER (verdict IN (5, 6)), 0) AS unknown,
  coalesce(sum(orders) FILTER (verdict IN (3, 5)), 0) AS beside
FROM unfolded
WHERE verdict IS NOT NULL
GROUP BY GROUPING SETS (/*sets*/);
