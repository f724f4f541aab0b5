-- Where no table of postal areas knows a market: does a delivered parcel's last place agree with its destination, and its first
-- scan with its warehouse? By the way between the two postal codes where a file of places knows both, else by the names, which
-- are compared carefully: words that only say what kind of place it is fall away, and what may be one name in two spellings or
-- two scripts is not told.
CREATE OR REPLACE TEMP MACRO fa_name_words(name) AS
  list_filter(
    string_split(regexp_replace(name, '([\p{Han}])(?:都|道|府|県|省|市|区|縣|區|特别行政区|自治区)( |$)', '\1\2', 'g'), ' '),
    lambda word: word <> '' AND NOT list_contains(getvariable('fa_place_words'), word)
  );
CREATE OR REPLACE TEMP MACRO fa_script(name) AS CASE
  WHEN regexp_full_match(name, '[\p{Latin}\p{N}\p{M} ]+') THEN 'latin'
  WHEN regexp_full_match(name, '[\p{Han}\p{N} ]+') THEN 'han'
  WHEN regexp_full_match(name, '[\p{Thai}\p{M}\p{N} ]+') THEN 'thai'
  WHEN regexp_full_match(name, '[\p{Cyrillic}\p{M}\p{N} ]+') THEN 'cyrillic'
END;
CREATE OR REPLACE TEMP MACRO fa_names_compared(a, b, together_a, together_b) AS CASE
  WHEN coalesce(len(a), 0) = 0 OR coalesce(len(b), 0) = 0 THEN 'cannot_tell'
  WHEN together_a = together_b OR list_has_all(a, b) OR list_has_all(b, a) THEN 'match'
  WHEN list_has_any(a, b) OR contains(together_a, together_b) OR contains(together_b, together_a) THEN 'cannot_tell'
  WHEN (fa_script(together_a) = fa_script(together_b)) IS NOT TRUE THEN 'cannot_tell'
  WHEN jaro_winkler_similarity(together_a, together_b) >= 0.8 THEN 'cannot_tell'
  WHEN least(length(together_a), length(together_b)) < CASE fa_script(together_a) WHEN 'han' THEN 2 ELSE 4 END THEN 'cannot_tell'
  ELSE 'clash'
END;

CREATE OR REPLACE TEMP MACRO fa_readable(name) AS
  CASE WHEN NOT regexp_matches(name, '[*＊•]') THEN fa_place(name) END;

CREATE OR REPLACE TEMP TABLE destination_sides AS
SELECT
  p.parcel_id, p.market,
  CASE WHEN NOT contains(p.postal_code, '*') THEN replace(fa_place(p.postal_code), ' ', '') END AS order_code,
  CASE WHEN NOT contains(j.last_postal_code, '*') THEN replace(fa_place(j.last_postal_code), ' ', '') END AS last_code,
  fa_readable(p.state) AS order_state, fa_readable(j.last_state) AS last_state,
  fa_readable(p.city) AS order_city, fa_readable(j.last_city) AS last_city
FROM parcels AS p
JOIN journeys AS j ON j.parcel_id = p.parcel_id
WHERE p.market NOT IN (SELECT country FROM postal_levels)
  AND NOT p.platform_fulfilled
  AND (j.delivered_at IS NOT NULL OR p.delivered_at IS NOT NULL);

-- A warehouse that says where it is, and the first place that a scan names.
CREATE OR REPLACE TEMP TABLE origin_sides AS
SELECT
  p.parcel_id, p.market, f.place_id IS NOT NULL AS scanned,
  replace(fa_place(w.postal_code), ' ', '') AS house_code, replace(fa_place(f.postal_code), ' ', '') AS first_code,
  fa_readable(w.state) AS house_state, fa_readable(f.state) AS first_state,
  fa_readable(w.city) AS house_city, fa_readable(f.city) AS first_city
FROM whole_tracks AS t
JOIN numbered_parcels AS n ON n.parcel_no = t.parcel_no
JOIN parcels AS p ON p.parcel_id = n.parcel_id
JOIN warehouses AS w ON w.warehouse = p.warehouse
LEFT JOIN named_places AS f ON f.place_id = t.first_place_id
WHERE p.market NOT IN (SELECT country FROM postal_levels)
  AND NOT p.platform_fulfilled
  AND coalesce(w.postal_code, w.state, w.city) IS NOT NULL;

-- Two names of one level, each pair compared once.
CREATE OR REPLACE TEMP TABLE name_verdicts AS
WITH pairs AS (
  SELECT DISTINCT market, unnest([{'a': order_state, 'b': last_state}, {'a': order_city, 'b': last_city}]) AS pair
  FROM destination_sides
  UNION
  SELECT DISTINCT market, unnest([{'a': house_state, 'b': first_state}, {'a': house_city, 'b': first_city}])
  FROM origin_sides
),
-- each written name once, by the name that the country's file gives it
spelled AS (
  SELECT n.market, n.name, fa_name_words(coalesce(a.place, n.name)) AS words
  FROM (SELECT DISTINCT market, unnest([pair.a, pair.b]) AS name FROM pairs) AS n
  LEFT JOIN place_alias AS a ON a.country = n.market AND a.alias = n.name
  WHERE n.name IS NOT NULL
  GROUP BY ALL
)
SELECT p.market, p.pair.a AS a, p.pair.b AS b,
  fa_names_compared(one.words, other.words, array_to_string(one.words, ''), array_to_string(other.words, '')) AS verdict
FROM pairs AS p
JOIN spelled AS one ON one.market = p.market AND one.name = p.pair.a
JOIN spelled AS other ON other.market = p.market AND other.name = p.pair.b;

-- Two states differ only where everybody writes the same level of them.
CREATE OR REPLACE TEMP MACRO fa_side_verdict(market, state, city) AS CASE
  WHEN state = 'match' OR city = 'match' THEN 'match'
  WHEN list_contains(getvariable('fa_one_level'), market) THEN coalesce(state, 'cannot_tell')
  ELSE 'cannot_tell'
END;

CREATE OR REPLACE TABLE destination_names AS
WITH judged AS (
  SELECT s.parcel_id, s.market, s.order_code = s.last_code AS same_code,
    fa_km_between(x, y) AS km, state.verdict AS state, city.verdict AS city
  FROM destination_sides AS s
  LEFT JOIN name_verdicts AS state ON state.market = s.market AND state.a = s.order_state AND state.b = s.last_state
  LEFT JOIN name_verdicts AS city ON city.market = s.market AND city.a = s.order_city AND city.b = s.last_city
  LEFT JOIN code_points AS x ON x.country = s.market AND x.code = s.order_code
  LEFT JOIN code_points AS y ON y.country = s.market AND y.code = s.last_code
)
SELECT
  parcel_id,
  CASE WHEN same_code OR km IS NOT NULL THEN 'postal_code' ELSE 'state' END AS level,
  CASE
    WHEN same_code THEN 'match'
    WHEN km IS NOT NULL THEN 'measured'
    ELSE fa_side_verdict(market, state, city)
  END AS verdict,
  CASE WHEN NOT coalesce(same_code, FALSE) THEN km END AS km,
  coalesce(city = 'match', FALSE) AS same_city
FROM judged;

-- Names may clear a parcel; that they differ says nothing of how far apart the places are.
CREATE OR REPLACE TABLE origin_names AS
SELECT
  s.parcel_id,
  CASE
    WHEN NOT s.scanned THEN NULL
    WHEN s.house_code = s.first_code THEN 'match'
    ELSE fa_side_verdict(s.market, state.verdict, city.verdict)
  END AS verdict
FROM origin_sides AS s
LEFT JOIN name_verdicts AS state ON state.market = s.market AND state.a = s.house_state AND state.b = s.first_state
LEFT JOIN name_verdicts AS city ON city.market = s.market AND city.a = s.house_city AND city.b = s.first_city;
