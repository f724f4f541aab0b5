-- Where no table of postal areas knows a market: does a delivered parcel's last place agree with its destination? By the way
-- between the two postal codes where a file of places knows both, else by the names, which are compared carefully: words that
-- only say what kind of place it is fall away, and what may be one name in two spellings or two scripts is not told.
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

CREATE OR REPLACE TABLE destination_names AS
WITH sides AS (
  SELECT
    p.parcel_id, p.market,
    CASE WHEN NOT contains(p.postal_code, '*') THEN replace(fa_place(p.postal_code), ' ', '') END AS order_code,
    CASE WHEN NOT contains(j.last_postal_code, '*') THEN replace(fa_place(j.last_postal_code), ' ', '') END AS last_code,
    CASE WHEN NOT regexp_matches(p.state, '[*＊•]') THEN fa_place(p.state) END AS order_state,
    CASE WHEN NOT regexp_matches(j.last_state, '[*＊•]') THEN fa_place(j.last_state) END AS last_state,
    CASE WHEN NOT regexp_matches(p.city, '[*＊•]') THEN fa_place(p.city) END AS order_city,
    CASE WHEN NOT regexp_matches(j.last_city, '[*＊•]') THEN fa_place(j.last_city) END AS last_city
  FROM parcels AS p
  JOIN journeys AS j ON j.parcel_id = p.parcel_id
  WHERE p.market NOT IN (SELECT country FROM postal_levels)
    AND NOT p.platform_fulfilled
    AND (j.delivered_at IS NOT NULL OR p.delivered_at IS NOT NULL)
),
-- each written name once, by the name that the country's file gives it
spelled AS (
  SELECT n.market, n.name, fa_name_words(coalesce(a.place, n.name)) AS words
  FROM (
    SELECT market, unnest([order_state, last_state, order_city, last_city]) AS name FROM sides
  ) AS n
  LEFT JOIN place_alias AS a ON a.country = n.market AND a.alias = n.name
  WHERE n.name IS NOT NULL
  GROUP BY ALL
),
pairs AS (
  SELECT DISTINCT market, unnest([{'a': order_state, 'b': last_state}, {'a': order_city, 'b': last_city}]) AS pair FROM sides
),
verdicts AS (
  SELECT p.market, p.pair.a AS a, p.pair.b AS b,
    fa_names_compared(one.words, other.words, array_to_string(one.words, ''), array_to_string(other.words, '')) AS verdict
  FROM pairs AS p
  JOIN spelled AS one ON one.market = p.market AND one.name = p.pair.a
  JOIN spelled AS other ON other.market = p.market AND other.name = p.pair.b
),
judged AS (
  SELECT s.parcel_id, s.market, s.order_code = s.last_code AS same_code,
    fa_km_between(x, y) AS km,
    coalesce(state.verdict, 'cannot_tell') AS state,
    coalesce(city.verdict, 'cannot_tell') AS city
  FROM sides AS s
  LEFT JOIN verdicts AS state ON state.market = s.market AND state.a = s.order_state AND state.b = s.last_state
  LEFT JOIN verdicts AS city ON city.market = s.market AND city.a = s.order_city AND city.b = s.last_city
  LEFT JOIN code_points AS x ON x.country = s.market AND x.code = s.order_code
  LEFT JOIN code_points AS y ON y.country = s.market AND y.code = s.last_code
)
SELECT
  parcel_id,
  CASE WHEN same_code OR km IS NOT NULL THEN 'postal_code' ELSE 'state' END AS level,
  CASE
    WHEN same_code THEN 'match'
    WHEN km IS NOT NULL THEN 'measured'
    WHEN state = 'match' OR city = 'match' THEN 'match'
    -- two states differ only where everybody writes the same level of them
    WHEN list_contains(getvariable('fa_one_level'), market) THEN state
    ELSE 'cannot_tell'
  END AS verdict,
  CASE WHEN NOT coalesce(same_code, FALSE) THEN km END AS km,
  city = 'match' AS same_city
FROM judged;
