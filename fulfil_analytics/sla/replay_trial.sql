-- The verdicts of a trial: one facet of the lines exchanged, for the orders that those lines govern.
INSERT INTO replay_trials
SELECT c.step, {facet}, c.line_before, c.line_after, c.order_id, c.stage, d.outcome
FROM replay_changes AS c
JOIN replay_facets AS f
  ON f.step = c.step AND f.stage = c.stage AND f.line_before = c.line_before AND f.line_after = c.line_after
  AND f.facet = {facet} AND f.variant = {variant}
JOIN deadlines AS d ON d.order_id = c.order_id AND d.stage = c.stage AND d.mode = {mode}
WHERE c.step = {step}
