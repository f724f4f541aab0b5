-- The parcels that one reading of valid tracking counts, kinds as in rate_valid_tracking.sql: valid, wrong_number, not_scanned,
-- waiting (its scans may still come), not_covered (no tracking input). Two more are told apart only where a reading asks for them.
INSERT INTO reconcile_steps
WITH known AS (
  SELECT
    *, CASE WHEN coalesce(enough_at <= {known_at}, TRUE) THEN scans >= {min_scans} ELSE FALSE END AS enough,
    coalesce(delivered_at <= {known_at}, FALSE) AS arrived
  FROM reconcile_base
  WHERE len(list_filter(traits, lambda trait: trait IN {left_out})) = 0 AND given_at <= {known_at}
    AND (NOT platform_fulfilled OR 'platform_fulfilled' IN {kinds})
    AND given_at >= {period_from} AND given_at < {period_to} + INTERVAL 1 SECOND
),

told AS (
  SELECT
    *,
    CASE
      WHEN NOT covered THEN 'not_covered'
      WHEN wrong_form AND enough AND 'wrong_number_scanned' IN {kinds} THEN 'wrong_number_scanned'
      WHEN wrong_form THEN 'wrong_number'
      WHEN enough THEN 'valid'
      WHEN NOT arrived AND given_at + to_days({patience_days}) > {known_at} THEN 'waiting'
      WHEN scans > 0 AND 'scanned_too_little' IN {kinds} THEN 'scanned_too_little'
      ELSE 'not_scanned'
    END AS kind
  FROM known
)

SELECT {step}, thing, order_id, kind, kind = 'valid' OR coalesce(kind IN {also_hit}, FALSE)
FROM told
WHERE kind IN {kinds}
