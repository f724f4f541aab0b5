-- Of two stages of an order the one that comes first, the first by name where both come at once.
ANTI JOIN (SELECT order_id, stage, place FROM ranked) AS other
  ON other.order_id = one.order_id AND other.stage <> one.stage
  AND (other.place < one.place OR (other.place = one.place AND other.stage < one.stage))
