CREATE OR REPLACE TEMP TABLE geonames_rows AS
SELECT country, postal_code, place, name1, code1, TRY_CAST(latitude AS DOUBLE) AS latitude, TRY_CAST(longitude AS DOUBLE) AS longitude
FROM read_csv($file, delim = '\t', quote = '', escape = '', header = FALSE, auto_detect = FALSE, columns = {
  'country': 'VARCHAR', 'postal_code': 'VARCHAR', 'place': 'VARCHAR', 'name1': 'VARCHAR', 'code1': 'VARCHAR',
  'name2': 'VARCHAR', 'code2': 'VARCHAR', 'name3': 'VARCHAR', 'code3': 'VARCHAR', 'latitude': 'VARCHAR',
  'longitude': 'VARCHAR', 'accuracy': 'VARCHAR'
});

INSERT INTO places
SELECT country, postal_code, place, coalesce(code1, name1), latitude, longitude, NULL, NULL
FROM geonames_rows
WHERE list_contains($countries, country)
ORDER BY ALL;

INSERT INTO place_names
SELECT DISTINCT country, coalesce(code1, name1) AS state, fa_place(place) AS city, fa_place(place) AS alias
FROM geonames_rows
WHERE list_contains($countries, country) AND fa_place(place) IS NOT NULL
ORDER BY ALL;

INSERT INTO regions
SELECT DISTINCT country, code1 AS code, name1 AS name, FALSE
FROM geonames_rows
WHERE list_contains($countries, country) AND code1 IS NOT NULL AND name1 IS NOT NULL
ORDER BY ALL;

DROP TABLE geonames_rows;
