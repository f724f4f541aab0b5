-- The ledger of input files.
select
  source_file, sha256, bytes, kind, format, market, time_zone,
  CASE WHEN NOT exported_by_clock THEN exported_at END AS exported_at,
  rows_in, rows_loaded, rows_merged,
  rows_quarantined, unknown_columns
from source_files
order by kind, source_file
