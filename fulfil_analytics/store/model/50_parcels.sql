-- What no carrier ever issued: the number is its order's own, one character over and over, digits in a row, a word, or a
-- phone number. A number that is right for its carrier may hold a word or look like a phone; it cannot be the other things.
CREATE OR REPLACE TEMP TABLE placeholders AS
SELECT parcel_id, placeholder
FROM (
  SELECT
    b.parcel_id,
    CASE
      WHEN b.zeros_lost THEN NULL
      WHEN b.waybill_is_phone THEN 'phone_number'
      WHEN b.waybill = upper(b.order_id) THEN 'order_number'
      WHEN length(b.waybill) >= {repeated} AND replace(b.waybill, left(b.waybill, 1), '') = '' THEN 'repeated_character'
      WHEN length(b.waybill) >= {sequence}
        AND (contains(repeat('0123456789', 7), b.waybill) OR contains(repeat('9876543210', 7), b.waybill)) THEN 'sequence'
      WHEN checks.outcome = 'ok' THEN NULL
      WHEN regexp_full_match(b.waybill, {words}) THEN 'dummy_word'
      WHEN checks.outcome = 'bad' AND regexp_full_match(b.waybill, {phones}) THEN 'phone_number'
    END AS placeholder
  FROM parcel_base AS b
  LEFT JOIN waybill_checks AS checks ON checks.carrier = b.carrier AND checks.waybill = b.waybill
)
WHERE placeholder IS NOT NULL;

-- Whose number a wrong number is. A carrier that hands over to the declared one is no other carrier.
CREATE OR REPLACE TEMP TABLE other_carriers AS
SELECT checks.carrier, checks.waybill, string_agg(carriers.carrier, ', ' ORDER BY carriers.carrier) AS carriers
FROM waybill_checks AS checks
JOIN waybill_fits AS fits ON fits.waybill = checks.waybill
JOIN carriers ON list_contains(fits.carriers, carriers.carrier)
WHERE checks.outcome = 'bad' AND carriers.carrier <> checks.carrier AND NOT list_contains(carriers.handover_to, checks.carrier)
GROUP BY checks.carrier, checks.waybill;

-- A number that came later than the order's first: an older export has the order with another number and without this one. The
-- order's ready-to-ship time is that of the first; this one was given, at the latest, when an export first shows it.
CREATE OR REPLACE TEMP TABLE given_later AS
WITH told AS (
  SELECT l.order_id, l.waybill, min(f.exported_at) AS first_at
  FROM loaded_order_lines AS l
  JOIN source_files AS f ON f.source_file = l.source_file
  WHERE l.waybill IS NOT NULL AND NOT coalesce(contains(l.damaged, 'waybill'), FALSE)
    AND l.order_id IN (SELECT order_id FROM loaded_order_lines WHERE NOT is_current AND waybill IS NOT NULL)
  GROUP BY l.order_id, l.waybill
)
SELECT order_id, waybill, first_at
FROM (SELECT *, min(first_at) OVER (PARTITION BY order_id) AS any_at FROM told)
WHERE first_at > any_at;

-- What the numbers themselves show, and the ways of the parcels: narrow, as orders are wide and are held next to it.
CREATE OR REPLACE TEMP TABLE parcel_numbers AS
SELECT
  b.parcel_id, j.label_at, j.first_scan_at,
  checks.outcome, checks.reason, checks.format, dummy.placeholder, others.carriers AS fits_carriers,
  c.parcel_id IS NOT NULL AS is_combined, c.combined_orders
FROM parcel_base AS b
JOIN journeys AS j ON j.parcel_id = b.parcel_id
LEFT JOIN combined_parcels AS c ON c.parcel_id = b.parcel_id
LEFT JOIN waybill_checks AS checks ON checks.carrier = b.carrier AND checks.waybill = b.waybill
LEFT JOIN placeholders AS dummy ON dummy.parcel_id = b.parcel_id
LEFT JOIN other_carriers AS others ON others.carrier = b.carrier AND others.waybill = b.waybill;

-- One row an order and waybill, with what its order says and what the number itself shows. A phone number is told by its
-- form alone.
INSERT INTO parcels BY NAME
SELECT
  b.parcel_id, b.order_id, b.package_id,
  CASE
    WHEN b.waybill_is_phone THEN repeat('9', CAST(split_part(b.waybill, '#', 2) AS INTEGER))
    WHEN n.placeholder = 'phone_number' THEN regexp_replace(b.waybill, '[0-9]', '9', 'g')
    ELSE b.waybill
  END AS waybill,
  b.waybill_damaged, b.carrier, b.carrier_as_given,
  CASE WHEN b.waybill_damaged THEN 'unknown' ELSE coalesce(n.outcome, 'unknown') END AS waybill_check,
  CASE WHEN b.waybill_damaged THEN 'damaged' ELSE coalesce(n.reason, 'unknown_carrier') END AS waybill_reason,
  CASE WHEN NOT b.waybill_damaged THEN n.format END AS waybill_format,
  n.placeholder,
  CASE WHEN n.placeholder IS NULL AND NOT b.waybill_damaged THEN n.fits_carriers END AS fits_carriers,
  CASE WHEN later.waybill IS NULL THEN coalesce(b.rts_at, b.shipped_at, n.label_at)
    ELSE greatest(b.rts_at, b.shipped_at, later.first_at) END AS given_at,
  o.shop, o.market, b.warehouse, o.platform_fulfilled,
  o.created_at AS order_created_at,
  o.cancelled_at AS order_cancelled_at,
  o.cancelled_at IS NOT NULL AND coalesce(n.first_scan_at, b.shipped_at, o.cancelled_at) >= o.cancelled_at AS cancelled_before_collection,
  o.pickup_point, o.is_sample, o.is_replacement, o.is_exchange,
  n.is_combined,
  o.is_split,
  coalesce(n.combined_orders, 1) AS combined_orders,
  o.buyer_key, o.recipient_key, o.phone_key, o.address_key, o.country, o.state, o.city, o.postal_code,
  b.shipped_at, b.delivered_at, b.source_file, b.source_line
FROM parcel_base AS b
JOIN orders AS o ON o.order_id = b.order_id
JOIN parcel_numbers AS n ON n.parcel_id = b.parcel_id
LEFT JOIN given_later AS later ON later.order_id = b.order_id AND later.waybill = b.waybill;

DROP TABLE parcel_numbers;

UPDATE journeys
SET waybill = parcels.waybill
FROM parcels
WHERE parcels.parcel_id = journeys.parcel_id AND parcels.placeholder = 'phone_number';
