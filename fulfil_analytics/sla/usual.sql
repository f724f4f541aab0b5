-- The usual number of orders a day over the last 28 days: on average, and on the busiest day.
SELECT sum(orders) / 28 AS average_28, max(orders) AS highest_28
FROM (
  SELECT CAST(sla_local(created_at) AS DATE) AS day, count(*) AS orders
  FROM orders
  WHERE created_at > {as_of} - INTERVAL 28 DAY AND created_at <= {as_of}
  GROUP BY day
);
