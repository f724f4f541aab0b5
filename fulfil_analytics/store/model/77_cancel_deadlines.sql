-- One row an order: the platform's cancel time that comes next. A view, because deadlines are worked out after the model.
CREATE OR REPLACE VIEW cancel_deadlines AS
SELECT order_id, pick.stage AS stage, pick.outcome AS outcome, pick.due_at AS due_at, pick.why AS why
FROM (
  SELECT order_id,
    arg_min(
      {'stage': stage, 'outcome': outcome, 'due_at': due_at, 'why': why},
      (outcome NOT IN ('open', 'overdue'), coalesce(due_at, TIMESTAMP '9999-01-01'), stage)
    ) AS pick
  FROM deadlines
  WHERE mode = 'effective' AND stage IN ('auto_cancel_rts', 'auto_cancel_collection')
  GROUP BY order_id
);
