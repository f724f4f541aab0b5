-- Local days of the period without any order, if those with orders have {busy} or more on average. A day that is not over at as-of
-- is not missing: its orders may still come.
WITH spanned AS (
  SELECT
    coalesce(CAST(sla_local(CAST({period_from} AS TIMESTAMP)) AS DATE), min(day)) AS first_day,
    least(
      coalesce(CAST(sla_local(CAST({period_to} AS TIMESTAMP)) AS DATE), max(day)),
      CAST(sla_local({as_of} + INTERVAL 1 SECOND) AS DATE) - 1
    ) AS last_day,
    avg(orders) AS mean
  FROM sla_rate_days
)

SELECT
  CASE
    WHEN mean >= {busy}
      THEN greatest(
        date_diff('day', first_day, last_day) + 1
        - (SELECT count(*) FROM sla_rate_days WHERE day BETWEEN first_day AND last_day), 0
      )
    ELSE 0
  END
FROM spanned;
