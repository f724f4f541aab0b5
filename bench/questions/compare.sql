-- One row a question and an order that a script or fulfil names. Variable: answers (folder). The store is attached as shop,
-- the truth is the view `truth`.
CREATE TEMP TABLE asked AS FROM (VALUES
  ('late', 'late_dispatch'), ('duplicates', 'duplicate_waybill'), ('untraceable', 'untraceable_waybill'),
  ('elsewhere', 'destination_mismatch')) AS q(question, rule_id);

CREATE TEMP TABLE scripts AS
SELECT parse_filename(filename, true) AS question, order_id
FROM read_csv([getvariable('answers') || '/' || question || '.csv' for question in ['late', 'duplicates', 'untraceable', 'elsewhere']],
  columns = {'order_id': 'VARCHAR'}, header = true, filename = true);

CREATE TEMP TABLE ours AS
SELECT DISTINCT a.question, f.order_id FROM shop.findings f JOIN asked a USING (rule_id) WHERE f.order_id IS NOT NULL;

CREATE TEMP TABLE rules_of AS
SELECT order_id, string_agg(DISTINCT rule_id, ' + ' ORDER BY rule_id) AS rules FROM shop.findings WHERE order_id IS NOT NULL GROUP BY ALL;

CREATE TEMP TABLE named AS
SELECT question, order_id, s.order_id IS NOT NULL AS by_scripts, o.order_id IS NOT NULL AS by_fulfil,
  t.order_id IS NOT NULL AS planted,
  CASE
    WHEN s.order_id IS NULL AND question = 'elsewhere' AND w.order_id IS NULL THEN 'no delivery scan, judged by the last place'
    ELSE coalesce(r.rules, 'nothing')
  END AS rules
FROM scripts s
FULL JOIN ours o USING (question, order_id)
JOIN asked a USING (question)
LEFT JOIN (SELECT DISTINCT rule_id, order_id FROM truth) t USING (rule_id, order_id)
LEFT JOIN rules_of r USING (order_id)
LEFT JOIN (SELECT DISTINCT p.order_id FROM shop.parcels p JOIN shop.journeys USING (parcel_id) WHERE journeys.delivered_at IS NOT NULL) w
  USING (order_id);
