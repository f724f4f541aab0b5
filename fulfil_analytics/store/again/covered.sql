-- The carriers that the tracking speaks about, over the whole: named by an event, or of a parcel that has events; the parcels
-- of touched orders as the part has them, the others as they stand.
WITH names AS (
  SELECT told.name, coalesce(n.carrier, '?' || fa_carrier_name(told.name)) AS carrier_key
  FROM (
    SELECT DISTINCT carrier_as_given AS name FROM whole.main.parcels WHERE carrier_as_given IS NOT NULL
    UNION
    SELECT DISTINCT carrier_as_given FROM whole.main.tracking_events
    WHERE carrier_as_given IS NOT NULL AND (event_at IS NULL OR event_at <= {as_of})
  ) AS told
  LEFT JOIN carrier_names AS n ON n.name = fa_carrier_name(told.name)
),
named AS (
  SELECT DISTINCT names.carrier_key
  FROM (
    SELECT DISTINCT carrier_as_given AS name FROM whole.main.tracking_events
    WHERE carrier_as_given IS NOT NULL AND (event_at IS NULL OR event_at <= {as_of})
  ) AS told
  JOIN names ON names.name = told.name
)
SELECT carrier_key FROM named
UNION
SELECT carrier_key FROM parcel_base WHERE carrier_key IS NOT NULL AND parcel_id IN (SELECT parcel_id FROM parcel_events)
UNION
SELECT names.carrier_key
FROM whole.main.parcels AS p
JOIN names ON names.name = p.carrier_as_given
WHERE names.carrier_key NOT IN (FROM named)
  AND p.order_id NOT IN (FROM part.main.touched_orders)
  AND p.parcel_id IN (SELECT parcel_id FROM whole.main.parcel_events)
