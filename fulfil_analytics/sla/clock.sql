-- The clocks of every order, read from its times: which columns start and stop a clock, its line says by number. Kept as a
-- view: the times are stored once an order, not once a stage.
CREATE OR REPLACE VIEW deadline_clocks AS
WITH read AS (
  SELECT
    o.order_no, o.order_id, c.stage, c.case_id, o.tracking_covered, o.delivery_scanned, c.start_event, c.only_when_started,
    coalesce(/*stopper*/, c.stop_event) AS stop_event,
    /*start*/ AS clock_start, /*stop*/ AS stop_at, /*proof*/ AS proof_at, /*moot*/ AS moot_at,
    coalesce(/*untimed*/, FALSE) AS said_to_have_stopped,
    CASE WHEN NOT c.stopped_by_cancelling THEN o.cancelled_at END AS cancelled_at,
    /*platform_due*/ AS platform_due_at,
    o.platform_fulfilled AND NOT c.platform_too AS by_platform, o.unpaid AND NOT c.unpaid_too AS not_paid
  FROM deadline_orders AS o
  JOIN deadline_lines AS c ON c.profile_id = o.profile_id
)

SELECT
  order_no, order_id, stage, case_id, start_event, clock_start,
  coalesce(stop_at, proof_at) AS stopped_at,
  stop_at IS NULL AND proof_at IS NOT NULL AS proven_only,
  stop_at IS NULL AND proof_at IS NULL AND said_to_have_stopped AS untimed,
  cancelled_at, platform_due_at,
  CASE
    WHEN by_platform THEN 1
    WHEN not_paid THEN 2
    WHEN moot_at < clock_start THEN 3
  END AS blocked,
  CASE stop_event
    WHEN 'dispatched_at' THEN CASE WHEN tracking_covered THEN 'dispatch_scan_at' ELSE 'shipped_at' END
    WHEN 'received_at' THEN CASE WHEN delivery_scanned THEN 'delivery_scan_at' ELSE 'delivered_at' END
    ELSE stop_event
  END AS stop_event
FROM read
WHERE clock_start IS NOT NULL OR NOT only_when_started;
