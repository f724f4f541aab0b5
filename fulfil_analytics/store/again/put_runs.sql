-- After the parcels: runs of parcels that are neither touched nor fellows stand; whatever two numbers have is kept.
CREATE OR REPLACE TEMP TABLE runs_now AS
SELECT t.run, t.parcel_id, t.starts_at, t.ends_at, t.with_pickup, t.with_delivery, t.source_file, t.source_line, p.waybill
FROM track_runs AS t
JOIN parcels AS p ON p.parcel_id = t.parcel_id
WHERE t.parcel_id NOT IN (FROM part.main.touched_parcels) AND t.parcel_id NOT IN (SELECT parcel_id FROM part.ways.parcels)
UNION ALL BY NAME
SELECT * FROM part.ways.runs;

CREATE OR REPLACE TABLE track_runs AS
SELECT * EXCLUDE (waybill)
FROM runs_now
WHERE run IN (SELECT run FROM runs_now GROUP BY run HAVING min(waybill) <> max(waybill));
