-- The orders behind a part: what each was to the metric before it and after it.
SELECT
  coalesce(b.order_id, a.order_id) AS order_id, coalesce(b.kind, a.kind) AS kind,
  CASE WHEN a.order_id IS NULL THEN 'not_counted' WHEN a.hit THEN 'hit' ELSE 'counted' END AS was,
  CASE WHEN b.order_id IS NULL THEN 'not_counted' WHEN b.hit THEN 'hit' ELSE 'counted' END AS becomes
FROM (SELECT * FROM reconcile_steps WHERE step = {before}) AS a
FULL JOIN (SELECT * FROM reconcile_steps WHERE step = {after}) AS b ON b.thing = a.thing
WHERE a.hit IS DISTINCT FROM b.hit
ORDER BY becomes = 'not_counted', coalesce(b.hit, a.hit) DESC, 1
