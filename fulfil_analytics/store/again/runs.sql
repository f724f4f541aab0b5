-- Whose scans are the same: the touched parcels, and those that share at least four scans, to the second and the place, with
-- one of them. Whoever else shares a run shares it with somebody who is not touched either, and stands in `track_runs` with it.
CREATE TABLE part.ways.fellows AS
WITH seen AS (
  SELECT DISTINCT event_at, place_id FROM moves WHERE placed
),
near AS (
  SELECT e.parcel_id, e.event_at, e.country, e.state, e.city, e.postal_code
  FROM whole.main.parcel_events AS e
  WHERE e.event_at IN (SELECT event_at FROM seen)
    AND e.is_scan AND coalesce(e.state, e.city, e.postal_code) IS NOT NULL
    AND e.status NOT IN ('label_created', 'not_found', 'expired')
)
SELECT n.parcel_id
FROM near AS n
JOIN whole.main.parcels AS p ON p.parcel_id = n.parcel_id
JOIN seen AS s ON s.event_at = n.event_at AND s.place_id = fa_place_id(coalesce(n.country, p.market), n.state, n.city, n.postal_code)
WHERE n.parcel_id NOT IN (FROM part.main.touched_parcels)
GROUP BY n.parcel_id
HAVING count(*) >= 4;

CREATE TABLE part.ways.parcels AS
SELECT * FROM part.main.parcels
UNION ALL
SELECT * FROM whole.main.parcels
WHERE rowid IN (SELECT rowid FROM whole.main.parcels WHERE parcel_id IN (FROM part.ways.fellows));

CREATE TABLE part.ways.parcel_events AS
SELECT * FROM part.main.parcel_events
UNION ALL
SELECT * FROM whole.main.parcel_events
WHERE rowid IN (SELECT rowid FROM whole.main.parcel_events WHERE parcel_id IN (FROM part.ways.fellows));
