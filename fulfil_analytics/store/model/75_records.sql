-- What the order files hold, where they contradict one another, and which tracked numbers have an innocent reason to be on no order.

-- One row an order file. A file without a single value in a column says nothing about it. `dated` files carry their moment of export in
-- their name: only of those is it known which is the newer.
CREATE OR REPLACE TEMP TABLE file_reach AS
SELECT source_file,
  greatest(max(created_at), max(paid_at), max(rts_at), max(shipped_at), max(delivered_at), max(cancel_requested_at), max(cancelled_at),
    max(updated_at)) AS latest_at,
  count(paid_at) > 0 AS has_paid,
  count(shipped_at) > 0 AS has_shipped,
  count(delivered_at) > 0 AS has_delivered,
  count(cancelled_at) > 0 AS has_cancelled,
  count(cancel_requested_at) > 0 AS has_cancel_requests
FROM loaded_order_lines
GROUP BY source_file;

CREATE OR REPLACE TABLE order_inputs AS
SELECT
  f.source_file, f.exported_at,
  NOT coalesce(f.exported_by_clock, FALSE) AND f.exported_at IS DISTINCT FROM l.latest_at AS dated,
  l.has_paid, l.has_shipped, l.has_delivered, l.has_cancelled, l.has_cancel_requests,
  EXISTS (SELECT 1 FROM sla_windows WHERE mode = 'holiday') AS has_holiday_windows
FROM source_files AS f
JOIN file_reach AS l ON l.source_file = f.source_file;

-- Orders that two files tell differently; most of an overlap is the same rows again.
CREATE OR REPLACE TEMP TABLE retold_orders AS
SELECT order_id
FROM (
  SELECT order_id, source_file,
    sum(hash(sku_id, seller_sku, quantity, created_at, paid_at, shipped_at, delivered_at, cancelled_at, order_status, waybill)) AS print
  FROM loaded_order_lines
  GROUP BY order_id, source_file
)
GROUP BY order_id
HAVING count(*) > 1 AND min(print) <> max(print);

-- The same SKU of the same order as each file tells it. A row that stands twice in a file counts once. A quantity of which part was cancelled or
-- came back is not compared: files cut such lines in different ways.
CREATE OR REPLACE TEMP TABLE told_items AS
WITH ranks AS (
  SELECT unnest(['unpaid', 'on_hold', 'to_ship', 'awaiting_collection', 'partially_shipped', 'shipped', 'delivered', 'completed']) AS status,
    unnest([1, 1, 2, 2, 2, 3, 3, 3]) AS stage
),
distinct_lines AS (
  SELECT order_id, source_file, coalesce(sku_id, seller_sku) AS item, line_id, variation, package_id, waybill, quantity, line_total_cents,
    order_status, min(source_line) AS source_line, min(created_at) AS created_at, min(paid_at) AS paid_at, min(shipped_at) AS shipped_at,
    min(delivered_at) AS delivered_at, min(cancelled_at) AS cancelled_at, bool_or(cancel_or_return IS NOT NULL) AS reversed
  FROM loaded_order_lines
  WHERE order_id IN (SELECT order_id FROM retold_orders) AND coalesce(sku_id, seller_sku) IS NOT NULL
  GROUP BY ALL
),
items AS (
  SELECT order_id, source_file, item, min(source_line) AS source_line,
    bool_or(quantity IS NULL OR reversed OR cancelled_at IS NOT NULL OR coalesce(order_status = 'cancelled', FALSE)) AS uncertain,
    sum(quantity) AS quantity,
    min(created_at) AS created_at, min(paid_at) AS paid_at, min(shipped_at) AS shipped_at, min(delivered_at) AS delivered_at,
    min(cancelled_at) AS cancelled_at,
    CASE WHEN min(order_status) = max(order_status) THEN min(order_status) END AS order_status,
    CASE WHEN min(waybill) = max(waybill) THEN min(waybill) END AS waybill,
    min(ranks.stage) AS stage
  FROM distinct_lines
  LEFT JOIN ranks ON ranks.status = distinct_lines.order_status
  GROUP BY order_id, source_file, item
)
SELECT * EXCLUDE (uncertain, quantity), CASE WHEN NOT uncertain THEN quantity END AS quantity
FROM items;

-- Each item of the file that is used beside the same item of another file; only of files that carry their moment is the newer known.
CREATE OR REPLACE TEMP TABLE retold_items AS
SELECT k.order_id, k AS kept_item, o AS other_item, ki AS kept_in, oi AS other_in,
  ki.dated AND oi.dated AND ki.exported_at > oi.exported_at AS newer,
  ki.dated AND oi.dated AND ki.exported_at = oi.exported_at AS same_moment
FROM told_items AS k
JOIN orders ON orders.order_id = k.order_id AND orders.source_file = k.source_file
JOIN told_items AS o ON o.order_id = k.order_id AND o.item = k.item AND o.source_file <> k.source_file
JOIN order_inputs AS ki ON ki.source_file = k.source_file
JOIN order_inputs AS oi ON oi.source_file = o.source_file;

-- An older file that shows an earlier state contradicts nothing. These do: a moment or a quantity that both know and tell differently; a
-- moment or a state that the newer file has lost; two files of the same moment that disagree at all. A minute's difference is rounding.
CREATE OR REPLACE TABLE record_conflicts AS
WITH moments AS (
  SELECT *, 'created_at' AS fact, kept_item.created_at AS kept, other_item.created_at AS other, TRUE AS in_kept, TRUE AS in_other, TRUE AS fixed
  FROM retold_items
  UNION ALL
  SELECT *, 'paid_at', kept_item.paid_at, other_item.paid_at, kept_in.has_paid, other_in.has_paid, TRUE
  FROM retold_items
  UNION ALL
  SELECT *, 'shipped_at', kept_item.shipped_at, other_item.shipped_at, kept_in.has_shipped, other_in.has_shipped, FALSE
  FROM retold_items
  UNION ALL
  SELECT *, 'delivered_at', kept_item.delivered_at, other_item.delivered_at, kept_in.has_delivered, other_in.has_delivered, TRUE
  FROM retold_items
  UNION ALL
  SELECT *, 'cancelled_at', kept_item.cancelled_at, other_item.cancelled_at, kept_in.has_cancelled, other_in.has_cancelled,
    kept_item.order_status = 'cancelled' AND other_item.order_status = 'cancelled'
  FROM retold_items
),
found AS (
  SELECT order_id, kept_item, other_item, fact,
    CASE WHEN kept IS NOT NULL AND other IS NOT NULL THEN 'differs' WHEN same_moment THEN 'same_moment' ELSE 'lost' END AS how,
    strftime(kept, '%Y-%m-%d %H:%M:%S UTC') AS kept, strftime(other, '%Y-%m-%d %H:%M:%S UTC') AS other
  FROM moments
  WHERE ((fixed OR same_moment) AND abs(date_diff('microsecond', kept, other)) >= 60000000)
    OR (newer AND kept IS NULL AND other IS NOT NULL AND in_kept)
    OR (same_moment AND (kept IS NULL) <> (other IS NULL) AND in_kept AND in_other)
  UNION ALL
  SELECT order_id, kept_item, other_item, 'quantity', 'differs', kept_item.quantity::VARCHAR, other_item.quantity::VARCHAR
  FROM retold_items
  WHERE kept_item.quantity <> other_item.quantity
  UNION ALL
  SELECT order_id, kept_item, other_item, 'order_status', CASE WHEN same_moment THEN 'same_moment' ELSE 'went_back' END,
    kept_item.order_status, other_item.order_status
  FROM retold_items
  WHERE (same_moment AND kept_item.order_status <> other_item.order_status)
    OR (newer AND other_item.order_status = 'cancelled' AND kept_item.order_status <> 'cancelled')
    OR (newer AND other_item.stage = 3 AND kept_item.stage < 3)
  UNION ALL
  SELECT order_id, kept_item, other_item, 'waybill', 'same_moment', kept_item.waybill, other_item.waybill
  FROM retold_items
  WHERE same_moment AND kept_item.waybill <> other_item.waybill
)
SELECT order_id, fact, how, kept, other, kept_item.source_file AS kept_file, kept_item.source_line AS kept_line,
  other_item.source_file AS other_file, other_item.source_line AS other_line
FROM found;

-- A number that is on no order may be the way back of a return, or belong to orders that no export of the input holds.
CREATE OR REPLACE TEMP TABLE orders_known AS
SELECT (SELECT min(created_at) FROM orders) AS first_created_at,
  (SELECT max(exported_at) FROM source_files WHERE kind = 'orders') AS last_exported_at;

CREATE OR REPLACE TABLE stray_waybills AS
WITH events AS (
  SELECT waybill, max(event_at) AS last_event_at
  FROM tracking_events
  WHERE waybill IN (SELECT waybill FROM tracked_waybills) AND event_at <= {as_of}
  GROUP BY waybill
)
SELECT t.waybill,
  t.waybill IN (SELECT return_waybill FROM returns WHERE return_waybill IS NOT NULL) AS is_return,
  t.waybill IN (SELECT waybill FROM labels WHERE waybill IS NOT NULL) AS on_label,
  coalesce(e.last_event_at < k.first_created_at, FALSE) AS before_orders,
  coalesce(t.first_event_at > k.last_exported_at, FALSE) AS after_exports,
  e.last_event_at
FROM tracked_waybills AS t
CROSS JOIN orders_known AS k
LEFT JOIN events AS e ON e.waybill = t.waybill;
