-- The clocks of one order: stage by mode.
select stage, mode, clock_start, due_at, stopped_at, outcome, why
from deadlines
where order_id = {order_id}
order by
  list_position(['rts', 'dispatch', 'collection', 'delivery', 'auto_cancel_rts', 'auto_cancel_collection',
    'cancellation_answer', 'payment'], stage),
  list_position(['standard', 'holiday', 'extension', 'effective'], mode)
