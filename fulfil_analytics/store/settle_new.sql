-- What the files tell of whose rows are not settled yet: their sum is still open.
CREATE OR REPLACE TEMP TABLE new_files AS
SELECT source_file FROM source_files WHERE rows_in <> rows_loaded + rows_merged + rows_quarantined;
