UPDATE loaded_{{table}} AS t
SET is_current = ranked.place = 1
FROM (
  SELECT rows_.source_file, rows_.source_line,
    row_number() OVER (
      PARTITION BY {{key}}
      ORDER BY source_files.exported_at DESC, source_files.sha256, rows_.source_line DESC
    ) AS place
  FROM loaded_{{table}} AS rows_
  JOIN source_files ON source_files.source_file = rows_.source_file
) AS ranked
WHERE ranked.source_file = t.source_file AND ranked.source_line = t.source_line AND t.is_current <> (ranked.place = 1)
