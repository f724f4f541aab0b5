-- One row an order and waybill, with what its order says and what the number itself shows.
INSERT INTO parcels BY NAME
SELECT
  b.parcel_id, b.order_id, b.package_id, b.waybill, b.waybill_damaged, b.carrier, b.carrier_as_given,
  CASE WHEN b.waybill_damaged THEN 'unknown' ELSE coalesce(checks.outcome, 'unknown') END AS waybill_check,
  CASE WHEN b.waybill_damaged THEN 'damaged' ELSE coalesce(checks.reason, 'unknown_carrier') END AS waybill_reason,
  CASE WHEN NOT b.waybill_damaged THEN checks.format END AS waybill_format,
  coalesce(b.rts_at, b.shipped_at, j.label_at) AS given_at,
  o.shop, o.market, b.warehouse, o.platform_fulfilled,
  o.created_at AS order_created_at,
  o.cancelled_at AS order_cancelled_at,
  o.cancelled_at IS NOT NULL AND coalesce(j.first_scan_at, b.shipped_at, o.cancelled_at) >= o.cancelled_at AS cancelled_before_collection,
  o.pickup_point, o.is_sample, o.is_replacement, o.is_exchange,
  c.parcel_id IS NOT NULL AS is_combined,
  o.is_split,
  coalesce(c.combined_orders, 1) AS combined_orders,
  o.buyer_key, o.recipient_key, o.phone_key, o.address_key, o.country, o.state, o.city, o.postal_code,
  b.delivered_at, b.source_file, b.source_line
FROM parcel_base AS b
JOIN orders AS o ON o.order_id = b.order_id
JOIN journeys AS j ON j.parcel_id = b.parcel_id
LEFT JOIN combined_parcels AS c ON c.parcel_id = b.parcel_id
LEFT JOIN waybill_checks AS checks ON checks.carrier = b.carrier AND checks.waybill = b.waybill;
