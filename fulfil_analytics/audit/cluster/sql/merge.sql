-- Puts together what the parts say of the whole: sums, least and greatest, each thing once. All exact, whatever the parts.

-- [covered_carriers]
SELECT DISTINCT carrier_key FROM covered_carriers

-- [tracking_period]
SELECT min(tracking_from) AS tracking_from, CAST(coalesce(sum(rows), 0) AS BIGINT) AS rows FROM tracking_period

-- [file_reach]
SELECT
  source_file, max(latest_at) AS latest_at, bool_or(has_paid) AS has_paid, bool_or(has_shipped) AS has_shipped,
  bool_or(has_delivered) AS has_delivered, bool_or(has_cancelled) AS has_cancelled,
  bool_or(has_cancel_requests) AS has_cancel_requests
FROM file_reach
GROUP BY source_file

-- [orders_known]
SELECT min(first_created_at) AS first_created_at, max(last_exported_at) AS last_exported_at FROM orders_known

-- [bounds]
SELECT
  min(first_created) AS first_created, max(last_created) AS last_created, max(last_start) AS last_start,
  max(handling_days) AS handling_days, coalesce(bool_or(paid_known), FALSE) AS paid_known
FROM bounds

-- [reach]
SELECT
  min(first_move_at) AS first_move_at, min(first_event_at) AS first_event_at, max(last_event_at) AS last_event_at,
  max(tracking_until) AS tracking_until, coalesce(bool_or(shop), FALSE) AS shop,
  coalesce(bool_or(warehouse), FALSE) AS warehouse, coalesce(bool_or(market), FALSE) AS market
FROM reach

-- [used_carriers]
SELECT DISTINCT carrier FROM used_carriers

-- [used_markets]
SELECT DISTINCT market FROM used_markets
