
-- first_… is that of the order's first parcel; an attempt counts once every parcel was brought to the door
LEFT JOIN (
  SELECT
    order_id, min(first_event_at) AS first_event_at, min(first_scan_at) AS first_scan_at,
    CASE WHEN count(coalesce(attempted_at, delivered_at)) = count(*) THEN max(least(attempted_at, delivered_at)) END
      AS attempted_at
  FROM journeys
  GROUP BY order_id
) AS journey ON journey.order_id = o.order_id
