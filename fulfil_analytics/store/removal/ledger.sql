-- Rows in = loaded + merged + quarantined holds of what is left; how many rows went is kept beside it.
UPDATE fresh.source_files AS f
SET rows_in = f.rows_in - gone.rows, rows_removed = coalesce(f.rows_removed, 0) + gone.rows
FROM (SELECT source_file, count(*) AS rows FROM gone_rows GROUP BY source_file) AS gone
WHERE gone.source_file = f.source_file;
