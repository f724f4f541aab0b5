-- What a part of the data says of the whole; the blocks of the same names in merge.sql put the parts together. Each block is
-- one SELECT over the model of a part.

-- [covered_carriers]
SELECT carrier_key FROM covered_carriers

-- [tracking_period]
SELECT tracking_from, rows FROM tracking_period

-- [file_reach]
SELECT * FROM file_reach

-- [orders_known]
SELECT first_created_at, last_exported_at FROM orders_known

-- [reach]
SELECT
  (
    SELECT min(event_at) FROM parcel_events
    WHERE event_at IS NOT NULL AND status NOT IN ('label_created', 'not_found', 'expired')
  ) AS first_move_at,
  (SELECT min(event_at) FROM parcel_events) AS first_event_at,
  (SELECT max(event_at) FROM parcel_events) AS last_event_at,
  (SELECT max(greatest(last_scan_at, last_place_at)) FROM journeys) AS tracking_until,
  (SELECT count(shop) > 0 FROM orders) AS shop,
  (SELECT count(warehouse) > 0 FROM orders) AS warehouse,
  (SELECT count(market) > 0 FROM orders) AS market

-- [used_carriers]
SELECT DISTINCT carrier FROM parcels WHERE carrier IS NOT NULL

-- [used_markets]
SELECT DISTINCT market FROM orders WHERE market IS NOT NULL

-- [weighed_units]
SELECT shop, sku, unit_g FROM weighed_units
