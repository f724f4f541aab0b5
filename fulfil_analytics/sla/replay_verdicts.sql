INSERT INTO replay_verdicts
SELECT
  {rule_set}, order_id, stage, outcome, due_at, stopped_at, json_extract_string(why, '$.line')
FROM deadlines
WHERE mode = {mode} AND stage IN {stages}
