-- The US order export as it comes: one row a SKU line, newest first, 63 columns, times and ids with a TAB behind.
WITH state AS (
  SELECT l.*, l.given IS NOT NULL AND l.given <= getvariable('end_at') AS is_given,
    l.kind = 'by_platform' AS by_platform,
    CASE
      WHEN l.cancelled <= getvariable('end_at') THEN 'cancelled'
      WHEN l.delivered + INTERVAL 7 DAY <= getvariable('end_at') THEN 'completed'
      WHEN l.delivered <= getvariable('end_at') THEN 'delivered'
      WHEN l.shipped <= getvariable('end_at') THEN 'in_transit'
      WHEN l.given <= getvariable('end_at') THEN 'awaiting_collection'
      WHEN l.paid <= getvariable('end_at') THEN 'awaiting_shipment'
      ELSE 'unpaid'
    END AS state
  FROM life l
),
-- every second order had a tenth off
sums AS (
  SELECT i, sum(price_cents * quantity - (price_cents * quantity) // 10 * (i % 2)) AS goods_cents FROM goods GROUP BY i
),
people AS (
  SELECT s.*, p.zip, p.city, p.state_name, h.name AS house_name, t.goods_cents,
    CASE WHEN t.goods_cents >= 3500 THEN 0 ELSE 599 END AS shipping_cents,
    t.goods_cents * 8 // 100 AS tax_cents,
    '5764' || scattered(s.i, 13) || (1 + s.i % 9)::VARCHAR AS order_id,
    '1153' || scattered(s.w, 14) || (1 + s.w % 9)::VARCHAR AS package_id,
    ['Alder', 'Birch', 'Cedar', 'Fern', 'Hazel', 'Ivy', 'Juniper', 'Linden', 'Maple', 'Oakley', 'Rowan', 'Sorrel'][1 + pick(s.c, 'first', 12)] AS first_name,
    ['Demofield', 'Examplar', 'Fictiver', 'Mockford', 'Pretendly', 'Sampleton', 'Specimer', 'Testwell'][1 + pick(s.c, 'last', 8)] AS last_name,
    ['Sample', 'Example', 'Fiction', 'Specimen', 'Demo', 'Pretend'][1 + pick(s.c, 'street', 6)]
      || ' ' || ['St', 'Ave', 'Rd', 'Ln', 'Blvd', 'Ct'][1 + pick(s.c, 'type', 6)] AS street,
    lpad(pick(s.c, 'phone', 100)::VARCHAR, 2, '0') AS phone_end,
    [213, 303, 312, 404, 512, 617, 702, 718][1 + pick(s.c, 'area', 8)] AS area,
    s.by_platform OR s.state IN ('unpaid', 'cancelled') AS hidden
  FROM state s JOIN places p ON p.place = s.place JOIN houses h ON h.house = s.house JOIN sums t ON t.i = s.i
),
shown AS (
  SELECT p.*,
    CASE WHEN p.hidden THEN first_name[1] || '**** ' || last_name[1] || '****' ELSE first_name || ' ' || last_name END AS recipient,
    CASE WHEN p.hidden THEN '(+1)' || area || '-***-01' || phone_end ELSE '(+1)' || area || '-555-01' || phone_end END AS phone,
    CASE WHEN p.hidden THEN '1**** S****' ELSE (100 + c)::VARCHAR || ' ' || street END AS address,
    CASE WHEN p.is_given THEN
      CASE WHEN p.kind = 'damaged_identifier' THEN '9.40014E+21'
           WHEN draw(p.i, 'spelling') < 0.002 THEN lower(p.waybill) ELSE p.waybill END
      ELSE '' END AS waybill_shown
  FROM people p
)
SELECT concat_ws(',',
  order_id || chr(9),
  CASE state WHEN 'unpaid' THEN 'Unpaid' WHEN 'awaiting_shipment' THEN 'To ship' WHEN 'awaiting_collection' THEN 'To ship'
    WHEN 'completed' THEN 'Completed' WHEN 'cancelled' THEN 'Canceled' ELSE 'Shipped' END,
  CASE state WHEN 'unpaid' THEN '' WHEN 'awaiting_shipment' THEN 'Awaiting shipment' WHEN 'awaiting_collection' THEN 'Awaiting collection'
    WHEN 'in_transit' THEN 'In transit' WHEN 'delivered' THEN 'Delivered' WHEN 'completed' THEN 'Completed' ELSE 'Canceled' END,
  CASE state WHEN 'cancelled' THEN 'Cancel' ELSE '' END,
  'Normal', sku_id || chr(9), seller_sku, product_id || chr(9), cell(product_name), variation, '', quantity, 0,
  money(price_cents), money(price_cents * quantity), 0, money((price_cents * quantity) // 10 * (s.i % 2)),
  money(price_cents * quantity - (price_cents * quantity) // 10 * (s.i % 2)),
  money(shipping_cents), money(shipping_cents), 0, 0, 0, 0, 0, money(tax_cents), money(goods_cents + shipping_cents + tax_cents),
  CASE state WHEN 'cancelled' THEN money(goods_cents + shipping_cents + tax_cents) ELSE '' END,
  coalesce(us_time(created), '') || chr(9), coalesce(us_time(paid), '') || chr(9), coalesce(us_time(given), '') || chr(9),
  coalesce(us_time(shipped), '') || chr(9), coalesce(us_time(delivered), '') || chr(9), coalesce(us_time(cancelled), '') || chr(9),
  CASE WHEN state <> 'cancelled' THEN '' WHEN kind = 'unpaid' THEN 'System' WHEN kind = 'changed_mind' THEN 'Buyer' ELSE 'Seller' END,
  CASE WHEN state <> 'cancelled' THEN '' WHEN kind = 'unpaid' THEN 'Customer overdue to pay' WHEN kind = 'changed_mind' THEN 'No longer needed'
    ELSE 'Out of stock' END,
  CASE WHEN by_platform THEN 'Fulfillment by TikTok Shop' ELSE 'Fulfillment by seller' END,
  house_name, waybill_shown, CASE WHEN by_platform THEN '' ELSE 'Shipped by seller' END, 'Standard shipping',
  CASE WHEN is_given THEN carrier ELSE '' END,
  CASE WHEN draw(s.i, 'message') < 0.05 THEN '"Please leave it on the porch, thank you!"' ELSE '' END,
  '', 'buyer.' || c, recipient, phone, 'United States', state_name, city, zip || chr(9), address, '', '', 'Credit/debit card',
  printf('%.3f', weight_g * quantity / 1000.0), category,
  CASE WHEN is_given THEN package_id ELSE '' END || chr(9), '',
  CASE WHEN is_given THEN '"Package 1' || chr(10) || carrier || chr(10) || 'Standard shipping"' ELSE '' END,
  '', '', '') AS line
FROM shown s JOIN goods g ON g.i = s.i
ORDER BY s.created DESC, s.i DESC, g.line
