-- The findings of those orders; and those of no order, where they are of the shop and of the days, or of no shop and no day.
CREATE OR REPLACE TEMP TABLE seen_findings AS
SELECT f.* FROM findings AS f
WHERE f.order_id IN (SELECT order_id FROM seen_orders)
UNION ALL
SELECT f.* FROM findings AS f
WHERE f.order_id IS NULL
  AND ({shop} IS NULL OR f.shop IS NULL OR f.shop = {shop})
  AND ({first} IS NULL OR f.occurred_at IS NULL OR CAST(sla_local(f.occurred_at) AS DATE) BETWEEN {first} AND {last})
