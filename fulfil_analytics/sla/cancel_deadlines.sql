-- One row an order: the platform's cancel time that comes next, one still to come before one that is over.
CREATE OR REPLACE VIEW cancel_deadlines AS
WITH ranked AS (
  SELECT
    order_id, stage, outcome, due_at, not_applicable, deadline_from,
    -- what comes first has the lower number; 9e17: later than any moment
    epoch_us(coalesce(due_at, TIMESTAMP '9999-01-01')) + CASE WHEN outcome IN ('open', 'overdue') THEN 0 ELSE 900000000000000000 END
      AS place
  FROM order_deadlines
  WHERE stage IN ('auto_cancel_rts', 'auto_cancel_collection')
)

SELECT order_id, stage, outcome, due_at, not_applicable, deadline_from
FROM ranked AS one
/*first*/;
