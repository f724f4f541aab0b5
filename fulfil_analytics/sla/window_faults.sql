-- The first window of the input that cannot be meant, worded for the person who wrote it.
SELECT source_file, source_line, column_name, fault, remedy
FROM (
  SELECT
    source_file, source_line,
    CASE
      WHEN to_at < from_at THEN 'to'
      WHEN mode = 'holiday' THEN NULL
      WHEN action = 'fixed' AND fixed_at IS NULL THEN 'fixed_at'
      WHEN action = 'fixed' OR (action IS NULL AND fixed_at IS NOT NULL) THEN NULL
      WHEN amount IS NULL THEN 'amount'
      WHEN unit IS NULL THEN 'unit'
    END AS column_name,
    CASE
      WHEN to_at < from_at THEN 'the window ends before it starts'
      WHEN action = 'fixed' THEN 'a fixed deadline without a time'
      ELSE 'the window does not say how much time it gives'
    END AS fault,
    CASE
      WHEN to_at < from_at THEN 'Put to on or after from'
      WHEN action = 'fixed' THEN 'Write fixed_at'
      ELSE 'Write amount and unit (hour, calendar_day, business_day), or fixed_at'
    END AS remedy
  FROM sla_windows
)
WHERE column_name IS NOT NULL
ORDER BY source_file, source_line
LIMIT 1;
