-- Open clocks that run out inside the horizon, and how such orders fared before: a share that anyone can count again.
-- A past order is compared at the same distance from its own deadline, so that weekends and holidays in between cancel out.

-- Past orders: those whose deadline had passed at as-of. Younger ones that are done already would flatter the share.
-- `spare` is how many whole minutes before the deadline an order was done; -1 when it was late or never done.
CREATE OR REPLACE TEMP TABLE forecast_clocks AS
SELECT
  d.order_no, d.order_id, d.stage, d.clock_start, d.due_effective AS due_at, d.code_effective AS code,
  coalesce(o.warehouse, '') AS warehouse,
  isodow(sla_local(d.clock_start)) AS weekday, hour(sla_local(d.clock_start)) AS hour,
  CASE
    WHEN d.code_effective = 1 THEN greatest(CAST(floor(epoch(d.due_effective - d.stopped_at) / 60) AS BIGINT), -1)
    ELSE -1
  END AS spare
FROM deadline_modes AS d
JOIN orders AS o ON o.order_id = d.order_id
WHERE d.stage IN {stages}
  AND CASE d.code_effective
    WHEN 3 THEN d.due_effective <= {as_of} + to_hours({horizon_hours})
    ELSE d.code_effective IN (1, 2, 4) AND d.due_effective <= {as_of}
  END
  -- who was done longer before than the horizon reaches was never like an order that is open now
  AND (d.code_effective <> 1 OR d.due_effective - d.stopped_at < to_hours({horizon_hours}));

-- The numbers of minutes left that are asked for. Past orders matter only by which of them they were still open at.
CREATE OR REPLACE TEMP TABLE forecast_asked AS
SELECT DISTINCT stage, CAST(floor(epoch(due_at - {as_of}) / 60) AS BIGINT) AS left_minutes
FROM forecast_clocks
WHERE code = 3;

-- For every minute to spare the next number of minutes left that is asked for: who was done then was still open at it.
CREATE OR REPLACE TEMP TABLE forecast_steps AS
SELECT s.stage, s.spare, a.left_minutes
FROM (SELECT stage, unnest(range(-1, 60 * {horizon_hours})) AS spare FROM (SELECT DISTINCT stage FROM forecast_asked)) AS s
ASOF JOIN forecast_asked AS a ON a.stage = s.stage AND s.spare < a.left_minutes;

-- One curve a group of past orders: of those not done with so many minutes left (`still_open`), how many made it.
CREATE OR REPLACE TEMP TABLE forecast_curves AS
WITH past AS (
  SELECT c.stage, c.warehouse, c.weekday, c.hour, a.left_minutes, count(*) AS orders, count_if(c.spare >= 0) AS made_it
  FROM forecast_clocks AS c
  JOIN forecast_steps AS a ON a.stage = c.stage AND a.spare = c.spare
  WHERE c.code <> 3
  GROUP BY c.stage, c.warehouse, c.weekday, c.hour, a.left_minutes
),

counted AS (
  SELECT
    grouping(warehouse, weekday, hour) AS level, stage, coalesce(warehouse, '') AS warehouse,
    coalesce(weekday, 0) AS weekday, coalesce(hour, 0) AS hour, left_minutes, sum(orders) AS orders, sum(made_it) AS made_it
  FROM past
  GROUP BY GROUPING SETS (
    (stage, left_minutes, warehouse, weekday, hour), (stage, left_minutes, warehouse, weekday),
    (stage, left_minutes, warehouse), (stage, left_minutes)
  )
)

SELECT
  level, stage, warehouse, weekday, hour, left_minutes, sum(orders) OVER curve AS still_open, sum(made_it) OVER curve AS made_it
FROM counted
WINDOW curve AS (PARTITION BY level, stage, warehouse, weekday, hour ORDER BY left_minutes);

INSERT INTO forecast BY NAME
WITH due AS (
  SELECT
    *, CAST(floor(epoch(due_at - {as_of}) / 60) AS BIGINT) AS left_minutes
  FROM forecast_clocks
  WHERE code = 3
),

-- open clocks that ask the same
alike AS (SELECT DISTINCT stage, left_minutes, warehouse, weekday, hour FROM due),

-- from the narrowest group to the widest; `level` is what `grouping` says of each
asked AS (
  SELECT
    a.*, g.level, g.basis,
    CASE WHEN g.level < 7 THEN a.warehouse ELSE '' END AS of_warehouse,
    CASE WHEN g.level < 3 THEN a.weekday ELSE 0 END AS of_weekday,
    CASE WHEN g.level < 1 THEN a.hour ELSE 0 END AS of_hour
  FROM alike AS a
  CROSS JOIN (
    VALUES (0, 'warehouse_weekday_hour'), (1, 'warehouse_weekday'), (3, 'warehouse'), (7, 'all')
  ) AS g (level, basis)
),

found AS (
  SELECT
    a.stage, a.left_minutes, a.warehouse, a.weekday, a.hour, a.basis, CAST(c.still_open AS BIGINT) AS still_open,
    CAST(c.made_it AS BIGINT) AS made_it
  FROM asked AS a
  ASOF JOIN forecast_curves AS c
    ON c.level = a.level AND c.stage = a.stage AND c.warehouse = a.of_warehouse AND c.weekday = a.of_weekday
    AND c.hour = a.of_hour AND a.left_minutes >= c.left_minutes
  WHERE c.still_open >= {minimum}
  QUALIFY row_number() OVER (PARTITION BY a.stage, a.left_minutes, a.warehouse, a.weekday, a.hour ORDER BY a.level) = 1
),

cancels AS (
  SELECT order_no, min(due_effective) AS auto_cancel_at
  FROM deadline_modes
  WHERE code_effective = 3 AND stage IN ('auto_cancel_rts', 'auto_cancel_collection')
    AND order_no IN (SELECT order_no FROM due)
  GROUP BY order_no
),

carried AS (
  SELECT order_id, CASE WHEN count(DISTINCT coalesce(carrier, carrier_as_given)) = 1 THEN min(coalesce(carrier, carrier_as_given)) END
    AS carrier
  FROM parcels
  WHERE order_id IN (SELECT order_id FROM due)
  GROUP BY order_id
),

joined AS (
  SELECT
    d.order_id, d.stage, d.clock_start, d.due_at, CAST(floor(epoch(d.due_at - {as_of})) AS BIGINT) AS seconds_left,
    o.shop, o.market, o.warehouse, k.carrier, x.auto_cancel_at, coalesce(f.basis, 'too_few') AS basis,
    coalesce(f.still_open, 0) AS still_open, coalesce(f.made_it, 0) AS made_it, f.made_it / f.still_open AS share
  FROM due AS d
  JOIN orders AS o ON o.order_id = d.order_id
  LEFT JOIN found AS f
    ON f.stage = d.stage AND f.left_minutes = d.left_minutes AND f.warehouse = d.warehouse AND f.weekday = d.weekday AND f.hour = d.hour
  LEFT JOIN cancels AS x ON x.order_no = d.order_no
  LEFT JOIN carried AS k ON k.order_id = d.order_id
)

SELECT *, row_number() OVER (ORDER BY due_at, share NULLS LAST, auto_cancel_at NULLS LAST, order_id, stage) AS place
FROM joined;

DROP TABLE forecast_clocks;
DROP TABLE forecast_asked;
DROP TABLE forecast_steps;
DROP TABLE forecast_curves;
