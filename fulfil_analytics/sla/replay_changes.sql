-- Orders whose verdict differs between a rule set and the next. Late and overdue are one verdict; a stage that a rule set
-- does not know is not applicable.
CREATE OR REPLACE TEMP TABLE replay_changes AS
WITH said AS (
  SELECT
    *,
    CASE outcome WHEN 'overdue' THEN 'late' ELSE outcome END AS verdict
  FROM replay_verdicts
)

SELECT
  coalesce(a.rule_set, b.rule_set - 1) AS step, coalesce(a.order_id, b.order_id) AS order_id,
  coalesce(a.stage, b.stage) AS stage,
  coalesce(a.outcome, 'not_applicable') AS outcome_before, coalesce(b.outcome, 'not_applicable') AS outcome_after,
  a.due_at AS due_before, b.due_at AS due_after, a.stopped_at AS stopped_before, b.stopped_at AS stopped_after,
  coalesce(a.line, '') AS line_before, coalesce(b.line, '') AS line_after
FROM (SELECT * FROM said WHERE rule_set < {last}) AS a
FULL JOIN (SELECT * FROM said WHERE rule_set > 1) AS b
  ON b.order_id = a.order_id AND b.stage = a.stage AND b.rule_set = a.rule_set + 1
WHERE coalesce(a.verdict, 'not_applicable') <> coalesce(b.verdict, 'not_applicable');

CREATE OR REPLACE TEMP TABLE replay_trials (
  step INTEGER, facet VARCHAR, line_before VARCHAR, line_after VARCHAR, order_id VARCHAR, stage VARCHAR, outcome VARCHAR
)
