-- Local days of the period without any order, if those with orders have {busy} or more on average.
SELECT
  CASE
    WHEN avg(orders) >= {busy}
      THEN date_diff(
        'day', coalesce(CAST(sla_local(CAST({period_from} AS TIMESTAMP)) AS DATE), min(day)), coalesce(CAST(sla_local(CAST({period_to} AS TIMESTAMP)) AS DATE), max(day))
      ) + 1 - count(*) FILTER (
        coalesce(day >= CAST(sla_local(CAST({period_from} AS TIMESTAMP)) AS DATE), TRUE) AND coalesce(day <= CAST(sla_local(CAST({period_to} AS TIMESTAMP)) AS DATE), TRUE)
      )
    ELSE 0
  END
FROM sla_rate_days;
