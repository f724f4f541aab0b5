-- Facts of the order repeat on each of its lines: they are read off its first line. What lines can differ in is aggregated.
CREATE OR REPLACE TEMP TABLE order_sums AS
SELECT
  order_id,
  min(source_line) AS first_line,
  count(*) AS lines,
  sum(quantity)::BIGINT AS units,
  min(created_at) AS created_at,
  bool_and(line_cancelled) AS cancelled,
  -- a cancelled order whose export hides the time counts as cancelled from the start: no clock may accuse it
  CASE WHEN bool_and(line_cancelled) THEN coalesce(max(cancelled_at), max(updated_at), min(created_at)) END AS cancelled_at,
  CASE WHEN bool_and(rts_at IS NOT NULL OR line_cancelled) THEN coalesce(max(rts_at) FILTER (WHERE NOT line_cancelled), max(rts_at)) END
    AS rts_at,
  CASE
    WHEN bool_and(shipped_at IS NOT NULL OR line_cancelled) THEN coalesce(max(shipped_at) FILTER (WHERE NOT line_cancelled), max(shipped_at))
  END AS shipped_at,
  CASE
    WHEN bool_and(delivered_at IS NOT NULL OR line_cancelled)
      THEN coalesce(max(delivered_at) FILTER (WHERE NOT line_cancelled), max(delivered_at))
  END AS delivered_at,
  CASE WHEN min(warehouse) = max(warehouse) THEN min(warehouse) END AS warehouse,
  bool_and(coalesce(fulfilled_by = 'platform', FALSE)) AS platform_fulfilled,
  coalesce(bool_or(pickup_point), FALSE) AS pickup_point,
  coalesce(bool_or(is_sample), FALSE) AS is_sample,
  coalesce(bool_or(is_replacement), FALSE) AS is_replacement,
  coalesce(bool_or(is_exchange), FALSE) AS is_exchange,
  max(damaged) AS damaged
FROM lines
GROUP BY order_id;

-- Dispatch stops at the first scan of the order's last parcel, or at the shipped time where tracking does not cover the parcel
-- (a scan there shows at least that it had left). A parcel whose lines are all cancelled does not hold the order up.
CREATE OR REPLACE TEMP TABLE order_stops AS
WITH parcel AS (
  SELECT j.order_id, j.covered, j.first_scan_at, j.delivered_at,
    CASE WHEN j.covered THEN j.first_scan_at ELSE coalesce(b.shipped_at, j.first_scan_at) END AS left_at,
    c.parcel_id IS NOT NULL AS is_combined,
    c.combined_by,
    b.tagged_split,
    o.cancelled_at IS NOT NULL AND coalesce(j.first_scan_at, b.shipped_at, o.cancelled_at) >= o.cancelled_at AS cancelled_first,
    o.cancelled OR NOT b.cancelled AS counts
  FROM journeys AS j
  JOIN parcel_base AS b ON b.parcel_id = j.parcel_id
  JOIN order_sums AS o ON o.order_id = j.order_id
  LEFT JOIN combined_parcels AS c ON c.parcel_id = j.parcel_id
)
SELECT
  order_id,
  coalesce(bool_and(covered) FILTER (WHERE counts), FALSE) AS tracking_covered,
  CASE WHEN bool_and(covered AND first_scan_at IS NOT NULL) FILTER (WHERE counts) THEN max(first_scan_at) FILTER (WHERE counts) END
    AS dispatch_scan_at,
  CASE WHEN bool_and(delivered_at IS NOT NULL) FILTER (WHERE counts) THEN max(delivered_at) FILTER (WHERE counts) END AS delivery_scan_at,
  CASE WHEN bool_and(left_at IS NOT NULL) FILTER (WHERE counts) THEN max(left_at) FILTER (WHERE counts) END AS dispatched_at,
  bool_or(is_combined) AS is_combined,
  max(combined_by) AS combined_by,
  CASE WHEN bool_or(tagged_split) THEN 'platform_tag' WHEN count(*) > 1 THEN 'several_parcels' END AS split_by,
  bool_or(tagged_split) OR count(*) > 1 AS is_split,
  bool_and(cancelled_first) AS cancelled_before_collection
FROM parcel
GROUP BY order_id;

-- Re-billed: an earlier export has the order under a number that no export of it has now.
CREATE OR REPLACE TEMP TABLE rebilled AS
SELECT DISTINCT old.order_id
FROM loaded_order_lines AS old
WHERE NOT old.is_current
  AND old.waybill IS NOT NULL
  AND NOT coalesce(contains(old.damaged, 'waybill'), FALSE)
  AND EXISTS (SELECT 1 FROM parcel_base AS b WHERE b.order_id = old.order_id AND NOT b.waybill_damaged)
  AND NOT EXISTS (SELECT 1 FROM parcel_base AS b WHERE b.order_id = old.order_id AND b.waybill = old.waybill);

INSERT INTO orders BY NAME
SELECT
  l.order_id, l.shop, l.market, l.order_status, l.order_substatus,
  coalesce(l.order_type, 'normal') AS order_type,
  o.created_at, l.paid_at, o.rts_at, o.shipped_at, o.delivered_at, l.cancel_requested_at, o.cancelled_at,
  CASE WHEN o.cancelled THEN l.cancelled_by END AS cancelled_by,
  CASE WHEN o.cancelled THEN l.cancel_reason END AS cancel_reason,
  s.dispatch_scan_at, s.delivery_scan_at,
  coalesce(s.tracking_covered, FALSE) AS tracking_covered,
  CASE WHEN s.order_id IS NULL THEN o.shipped_at ELSE s.dispatched_at END AS dispatched_at,
  coalesce(s.delivery_scan_at, o.delivered_at) AS received_at,
  o.platform_fulfilled, l.label_by, o.warehouse, l.handover, l.delivery_option, l.service_level, o.pickup_point,
  coalesce(l.is_cod, FALSE) AS is_cod,
  o.is_sample, o.is_replacement, o.is_exchange,
  coalesce(s.is_combined, FALSE) AS is_combined,
  s.combined_by,
  coalesce(s.is_split, FALSE) AS is_split,
  s.split_by,
  r.order_id IS NOT NULL AS is_rebilled,
  coalesce(s.cancelled_before_collection, o.cancelled AND (o.shipped_at IS NULL OR o.shipped_at >= o.cancelled_at))
    AS cancelled_before_collection,
  o.lines, o.units, l.order_amount_cents, l.currency,
  l.buyer_key, l.recipient_key, l.phone_key, l.address_key, l.country, l.state, l.city, l.postal_code,
  l.rts_due_at, l.collection_due_at, l.delivery_due_at, l.auto_cancel_rts_at, l.auto_cancel_collection_at,
  l.handling_days, l.handling_unit, l.release_at,
  o.damaged, l.source_file, l.source_line
FROM order_sums AS o
JOIN lines AS l ON l.order_id = o.order_id AND l.source_line = o.first_line
LEFT JOIN order_stops AS s ON s.order_id = o.order_id
LEFT JOIN rebilled AS r ON r.order_id = o.order_id;

-- Numbers in the tracking input that are on no order.
CREATE OR REPLACE TABLE tracked_waybills AS
SELECT e.waybill, min(c.carrier) AS carrier, count(*) AS events, min(e.event_at) AS first_event_at, min(e.source_file) AS source_file,
  min(e.source_line) AS source_line
FROM tracking_events AS e
LEFT JOIN carrier_of AS c ON c.carrier_as_given = e.carrier_as_given
WHERE NOT starts_with(e.waybill, 'PHONE#') AND (e.event_at IS NULL OR e.event_at <= {as_of})
  AND NOT EXISTS (SELECT 1 FROM parcel_base AS b WHERE b.waybill = e.waybill)
GROUP BY e.waybill;
