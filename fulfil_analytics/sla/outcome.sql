-- How a stage came out: 1 on time, 2 late, 3 open, 4 overdue, 5 without a deadline, 6 cancelled in time, 7 stop time unknown. A
-- deadline's last second belongs to it (/*end*/ is the next one); what is merely proven to have happened by some later time can
-- be on time, never late, and what has happened by the order's status, at a time that no input tells, is neither.
CASE
  WHEN /*end*/ IS NULL THEN 5
  WHEN cancelled_at < /*end*/ AND coalesce(stopped_at > cancelled_at, TRUE) THEN 6
  WHEN stopped_at < /*end*/ THEN 1
  WHEN stopped_at IS NOT NULL AND proven_only THEN 7
  WHEN stopped_at IS NOT NULL OR cancelled_at IS NOT NULL THEN 2
  WHEN untimed THEN 7
  WHEN {as_of} < /*end*/ THEN 3
  ELSE 4
END
