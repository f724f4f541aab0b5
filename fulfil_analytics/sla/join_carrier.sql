
LEFT JOIN (
  SELECT order_id, min(CASE coalesce(carrier, carrier_as_given) /*places*/ END) AS place FROM parcels GROUP BY order_id
) AS carrier ON carrier.order_id = o.order_id
