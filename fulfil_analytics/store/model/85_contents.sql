-- Of a comma separated list with repetitions, each entry once, sorted.
CREATE OR REPLACE TEMP MACRO fa_each_once(list) AS
  CASE WHEN list IS NOT NULL THEN array_to_string(list_sort(list_distinct(string_split(list, ','))), ', ') END;

-- What the free texts of an order and its labels hold, by kind; one row an order.
CREATE OR REPLACE TABLE order_contents AS
WITH of_lines AS (
  SELECT
    order_id,
    count(coalesce(product_name, product_category)) > 0 AS has_product_text,
    string_agg(nullif(note_content, ''), ',') AS note_content,
    count(note_content) > 0 AS notes_read,
    string_agg(nullif(exposed, ''), ',') AS exposed,
    count(exposed) > 0 AS texts_read,
    coalesce(bool_or(is_gift), FALSE) AS is_gift
  FROM lines
  GROUP BY order_id
),
of_labels AS (
  SELECT
    labels.order_id,
    count(*) AS labels,
    string_agg(nullif(label_content, ''), ',') AS label_content,
    count(label_content) > 0 AS labels_read,
    bool_or(
      coalesce(labels.recipient_key IS NOT NULL AND o.recipient_key IS NOT NULL, FALSE)
      OR coalesce(labels.phone_key IS NOT NULL AND o.phone_key IS NOT NULL, FALSE)
      OR coalesce(labels.address_key IS NOT NULL AND o.address_key IS NOT NULL, FALSE)
      -- of a masked code what stands before the mask is compared
      OR coalesce(regexp_matches(labels.postal_code, '^[^*＊•]{3}') AND regexp_matches(o.postal_code, '^[^*＊•]{3}'), FALSE)
      OR coalesce(labels.state NOT LIKE '%*%' AND o.state NOT LIKE '%*%', FALSE)
    ) AS labels_comparable,
    arg_min(labels.source_file, (labels.source_file, labels.source_line)) FILTER (WHERE label_content <> '') AS label_file,
    arg_min(labels.source_line, (labels.source_file, labels.source_line)) FILTER (WHERE label_content <> '') AS label_line
  FROM labels
  JOIN orders AS o ON o.order_id = labels.order_id
  GROUP BY labels.order_id
),
-- the number as the order has it: what stands on a label may be anything
of_numbers AS (
  SELECT labels.order_id, min(p.waybill) AS label_waybill
  FROM labels
  JOIN parcels AS p ON p.order_id = labels.order_id AND (p.waybill = labels.waybill OR (labels.waybill IS NULL AND NOT p.is_split))
  WHERE labels.label_content <> ''
  GROUP BY labels.order_id
)
SELECT
  l.order_id, l.has_product_text, l.notes_read, fa_each_once(l.note_content) AS note_content, l.texts_read,
  fa_each_once(l.exposed) AS exposed,
  coalesce(b.labels, 0) AS labels, coalesce(b.labels_read, FALSE) AS labels_read, coalesce(b.labels_comparable, FALSE) AS labels_comparable, l.is_gift,
  fa_each_once(b.label_content) AS label_content, n.label_waybill, b.label_file, b.label_line
FROM of_lines AS l
LEFT JOIN of_labels AS b ON b.order_id = l.order_id
LEFT JOIN of_numbers AS n ON n.order_id = l.order_id;

-- Addresses at which at least five people receive: freight forwarders, parcel shops, offices.
CREATE OR REPLACE TABLE shared_addresses AS
SELECT o.address_key, count(DISTINCT o.recipient_key) AS recipients, count(*) AS orders
FROM orders AS o
JOIN (SELECT address_key FROM orders WHERE address_key IS NOT NULL GROUP BY address_key HAVING count(*) >= 5) AS often
  ON often.address_key = o.address_key
GROUP BY o.address_key
HAVING count(DISTINCT o.recipient_key) >= 5;

-- From when to when the tracking input speaks of each carrier.
CREATE OR REPLACE TABLE carrier_periods AS
SELECT carrier, min(event_at) AS first_event_at, max(event_at) AS last_event_at
FROM parcel_events
WHERE carrier IS NOT NULL AND event_at IS NOT NULL
GROUP BY carrier;
