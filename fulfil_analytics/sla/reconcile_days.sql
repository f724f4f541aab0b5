-- Local days over at as-of without a single order, and how many orders a day of the four weeks around has on average.
WITH days AS (
  SELECT CAST(timezone({zone}, timezone('UTC', created_at)) AS DATE) AS day, count(*) AS orders
  FROM orders
  GROUP BY day
),

around AS (
  SELECT avg(orders) AS mean FROM days WHERE day BETWEEN {first_day} - 14 AND {last_day} + 14
)

SELECT CAST(c.day AS DATE) AS day, (SELECT mean FROM around) AS mean
FROM unnest(generate_series(CAST({first_day} AS TIMESTAMP), CAST({last_day} AS TIMESTAMP), INTERVAL 1 DAY)) AS c (day)
WHERE CAST(c.day AS DATE) NOT IN (SELECT day FROM days)
  AND CAST(c.day AS DATE) < CAST(timezone({zone}, timezone('UTC', {as_of} + INTERVAL 1 SECOND)) AS DATE)
ORDER BY day
