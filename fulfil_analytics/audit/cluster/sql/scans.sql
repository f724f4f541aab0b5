-- Stands in place of the shared runs of a part: every placed scan, for all parts to be put next to one another (track_runs.sql).
SELECT p.parcel_id, p.waybill, s.event_at, s.place_id, s.picked_up, s.delivered, f.source_file, fa_turn_line(s.turn) AS source_line
FROM (
  SELECT parcel_no, event_at, place_id, min(turn) AS turn, bool_or(status = 'picked_up') AS picked_up,
    bool_or(status = 'delivered') AS delivered
  FROM moves
  WHERE placed
  GROUP BY parcel_no, event_at, place_id
) AS s
JOIN numbered_files AS f ON f.file_no = fa_turn_file(s.turn)
JOIN numbered_parcels AS p ON p.parcel_no = s.parcel_no
