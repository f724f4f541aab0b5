-- The local day on which an order's numbers were given (its first), else on which it was created, in the policy's zone.
CREATE OR REPLACE TABLE order_days AS
SELECT
  o.order_id,
  coalesce(o.shop, '') AS shop,
  CAST((coalesce(p.given_at, o.created_at) AT TIME ZONE 'UTC') AT TIME ZONE {zone} AS DATE) AS day,
  p.given_at
FROM orders AS o
LEFT JOIN (SELECT order_id, min(given_at) AS given_at FROM parcels GROUP BY order_id) AS p ON p.order_id = o.order_id
WHERE NOT o.platform_fulfilled;
