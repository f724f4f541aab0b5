-- What the metrics are gathered in, and how many orders a day there are.
CREATE OR REPLACE TEMP TABLE sla_rate_slices (
  metric VARCHAR, mode VARCHAR, slice VARCHAR, first_at TIMESTAMP, last_at TIMESTAMP, numerator BIGINT, denominator BIGINT,
  pending BIGINT, unknown BIGINT, beside BIGINT
);

CREATE OR REPLACE TEMP TABLE sla_rate_rows (
  metric VARCHAR, mode VARCHAR, slice VARCHAR, period_start TIMESTAMP, period_end TIMESTAMP, numerator BIGINT,
  denominator BIGINT, rate DOUBLE, ci_low DOUBLE, ci_high DOUBLE, target DOUBLE, enforce DOUBLE, status VARCHAR,
  headroom BIGINT, pending BIGINT, unknown BIGINT, lowest DOUBLE, highest DOUBLE, reasons VARCHAR[], missing_days BIGINT
);

CREATE OR REPLACE TEMP TABLE sla_rate_days AS
SELECT CAST(sla_local(created_at) AS DATE) AS day, count(*) AS orders FROM orders GROUP BY day;

-- the usual number of orders a day, of all and of each shop: over the last 28 days
CREATE OR REPLACE TEMP TABLE sla_recent_days AS
SELECT shop, CAST(sla_local(created_at) AS DATE) AS day, count(*) AS orders
FROM orders
WHERE created_at > {as_of} - INTERVAL 28 DAY AND created_at <= {as_of}
GROUP BY shop, day;

CREATE OR REPLACE TEMP TABLE sla_usual AS
SELECT '{}' AS slice, sum(orders) / 28 AS average_28, max(orders) AS highest_28
FROM (SELECT day, sum(orders) AS orders FROM sla_recent_days GROUP BY day)
UNION ALL
SELECT CAST(json_object('shop', shop) AS VARCHAR), sum(orders) / 28, max(orders)
FROM sla_recent_days
GROUP BY shop;
