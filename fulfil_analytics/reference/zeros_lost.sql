CREATE OR REPLACE TEMP TABLE ${into} AS
WITH wrong AS (
  SELECT s.carrier, s.waybill AS given, starts_with(s.waybill, 'PHONE#') AS hidden,
    CASE WHEN hidden THEN repeat('9', CAST(split_part(s.waybill, '#', 2) AS INTEGER)) ELSE s.waybill END AS digits
  FROM zeros_suspects AS s
  JOIN zeros_checks AS c ON c.carrier = s.carrier AND c.waybill = s.waybill
  WHERE c.outcome = 'bad'
),
padded AS (
  SELECT carrier, given, hidden, repeat('0', zeros) || digits AS waybill, repeat('0', zeros - 1) || '1' || digits AS filled
  FROM wrong, (SELECT unnest([1, 2, 3]) AS zeros)
)
SELECT DISTINCT carrier, given AS waybill
FROM padded
WHERE ${lost};
