-- One row an order, stage and mode, the text of `why` by its number alone.
SELECT
  order_id, stage, CAST(one.mode AS /*mode_type*/) AS mode, clock_start, one.due_at AS due_at, stopped_at,
  CAST(coalesce(/*outcomes*/[one.code], /*otherwise*/) AS /*outcome_type*/) AS outcome, one.why_no AS why
FROM (
  SELECT order_id, stage, clock_start, stopped_at, unnest([/*modes*/]) AS one
  FROM sla_ordered
)
