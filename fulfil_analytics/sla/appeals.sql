-- Orders that a metric judged, those that count against the seller in the order in which an appeal promises most: ready in
-- time and scanned late by the carrier first, then the least late. A parcel metric names its order once a parcel.
WITH judged AS (
  /*source*/
),

late AS (
  SELECT
    order_id,
    bool_or(stage = 'rts' AND outcome_/*mode*/ = 'on_time') AS ready_in_time,
    max(date_diff('second', due_/*mode*/, coalesce(stopped_at, {as_of}))) FILTER (stage = {stage}) AS seconds_late
  FROM deadline_modes
  WHERE stage = 'rts' OR stage = {stage}
  GROUP BY order_id
)

SELECT
  j.order_id, j.v_/*mode*/ = CASE WHEN {higher} THEN 1 ELSE 2 END AS against, CAST(j.orders AS BIGINT) AS weight,
  coalesce(o.order_amount_cents, 0) AS amount_cents, o.currency
FROM judged AS j
JOIN orders AS o ON o.order_id = j.order_id
LEFT JOIN late AS l ON l.order_id = j.order_id
WHERE j.v_/*mode*/ IN (1, 2, 4, 6)
ORDER BY against DESC, coalesce(l.ready_in_time, FALSE) DESC, l.seconds_late NULLS LAST, j.order_id;
