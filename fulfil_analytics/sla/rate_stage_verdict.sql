CASE
  WHEN due_/*mode*/ = 'elsewhere' THEN NULL
  WHEN due_/*mode*/ = 'ahead' THEN CASE WHEN code_/*mode*/ = 3 THEN 3 END
  WHEN {among} = 'stopped' AND NOT has_stopped THEN CASE WHEN code_/*mode*/ IN (3, 4) THEN 3 END
  WHEN code_/*mode*/ = 1 THEN {on_time}
  WHEN code_/*mode*/ IN (2, 4) THEN {late}
  WHEN code_/*mode*/ = 3 THEN {open}
  WHEN code_/*mode*/ = 7 THEN 5
  WHEN code_/*mode*/ = 5 AND coalesce(kind, 5) = 5 THEN 5
  WHEN {among} = 'judged' THEN NULL
  WHEN code_/*mode*/ = 5 AND kind = 4 THEN 5
  ELSE 1
END
