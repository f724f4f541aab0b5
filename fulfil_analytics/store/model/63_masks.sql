-- Masked text: only what is visible is compared, and nobody guesses through the mask, whose own length says nothing. Of a
-- postal code what stands before its first mask is visible; of a city the whole words without one. Two sides match, clash, or
-- nobody can tell (null).
CREATE OR REPLACE TEMP TABLE masked_sides AS
SELECT *, row_number() OVER () AS side
FROM (
  SELECT p.parcel_id, NULL::VARCHAR AS source_file, NULL::BIGINT AS source_line, p.market,
    p.postal_code AS code_a, j.last_postal_code AS code_b, p.city AS city_a, j.last_city AS city_b
  FROM parcels AS p
  JOIN journeys AS j ON j.parcel_id = p.parcel_id
  UNION ALL
  SELECT NULL, l.source_file, l.source_line, o.market, o.postal_code, l.postal_code, o.city, l.city
  FROM labels AS l
  JOIN orders AS o ON o.order_id = l.order_id
)
WHERE regexp_matches(code_a, '[*＊•]') OR regexp_matches(code_b, '[*＊•]') OR regexp_matches(city_a, '[*＊•]')
  OR regexp_matches(city_b, '[*＊•]');

-- A code is compared by the characters that name an area, when both sides show them; one shorter than the country's codes has
-- lost more than the mask hides.
CREATE OR REPLACE TEMP TABLE masked_codes AS
WITH heads AS (
  SELECT s.side, l.prefix_length::BIGINT AS wanted,
    replace(fa_place(regexp_extract(s.code_a, '^[^*＊•]*')), ' ', '') AS head_a,
    replace(fa_place(regexp_extract(s.code_b, '^[^*＊•]*')), ' ', '') AS head_b
  FROM masked_sides AS s
  JOIN postal_levels AS l ON l.country = s.market
  LEFT JOIN (
    SELECT country, max(length(postal_code)) AS digits FROM places GROUP BY country HAVING min(length(postal_code)) = max(length(postal_code))
  ) AS d ON d.country = s.market
  WHERE (regexp_matches(s.code_a, '[*＊•]') OR regexp_matches(s.code_b, '[*＊•]'))
    AND length(s.code_a) >= coalesce(d.digits, 0) AND length(s.code_b) >= coalesce(d.digits, 0)
)
SELECT side, CASE WHEN left(head_a, wanted) = left(head_b, wanted) THEN 'match' ELSE 'clash' END AS code
FROM heads
WHERE length(head_a) >= wanted AND length(head_b) >= wanted;

-- Words of two letters tell nobody anything. With masks on both sides the hidden words may agree, so nothing clashes.
CREATE OR REPLACE TEMP TABLE masked_cities AS
WITH words AS (
  SELECT side,
    regexp_matches(city_a, '[*＊•]') AND regexp_matches(city_b, '[*＊•]') AS two_masks,
    regexp_matches(city_a, '[*＊•]') AS mask_a,
    fa_place(regexp_replace(city_a, '[^\s,，]*[*＊•][^\s,，]*', ' ', 'g')) AS shown_a,
    fa_place(regexp_replace(city_b, '[^\s,，]*[*＊•][^\s,，]*', ' ', 'g')) AS shown_b
  FROM masked_sides
  WHERE regexp_matches(city_a, '[*＊•]') OR regexp_matches(city_b, '[*＊•]')
),
split AS (
  -- `masked` is the side of which all visible words must be found on the other
  SELECT side, two_masks,
    list_filter(string_split(CASE WHEN mask_a THEN shown_a ELSE shown_b END, ' '), lambda word: length(word) >= 3) AS masked,
    string_split(CASE WHEN mask_a THEN shown_b ELSE shown_a END, ' ') AS other
  FROM words
)
SELECT side, CASE
    WHEN list_has_all(other, masked) THEN 'match'
    WHEN two_masks AND list_has_all(masked, list_filter(other, lambda word: length(word) >= 3))
      AND len(list_filter(other, lambda word: length(word) >= 3)) > 0 THEN 'match'
    WHEN NOT two_masks AND NOT list_has_any(masked, other) THEN 'clash'
  END AS city
FROM split
WHERE len(masked) > 0 AND len(other) > 0;

CREATE OR REPLACE TABLE masked_places AS
SELECT s.parcel_id, codes.code, cities.city
FROM masked_sides AS s
LEFT JOIN masked_codes AS codes ON codes.side = s.side
LEFT JOIN masked_cities AS cities ON cities.side = s.side
WHERE s.parcel_id IS NOT NULL;

CREATE OR REPLACE TABLE masked_labels AS
SELECT s.source_file, s.source_line, codes.code, cities.city
FROM masked_sides AS s
LEFT JOIN masked_codes AS codes ON codes.side = s.side
LEFT JOIN masked_cities AS cities ON cities.side = s.side
WHERE s.parcel_id IS NULL;
