-- What an order still owes and what the stock count leaves for it.

-- A line is in a parcel when it names one; a number that could not be read is a number all the same. Refunds that do not say how many units
-- they took leave open how many were owed.
CREATE OR REPLACE TABLE order_quantities AS
WITH unread AS (
  SELECT DISTINCT source_file, source_line FROM quarantine WHERE scope = 'cell' AND column_name IN ('waybill', 'package_id')
),
told AS (
  SELECT l.order_id, l.quantity, l.quantity_returned, l.refund_amount_cents,
    l.line_cancelled OR coalesce(l.cancel_or_return = 'cancel', FALSE) OR coalesce(l.order_substatus = 'cancelled', FALSE) AS cancelled,
    l.waybill IS NOT NULL OR l.package_id IS NOT NULL OR unread.source_line IS NOT NULL AS in_parcel
  FROM lines AS l
  LEFT JOIN unread ON unread.source_file = l.source_file AND unread.source_line = l.source_line
),
returned AS (
  SELECT order_id, sum(quantity)::BIGINT AS units, bool_or(quantity IS NULL) AS unclear
  FROM returns
  WHERE requested_at IS NULL OR requested_at <= {as_of}
  GROUP BY order_id
),
summed AS (
  SELECT order_id,
    sum(quantity)::BIGINT AS units_ordered,
    coalesce(sum(quantity) FILTER (WHERE cancelled), 0)::BIGINT AS units_cancelled,
    coalesce(sum(quantity) FILTER (WHERE in_parcel AND NOT cancelled), 0)::BIGINT AS units_in_parcels,
    coalesce(sum(quantity_returned) FILTER (WHERE NOT cancelled), 0)::BIGINT AS units_returned,
    count(*) FILTER (WHERE quantity IS NULL AND NOT cancelled) AS lines_without_quantity,
    count(*) FILTER (WHERE in_parcel AND NOT cancelled) AS lines_in_parcels,
    coalesce(max(refund_amount_cents) > 0, FALSE) AS refunded
  FROM told
  GROUP BY order_id
)
SELECT s.order_id, s.units_ordered, s.units_cancelled, s.units_in_parcels,
  greatest(s.units_returned, coalesce(r.units, 0)) AS units_returned,
  s.lines_without_quantity, s.lines_in_parcels,
  coalesce(r.unclear, FALSE) OR (s.refunded AND greatest(s.units_returned, coalesce(r.units, 0)) + s.units_cancelled = 0) AS refund_unclear
FROM summed AS s
LEFT JOIN returned AS r ON r.order_id = s.order_id;

-- Paid lines of regular orders that nothing says are packed. `units_so_far` adds them up a warehouse and SKU in the order in which they must be
-- served: what was packed since the count first (it took from the same stock), then the oldest order. Goods that are made or bought after the
-- order are not owed from stock, and a buyer who asked to cancel is no longer waiting.
CREATE OR REPLACE TEMP TABLE owed AS
WITH unpacked AS (
  SELECT l.order_id, l.warehouse, l.seller_sku, lower(trim(l.warehouse)) AS place, lower(trim(l.seller_sku)) AS item, l.quantity, l.order_status,
    o.created_at, least(l.rts_at, l.shipped_at, l.delivered_at, o.dispatched_at, o.received_at) AS packed_at
  FROM lines AS l
  JOIN orders AS o ON o.order_id = l.order_id
  WHERE NOT l.line_cancelled AND l.quantity > 0 AND l.cancel_or_return IS DISTINCT FROM 'cancel'
    AND NOT o.platform_fulfilled AND o.cancelled_at IS NULL AND o.cancel_requested_at IS NULL
    AND o.order_type NOT IN ('pre_order', 'made_to_order', 'back_order', 'custom')
    AND coalesce(l.order_status, 'to_ship') NOT IN ('unpaid', 'cancelled')
)
-- An export without times still says by the status that the goods have left. What was packed before the first count took from no
-- stock that was counted.
SELECT order_id, min(warehouse) AS warehouse, min(seller_sku) AS seller_sku, place, item, created_at, packed_at, sum(quantity)::BIGINT AS units
FROM unpacked
WHERE packed_at > (SELECT min(taken_at) FROM inventory WHERE taken_at <= {as_of})
  OR (packed_at IS NULL AND coalesce(order_status, 'to_ship') NOT IN ('shipped', 'delivered', 'completed'))
GROUP BY order_id, place, item, created_at, packed_at;

CREATE OR REPLACE TABLE stock_needs AS
WITH counted AS (
  SELECT lower(trim(warehouse)) AS place, lower(trim(seller_sku)) AS item, taken_at, restock_at,
    coalesce(sellable, on_hand - coalesce(reserved, 0)) AS sellable,
    greatest(on_hand, coalesce(sellable, on_hand - coalesce(reserved, 0)) + coalesce(reserved, 0)) AS physical
  FROM inventory
  WHERE taken_at IS NULL OR taken_at <= {as_of}
),
queued AS (
  SELECT w.*, c.sellable, c.physical, c.restock_at, c.taken_at, c.place IS NOT NULL AND c.sellable IS NOT NULL AS is_counted,
    sum(w.units) OVER queue::BIGINT AS units_so_far,
    sum(w.units) OVER (PARTITION BY w.place, w.item)::BIGINT AS units_open
  FROM owed AS w
  LEFT JOIN counted AS c ON c.place = w.place AND c.item = w.item
  WHERE w.packed_at IS NULL OR w.packed_at > c.taken_at
  WINDOW queue AS (PARTITION BY w.place, w.item ORDER BY w.packed_at IS NULL, w.created_at, w.order_id ROWS UNBOUNDED PRECEDING)
)
SELECT order_id, warehouse, seller_sku, units, units_so_far, units_open, is_counted, sellable, physical, restock_at, taken_at
FROM queued
WHERE packed_at IS NULL;

CREATE OR REPLACE TABLE open_orders AS
SELECT order_id, count(*) AS items, count(*) FILTER (WHERE is_counted) AS items_counted FROM stock_needs GROUP BY order_id;
