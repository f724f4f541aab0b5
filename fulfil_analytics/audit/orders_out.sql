SELECT
  {{facts}},
  coalesce(f.findings, 0) AS findings,
  coalesce(f.upheld, 0) AS findings_upheld,
  coalesce(f.excused, 0) AS findings_excused,
  f.worst_severity,
  coalesce(r.risk, 'none') AS risk,
  r.reason AS risk_reason,
  list_filter([
    CASE WHEN orders.platform_fulfilled THEN 'platform_fulfilled' END,
    CASE WHEN orders.is_combined THEN 'combined' END,
    CASE WHEN orders.is_split THEN 'split' END,
    CASE WHEN orders.is_rebilled THEN 'rebilled' END,
    CASE WHEN orders.is_replacement THEN 'replacement' END,
    CASE WHEN orders.is_exchange THEN 'exchange' END,
    CASE WHEN orders.is_sample THEN 'sample' END,
    CASE WHEN orders.pickup_point THEN 'pickup_point' END,
    CASE WHEN orders.cancelled_before_collection THEN 'cancelled_before_collection' END
  ], lambda excuse: excuse IS NOT NULL) AS excuses
FROM orders
LEFT JOIN (
  SELECT order_id, count(*) AS findings,
    count(*) FILTER (verdict = 'upheld') AS upheld,
    count(*) FILTER (verdict = 'excused') AS excused,
    arg_min(severity, CASE severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 WHEN 'low' THEN 3 ELSE 4 END)
      AS worst_severity
  FROM findings
  GROUP BY order_id
) AS f ON f.order_id = orders.order_id
LEFT JOIN risk_of_order AS r ON r.order_id = orders.order_id
ORDER BY orders.order_id
