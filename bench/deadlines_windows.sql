-- A holiday that the platform extends, a granted ticket, and the seller's own holiday mode.
INSERT INTO sla_windows BY NAME
SELECT
  mode, reason, name, {as_of} - to_days(from_days) AS from_at, {as_of} - to_days(to_days) AS to_at, action, amount, unit, TRUE AS opted_in,
  'w.csv' AS source_file, 2 AS source_line
FROM (
  VALUES
    ('extension', 'holiday', 'Holiday', 60, 50, 'add', 2, 'business_day'),
    ('extension', 'ticket', 'Ticket', 40, 38, 'add', 24, 'hour'),
    ('holiday', NULL, 'Closed', 30, 27, NULL, NULL, NULL)
) AS w (mode, reason, name, from_days, to_days, action, amount, unit);
