-- Four scans in a row that another number has to the second and at the same places, over all parts; on Spark. The same as
-- track_runs of store/model/60_tracks.sql: `run` only tells runs apart.
WITH shared_keys AS (
  SELECT event_at, place_id FROM scans GROUP BY event_at, place_id HAVING min(parcel_id) <> max(parcel_id)
),
candidates AS (
  SELECT scans.parcel_id
  FROM scans
  JOIN shared_keys ON shared_keys.event_at = scans.event_at AND shared_keys.place_id = scans.place_id
  GROUP BY scans.parcel_id
  HAVING count(*) >= 4
),
runs AS (
  SELECT
    scans.parcel_id, scans.waybill, scans.event_at AS starts_at, scans.source_file, scans.source_line,
    lead(scans.event_at, 3) OVER way AS ends_at,
    xxhash64(
      scans.event_at, scans.place_id, lead(scans.event_at) OVER way, lead(scans.place_id) OVER way, lead(scans.event_at, 2) OVER way,
      lead(scans.place_id, 2) OVER way, lead(scans.event_at, 3) OVER way, lead(scans.place_id, 3) OVER way
    ) AS run,
    bool_or(scans.picked_up) OVER four AS with_pickup,
    bool_or(scans.delivered) OVER four AS with_delivery
  FROM scans
  JOIN candidates ON candidates.parcel_id = scans.parcel_id
  WINDOW way AS (PARTITION BY scans.parcel_id ORDER BY scans.event_at, scans.place_id),
    four AS (PARTITION BY scans.parcel_id ORDER BY scans.event_at, scans.place_id ROWS BETWEEN CURRENT ROW AND 3 FOLLOWING)
),
shared AS (
  SELECT run FROM runs WHERE ends_at IS NOT NULL GROUP BY run HAVING min(waybill) <> max(waybill)
)
SELECT
  runs.run, runs.parcel_id, runs.starts_at, runs.ends_at, runs.with_pickup, runs.with_delivery, runs.source_file,
  runs.source_line
FROM runs
JOIN shared ON shared.run = runs.run
WHERE runs.ends_at IS NOT NULL
