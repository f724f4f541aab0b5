-- Every table and view of the attached store that tells of which order or parcel its rows are.
SELECT
  table_name,
  bool_or(column_name = 'order_id') AS by_order
FROM information_schema.columns
WHERE table_catalog = {{shop}} AND column_name IN ('order_id', 'parcel_id') AND NOT table_name LIKE 'loaded\_%' ESCAPE '\'
GROUP BY table_name
ORDER BY bool_or(column_name = 'order_id') DESC, table_name
