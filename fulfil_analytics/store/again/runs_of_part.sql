CREATE TABLE part.ways.runs AS
SELECT s.run, p.parcel_id, s.starts_at, s.ends_at, s.with_pickup, s.with_delivery, m.source_file, m.source_line, p.waybill
FROM shared_scans AS s
JOIN numbered_parcels AS p ON p.parcel_no = s.parcel_no
JOIN moves AS m ON m.parcel_no = s.parcel_no AND m.turn = s.turn
WHERE s.ends_at IS NOT NULL
