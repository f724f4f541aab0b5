-- What a parcel should weigh, for each order. Parcels of a split order are added up, and orders in one parcel too: lines say
-- what was ordered, not surely in which box it lies. Orders of different people under one number have no weight of their own.
CREATE OR REPLACE TEMP TABLE weighing AS
WITH numbers AS (
  SELECT carrier_key, waybill, count(*) AS orders_on, count(c.parcel_id) AS combined
  FROM parcel_base AS b
  LEFT JOIN combined_parcels AS c ON c.parcel_id = b.parcel_id
  WHERE NOT b.waybill_damaged AND NOT b.waybill_is_phone
  GROUP BY carrier_key, waybill
  HAVING count(*) > 1
),
of_order AS (
  SELECT
    b.order_id,
    count(*) AS parcels,
    count(j.weight_g) AS weighed,
    sum(j.weight_g)::BIGINT AS weighed_g,
    max(coalesce(n.orders_on, 1)) AS orders_together,
    bool_or(n.orders_on > 1 AND n.combined < n.orders_on) AS shared,
    min(b.waybill) AS waybill,
    min(p.waybill) AS shown_waybill,
    min(b.carrier_key) AS carrier_key,
    min(b.carrier) AS carrier
  FROM parcel_base AS b
  JOIN parcels AS p ON p.parcel_id = b.parcel_id
  JOIN journeys AS j ON j.parcel_id = b.parcel_id
  LEFT JOIN numbers AS n ON n.waybill = b.waybill AND n.carrier_key IS NOT DISTINCT FROM b.carrier_key AND NOT b.waybill_damaged
  WHERE NOT b.cancelled
  GROUP BY b.order_id
)
SELECT
  *,
  -- all orders of a combined parcel are one load; an order with parcels of its own is one by itself
  CASE WHEN orders_together > 1 AND parcels = 1 THEN coalesce(carrier_key, '') || ' ' || waybill ELSE order_id END AS load,
  CASE
    WHEN weighed = 0 THEN 'not_weighed'
    WHEN weighed < parcels THEN 'part_not_weighed'
    WHEN shared THEN 'number_of_several_people'
    WHEN orders_together > 1 AND parcels > 1 THEN 'split_and_combined'
  END AS why_not
FROM of_order;

CREATE OR REPLACE TEMP TABLE load_items AS
SELECT
  w.load,
  coalesce(l.shop, '') AS shop,
  coalesce(l.seller_sku, l.sku_id) AS sku,
  l.seller_sku,
  sum(l.quantity)::BIGINT AS units,
  count(*) - count(l.quantity) AS lines_without_quantity,
  count(*) AS lines,
  sum(l.weight_g)::BIGINT AS line_weights_g,
  max(l.weight_g) AS greatest_line_g,
  count(*) - count(nullif(l.weight_g, 0)) AS lines_without_weight,
  sum(l.weight_g * l.quantity)::BIGINT AS weights_by_unit_g
FROM weighing AS w
JOIN lines AS l ON l.order_id = w.order_id AND NOT l.line_cancelled
WHERE w.why_not IS NULL
GROUP BY ALL;

-- What one packed unit weighs, learned from the seller's own parcels that hold one SKU alone: the median of at least ten, and
-- three median deviations around it. Empty parcels move neither unless they are the rule.
CREATE OR REPLACE TEMP TABLE unweighed_skus AS
SELECT DISTINCT i.sku
FROM load_items AS i
WHERE i.lines_without_weight > 0 AND NOT EXISTS (SELECT 1 FROM products AS p WHERE p.seller_sku = i.seller_sku AND p.weight_g > 0);

CREATE OR REPLACE TEMP TABLE weighed_units AS
WITH alone AS (
  SELECT i.load, any_value(i.shop) AS shop, any_value(i.sku) AS sku, any_value(i.units) AS units
  FROM load_items AS i
  GROUP BY i.load
  HAVING count(*) = 1 AND any_value(i.lines_without_quantity) = 0 AND any_value(i.units) > 0 AND any_value(i.sku) IS NOT NULL
)
SELECT alone.shop, alone.sku, any_value(w.weighed_g) / any_value(alone.units) AS unit_g
FROM alone
JOIN unweighed_skus AS unknown ON unknown.sku = alone.sku
JOIN weighing AS w ON w.load = alone.load
WHERE w.weighed_g > 0
GROUP BY alone.load, alone.shop, alone.sku;

CREATE OR REPLACE TEMP TABLE learned_weights AS
WITH middle AS (
  SELECT shop, sku, median(unit_g) AS unit_g, mad(unit_g) AS deviation_g, count(*) AS parcels
  FROM weighed_units
  GROUP BY shop, sku
  HAVING count(*) >= 10
)
SELECT shop, sku, round(unit_g)::BIGINT AS unit_g, greatest(floor(unit_g - 3 * 1.4826 * deviation_g), 1)::BIGINT AS least_g,
  ceil(unit_g + 3 * 1.4826 * deviation_g)::BIGINT AS most_g, parcels
FROM middle;

-- The catalogue counts before the export, the export before what was learned. The export's weight may be of the unit, the line or
-- the order, nobody says which: the least and the greatest reading are kept.
CREATE OR REPLACE TEMP TABLE item_weights AS
SELECT
  i.load, i.sku, i.units,
  CASE
    WHEN i.lines_without_quantity > 0 THEN NULL
    WHEN p.weight_g > 0 THEN 'catalogue'
    WHEN i.lines_without_weight = 0 THEN 'export'
    WHEN u.unit_g IS NOT NULL THEN 'learned'
  END AS basis,
  CASE basis WHEN 'catalogue' THEN p.weight_g WHEN 'export' THEN i.line_weights_g // i.units WHEN 'learned' THEN u.unit_g END AS unit_g,
  CASE basis WHEN 'catalogue' THEN p.weight_g * i.units WHEN 'export' THEN i.greatest_line_g WHEN 'learned' THEN u.least_g * i.units END
    AS least_g,
  CASE basis WHEN 'catalogue' THEN p.weight_g * i.units WHEN 'export' THEN i.weights_by_unit_g WHEN 'learned' THEN u.most_g * i.units END
    AS most_g,
  i.greatest_line_g
FROM load_items AS i
LEFT JOIN products AS p ON p.seller_sku = i.seller_sku
LEFT JOIN learned_weights AS u ON u.shop = i.shop AND u.sku = i.sku
WHERE i.units > 0 OR i.lines_without_quantity > 0;

CREATE OR REPLACE TEMP TABLE loads AS
SELECT
  load,
  count(*) = count(basis) AS known,
  CASE
    WHEN bool_and(basis = 'catalogue') THEN 'catalogue'
    WHEN bool_and(basis = 'export') THEN 'export'
    WHEN bool_and(basis = 'learned') THEN 'learned'
    ELSE 'mixed'
  END AS basis,
  sum(unit_g * units)::BIGINT AS expected_g,
  -- an export's weight may be that of the whole order, repeated on each line
  (CASE WHEN bool_and(basis = 'export') THEN max(greatest_line_g) ELSE sum(least_g) END)::BIGINT AS least_expected_g,
  sum(most_g)::BIGINT AS most_expected_g,
  sum(units)::BIGINT AS units,
  count(*) AS skus
FROM item_weights
GROUP BY load;

-- Which SKU, left out in which number, explains a parcel that is a tenth too light or more best.
CREATE OR REPLACE TEMP TABLE missing_units AS
WITH light AS (
  SELECT DISTINCT l.load, l.expected_g, w.weighed_g
  FROM loads AS l
  JOIN weighing AS w ON w.load = l.load
  WHERE l.known AND w.weighed_g * 10 < l.expected_g * 9
)
SELECT i.load, i.sku, greatest(least(round((l.expected_g - l.weighed_g) / i.unit_g)::BIGINT, i.units), 1) AS missing,
  abs(l.expected_g - missing * i.unit_g - l.weighed_g)::BIGINT AS off_g
FROM light AS l
JOIN item_weights AS i ON i.load = l.load
WHERE i.unit_g > 0
QUALIFY row_number() OVER (PARTITION BY i.load ORDER BY off_g, i.sku, missing) = 1;

CREATE OR REPLACE TABLE order_weights AS
SELECT
  w.order_id, w.parcels, w.orders_together,
  CASE WHEN w.parcels = 1 THEN w.shown_waybill END AS waybill,
  CASE WHEN w.parcels = 1 THEN w.carrier END AS carrier,
  w.weighed_g,
  -- a carrier that weighs in whole or half kilograms or in pounds has rounded up
  CASE
    WHEN w.weighed_g % 1000 = 0 THEN w.weighed_g - 999
    WHEN w.weighed_g % 500 = 0 THEN w.weighed_g - 499
    WHEN abs(w.weighed_g - round(w.weighed_g / 453.59237) * 453.59237) < 1 THEN w.weighed_g - 453
    ELSE w.weighed_g
  END::BIGINT AS least_weighed_g,
  l.expected_g, l.least_expected_g, l.most_expected_g, l.basis, l.units, l.skus,
  m.sku AS missing_sku, m.missing AS missing_units, m.off_g AS missing_off_g,
  coalesce(w.why_not, CASE WHEN l.known THEN NULL ELSE 'no_item_weight' END) AS why_not
FROM weighing AS w
LEFT JOIN loads AS l ON l.load = w.load
LEFT JOIN missing_units AS m ON m.load = w.load;
