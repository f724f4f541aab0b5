-- Orders reduced to what their deadlines depend on. Orders that agree in it share a profile: deadlines are worked out once a
-- profile and stage, not once an order. /*facts*/ are the columns and days that this policy asks for, /*times*/ the times that
-- start or stop one of its clocks.

CREATE OR REPLACE TEMP VIEW sla_facts AS
SELECT
  o.rowid AS order_no, o.order_id, /*times*/,
  -- how far it is by its status alone: 1 ready, 2 with the carrier, 3 arrived
  CASE
    WHEN o.order_status IN ('delivered', 'completed') OR o.order_substatus IN ('delivered', 'completed') THEN 3
    WHEN o.order_status = 'shipped' OR o.order_substatus = 'shipped' THEN 2
    WHEN o.order_status = 'awaiting_collection' OR o.order_substatus = 'awaiting_collection' THEN 1
    ELSE 0
  END::TINYINT AS reached,
  o.tracking_covered, o.delivery_scan_at IS NOT NULL AS delivery_scanned, o.platform_fulfilled,
  -- Cash on delivery and samples have no payment time; an export without that column has none either. Whatever was
  -- readied, shipped or delivered had been confirmed.
  coalesce(o.rts_at, o.shipped_at, o.dispatched_at, o.received_at) IS NULL
    AND (
      o.order_status IS NOT DISTINCT FROM 'unpaid'
      OR (
        o.order_status IS NOT DISTINCT FROM 'cancelled' AND o.paid_at IS NULL AND NOT o.is_cod AND NOT o.is_sample
        AND {paid_known}
      )
    ) AS unpaid,
  /*facts*/
FROM orders AS o
/*joins*/;
