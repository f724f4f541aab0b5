-- Which carriers the tracking input speaks about: those it names, and those of the parcels its numbers belong to.
CREATE OR REPLACE TEMP TABLE covered_carriers AS
SELECT DISTINCT c.carrier_key
FROM tracking_events AS e JOIN carrier_of AS c ON c.carrier_as_given = e.carrier_as_given
WHERE e.event_at IS NULL OR e.event_at <= {as_of}
UNION
SELECT DISTINCT carrier_key FROM parcel_base WHERE carrier_key IS NOT NULL AND parcel_id IN (SELECT parcel_id FROM parcel_events);

-- The places that events name, as they are written, each with a number that says no more than which it is.
CREATE OR REPLACE TEMP MACRO fa_written_place(country, state, city, postal_code) AS
  (hash(country, state, city, postal_code) >> 1)::BIGINT;
CREATE OR REPLACE TEMP TABLE written_places AS
SELECT DISTINCT fa_written_place(country, state, city, postal_code) AS place, city, state, postal_code, country
FROM parcel_events
WHERE coalesce(city, state, postal_code) IS NOT NULL;

-- `turn` puts the events of a parcel into one total order, whatever the order of loading: time, then file, then row. All three
-- can be read off it again.
CREATE OR REPLACE TEMP TABLE travelled AS
WITH files AS (
  SELECT source_file, row_number() OVER (ORDER BY source_file) AS file_number FROM source_files
),
turns AS (
  SELECT e.parcel_id, e.event_at, e.status, e.is_scan, e.weight_g,
    CASE WHEN coalesce(e.city, e.state, e.postal_code) IS NOT NULL THEN fa_written_place(e.country, e.state, e.city, e.postal_code) END
      AS place,
    epoch_us(e.event_at)::HUGEINT * 1152921504606846976 + f.file_number::HUGEINT * 1099511627776 + e.source_line AS turn
  FROM parcel_events AS e
  JOIN files AS f ON f.source_file = e.source_file
),
ways AS (
  SELECT
    parcel_id,
    -- a row by which a service says that it found nothing is none of the carrier's
    count(event_at) FILTER (WHERE status <> 'not_found') AS events,
    count(*) FILTER (WHERE is_scan) AS scans,
    min(event_at) FILTER (WHERE status <> 'not_found') AS first_event_at,
    min(event_at) FILTER (WHERE status = 'label_created') AS label_at,
    min(event_at) FILTER (WHERE is_scan) AS first_scan_at,
    max(event_at) FILTER (WHERE is_scan) AS last_scan_at,
    arg_max(status, turn) AS last_status,
    max(event_at) FILTER (WHERE status = 'out_for_delivery') AS out_for_delivery_at,
    min(event_at) FILTER (WHERE status = 'attempted') AS attempted_at,
    min(event_at) FILTER (WHERE status = 'delivered') AS delivered_at,
    max(event_at) FILTER (WHERE status = 'delivered') AS last_delivered_at,
    min(event_at) FILTER (WHERE status IN ('returning', 'returned')) AS returned_at,
    max(weight_g) AS weight_g,
    arg_min(place, turn) FILTER (WHERE is_scan AND place IS NOT NULL) AS first_place,
    arg_max(place, last_turn) FILTER (WHERE last_turn IS NOT NULL) AS last_place,
    max(last_turn) AS last_turn
  FROM (
    -- a delivery comes after all else: what is no delivery is put 2^126 before it
    SELECT *, CASE
        WHEN status = 'label_created' OR place IS NULL THEN NULL
        WHEN status = 'delivered' THEN turn
        ELSE turn - 85070591730234615865843651857942052864
      END AS last_turn
    FROM turns
  )
  GROUP BY parcel_id
),
lasting AS (
  SELECT *, CASE WHEN last_turn < 0 THEN last_turn + 85070591730234615865843651857942052864 ELSE last_turn END AS told_turn FROM ways
)
SELECT
  w.* EXCLUDE (first_place, last_place, last_turn, told_turn),
  a.city AS first_city, a.state AS first_state, a.postal_code AS first_postal_code,
  b.city AS last_city, b.state AS last_state, b.postal_code AS last_postal_code, b.country AS last_country,
  make_timestamp((w.told_turn // 1152921504606846976)::BIGINT) AS last_place_at,
  f.source_file,
  (w.told_turn % 1099511627776)::BIGINT AS source_line
FROM lasting AS w
LEFT JOIN written_places AS a ON a.place = w.first_place
LEFT JOIN written_places AS b ON b.place = w.last_place
LEFT JOIN files AS f ON f.file_number = (w.told_turn // 1099511627776 % 1048576)::BIGINT;

CREATE OR REPLACE TEMP TABLE second_scans AS
SELECT e.parcel_id, min(e.event_at) AS second_scan_at
FROM parcel_events AS e
JOIN travelled AS t ON t.parcel_id = e.parcel_id
WHERE e.is_scan AND e.event_at > t.first_scan_at
GROUP BY e.parcel_id;

CREATE OR REPLACE TEMP TABLE tracking_period AS
SELECT min(event_at) AS tracking_from, count(*) AS rows FROM tracking_events WHERE event_at IS NULL OR event_at <= {as_of};

INSERT INTO journeys BY NAME
WITH judged AS (
  SELECT b.parcel_id, b.order_id, b.waybill, period.tracking_from, t.* EXCLUDE (parcel_id), second_scans.second_scan_at,
    CASE
      WHEN b.waybill_damaged THEN 'waybill_damaged'
      WHEN period.rows = 0 THEN 'no_tracking_input'
      WHEN b.carrier_key IS NULL AND t.parcel_id IS NULL THEN 'carrier_not_named'
      WHEN b.carrier_key IS NOT NULL AND covered_carriers.carrier_key IS NULL THEN 'carrier_not_covered'
      WHEN coalesce(b.rts_at, b.shipped_at, t.label_at) < period.tracking_from THEN 'given_before_tracking'
    END AS not_covered_why
  FROM parcel_base AS b
  LEFT JOIN travelled AS t ON t.parcel_id = b.parcel_id
  LEFT JOIN second_scans ON second_scans.parcel_id = b.parcel_id
  LEFT JOIN covered_carriers ON covered_carriers.carrier_key = b.carrier_key
  CROSS JOIN tracking_period AS period
)
SELECT
  parcel_id, order_id, waybill,
  not_covered_why IS NULL AS covered,
  not_covered_why, tracking_from,
  coalesce(events, 0) AS events,
  coalesce(scans, 0) AS scans,
  first_event_at, label_at, first_scan_at, second_scan_at, last_scan_at, last_status, out_for_delivery_at, attempted_at, delivered_at,
  last_delivered_at, returned_at,
  first_city, first_state, first_postal_code, last_city, last_state, last_postal_code, last_country, last_place_at,
  weight_g, source_file, source_line
FROM judged;
