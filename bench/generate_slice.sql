-- Orders lo <= i < hi with their whole life, as tables `life` (one row an order), `goods` (one row a line) and `events`.
-- Orders stand in pairs (even, odd). In a pair of its own kind the odd order shares the way, the number or the buyer of
-- the even one: b is whose way it is, w whose number, c whose buyer.

CREATE OR REPLACE TEMP TABLE told AS
WITH pairs AS (
  SELECT i, CASE WHEN i % 2 = 1 OR i + 1 < getvariable('orders') THEN draw(i // 2, 'pair') ELSE 1 END AS p, draw(i, 'kind') AS k
  FROM range(getvariable('lo'), getvariable('hi'), getvariable('step')) AS r(i)
),
named AS (
  SELECT i, k,
    CASE WHEN p < 0.003 THEN 'duplicate_waybill' WHEN p < 0.004 THEN 'cloned_track' WHEN p < 0.02 THEN 'combined' END AS pair_kind
  FROM pairs
)
SELECT i, pair_kind,
  CASE WHEN pair_kind IS NOT NULL AND i % 2 = 1 THEN i - 1 ELSE i END AS b,
  CASE WHEN pair_kind IN ('duplicate_waybill', 'combined') AND i % 2 = 1 THEN i - 1 ELSE i END AS w,
  CASE WHEN pair_kind = 'combined' AND i % 2 = 1 THEN i - 1 ELSE i END AS c,
  CASE
    WHEN pair_kind IS NOT NULL THEN pair_kind
    WHEN k < 0.002 THEN 'invalid_waybill'
    WHEN k < 0.005 THEN 'untraceable_waybill'
    WHEN k < 0.008 THEN 'stale_tracking'
    WHEN k < 0.010 THEN 'destination_mismatch'
    WHEN k < 0.020 THEN 'late_dispatch'
    WHEN k < 0.022 THEN 'stalled_after_pickup'
    WHEN k < 0.024 THEN 'transit_stall'
    WHEN k < 0.025 THEN 'delivery_stall'
    WHEN k < 0.0255 THEN 'impossible_journey'
    WHEN k < 0.0265 THEN 'carrier_mismatch'
    WHEN k < 0.0275 THEN 'weight_mismatch'
    WHEN k < 0.0285 THEN 'status_conflict'
    WHEN k < 0.0295 THEN 'damaged_identifier'
    WHEN k < 0.0300 THEN 'placeholder_waybill'
    WHEN k < 0.0330 THEN 'seller_fault_cancellation'
    WHEN k < 0.0700 THEN 'unpaid'
    WHEN k < 0.1100 THEN 'changed_mind'
    WHEN k < 0.1500 THEN 'by_platform'
    ELSE 'plain'
  END AS drawn_kind
FROM named;

CREATE OR REPLACE TEMP TABLE ordered AS
WITH moments AS (
  SELECT *, floor((b + draw(b, 'moment')) / getvariable('orders') * getvariable('days') * 64800)::BIGINT AS second FROM told
),
placed AS (
  SELECT m.*, getvariable('first_day') + (second // 64800)::INTEGER AS day,
    getvariable('first_day')::TIMESTAMP + to_days((second // 64800)::INTEGER) + to_seconds(21600 + second % 64800) AS wall,
    pick(b, 'place', (SELECT count(*) FROM places)) AS place,
    draw(b, 'house') < 0.2 AS from_next_house
  FROM moments m
)
SELECT p.*, to_utc(p.wall) + to_seconds(60 * (p.i - p.b)) AS created,
  -- a kind that takes days to show is only planted where the days have passed
  CASE
    WHEN p.drawn_kind = 'unpaid' AND p.wall > to_wall(getvariable('end_at')) - INTERVAL 48 HOUR
      AND p.wall < to_wall(getvariable('end_at')) - INTERVAL 30 HOUR THEN 'plain'
    WHEN p.drawn_kind = 'seller_fault_cancellation' AND p.wall > to_wall(getvariable('end_at')) - INTERVAL 7 HOUR THEN 'plain'
    WHEN p.drawn_kind IN ('combined', 'unpaid', 'changed_mind', 'by_platform', 'seller_fault_cancellation') THEN p.drawn_kind
    WHEN p.day > getvariable('last_day') - 10 THEN 'plain'
    ELSE p.drawn_kind
  END AS kind
FROM placed p;
UPDATE ordered SET b = i, w = i, c = i WHERE kind = 'plain' AND pair_kind IS NOT NULL;

CREATE OR REPLACE TEMP TABLE packed AS
WITH housed AS (
  SELECT o.*, w.house, pick(b, 'carrier', 100) AS carrier_draw,
    CASE
      WHEN kind = 'late_dispatch' THEN cal.too_late_day
      WHEN cal.is_business AND hour(o.wall) < 13 AND draw(b, 'hurry') < 0.6 THEN o.day
      ELSE cal.next_day
    END AS pack_day,
    -- where the parcel really goes
    CASE WHEN kind = 'destination_mismatch' THEN (o.place + 29) % getvariable('mainland') ELSE o.place END AS target
  FROM ordered o
  JOIN calendar cal ON cal.day = o.day
  JOIN ways w ON w.place = o.place AND w.nearness = CASE WHEN o.from_next_house THEN 2 ELSE 1 END
),
carried AS (
  SELECT *,
    CASE WHEN carrier_draw < 45 THEN 'USPS' WHEN carrier_draw < 72 THEN 'UPS' ELSE 'FedEx' END AS true_carrier,
    greatest(to_utc(pack_day + INTERVAL 8 HOUR), to_utc(wall) + INTERVAL 1 HOUR) AS earliest
  FROM housed
)
SELECT *,
  CASE WHEN kind = 'carrier_mismatch' AND true_carrier = 'USPS' THEN 'UPS'
       WHEN kind = 'carrier_mismatch' THEN 'USPS' ELSE true_carrier END AS carrier,
  date_trunc('second', earliest + (to_utc(pack_day + INTERVAL 930 MINUTE) - earliest) * draw(b, 'rts')) AS rts,
  to_utc(pack_day + INTERVAL 16 HOUR) + to_seconds(pick(pack_day::VARCHAR || house || true_carrier, 'truck', 9000)) AS truck
FROM carried;

CREATE OR REPLACE TEMP TABLE travelled AS
WITH legs AS (
  SELECT p.*, y.hub, y.far,
    truck + hours(between_(b, 'depart', 1.5, 4)) AS departed,
    y.first_leg * between_(b, 'first', 1, 1.05) AS first_hours,
    between_(b, 'rest', 1.5, 4) AS hub_hours,
    y.second_leg * between_(b, 'second', 1, 1.05) AS second_hours
  FROM packed p JOIN ways y ON y.house = p.house AND y.place = p.target
),
hubbed AS (
  SELECT *, CASE WHEN hub IS NOT NULL THEN departed + hours(first_hours) END AS hub_in,
    departed + hours(first_hours + CASE WHEN hub IS NULL THEN 0 ELSE hub_hours + second_hours END)
      + CASE WHEN kind = 'transit_stall' THEN INTERVAL 9 DAY ELSE INTERVAL 0 DAY END AS arrived
  FROM legs
),
doors AS (
  SELECT h.*, hub_in + hours(hub_hours) AS hub_out,
    date_trunc('day', arrived + to_hours(q.offset_h)) - to_hours(q.offset_h) + hours(between_(b, 'door', 6.5, 8.75)) AS door
  FROM hubbed h JOIN places q ON q.place = h.target
),
outs AS (SELECT *, CASE WHEN door < arrived + INTERVAL 1 HOUR THEN door + INTERVAL 1 DAY ELSE door END AS out_at FROM doors)
SELECT *, out_at + hours(between_(b, 'ring', 1, 9)) AS door_at FROM outs;

-- the number of each waybill key; every key draws from its carrier's numbers
CREATE OR REPLACE TEMP TABLE numbers AS
WITH bodies AS (
  SELECT i, kind, true_carrier,
    CASE true_carrier
      WHEN 'USPS' THEN '940013610' || scattered(i, 11) || (1 + i % 9)::VARCHAR
      WHEN 'UPS' THEN '47F5X1' || scattered(i, 9)
      ELSE '77' || lpad(((i + getvariable('seed') * 1000003) * 7919 % 100000000)::VARCHAR, 8, '0') || (1 + i % 9)::VARCHAR
    END AS body
  FROM travelled WHERE w = i
),
checked AS (
  SELECT i, kind, true_carrier, body,
    CASE true_carrier WHEN 'USPS' THEN gs1(body) WHEN 'UPS' THEN ups_check(body) ELSE fedex_check(body) END AS good
  FROM bodies
)
SELECT i,
  CASE WHEN kind = 'placeholder_waybill' THEN repeat((i % 10)::VARCHAR, 12)
       ELSE CASE WHEN true_carrier = 'UPS' THEN '1Z' ELSE '' END || body
         || CASE WHEN kind = 'invalid_waybill' THEN (good + 4) % 10 ELSE good END::VARCHAR
  END AS waybill
FROM checked;

CREATE OR REPLACE TEMP TABLE goods AS
WITH counted AS (
  SELECT i, b, kind, draw(b, 'lines') AS l, pick(b, 'product', 12) AS first_product FROM travelled
)
SELECT c.i, n.line, p.*, CASE WHEN draw(b * 4 + n.line, 'quantity') < 0.75 THEN 1 ELSE 2 END AS quantity
FROM counted c
JOIN range(3) AS n(line) ON n.line < CASE WHEN kind = 'weight_mismatch' OR l < 0.78 THEN 1 WHEN l < 0.95 THEN 2 ELSE 3 END
JOIN products p ON p.product = CASE WHEN kind = 'weight_mismatch' THEN 4 ELSE (c.first_product + 5 * n.line) % 12 END;

CREATE OR REPLACE TEMP TABLE life AS
WITH whole AS (
  SELECT t.*, n.waybill,
    kind NOT IN ('unpaid', 'changed_mind', 'seller_fault_cancellation') AS is_packed,
    kind NOT IN ('unpaid', 'changed_mind', 'seller_fault_cancellation', 'untraceable_waybill', 'stale_tracking', 'placeholder_waybill')
      AS is_scanned,
    kind NOT IN ('stalled_after_pickup', 'delivery_stall') AS arrives,
    CASE kind WHEN 'unpaid' THEN created + INTERVAL 48 HOUR
      WHEN 'changed_mind' THEN created + to_seconds(1800 + pick(t.i, 'mind', 16000))
      WHEN 'seller_fault_cancellation' THEN created + INTERVAL 6 HOUR END AS cancelled
  FROM travelled t JOIN (SELECT i AS number_of, waybill FROM numbers) n ON n.number_of = t.w
)
SELECT *,
  CASE WHEN kind <> 'unpaid' THEN created + to_seconds(4 + pick(i, 'paid', 236)) END AS paid,
  CASE WHEN is_packed THEN rts END AS given,
  CASE WHEN is_scanned THEN truck + to_minutes(1 + pick(b, 'told', 5)) END AS shipped,
  CASE WHEN is_scanned AND arrives THEN
    CASE WHEN kind = 'status_conflict' AND door_at > truck + INTERVAL 25 HOUR THEN truck + INTERVAL 25 MINUTE
      WHEN kind = 'status_conflict' THEN door_at + INTERVAL 30 HOUR ELSE door_at + to_minutes(1 + pick(b, 'tell', 5)) END
  END AS delivered
FROM whole;

CREATE OR REPLACE TEMP TABLE events AS
WITH weighed AS (
  SELECT life.w, round(sum(goods.weight_g * goods.quantity) * 1.05)::INTEGER + 35 AS weight
  FROM life JOIN goods ON goods.i = life.i GROUP BY life.w
),
tracked AS (
  SELECT l.*, CASE WHEN l.kind = 'weight_mismatch' THEN 40 ELSE g.weight END AS weight, h.place AS origin
  FROM life l JOIN weighed g ON g.w = l.w JOIN houses h ON h.house = l.house
  WHERE l.w = l.i AND l.is_packed AND l.kind NOT IN ('untraceable_waybill', 'placeholder_waybill', 'damaged_identifier', 'by_platform')
),
steps AS (
  SELECT i, waybill, true_carrier, unnest([
    {'nth': 1, 'at': rts - to_minutes(1 + pick(b, 'label', 9)), 'status': 'label_created', 'place': NULL, 'weight': NULL, 'there': TRUE},
    {'nth': 2, 'at': truck, 'status': 'picked_up', 'place': origin, 'weight': weight, 'there': is_scanned},
    {'nth': 2, 'at': truck + hours(1 + draw(b, 'sort') / 3), 'status': 'in_transit', 'place': origin, 'weight': NULL, 'there': is_scanned AND kind <> 'stalled_after_pickup'},
    {'nth': 3, 'at': departed, 'status': 'departed', 'place': origin, 'weight': NULL, 'there': is_scanned AND kind <> 'stalled_after_pickup'},
    {'nth': 4, 'at': hub_in, 'status': 'arrived', 'place': hub, 'weight': NULL, 'there': is_scanned AND hub IS NOT NULL AND kind <> 'stalled_after_pickup'},
    {'nth': 5, 'at': hub_out, 'status': 'departed', 'place': hub, 'weight': NULL, 'there': is_scanned AND hub IS NOT NULL AND kind <> 'stalled_after_pickup'},
    {'nth': 6, 'at': arrived, 'status': 'arrived', 'place': target, 'weight': NULL, 'there': is_scanned AND kind <> 'stalled_after_pickup'},
    -- Honolulu half an hour after the mainland
    {'nth': 7, 'at': arrived + INTERVAL 30 MINUTE, 'status': 'in_transit', 'place': getvariable('mainland') + (target = getvariable('mainland'))::INTEGER, 'weight': NULL, 'there': kind = 'impossible_journey'},
    {'nth': 8, 'at': out_at, 'status': 'out_for_delivery', 'place': target, 'weight': NULL, 'there': is_scanned AND kind <> 'stalled_after_pickup'},
    {'nth': 9, 'at': door_at, 'status': 'delivered', 'place': target, 'weight': NULL, 'there': is_scanned AND arrives}
  ]) AS step
  FROM tracked
)
SELECT i, waybill, true_carrier, step.nth, step.at, step.status, step.place, step.weight
FROM steps WHERE step.there AND step.at < getvariable('end_at');
