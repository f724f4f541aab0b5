-- Where each order belongs: the parts that rates are told apart by.
CREATE OR REPLACE TEMP TABLE seen_placed AS
WITH carried AS (
  SELECT
    order_id,
    CASE WHEN min(coalesce(carrier, carrier_as_given)) = max(coalesce(carrier, carrier_as_given))
      THEN min(coalesce(carrier, carrier_as_given)) ELSE 'several' END AS carrier
  FROM parcels
  WHERE coalesce(carrier, carrier_as_given) IS NOT NULL
  GROUP BY order_id
)

SELECT o.order_id, o.shop, o.market, o.warehouse, c.carrier, o.order_type, o.day, o.hour
FROM seen_facts AS o
LEFT JOIN carried AS c ON c.order_id = o.order_id
