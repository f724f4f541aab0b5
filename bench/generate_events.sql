-- The tracking template, one row an event; one carrier tells its local time with the offset, the others UTC.
SELECT concat_ws(',',
  e.waybill, e.true_carrier,
  CASE WHEN e.true_carrier = 'USPS'
    THEN strftime(to_wall(e.at), '%Y-%m-%dT%H:%M:%S') || CASE WHEN e.at < TIMESTAMP '2026-11-01 09:00:00' THEN '-07:00' ELSE '-08:00' END
    ELSE strftime(e.at, '%Y-%m-%dT%H:%M:%SZ') END,
  e.status,
  CASE e.status WHEN 'label_created' THEN '"Shipping label created, awaiting item"' WHEN 'picked_up' THEN 'Picked up'
    WHEN 'departed' THEN 'Departed facility' WHEN 'arrived' THEN 'Arrived at facility' WHEN 'in_transit' THEN 'Processed at facility'
    WHEN 'out_for_delivery' THEN 'Out for delivery' ELSE 'Delivered' END,
  '', CASE WHEN p.place IS NULL THEN '' WHEN e.true_carrier = 'USPS' THEN upper(p.city) ELSE p.city END,
  coalesce(p.state, ''),
  CASE WHEN e.status IN ('picked_up', 'out_for_delivery', 'delivered') THEN p.zip ELSE '' END,
  CASE WHEN p.place IS NULL THEN '' ELSE 'US' END,
  coalesce(e.weight::VARCHAR, '')) AS line
FROM events e LEFT JOIN places p ON p.place = e.place
ORDER BY e.i, e.at, e.nth
