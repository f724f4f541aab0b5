-- One row an order and waybill, before anything the carrier says.
CREATE OR REPLACE TEMP TABLE parcel_base AS
WITH base AS (
  SELECT
    lines.order_id || '/' || lines.waybill AS parcel_id,
    lines.order_id,
    lines.waybill,
    min(lines.package_id) AS package_id,
    min(lines.carrier_as_given) AS carrier_as_given,
    bool_or(coalesce(contains(lines.damaged, 'waybill'), FALSE)) AS waybill_damaged,
    starts_with(lines.waybill, 'PHONE#') AS waybill_is_phone, -- a phone number, told by its length: matched to nothing
    bool_and(lines.line_cancelled) AS cancelled,
    min(lines.rts_at) AS rts_at,
    min(lines.shipped_at) AS shipped_at,
    min(lines.delivered_at) AS delivered_at,
    min(lines.warehouse) AS warehouse,
    coalesce(bool_or(lines.parcel_tag = 'combined'), FALSE) AS tagged_combined,
    coalesce(bool_or(lines.parcel_tag = 'split'), FALSE) AS tagged_split,
    min(lines.source_file) AS source_file,
    min(lines.source_line) AS source_line
  FROM lines
  WHERE lines.waybill IS NOT NULL
  GROUP BY lines.order_id, lines.waybill
)
SELECT
  base.* REPLACE (base.waybill_damaged OR zeros_lost.waybill IS NOT NULL AS waybill_damaged),
  zeros_lost.waybill IS NOT NULL AS zeros_lost,
  carrier_of.carrier, carrier_of.carrier_key
FROM base
LEFT JOIN carrier_of ON carrier_of.carrier_as_given = base.carrier_as_given
LEFT JOIN zeros_lost ON zeros_lost.carrier = carrier_of.carrier AND zeros_lost.waybill = base.waybill;

CREATE OR REPLACE TEMP TABLE shared_numbers AS
SELECT waybill FROM parcel_base WHERE NOT waybill_damaged AND NOT waybill_is_phone GROUP BY waybill HAVING count(*) > 1;

-- Carriers use their numbers again. Where a number was given anew more than 30 days later, each use has the events of its own
-- time: from two days before it was given until two days before the next use.
CREATE OR REPLACE TEMP TABLE number_uses AS
WITH given AS (
  SELECT b.parcel_id, b.carrier_key, b.waybill, coalesce(b.rts_at, b.shipped_at) AS given_at
  FROM parcel_base AS b
  JOIN shared_numbers AS s ON s.waybill = b.waybill
  WHERE coalesce(b.rts_at, b.shipped_at) IS NOT NULL AND b.carrier_key IS NOT NULL
),
anew AS (
  SELECT *, coalesce(given_at > lag(given_at) OVER number + INTERVAL 30 DAY, FALSE) AS is_anew
  FROM given
  WINDOW number AS (PARTITION BY carrier_key, waybill ORDER BY given_at, parcel_id)
),
uses AS (
  SELECT *, count(*) FILTER (is_anew) OVER (PARTITION BY carrier_key, waybill ORDER BY given_at, parcel_id) AS use FROM anew
),
spans AS (
  SELECT carrier_key, waybill, use, begins_at, lead(begins_at) OVER (PARTITION BY carrier_key, waybill ORDER BY use) AS until_at
  FROM (SELECT carrier_key, waybill, use, min(given_at) - INTERVAL 2 DAY AS begins_at FROM uses GROUP BY carrier_key, waybill, use)
)
SELECT uses.parcel_id, CASE WHEN uses.use > 0 THEN spans.begins_at END AS from_at, spans.until_at
FROM uses
JOIN spans ON spans.carrier_key = uses.carrier_key AND spans.waybill = uses.waybill AND spans.use = uses.use
WHERE uses.use > 0 OR spans.until_at IS NOT NULL;

CREATE OR REPLACE TEMP TABLE split_orders AS
SELECT order_id FROM parcel_base GROUP BY order_id HAVING count(*) > 1;

-- Combined: the platform says so, or the orders share carrier, number, buyer and address, or carrier, number and package.
-- Where buyer or address is masked or dropped nobody is taken for anybody. Only numbers that stand on several orders are
-- looked at, and a damaged number is never taken for another.
CREATE OR REPLACE TEMP TABLE combined_parcels AS
WITH mates AS (
  SELECT b.parcel_id, b.tagged_combined, b.package_id,
    k.buyer_key IS NOT NULL AND k.address_key IS NOT NULL AS known,
    count(*) OVER (PARTITION BY b.carrier_key, b.waybill, k.buyer_key, k.recipient_key, k.address_key, k.postal_code) AS alike,
    count(*) OVER (PARTITION BY b.carrier_key, b.waybill, b.package_id) AS packed
  FROM parcel_base AS b
  JOIN shared_numbers AS s ON s.waybill = b.waybill
  JOIN (
    SELECT order_id, max(buyer_key) AS buyer_key, max(recipient_key) AS recipient_key, max(address_key) AS address_key,
      max(postal_code) AS postal_code
    FROM lines
    WHERE waybill IN (SELECT waybill FROM shared_numbers)
    GROUP BY order_id
  ) AS k ON k.order_id = b.order_id
  WHERE NOT b.waybill_damaged
)
SELECT b.parcel_id, CASE WHEN mates.known THEN mates.alike ELSE 1 END AS combined_orders,
  CASE WHEN b.tagged_combined THEN 'platform_tag' WHEN mates.known AND mates.alike > 1 THEN 'same_buyer_and_address' ELSE 'same_package' END
    AS combined_by
FROM parcel_base AS b
LEFT JOIN mates ON mates.parcel_id = b.parcel_id
WHERE b.tagged_combined OR (mates.known AND mates.alike > 1) OR (mates.package_id IS NOT NULL AND mates.packed > 1);

-- Events join on carrier and number; where the feed names another carrier or none, on the number alone if one order uses it.
CREATE OR REPLACE TABLE parcel_events AS
SELECT b.parcel_id, b.carrier, e.*, e.status IN {scan_statuses} AND e.event_at IS NOT NULL AS is_scan
FROM tracking_events AS e
LEFT JOIN carrier_of AS c ON c.carrier_as_given = e.carrier_as_given
JOIN parcel_base AS b ON b.waybill = e.waybill AND NOT b.waybill_damaged AND NOT b.waybill_is_phone
LEFT JOIN shared_numbers AS s ON s.waybill = e.waybill
LEFT JOIN number_uses AS u ON u.parcel_id = b.parcel_id
WHERE (e.event_at IS NULL OR e.event_at <= {as_of}) AND (s.waybill IS NULL OR b.carrier_key = c.carrier_key)
  AND coalesce(e.event_at >= u.from_at, TRUE) AND coalesce(e.event_at < u.until_at, TRUE);

-- A feed that gives only the order's number joins where the order has one parcel.
INSERT INTO parcel_events
SELECT b.parcel_id, b.carrier, e.*, e.status IN {scan_statuses} AND e.event_at IS NOT NULL AS is_scan
FROM tracking_events AS e
JOIN parcel_base AS b ON b.order_id = e.order_id AND NOT b.waybill_damaged
WHERE e.waybill IS NULL AND (e.event_at IS NULL OR e.event_at <= {as_of}) AND e.order_id NOT IN (SELECT order_id FROM split_orders);
