-- Parcels with what makes their number valid, and the traits of their orders that metrics leave out.
CREATE OR REPLACE TEMP TABLE reconcile_base AS
SELECT
  p.parcel_id AS thing, p.order_id, 'effective' AS mode, p.given_at, CAST(NULL AS TIMESTAMP) AS due_at, j.first_scan_at AS stopped_at,
  CASE WHEN j.scans > 0 THEN 'scanned' ELSE 'not_scanned' END AS outcome,
  j.covered AND NOT p.waybill_damaged AS covered, p.waybill_check = 'bad' AS wrong_form, j.scans, j.delivered_at,
  CASE {min_scans} WHEN 1 THEN j.first_scan_at WHEN 2 THEN j.second_scan_at END AS enough_at, o.platform_fulfilled, t.traits
FROM parcels AS p
JOIN journeys AS j ON j.parcel_id = p.parcel_id
JOIN orders AS o ON o.order_id = p.order_id
JOIN reconcile_traits AS t ON t.order_id = p.order_id
WHERE NOT p.cancelled_before_collection AND p.given_at IS NOT NULL;
