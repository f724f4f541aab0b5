-- Orders by their cancellation; the verdict, by the numbers of rate_stage.sql and 6 (cannot be known, and counted), is the same
-- under every mode. What has not left yet can still be cancelled.
SELECT
  /*key_columns*/ o.created_at AS first_at, o.created_at AS last_at, /*weight*/ AS orders, /*falls*/,
  CASE
    WHEN o.cancelled AND o.cancel_reason IN {never} THEN 1
    -- the buyer asked, whatever reason the one who answered chose
    WHEN o.cancel_requested_at <= o.cancelled_at AND 'buyer_request' IN {never} THEN 1
    WHEN o.cancelled AND (o.cancelled_by IN {parties} OR (o.cancel_reason IN {reasons} AND o.cancelled_by IS DISTINCT FROM 'buyer'))
      THEN 2
    WHEN o.cancelled AND o.cancel_reason IS NULL AND coalesce(o.cancelled_by NOT IN ('buyer', 'seller'), TRUE) THEN 6
    WHEN o.cancelled OR o.gone THEN 1
    ELSE 4
  END AS v_standard, v_standard AS v_holiday, v_standard AS v_extension, v_standard AS v_effective
FROM sla_rate_orders AS o
/*confirmed*/
/*joins*/
/*weights*/
WHERE coalesce(o.created_at >= {period_from}, TRUE) AND coalesce(o.created_at <= {period_to}, TRUE) /*leaves_out*/
