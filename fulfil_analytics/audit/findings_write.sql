-- From the spool to the table: each finding with its root and its reviewer's verdict, in an order that is always the same.
CREATE TEMP TABLE found AS
SELECT * FROM spooled
WHERE rule_id NOT IN (SELECT rule_id FROM covered WHERE status = 'failed');

CREATE TEMP TABLE explained_once AS
SELECT finding_id, root_finding_id
FROM (
  SELECT
    found.finding_id,
    root.finding_id AS root_finding_id,
    row_number() OVER (PARTITION BY found.finding_id ORDER BY explains.rank, root.finding_id) AS nth
  FROM found
  JOIN explains ON explains.rule_id = found.rule_id
  JOIN found AS root
    ON root.rule_id = explains.root_rule_id
    AND root.order_id = found.order_id
    AND (root.waybill = found.waybill OR root.waybill IS NULL OR found.waybill IS NULL)
)
WHERE nth = 1;

CREATE TEMP TABLE explained AS
WITH RECURSIVE up AS (
  SELECT finding_id, root_finding_id, 1 AS steps FROM explained_once
  UNION ALL
  SELECT up.finding_id, explained_once.root_finding_id, up.steps + 1
  FROM up
  JOIN explained_once ON explained_once.finding_id = up.root_finding_id
)
SELECT finding_id, arg_max(root_finding_id, steps) AS root_finding_id
FROM up
GROUP BY finding_id;

DELETE FROM findings;

INSERT INTO findings BY NAME
SELECT
  found.* REPLACE (explained.root_finding_id AS root_finding_id, reviewed.verdict AS verdict)
FROM found
LEFT JOIN explained ON explained.finding_id = found.finding_id
LEFT JOIN (
  SELECT finding_id, arg_max(verdict, reviewed_at) AS verdict FROM reviews GROUP BY finding_id
) AS reviewed ON reviewed.finding_id = found.finding_id
ORDER BY
  CASE found.severity WHEN 'critical' THEN 1 WHEN 'high' THEN 2 WHEN 'medium' THEN 3 WHEN 'low' THEN 4 ELSE 5 END, found.rule_id, found.order_id NULLS LAST, found.waybill NULLS LAST,
  found.source_file NULLS LAST, found.finding_id;

DELETE FROM coverage;

INSERT INTO coverage BY NAME SELECT * FROM covered ORDER BY family, rule_id;
