-- What the rules about a parcel's way read: where scans were, how long and how far apart, whose scans are the same.
-- Runs after the tables of places are there.

CREATE OR REPLACE TEMP MACRO fa_half_chord(a, b, along) AS
  pow(sin(radians(b - a) / 2), 2) * along;
CREATE OR REPLACE TEMP MACRO fa_km_apart(north_a, east_a, north_b, east_b) AS
  12742 * asin(least(1, sqrt(
    fa_half_chord(north_a, north_b, 1) + fa_half_chord(east_a, east_b, cos(radians(north_a)) * cos(radians(north_b)))
  )));

-- A place by what is written: its number is the same wherever it is written alike.
CREATE OR REPLACE TEMP MACRO fa_place_id(country, state, city, postal_code) AS
  (hash(country, lower(state), lower(city), postal_code) >> 1)::BIGINT;

CREATE OR REPLACE TEMP TABLE numbered_parcels AS
SELECT (row_number() OVER ())::UINTEGER AS parcel_no, parcel_id, market, waybill FROM parcels;

CREATE OR REPLACE TEMP TABLE numbered_files AS
SELECT source_file, row_number() OVER (ORDER BY source_file) AS file_no FROM source_files;

-- Events that tell of the parcel: a label, and a row that says there is nothing, do not. `turn` is their total order, whatever
-- the order of loading: time, then file, then row. It holds them too: this is the longest table of all, and as narrow as can be.
CREATE OR REPLACE TEMP MACRO fa_turn_file(turn) AS
  ((turn >> 40) & 1048575)::BIGINT;
CREATE OR REPLACE TEMP MACRO fa_turn_line(turn) AS
  (turn & 1099511627775)::BIGINT;

CREATE OR REPLACE TEMP TABLE moves AS
WITH told AS (
  SELECT
    p.parcel_no, e.event_at, e.status, e.is_scan,
    epoch_us(e.event_at)::HUGEINT * 1152921504606846976 + f.file_no::HUGEINT * 1099511627776 + e.source_line AS turn,
    e.is_scan AND coalesce(e.state, e.city, e.postal_code) IS NOT NULL AS placed,
    coalesce(e.country, p.market) AS country, e.state, e.city, e.postal_code
  FROM parcel_events AS e
  JOIN numbered_parcels AS p ON p.parcel_id = e.parcel_id
  JOIN numbered_files AS f ON f.source_file = e.source_file
  WHERE e.event_at IS NOT NULL AND e.status NOT IN ('label_created', 'not_found', 'expired')
)
SELECT parcel_no, event_at, status, is_scan, turn, placed, CASE WHEN placed THEN fa_place_id(country, state, city, postal_code) END AS place_id
FROM told;

-- Every place that a scan, a warehouse or an address names, looked up once. What is looked up is the place as its number tells
-- it, without case: who wrote it how decides nothing.
CREATE OR REPLACE TEMP TABLE named_places AS
SELECT DISTINCT fa_place_id(country, state, city, postal_code) AS place_id, country, lower(state) AS state, lower(city) AS city, postal_code
FROM (
  SELECT DISTINCT coalesce(e.country, p.market) AS country, e.state, e.city, e.postal_code
  FROM (
    SELECT country, state, city, postal_code, CASE WHEN country IS NULL THEN parcel_id END AS parcel_id
    FROM parcel_events
    WHERE is_scan AND coalesce(state, city, postal_code) IS NOT NULL AND event_at IS NOT NULL
      AND status NOT IN ('label_created', 'not_found', 'expired')
    GROUP BY ALL
  ) AS e
  LEFT JOIN parcels AS p ON p.parcel_id = e.parcel_id
  UNION
  SELECT DISTINCT p.market, w.state, w.city, w.postal_code
  FROM parcels AS p JOIN warehouses AS w ON w.warehouse = p.warehouse
  UNION
  SELECT DISTINCT market, state, NULL, postal_code FROM parcels
);

CREATE OR REPLACE TEMP TABLE region_codes AS
SELECT country, name, min(code) AS code, bool_or(remote) AS remote
FROM (
  SELECT country, fa_place(name) AS name, code, remote FROM regions
  UNION ALL
  SELECT country, fa_place(code), code, remote FROM regions
)
GROUP BY country, name;

-- What is looked up, in the form of fa_place.
CREATE OR REPLACE TEMP TABLE folded_places AS
WITH lengths AS (
  SELECT country, max(length(postal_code)) AS digits FROM places GROUP BY country HAVING min(length(postal_code)) = max(length(postal_code))
),
folded AS (
  SELECT n.place_id, n.country, n.state AS state_as_given, fa_place(n.state) AS state, fa_place(n.city) AS city,
    n.city AS city_as_given, n.postal_code, left(replace(fa_place(n.postal_code), ' ', ''), coalesce(l.digits, 20)::BIGINT) AS code
  FROM named_places AS n
  LEFT JOIN lengths AS l ON l.country = n.country
)
SELECT f.*, coalesce(a.place, f.city) AS name
FROM folded AS f
LEFT JOIN place_alias AS a ON a.country = f.country AND a.alias = f.city;

-- A point, and how far from it the place may reach. A code of digits alone is in the form of fa_place already.
CREATE OR REPLACE TEMP TABLE code_points AS
SELECT country, CASE WHEN regexp_full_match(postal_code, '[0-9]+') THEN postal_code ELSE replace(fa_place(postal_code), ' ', '') END AS code,
  min(state) AS state, min(time_zone) AS time_zone, avg(latitude) AS latitude, avg(longitude) AS longitude, 10.0 AS reach_km
FROM places
GROUP BY country, code;

-- Of the cities that somebody names.
CREATE OR REPLACE TEMP TABLE city_points AS
SELECT *, 10 + fa_km_apart(south, west, north, east) / 2 AS reach_km
FROM (
  SELECT n.country, n.state, n.alias AS city, (min(latitude) + max(latitude)) / 2 AS latitude,
    (min(longitude) + max(longitude)) / 2 AS longitude, min(latitude) AS south, max(latitude) AS north,
    min(longitude) AS west, max(longitude) AS east
  FROM place_names AS n
  JOIN (SELECT *, fa_place(city) AS name FROM places) AS p ON p.country = n.country AND p.state = n.state AND p.name = n.city
  WHERE p.latitude IS NOT NULL AND n.alias IN (SELECT name FROM folded_places)
  GROUP BY n.country, n.state, n.alias
);

-- The clock of most of a state's postal codes: for a place that names no code.
CREATE OR REPLACE TEMP TABLE state_clocks AS
SELECT country, state, mode(time_zone ORDER BY time_zone) AS time_zone
FROM places
WHERE time_zone IS NOT NULL
GROUP BY country, state;

-- A postal code and a state that contradict each other place nothing.
CREATE OR REPLACE TABLE track_places AS
WITH found AS (
  SELECT f.*, coalesce(s.code, c.state) AS region, coalesce(c.state <> s.code, FALSE) AS contradicts,
    c.latitude AS code_latitude, c.longitude AS code_longitude, c.reach_km AS code_reach_km, c.time_zone AS code_clock
  FROM folded_places AS f
  LEFT JOIN region_codes AS s ON s.country = f.country AND s.name = f.state
  LEFT JOIN code_points AS c ON c.country = f.country AND c.code = f.code
)
SELECT
  f.place_id, f.country, f.region AS state, r.remote, upper(f.city_as_given) AS city, f.postal_code,
  CASE WHEN NOT contradicts THEN coalesce(f.code_latitude, p.latitude) END AS latitude,
  CASE WHEN NOT contradicts THEN coalesce(f.code_longitude, p.longitude) END AS longitude,
  CASE WHEN NOT contradicts THEN CASE WHEN f.code_latitude IS NOT NULL THEN f.code_reach_km ELSE p.reach_km END END AS reach_km,
  coalesce(upper(f.city_as_given) || coalesce(', ' || f.region, ''), f.postal_code, f.region, upper(f.state_as_given)) AS shown,
  CASE WHEN NOT contradicts THEN coalesce(f.code_clock, z.time_zone) END AS time_zone
FROM found AS f
LEFT JOIN state_clocks AS z ON z.country = f.country AND z.state = f.region
LEFT JOIN city_points AS p ON p.country = f.country AND p.state = f.region AND p.city = f.name
LEFT JOIN region_codes AS r ON r.country = f.country AND r.name = fa_place(f.region);

-- Whole kilometres from edge to edge; null when a place is nowhere (greatest() would make 0 of it).
CREATE OR REPLACE TEMP MACRO fa_km_of(km) AS
  CASE WHEN km IS NOT NULL THEN greatest(0, km)::BIGINT END;
CREATE OR REPLACE TEMP MACRO fa_km_between(a, b) AS
  fa_km_of(fa_km_apart(a.latitude, a.longitude, b.latitude, b.longitude) - a.reach_km - b.reach_km);

-- From each event to the next, and from each place to the next. Steps that no rule could speak of are left out: what takes
-- less than 12 h, and leads less than 100 km away or is slower than 300 km/h and does not begin at a delivery.
CREATE OR REPLACE TABLE track_steps AS
WITH steps AS (
  SELECT
    parcel_no, event_at, status, place_id, turn,
    lead(event_at) OVER way AS next_at,
    lead(status) OVER way AS next_status,
    lead(CASE WHEN place_id IS NOT NULL THEN event_at END IGNORE NULLS) OVER way AS next_place_at,
    lead(place_id IGNORE NULLS) OVER way AS next_place_id,
    lead(CASE WHEN place_id IS NOT NULL THEN status END IGNORE NULLS) OVER way AS next_place_status
  FROM moves
  WINDOW way AS (PARTITION BY parcel_no ORDER BY turn)
),
measured AS (
  SELECT s.*, CASE WHEN s.place_id <> s.next_place_id THEN fa_km_between(a, b) END AS km
  FROM steps AS s
  LEFT JOIN track_places AS a ON a.place_id = s.place_id
  LEFT JOIN track_places AS b ON b.place_id = s.next_place_id
)
SELECT p.parcel_id, m.event_at, m.status, m.place_id, f.source_file, fa_turn_line(m.turn) AS source_line, m.next_at, m.next_status,
  m.next_place_at, m.next_place_id, m.next_place_status, m.km
FROM measured AS m
JOIN numbered_parcels AS p ON p.parcel_no = m.parcel_no
JOIN numbered_files AS f ON f.file_no = fa_turn_file(m.turn)
WHERE (next_at IS NULL AND status NOT IN ('delivered', 'returned', 'lost', 'cancelled'))
  OR next_at >= event_at + INTERVAL 12 HOUR
  OR (km >= 100 AND (km * 12 > epoch(next_place_at - event_at) OR status = 'delivered'));

-- What the whole track says of a parcel's way.
CREATE OR REPLACE TEMP TABLE whole_tracks AS
SELECT
  parcel_no,
  min(event_at) FILTER (WHERE is_scan) AS first_scan_at,
  arg_min(status, turn) FILTER (WHERE is_scan) AS first_scan_status,
  arg_min(place_id, turn) FILTER (WHERE placed) AS first_place_id,
  min(event_at) FILTER (WHERE placed) AS first_place_at,
  arg_max(place_id, turn) FILTER (WHERE placed AND status = 'out_for_delivery') AS out_place_id,
  min(event_at) FILTER (WHERE status IN ('out_for_delivery', 'attempted', 'ready_for_pickup', 'delivered', 'returning', 'returned'))
    AS last_mile_at
FROM moves
GROUP BY parcel_no;

-- The next three statements could be one; it would hold three tables of all parcels at once, to put them next to each other.
CREATE OR REPLACE TEMP TABLE parcel_pickups AS
SELECT parcel_no, min(event_at) FILTER (WHERE behind) AS next_event_at,
  min(event_at) FILTER (WHERE picked_up) AS first_pickup_at, max(event_at) FILTER (WHERE picked_up) AS last_pickup_at,
  arg_min(place_id, turn) FILTER (WHERE picked_up AND placed) AS first_place_id,
  arg_max(place_id, turn) FILTER (WHERE picked_up AND placed) AS last_place_id
FROM (
  SELECT m.parcel_no, m.event_at, m.place_id, m.turn, m.placed, m.event_at > w.first_scan_at AS behind,
    -- a pick-up behind the last mile is the buyer's, at a counter
    m.status = 'picked_up' AND (w.last_mile_at IS NULL OR m.event_at <= w.last_mile_at) AS picked_up
  FROM moves AS m
  JOIN whole_tracks AS w ON w.parcel_no = m.parcel_no
)
WHERE behind OR picked_up
GROUP BY parcel_no;

CREATE OR REPLACE TEMP TABLE parcel_ends AS
SELECT
  n.parcel_no, p.parcel_id, house.warehouse,
  CASE WHEN house.warehouse IS NOT NULL THEN fa_place_id(p.market, house.state, house.city, house.postal_code) END AS warehouse_place_id,
  fa_place_id(p.market, p.state, NULL, p.postal_code) AS to_place_id,
  p.waybill_reason = 'handover' OR coalesce(len(c.handover_to) > 0, FALSE) AS hands_over
FROM parcels AS p
JOIN numbered_parcels AS n ON n.parcel_id = p.parcel_id
LEFT JOIN carriers AS c ON c.carrier = p.carrier
LEFT JOIN warehouses AS house ON house.warehouse = p.warehouse;

CREATE OR REPLACE TABLE tracks AS
WITH ways AS (
  SELECT
    w.*, e.parcel_id,
    f.state AS first_state, f.shown AS first_place,
    h.state AS warehouse_state, h.shown AS warehouse_place,
    CASE WHEN house.latitude IS NOT NULL AND house.longitude IS NOT NULL
      THEN fa_km_of(fa_km_apart(house.latitude, house.longitude, f.latitude, f.longitude) - f.reach_km)
      ELSE fa_km_between(h, f)
    END AS warehouse_km,
    coalesce(h.remote, f.remote) AS from_remote,
    d.state AS to_state,
    d.remote AS to_remote,
    coalesce(out.time_zone, d.time_zone) AS last_mile_zone,
    e.hands_over
  FROM whole_tracks AS w
  JOIN parcel_ends AS e ON e.parcel_no = w.parcel_no
  LEFT JOIN warehouses AS house ON house.warehouse = e.warehouse
  LEFT JOIN track_places AS f ON f.place_id = w.first_place_id
  LEFT JOIN track_places AS out ON out.place_id = w.out_place_id
  LEFT JOIN track_places AS h ON h.place_id = e.warehouse_place_id
  LEFT JOIN track_places AS d ON d.place_id = e.to_place_id
)
SELECT
  ways.parcel_id, ways.first_scan_at, ways.first_scan_status, ways.first_place_at, ways.first_place, ways.first_state,
  ways.last_mile_at, ways.warehouse_place, ways.warehouse_state, ways.warehouse_km, ways.hands_over,
  u.next_event_at,
  u.first_pickup_at, u.last_pickup_at,
  a.shown AS first_pickup_place, b.shown AS last_pickup_place, a.state AS first_pickup_state, b.state AS last_pickup_state,
  fa_km_between(a, b) AS pickup_km,
  coalesce(ways.warehouse_state, ways.first_state) AS from_state,
  ways.to_state,
  CASE
    WHEN ways.to_state IS NULL OR coalesce(ways.warehouse_state, ways.first_state) IS NULL THEN 'unknown'
    WHEN ways.from_remote OR ways.to_remote THEN 'remote'
    WHEN coalesce(ways.warehouse_state, ways.first_state) = ways.to_state THEN 'same_state'
    ELSE 'other_state'
  END AS zone,
  ways.last_mile_zone
FROM ways
LEFT JOIN parcel_pickups AS u ON u.parcel_no = ways.parcel_no
LEFT JOIN track_places AS a ON a.place_id = u.first_place_id
LEFT JOIN track_places AS b ON b.place_id = u.last_place_id;

DROP TABLE parcel_pickups;
DROP TABLE parcel_ends;

-- Four scans in a row that another number has to the second and at the same places; only what is shared is kept. Each of
-- the four must be shared, so most parcels are out of the question before any row is put next to another.
CREATE OR REPLACE TEMP TABLE shared_scans AS
WITH scans AS (
  SELECT parcel_no, event_at, place_id, min(turn) AS turn, bool_or(status = 'picked_up') AS picked_up,
    bool_or(status = 'delivered') AS delivered
  FROM moves
  WHERE placed
    AND parcel_no IN (
      SELECT m.parcel_no
      FROM moves AS m
      JOIN (
        SELECT event_at, place_id FROM moves WHERE placed GROUP BY event_at, place_id HAVING min(parcel_no) <> max(parcel_no)
      ) AS s ON s.event_at = m.event_at AND s.place_id = m.place_id
      WHERE m.placed
      GROUP BY m.parcel_no
      HAVING count(*) >= 4
    )
  GROUP BY parcel_no, event_at, place_id
)
SELECT
  parcel_no, event_at AS starts_at, turn,
  lead(event_at, 3) OVER way AS ends_at,
  (hash(event_at, place_id, lead(event_at) OVER way, lead(place_id) OVER way, lead(event_at, 2) OVER way,
    lead(place_id, 2) OVER way, lead(event_at, 3) OVER way, lead(place_id, 3) OVER way) >> 1)::BIGINT AS run,
  bool_or(picked_up) OVER four AS with_pickup,
  bool_or(delivered) OVER four AS with_delivery
FROM scans
WINDOW way AS (PARTITION BY parcel_no ORDER BY event_at, place_id),
  four AS (PARTITION BY parcel_no ORDER BY event_at, place_id ROWS BETWEEN CURRENT ROW AND 3 FOLLOWING);

-- Nearly all runs are of one parcel alone: those go before the texts of numbers are held against each other, which cannot be
-- put on disk while they are.
CREATE OR REPLACE TABLE track_runs AS
WITH met AS (
  SELECT parcel_no, run, starts_at, ends_at, with_pickup, with_delivery, turn
  FROM shared_scans
  WHERE ends_at IS NOT NULL
    AND run IN (SELECT run FROM shared_scans WHERE ends_at IS NOT NULL GROUP BY run HAVING min(parcel_no) <> max(parcel_no))
),
shared AS (
  SELECT m.run
  FROM met AS m
  JOIN numbered_parcels AS p ON p.parcel_no = m.parcel_no
  GROUP BY m.run
  HAVING min(p.waybill) <> max(p.waybill)
)
SELECT m.run, p.parcel_id, m.starts_at, m.ends_at, m.with_pickup, m.with_delivery, f.source_file, fa_turn_line(m.turn) AS source_line
FROM met AS m
JOIN shared ON shared.run = m.run
JOIN numbered_parcels AS p ON p.parcel_no = m.parcel_no
JOIN numbered_files AS f ON f.file_no = fa_turn_file(m.turn);

-- Days on which a carrier scans nothing, as spans of UTC, for each clock that a place goes by; zone '*' is the policy's,
-- carrier '*' one that nobody knows.
CREATE OR REPLACE TABLE rest_days AS
WITH days AS (
  SELECT unnest(generate_series(first_day, last_day, INTERVAL 1 DAY))::DATE AS day
  FROM (
    SELECT coalesce(min(event_at), {as_of}) - INTERVAL 2 DAY AS first_day, {as_of} + INTERVAL 2 DAY AS last_day FROM moves
  )
),
clocks AS (
  SELECT '*' AS zone, {zone} AS time_zone
  UNION ALL
  SELECT DISTINCT time_zone, time_zone FROM track_places WHERE time_zone IS NOT NULL
),
resting AS (
  SELECT carrier, rest_weekdays, rest_holidays FROM carriers WHERE carrier IN (SELECT carrier FROM parcels)
  UNION ALL
  SELECT '*', [7], 'market'
)
SELECT
  r.carrier,
  c.zone,
  CAST(timezone(c.time_zone, d.day::TIMESTAMP) AS TIMESTAMP) AS starts_at,
  CAST(timezone(c.time_zone, (d.day + 1)::TIMESTAMP) AS TIMESTAMP) AS ends_at
FROM resting AS r
CROSS JOIN clocks AS c
CROSS JOIN days AS d
LEFT JOIN rest_holidays AS h ON h.calendar = r.rest_holidays AND h.day = d.day
WHERE list_contains(r.rest_weekdays, isodow(d.day)) OR h.day IS NOT NULL;
