-- The parcels of those orders with their way: hours from the number to the first scan, and from there to the door.
CREATE OR REPLACE TEMP TABLE seen_parcels AS
SELECT
  p.order_id, coalesce(p.carrier, p.carrier_as_given) AS carrier, p.carrier AS known_carrier, j.covered, j.scans,
  epoch(j.first_scan_at - p.given_at) / 3600.0 AS hours_to_scan,
  epoch(j.delivered_at - j.first_scan_at) / 3600.0 AS hours_in_transit
FROM parcels AS p
JOIN seen_orders AS o ON o.order_id = p.order_id
LEFT JOIN journeys AS j ON j.parcel_id = p.parcel_id
WHERE NOT p.platform_fulfilled
