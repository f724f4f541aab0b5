-- Orders as an audit has them, made from their number alone: {orders} of them over the {days} days before {as_of}. A tenth is not
-- done yet, some are late, cancelled, pre-orders, made to order or fulfilled by the platform.
INSERT INTO orders BY NAME
WITH numbered AS (SELECT i, hash(i) AS h FROM range({orders}) AS r (i)),

dated AS (
  SELECT
    i, h, {as_of} - to_seconds(CAST(h % CAST({days} * 86400 AS UBIGINT) AS BIGINT)) AS created_at,
    CAST((h >> 20) % 100 AS INTEGER) AS a, CAST((h >> 30) % 100 AS INTEGER) AS b, CAST((h >> 40) % 1000 AS INTEGER) AS c
  FROM numbered
),

lived AS (
  SELECT
    *, created_at + to_minutes(c % 60) AS paid, created_at + to_hours(2 + a // 3) AS rts,
    created_at + to_hours(6 + a) AS shipped, created_at + to_hours(60 + a + b) AS delivered
  FROM dated
)

SELECT
  '5764' || CAST(100000000000 + i AS VARCHAR) AS order_id, 'Shop ' || CAST(b % 3 AS VARCHAR) AS shop, 'US' AS market, 'shipped' AS order_status,
  CASE WHEN a < 92 THEN 'normal' WHEN a < 96 THEN 'made_to_order' ELSE 'pre_order' END AS order_type,
  created_at, paid AS paid_at,
  CASE WHEN rts <= {as_of} THEN rts END AS rts_at,
  CASE WHEN shipped <= {as_of} THEN shipped END AS shipped_at,
  CASE WHEN delivered <= {as_of} THEN delivered END AS delivered_at,
  CASE WHEN shipped <= {as_of} THEN shipped END AS dispatched_at,
  CASE WHEN delivered <= {as_of} THEN delivered END AS received_at,
  CASE WHEN c < 10 AND created_at + INTERVAL 5 HOUR <= {as_of} THEN created_at + INTERVAL 5 HOUR END AS cancelled_at,
  CASE WHEN c < 10 THEN 'buyer' END AS cancelled_by, CASE WHEN c < 10 THEN 'buyer_request' END AS cancel_reason,
  CASE WHEN c BETWEEN 10 AND 29 THEN created_at + INTERVAL 1 HOUR END AS cancel_requested_at,
  FALSE AS tracking_covered, b >= 97 AS platform_fulfilled,
  CASE WHEN b < 50 THEN 'platform' ELSE 'seller' END AS label_by,
  'Warehouse ' || CAST(b % 4 AS VARCHAR) AS warehouse, CASE WHEN b % 5 < 4 THEN 'pickup' ELSE 'dropoff' END AS handover,
  CASE WHEN a % 7 = 0 THEN 'Express' ELSE 'Standard' END AS delivery_option,
  FALSE AS pickup_point, FALSE AS is_cod, c BETWEEN 30 AND 33 AS is_sample, FALSE AS is_replacement, FALSE AS is_exchange,
  FALSE AS is_combined, FALSE AS is_split, FALSE AS cancelled_before_collection, 1 AS lines, 1 + b % 3 AS units,
  CAST(1500 + c * 10 AS BIGINT) AS order_amount_cents, 'USD' AS currency, 'CA' AS state,
  CASE WHEN a BETWEEN 92 AND 95 THEN 3 + b % 9 END AS handling_days, CASE WHEN a BETWEEN 92 AND 95 THEN 'business_day' END AS handling_unit,
  CASE WHEN a >= 96 THEN created_at + to_days(b % 20) END AS release_at,
  'orders.csv' AS source_file, i + 2 AS source_line
FROM lived;
