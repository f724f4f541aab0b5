
LEFT JOIN (
  SELECT
    order_id, min(requested_at) FILTER (requested_at <= {as_of}) AS refund_requested_at,
    min(refunded_at) FILTER (refunded_at <= {as_of}) AS refunded_at
  FROM returns
  GROUP BY order_id
) AS refund ON refund.order_id = o.order_id
