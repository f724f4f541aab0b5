-- One row an order: the platform's cancel time that comes next, one still to come before one that is over.
CREATE OR REPLACE VIEW cancel_deadlines AS
WITH ranked AS (
  SELECT
    order_id, stage, outcome, due_at, not_applicable, deadline_from,
    -- what comes first has the lower number; 9e17: later than any moment
    epoch_us(coalesce(due_at, TIMESTAMP '9999-01-01')) + CASE WHEN outcome IN ('open', 'overdue') THEN 0 ELSE 900000000000000000 END
      AS place
  FROM order_deadlines
)

-- of two stages the first by name where both come at once; most policies have one stage, and then nothing is compared
SELECT c.order_id, c.stage, c.outcome, c.due_at, c.not_applicable, c.deadline_from
FROM ranked AS c
ANTI JOIN (SELECT order_id, place FROM ranked WHERE stage = 'auto_cancel_rts') AS r
  ON r.order_id = c.order_id AND r.place < c.place
WHERE c.stage = 'auto_cancel_collection'
UNION ALL
SELECT r.order_id, r.stage, r.outcome, r.due_at, r.not_applicable, r.deadline_from
FROM ranked AS r
ANTI JOIN (SELECT order_id, place FROM ranked WHERE stage = 'auto_cancel_collection') AS c
  ON c.order_id = r.order_id AND c.place <= r.place
WHERE r.stage = 'auto_cancel_rts';
