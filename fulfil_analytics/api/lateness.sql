-- Orders by how many hours after their deadline they were done, six hours a step; far ones are gathered at both ends.
SELECT
  greatest(-240, least(240, CAST(floor(date_diff('minute', due_at, stopped_at) / 360.0) * 6 AS INTEGER))) AS hours,
  count(*) AS orders
FROM deadlines
WHERE stage = {stage} AND mode = {mode} AND outcome IN ('on_time', 'late') AND stopped_at IS NOT NULL AND due_at IS NOT NULL
GROUP BY hours
ORDER BY hours
