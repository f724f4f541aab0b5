-- Whether a line that is not cancelled has neither a weight of its own nor one in the catalogue.
SELECT EXISTS (
  SELECT 1
  FROM order_lines AS l
  WHERE (l.weight_g IS NULL OR l.weight_g = 0)
    AND NOT EXISTS (SELECT 1 FROM products AS p WHERE p.seller_sku = l.seller_sku AND p.weight_g > 0)
)
