-- The floor: DuckDB reads every cell of the exports, counts those that are not empty, and keeps nothing.
-- Variable: inputs (folder).
SELECT count(COLUMNS(*)) FROM read_csv(getvariable('inputs') || '/All order*.csv', header = true, all_varchar = true);
SELECT count(COLUMNS(*)) FROM read_csv(getvariable('inputs') || '/tracking*.csv', header = true, all_varchar = true);
