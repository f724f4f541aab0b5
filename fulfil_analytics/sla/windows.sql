-- The windows that are in force, and the segments into which their ends cut time: the windows of an order depend on its
-- segment and its selectors only. A notice for orders of another time is left out.

CREATE OR REPLACE TEMP TABLE sla_windows_all AS
SELECT row_number() OVER (ORDER BY origin, from_at, to_at, name, mode, action, amount, unit, fixed_at, stages) AS window_id, *
FROM (
  SELECT 0 AS origin, * FROM sla_policy_windows
  WHERE in_force
  UNION ALL
  SELECT
    1, name, mode, reason, from_at, to_at, CASE WHEN stage IS NULL THEN ['rts', 'dispatch'] ELSE [stage] END, market,
    warehouse, handover, NULL, NULL, coalesce(action, CASE WHEN fixed_at IS NULL THEN 'add' ELSE 'fixed' END), amount, unit,
    fixed_at, min(reference), TRUE
  FROM sla_windows
  WHERE CASE WHEN mode = 'holiday' THEN {buffer} ELSE coalesce(opted_in, FALSE) OR coalesce(automatic, FALSE) END
  GROUP BY ALL
)
WHERE mode = 'holiday' OR (from_at <= {last_order} AND to_at + INTERVAL 1 SECOND > {first_order});

-- a window's last second counts to its end
CREATE OR REPLACE TEMP TABLE sla_segments AS
SELECT row_number() OVER (ORDER BY begins_at) AS segment_id, begins_at
FROM (
  SELECT from_at AS begins_at FROM sla_windows_all
  UNION
  SELECT to_at + INTERVAL 1 SECOND FROM sla_windows_all
);
