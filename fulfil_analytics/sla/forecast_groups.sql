-- The forecast by stage, warehouse and carrier, the group with most orders likely to be late first.
-- Orders without enough forerunners count as `unknown`, never as late and never as on time.
SELECT
  stage, warehouse, carrier,
  count(*) AS orders, min(due_at) AS next_due_at, min(auto_cancel_at) AS next_auto_cancel_at,
  sum(1 - share) AS likely_late, CAST(count_if(share IS NULL) AS BIGINT) AS unknown
FROM forecast
GROUP BY stage, warehouse, carrier
ORDER BY likely_late DESC NULLS LAST, next_due_at, stage, warehouse NULLS LAST, carrier NULLS LAST
