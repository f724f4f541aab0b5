-- Of each order in more than one file, the newest export wins as a whole. Ties go to the larger hash, so that the order of
-- loading decides nothing. Of what `{{orders}}` and `{{events}}` name everything is recomputed from scratch (all rows, or those
-- of the orders and numbers that new files tell of): loading file by file ends where loading at once does.
UPDATE loaded_order_lines AS l SET is_current = TRUE WHERE NOT l.is_current AND {{orders}};
UPDATE loaded_tracking_events AS e SET is_current = TRUE WHERE NOT e.is_current AND {{events}};

CREATE OR REPLACE TEMP TABLE winners AS
WITH files AS (
  SELECT DISTINCT l.order_id, l.source_file FROM loaded_order_lines AS l WHERE {{orders}}
),
shared AS (
  SELECT order_id FROM files GROUP BY order_id HAVING count(*) > 1
)
SELECT
  files.order_id,
  arg_max(files.source_file, (source_files.exported_at, source_files.sha256)) AS source_file
FROM files
JOIN shared ON shared.order_id = files.order_id
JOIN source_files ON source_files.source_file = files.source_file
GROUP BY files.order_id;

UPDATE loaded_order_lines AS l
SET is_current = FALSE
FROM winners AS w
WHERE w.order_id = l.order_id AND w.source_file <> l.source_file;

-- A row that stands twice in the winning file is one line; an API line number tells units apart. Only rows that share a print
-- with another are put next to one another: most share none, and whole rows take much memory. SKU numbers that a spreadsheet has
-- damaged are alike where the products are not: the product's name tells them apart.
CREATE OR REPLACE TEMP MACRO fa_line_print(source_file, order_id, sku_id, seller_sku, waybill) AS
  hash(source_file, order_id, sku_id, seller_sku, waybill);
UPDATE loaded_order_lines AS l
SET is_current = FALSE
FROM (
  SELECT source_file, order_id, line_id, sku_id, seller_sku, product_name, variation, package_id, waybill, quantity, line_total_cents, order_status,
    min(source_line) AS first_line
  FROM loaded_order_lines AS l
  WHERE l.is_current AND {{orders}} AND fa_line_print(source_file, order_id, sku_id, seller_sku, waybill) IN (
    SELECT fa_line_print(source_file, order_id, sku_id, seller_sku, waybill) AS print
    FROM loaded_order_lines AS l
    WHERE l.is_current AND {{orders}}
    GROUP BY print
    HAVING count(*) > 1
  )
  GROUP BY ALL
  HAVING count(*) > 1
) AS d
WHERE l.is_current AND l.source_file = d.source_file AND l.order_id = d.order_id AND l.source_line <> d.first_line
  AND l.line_id IS NOT DISTINCT FROM d.line_id AND l.sku_id IS NOT DISTINCT FROM d.sku_id
  AND l.seller_sku IS NOT DISTINCT FROM d.seller_sku AND l.product_name IS NOT DISTINCT FROM d.product_name
  AND l.variation IS NOT DISTINCT FROM d.variation
  AND l.package_id IS NOT DISTINCT FROM d.package_id AND l.waybill IS NOT DISTINCT FROM d.waybill
  AND l.quantity IS NOT DISTINCT FROM d.quantity AND l.line_total_cents IS NOT DISTINCT FROM d.line_total_cents
  AND l.order_status IS NOT DISTINCT FROM d.order_status;

-- An event that several files tell is one event.
CREATE OR REPLACE TEMP MACRO fa_event_print(waybill, order_id, event_at, status) AS
  hash(waybill, order_id, event_at, status);
CREATE OR REPLACE TEMP TABLE repeated_events AS
SELECT waybill, order_id, carrier_as_given, event_at, status, city, state, postal_code, country, weight_g,
  min((source_file, source_line)) AS kept
FROM loaded_tracking_events AS e
WHERE {{events}} AND fa_event_print(waybill, order_id, event_at, status) IN (
  SELECT fa_event_print(waybill, order_id, event_at, status) AS print
  FROM loaded_tracking_events AS e
  WHERE {{events}}
  GROUP BY print
  HAVING count(*) > 1
)
GROUP BY ALL
HAVING count(*) > 1;

UPDATE loaded_tracking_events AS e
SET is_current = FALSE
FROM repeated_events AS r
WHERE (e.source_file, e.source_line) <> r.kept AND e.status = r.status
  AND e.waybill IS NOT DISTINCT FROM r.waybill AND e.order_id IS NOT DISTINCT FROM r.order_id
  AND e.carrier_as_given IS NOT DISTINCT FROM r.carrier_as_given AND e.event_at IS NOT DISTINCT FROM r.event_at
  AND e.city IS NOT DISTINCT FROM r.city AND e.state IS NOT DISTINCT FROM r.state
  AND e.postal_code IS NOT DISTINCT FROM r.postal_code AND e.country IS NOT DISTINCT FROM r.country
  AND e.weight_g IS NOT DISTINCT FROM r.weight_g
