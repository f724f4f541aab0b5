-- What every slice draws from: a calendar, the ways between warehouses and places, and the macros.
-- Tables given by generate.py: given_places, given_houses, given_products, given_holidays.
-- Variables: seed, orders, first_day, last_day, end_at (UTC), weeks.

CREATE OR REPLACE MACRO draw(key, word) AS
  (hash(key, word, getvariable('seed')) >> 11)::DOUBLE / 9007199254740992.0;
CREATE OR REPLACE MACRO pick(key, word, n) AS floor(draw(key, word) * n)::INTEGER;
CREATE OR REPLACE MACRO between_(key, word, low, high) AS low + draw(key, word) * (high - low);
-- hours as an interval of whole seconds
CREATE OR REPLACE MACRO hours(n) AS to_seconds(round(n * 3600)::BIGINT);
-- daylight saving ended on 2026-11-01 at 09:00 UTC; the sample begins after that of March
CREATE OR REPLACE MACRO to_utc(wall) AS
  wall + to_hours(CASE WHEN wall < TIMESTAMP '2026-11-01 02:00:00' THEN 7 ELSE 8 END);
CREATE OR REPLACE MACRO to_wall(utc) AS
  utc - to_hours(CASE WHEN utc < TIMESTAMP '2026-11-01 09:00:00' THEN 7 ELSE 8 END);
-- a running number scattered over `width` digits, one to one; the end is never a zero
CREATE OR REPLACE MACRO scattered(key, width) AS
  lpad((((key + getvariable('seed') * 20000003)::HUGEINT * 7625597484987 + 7777777) % (10::HUGEINT ** width)::HUGEINT)::VARCHAR, width, '0');
CREATE OR REPLACE MACRO gs1(digits) AS (
  10 - list_sum(list_transform(range(1, length(digits) + 1), lambda p:
    substr(digits, p::INTEGER, 1)::INTEGER * CASE WHEN (length(digits) - p) % 2 = 0 THEN 3 ELSE 1 END)) % 10) % 10;
CREATE OR REPLACE MACRO ups_value(c) AS CASE WHEN c BETWEEN '0' AND '9' THEN ascii(c) - 48 ELSE (ascii(c) - 3) % 10 END;
CREATE OR REPLACE MACRO ups_check(body) AS (
  10 - list_sum(list_transform(range(1, length(body) + 1), lambda p:
    ups_value(substr(body, p::INTEGER, 1)) * CASE WHEN p % 2 = 0 THEN 2 ELSE 1 END)) % 10) % 10;
CREATE OR REPLACE MACRO fedex_check(digits) AS (
  list_sum(list_transform(range(1, 12), lambda p:
    substr(digits, p::INTEGER, 1)::INTEGER * [3, 1, 7][((p - 1) % 3 + 1)::INTEGER])) % 11 % 10);
-- a cell of a CSV: quoted where it must be
CREATE OR REPLACE MACRO cell(text) AS
  CASE WHEN contains(text, ',') OR contains(text, '"') OR contains(text, chr(10)) THEN '"' || replace(text, '"', '""') || '"' ELSE text END;
CREATE OR REPLACE MACRO us_time(utc) AS
  CASE WHEN utc <= getvariable('end_at') THEN strftime(to_wall(utc), '%m/%d/%Y %-I:%M:%S %p') ELSE '' END;
CREATE OR REPLACE MACRO money(cents) AS
  CASE WHEN cents % 100 = 0 THEN (cents // 100)::VARCHAR
       ELSE (cents // 100)::VARCHAR || '.' || lpad((cents % 100)::VARCHAR, 2, '0') END;

CREATE OR REPLACE TABLE calendar AS
WITH days AS (
  SELECT day::DATE AS day, isodow(day) < 6 AND NOT EXISTS (FROM given_holidays h WHERE h.day = d.day::DATE) AS is_business
  FROM range(getvariable('first_day')::TIMESTAMP, getvariable('last_day')::TIMESTAMP + INTERVAL 40 DAY, INTERVAL 1 DAY) AS d(day)
),
numbered AS (SELECT day, is_business, count(*) FILTER (is_business) OVER (ORDER BY day) AS number FROM days),
business AS (FROM numbered WHERE is_business)
SELECT n.day, n.is_business, one.day AS next_day, four.day AS too_late_day
FROM numbered n
JOIN business one ON one.number = n.number + 1
JOIN business four ON four.number = n.number + 4;

CREATE OR REPLACE MACRO km(lat_a, lon_a, lat_b, lon_b) AS
  12742 * asin(sqrt(sin(radians(lat_b - lat_a) / 2) ** 2 + cos(radians(lat_a)) * cos(radians(lat_b)) * sin(radians(lon_b - lon_a) / 2) ** 2));

CREATE OR REPLACE TABLE places AS FROM given_places;
CREATE OR REPLACE TABLE houses AS SELECT h.house, h.name, p.* FROM given_houses h JOIN places p ON p.place = h.place;
CREATE OR REPLACE TABLE products AS FROM given_products;
-- the way of a parcel: straight where it is short, over one hub near the middle where it is long
CREATE OR REPLACE TABLE ways AS
WITH pairs AS (
  SELECT h.house, h.place AS origin, h.lat AS a_lat, h.lon AS a_lon, p.place, p.lat, p.lon, p.is_remote,
    km(h.lat, h.lon, p.lat, p.lon) AS far
  FROM houses h, places p
),
hubs AS (
  SELECT x.house, x.place, m.place AS hub, km(x.a_lat, x.a_lon, m.lat, m.lon) AS to_hub, km(m.lat, m.lon, x.lat, x.lon) AS from_hub,
    row_number() OVER (PARTITION BY x.house, x.place
      ORDER BY km((x.a_lat + x.lat) / 2, (x.a_lon + x.lon) / 2, m.lat, m.lon), m.place) AS nth
  FROM pairs x JOIN places m ON NOT m.is_remote AND m.place NOT IN (x.origin, x.place)
  WHERE x.far > 900 AND NOT x.is_remote
)
SELECT x.house, x.place, x.far, h.hub,
  CASE WHEN x.is_remote THEN x.far / 550 + 8 WHEN h.hub IS NULL THEN x.far * 1.2 / 75 + 2 ELSE h.to_hub * 1.2 / 75 + 1 END AS first_leg,
  h.from_hub * 1.2 / 75 + 1 AS second_leg,
  row_number() OVER (PARTITION BY x.place ORDER BY x.far, x.house) AS nearness
FROM pairs x LEFT JOIN hubs h ON h.house = x.house AND h.place = x.place AND h.nth = 1;
