-- Orders with their cancellation, whose fault it was, and the traits that metrics leave out.
CREATE OR REPLACE TEMP TABLE reconcile_base AS
SELECT
  o.order_id, 'effective' AS mode, o.created_at, CAST(NULL AS TIMESTAMP) AS due_at, o.cancelled_at AS stopped_at, o.cancelled_at,
  CASE
    WHEN o.cancelled_at IS NULL THEN 'kept'
    WHEN o.cancel_reason IN {never} THEN 'not_at_fault'
    WHEN o.cancel_requested_at <= o.cancelled_at AND 'buyer_request' IN {never} THEN 'not_at_fault'
    WHEN o.cancelled_by IN {parties} OR (o.cancel_reason IN {reasons} AND o.cancelled_by IS DISTINCT FROM 'buyer') THEN 'at_fault'
    WHEN o.cancel_reason IS NULL AND coalesce(o.cancelled_by NOT IN ('buyer', 'seller'), TRUE) THEN 'reason_unknown'
    ELSE 'not_at_fault'
  END AS outcome,
  d.unpaid, o.platform_fulfilled, t.traits
FROM orders AS o
JOIN deadline_orders AS d ON d.order_id = o.order_id
JOIN reconcile_traits AS t ON t.order_id = o.order_id;
