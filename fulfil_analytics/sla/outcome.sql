-- How a stage came out. A deadline's last second belongs to it; what is merely proven to have happened by some later time
-- can be on time, never late.
CASE
  WHEN /*due*/ IS NULL THEN 'uncounted'
  WHEN cancelled_at < /*due*/ + INTERVAL 1 SECOND AND coalesce(stopped_at > cancelled_at, TRUE) THEN 'cancelled'
  WHEN stopped_at < /*due*/ + INTERVAL 1 SECOND THEN 'on_time'
  WHEN stopped_at IS NOT NULL AND proven_only THEN 'unproven'
  WHEN stopped_at IS NOT NULL OR cancelled_at IS NOT NULL THEN 'late'
  WHEN {as_of} < /*due*/ + INTERVAL 1 SECOND THEN 'open'
  ELSE 'overdue'
END
