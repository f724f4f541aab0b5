CREATE OR REPLACE TEMP TABLE ${into} AS
WITH pairs AS (
  SELECT DISTINCT carrier, waybill FROM ${source} WHERE waybill IS NOT NULL
),
judged AS (
  SELECT carrier, waybill, ${verdict} AS number FROM pairs
)
SELECT judged.carrier, judged.waybill, verdicts.outcome, verdicts.reason, CAST(verdicts.format AS VARCHAR) AS format
FROM judged
JOIN (VALUES ${verdicts}) AS verdicts (number, outcome, reason, format) USING (number);
