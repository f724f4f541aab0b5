-- Parcels by their number, verdicts as in rate_stage.sql. A number is valid when it is not of a wrong form for its carrier and the
-- carrier has scanned it often enough; a label is no scan. Where the tracking input does not cover the parcel nobody knows.
SELECT
  /*key_columns*/ p.order_created_at AS first_at, p.order_created_at AS last_at, 1 AS orders, /*falls*/,
  CASE
    WHEN p.waybill_damaged OR NOT j.covered THEN 5
    WHEN p.waybill_check = 'bad' THEN 1
    WHEN j.scans >= {min_scans} THEN 2
    WHEN j.delivered_at IS NULL AND p.given_at + to_days({patience_days}) > {as_of} THEN 3
    ELSE 1
  END AS v_standard, v_standard AS v_holiday, v_standard AS v_extension, v_standard AS v_effective
FROM parcels AS p
JOIN journeys AS j ON j.parcel_id = p.parcel_id
JOIN sla_rate_orders AS o ON o.order_id = p.order_id
/*joins*/
WHERE NOT p.cancelled_before_collection AND p.given_at <= {as_of} /*leaves_out*/
  AND coalesce(p.given_at >= {period_from}, TRUE) AND coalesce(p.given_at <= {period_to}, TRUE)
