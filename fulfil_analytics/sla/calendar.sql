-- One calendar from two texts: the second at which each local day begins, and whether it is a business day (1) or not (0).
-- A text is read at once, where a list of Python values is read one by one. The last second ends the last day.
INSERT INTO sla_calendar
WITH days AS (
  SELECT
    unnest(range({days} + 1)) AS number, CAST(unnest(string_split({begins}, ',')) AS BIGINT) AS begins,
    unnest(string_split({business}, ',')) = '1' AS is_business
)

SELECT
  {calendar_id}, {calendar}, {zone}, {first_day} + CAST(number AS INTEGER), make_timestamp(begins * 1000000),
  make_timestamp((lead(begins) OVER (ORDER BY number) - 1) * 1000000), is_business,
  sum(CAST(is_business AS BIGINT)) OVER (ORDER BY number)
FROM days
QUALIFY number < {days};
