-- How a stage came out. A deadline's last second belongs to it (/*end*/ is the next one); what is merely proven to have happened
-- by some later time can be on time, never late.
CASE
  WHEN /*end*/ IS NULL THEN 'uncounted'
  WHEN cancelled_at < /*end*/ AND coalesce(stopped_at > cancelled_at, TRUE) THEN 'cancelled'
  WHEN stopped_at < /*end*/ THEN 'on_time'
  WHEN stopped_at IS NOT NULL AND proven_only THEN 'unproven'
  WHEN stopped_at IS NOT NULL OR cancelled_at IS NOT NULL THEN 'late'
  WHEN {as_of} < /*end*/ THEN 'open'
  ELSE 'overdue'
END
