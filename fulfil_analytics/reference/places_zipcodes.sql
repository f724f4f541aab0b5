-- `zipcodes_rows` is the package's own table, all values text.
INSERT INTO places
SELECT
  $country, zip_code, city, state,
  CASE WHEN mapped THEN CAST(lat AS DOUBLE) END,
  CASE WHEN mapped THEN CAST(long AS DOUBLE) END,
  CASE zip_code_type WHEN 'PO BOX' THEN 'po_box' WHEN 'UNIQUE' THEN 'unique' WHEN 'MILITARY' THEN 'military' ELSE 'standard' END,
  nullif(timezone, '')
FROM (SELECT *, coalesce(TRY_CAST(lat AS DOUBLE) <> 0 OR TRY_CAST(long AS DOUBLE) <> 0, FALSE) AS mapped FROM zipcodes_rows)
ORDER BY zip_code;

INSERT INTO place_names
SELECT DISTINCT $country, state, fa_place(city) AS city, fa_place(written) AS alias
FROM (
  SELECT DISTINCT state, city, unnest([city] || acceptable_cities || unacceptable_cities) AS written FROM zipcodes_rows
)
WHERE fa_place(written) IS NOT NULL
ORDER BY state, city, alias;
