-- The five questions in hand-written SQL (README.md). Variables: inputs, answers (folders), as_of.
SET TimeZone = 'UTC';
CREATE MACRO pacific(cell) AS strptime(nullif(trim(cell, chr(9)), ''), '%m/%d/%Y %-I:%M:%S %p');

CREATE TEMP TABLE orders AS
SELECT
  trim("Order ID", chr(9)) AS order_id, any_value("Warehouse Name") AS warehouse,
  CASE WHEN any_value("Tracking ID") NOT SIMILAR TO '[0-9.]+E\+[0-9]+' THEN upper(any_value("Tracking ID")) END AS waybill,
  trim(any_value("Zipcode"), chr(9)) AS zip, any_value("Address Line 1") AS street,
  pacific(any_value("Created Time")) AS created, pacific(any_value("Paid Time")) AS paid, pacific(any_value("RTS Time")) AS given,
  pacific(any_value("Shipped Time")) AS shipped, pacific(any_value("Cancelled Time")) AS cancelled
FROM read_csv(getvariable('inputs') || '/All order*.csv', header = true, all_varchar = true)
WHERE "Fulfillment Type" = 'Fulfillment by seller'
GROUP BY ALL;

CREATE TEMP TABLE tracks AS
SELECT upper(tracking_number) AS waybill,
  timezone('America/Los_Angeles', min(event_time::TIMESTAMPTZ) FILTER (status <> 'label_created')) AS first_scan,
  max(postal_code) FILTER (status = 'delivered') AS delivered_zip
FROM read_csv(getvariable('inputs') || '/tracking*.csv', header = true, all_varchar = true)
GROUP BY ALL;

-- the last second by which an order of a day must be dispatched
CREATE TEMP TABLE deadlines AS
WITH days AS (
  SELECT day::DATE AS day, isodow(day) < 6 AND day::DATE NOT IN (
    '2026-05-25', '2026-06-19', '2026-07-03', '2026-09-07', '2026-10-12', '2026-11-11', '2026-11-26', '2026-12-25') AS works
  FROM range(DATE '2026-04-01', DATE '2026-12-31', INTERVAL 1 DAY) AS r(day)
),
counted AS (SELECT day, works, count(*) FILTER (works) OVER (ORDER BY day) AS number FROM days)
SELECT c.day, due.day + INTERVAL 86399 SECOND AS due
FROM counted c JOIN counted due ON due.works AND due.number = c.number + 2;

CREATE TEMP TABLE judged AS
WITH stopped AS (
  SELECT o.*, d.due, coalesce(t.first_scan, o.shipped) AS dispatched,
    timezone('America/Los_Angeles', timezone('UTC', getvariable('as_of')::TIMESTAMP)) AS now
  FROM orders o JOIN deadlines d ON d.day = o.created::DATE LEFT JOIN tracks t USING (waybill)
  WHERE o.paid IS NOT NULL
)
SELECT order_id, warehouse, coalesce(dispatched <= due, false) AS on_time
FROM stopped
WHERE dispatched IS NOT NULL OR coalesce(cancelled, now) > due;

COPY (SELECT warehouse, count(*) FILTER (on_time) AS on_time, count(*) AS decided FROM judged GROUP BY ALL ORDER BY warehouse)
TO (getvariable('answers') || '/on_time.csv');
COPY (SELECT order_id FROM judged WHERE NOT on_time ORDER BY order_id) TO (getvariable('answers') || '/late.csv');

COPY (
  SELECT order_id FROM orders
  WHERE waybill IN (SELECT waybill FROM orders GROUP BY waybill HAVING count(DISTINCT zip || '|' || lower(street)) > 1)
  ORDER BY order_id
) TO (getvariable('answers') || '/duplicates.csv');

COPY (
  SELECT order_id FROM orders ANTI JOIN tracks USING (waybill)
  WHERE waybill IS NOT NULL AND cancelled IS NULL
    AND given + INTERVAL 24 HOUR < timezone('America/Los_Angeles', timezone('UTC', getvariable('as_of')::TIMESTAMP))
  ORDER BY order_id
) TO (getvariable('answers') || '/untraceable.csv');

COPY (SELECT order_id FROM orders JOIN tracks USING (waybill) WHERE delivered_zip[:3] <> zip[:3] ORDER BY order_id)
TO (getvariable('answers') || '/elsewhere.csv');
