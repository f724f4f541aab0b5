-- What became of every row, file by file: the sum must close.
UPDATE source_files AS f
SET
  rows_loaded = coalesce(counts.loaded, 0),
  rows_merged = coalesce(counts.merged, 0),
  rows_quarantined = coalesce(aside.rows, 0)
FROM source_files AS files
LEFT JOIN (
  SELECT source_file, count(*) FILTER (WHERE is_current) AS loaded, count(*) FILTER (WHERE NOT is_current) AS merged
  FROM ({{rows}})
  GROUP BY source_file
) AS counts ON counts.source_file = files.source_file
LEFT JOIN (
  SELECT source_file, count(DISTINCT source_line) AS rows FROM quarantine WHERE scope = 'row' AND source_line > 0 GROUP BY source_file
) AS aside ON aside.source_file = files.source_file
WHERE files.source_file = f.source_file
