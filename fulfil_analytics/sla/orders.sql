-- Orders reduced to what their deadlines depend on. Orders that agree in it share a profile: deadlines are worked out once a
-- profile and stage, not once an order. /*facts*/ are the columns and days that this policy asks for.

CREATE OR REPLACE TEMP VIEW sla_facts AS
SELECT
  o.order_id, o.created_at, o.paid_at, o.release_at, o.rts_at, o.shipped_at, o.dispatch_scan_at, o.dispatched_at,
  o.delivery_scan_at, o.delivered_at, o.received_at, o.cancel_requested_at, o.cancelled_at, o.tracking_covered,
  o.platform_fulfilled, o.rts_due_at, o.collection_due_at, o.delivery_due_at, o.auto_cancel_rts_at,
  o.auto_cancel_collection_at,
  -- Cash on delivery and samples have no payment time; an export without that column has none either. Whatever was
  -- readied, shipped or delivered had been confirmed.
  coalesce(o.rts_at, o.shipped_at, o.dispatched_at, o.received_at) IS NULL
    AND (
      o.order_status IS NOT DISTINCT FROM 'unpaid'
      OR (
        o.order_status IS NOT DISTINCT FROM 'cancelled' AND o.paid_at IS NULL AND NOT o.is_cod AND NOT o.is_sample
        AND (SELECT count(paid_at) > 0 FROM orders)
      )
    ) AS unpaid,
  /*facts*/
FROM orders AS o
/*segments*/;

CREATE OR REPLACE TEMP TABLE sla_profiles AS
SELECT CAST(row_number() OVER () AS INTEGER) AS profile_id, *, /*blanks*/
FROM (SELECT DISTINCT /*names*/ FROM sla_facts);

CREATE OR REPLACE TEMP TABLE sla_orders AS
SELECT f.* EXCLUDE (/*names*/), p.profile_id
FROM sla_facts AS f
JOIN sla_profiles AS p ON /*agree*/;
