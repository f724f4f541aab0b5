-- Which carriers the tracking input speaks about: those it names, and those of the parcels its numbers belong to.
CREATE OR REPLACE TEMP TABLE covered_carriers AS
SELECT DISTINCT c.carrier_key
FROM tracking_events AS e JOIN carrier_of AS c ON c.carrier_as_given = e.carrier_as_given
WHERE e.event_at IS NULL OR e.event_at <= {as_of}
UNION
SELECT DISTINCT carrier_key FROM parcel_base WHERE carrier_key IS NOT NULL AND parcel_id IN (SELECT parcel_id FROM parcel_events);

-- `turn` puts the events of a parcel into one total order, whatever the order of loading: time, then file, then row.
CREATE OR REPLACE TEMP TABLE travelled AS
WITH files AS (
  SELECT source_file, (row_number() OVER (ORDER BY source_file))::HUGEINT AS file_number FROM source_files
),
turns AS (
  SELECT e.parcel_id, e.event_at, e.status, e.is_scan, e.city, e.state, e.postal_code, e.country, e.weight_g, e.source_file, e.source_line,
    coalesce(e.city, e.state, e.postal_code) IS NOT NULL AS names_place,
    epoch_us(e.event_at)::HUGEINT * 1152921504606846976 + f.file_number * 1099511627776 + e.source_line AS turn
  FROM parcel_events AS e
  JOIN files AS f ON f.source_file = e.source_file
)
SELECT
  parcel_id,
  count(event_at) AS events,
  count(*) FILTER (WHERE is_scan) AS scans,
  min(event_at) AS first_event_at,
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
  arg_min({'city': city, 'state': state, 'postal_code': postal_code}, turn) FILTER (WHERE is_scan AND names_place) AS first_place,
  arg_max(
    {'city': city, 'state': state, 'postal_code': postal_code, 'country': country, 'event_at': event_at, 'source_file': source_file,
     'source_line': source_line},
    CASE WHEN status = 'delivered' THEN turn ELSE turn - 85070591730234615865843651857942052864 END
  ) FILTER (WHERE status <> 'label_created' AND event_at IS NOT NULL AND names_place) AS last_place
FROM turns
GROUP BY parcel_id;

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
  first_place.city AS first_city, first_place.state AS first_state, first_place.postal_code AS first_postal_code,
  last_place.city AS last_city, last_place.state AS last_state, last_place.postal_code AS last_postal_code,
  last_place.country AS last_country, last_place.event_at AS last_place_at,
  weight_g, last_place.source_file AS source_file, last_place.source_line AS source_line
FROM judged;
