-- What the deadlines of one order need to know of all orders.
SELECT
  min(created_at) AS first_created, max(created_at) AS last_created,
  max(greatest(created_at, paid_at, release_at, rts_at, shipped_at, dispatched_at, cancel_requested_at)) AS last_start,
  max(handling_days) AS handling_days, count(paid_at) > 0 AS paid_known
FROM orders;
