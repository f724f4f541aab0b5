CREATE TABLE part.ways.runs AS
SELECT s.run, p.parcel_id, s.starts_at, s.ends_at, s.with_pickup, s.with_delivery, f.source_file, fa_turn_line(s.turn) AS source_line, p.waybill
FROM shared_scans AS s
JOIN numbered_parcels AS p ON p.parcel_no = s.parcel_no
JOIN numbered_files AS f ON f.file_no = fa_turn_file(s.turn)
WHERE s.ends_at IS NOT NULL
