-- The clocks of all lines that agree in start, stop and exceptions. The marks stand for columns of `orders` and for
-- conditions over them.
INSERT INTO deadline_clocks
SELECT
  o.order_id, c.stage, c.case_id,
  /*start*/ AS clock_start,
  coalesce(/*stop*/, /*proof*/) AS stopped_at,
  /*stop*/ IS NULL AND /*proof*/ IS NOT NULL AS proven_only,
  /*cancelled*/ AS cancelled_at,
  /*platform_due*/ AS platform_due_at,
  CASE
    WHEN o.platform_fulfilled AND NOT {platform_too} THEN 'platform_fulfilled'
    WHEN o.unpaid AND NOT {unpaid_too} THEN 'unpaid'
    WHEN /*moot*/ < /*start*/ THEN 'nothing_left_to_do'
  END AS blocked,
  CASE
    WHEN {stop_event} = 'dispatched_at' THEN CASE WHEN o.tracking_covered THEN 'dispatch_scan_at' ELSE 'shipped_at' END
    WHEN {stop_event} = 'received_at'
      THEN CASE WHEN o.delivery_scan_at IS NULL THEN 'delivered_at' ELSE 'delivery_scan_at' END
    ELSE {stop_event}
  END AS stop_event
FROM sla_orders AS o
JOIN sla_profile_cases AS c ON c.profile_id = o.profile_id AND c.signature_id = {signature_id}
WHERE /*start*/ IS NOT NULL OR NOT {only_when_started};
