CASE
  WHEN due_/*mode*/ = 'elsewhere' THEN NULL
  WHEN due_/*mode*/ = 'ahead' THEN CASE WHEN outcome_/*mode*/ = 'open' THEN 3 END
  WHEN {among} = 'stopped' AND NOT has_stopped THEN CASE WHEN outcome_/*mode*/ IN ('open', 'overdue') THEN 3 END
  WHEN outcome_/*mode*/ = 'on_time' THEN {on_time}
  WHEN outcome_/*mode*/ IN ('late', 'overdue') THEN {late}
  WHEN outcome_/*mode*/ = 'open' THEN {open}
  WHEN outcome_/*mode*/ = 'unproven' THEN 5
  WHEN outcome_/*mode*/ = 'uncounted' AND NOT coalesce(
    not_counted IN ('platform_fulfilled', 'unpaid', 'nothing_left_to_do', 'no_policy_line', 'no_published_deadline'), FALSE
  ) THEN 5
  WHEN {among} = 'judged' THEN NULL
  WHEN not_counted IN ('no_policy_line', 'no_published_deadline') AND outcome_/*mode*/ = 'uncounted' THEN 5
  ELSE 1
END
