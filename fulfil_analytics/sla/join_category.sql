
LEFT JOIN (
  SELECT order_id, min(CASE product_category /*places*/ END) AS place FROM order_lines GROUP BY order_id
) AS category ON category.order_id = o.order_id
